/** An installer or a script turns the service on without an app. It runs as the user who owns the gateway, not as SYSTEM. */

import { spawnSync } from 'node:child_process';
import path from 'node:path';

/** The verbs print one JSON document with `--json`. Exit codes: docs/operations.md. */
export function turnOn(hostDir: string, profile: string): { readonly exitCode: number | null; readonly answer: unknown } {
  const program = path.join(hostDir, 'hermes-gateway.exe');
  const { status, stdout } = spawnSync(program, ['install', '--profile', profile, '--json'], { encoding: 'utf8', windowsHide: true });
  return { exitCode: status, answer: JSON.parse(stdout) };
}
