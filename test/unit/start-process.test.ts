// A slow machine after a "Yes": the real sudo-prompt with a stand-in for PowerShell, on a virtual clock.
import childProcess from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { exec } from 'sudo-prompt';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { watchStartProcess } from '../../src/elevation/start-process.ts';

const { exec: realExec } = childProcess;
const ANSWER = '{"ok":true}\n';
let folder: string;

/** A program on the PATH of the shell that sudo-prompt uses. */
function standIn(name: string, script: string): void {
  const file = path.join(folder, name);
  writeFileSync(file, `#!/bin/sh\n${script}\n`);
  chmodSync(file, 0o755);
}

beforeEach(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'start-process-'));
  vi.stubEnv('PATH', `${folder}:${process.env['PATH']}`);
  vi.stubEnv('TMPDIR', folder);
  vi.stubEnv('TEMP', folder);
  vi.stubEnv('comspec', '/bin/sh');
  vi.spyOn(process, 'platform', 'get').mockReturnValue('win32');
  standIn('rmdir', 'rm -rf "$3"');
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
  Object.assign(childProcess, { exec: realExec });
  rmSync(folder, { recursive: true });
});

/** Runs sudo-prompt until it ends; the elevated batch file runs `delayMs` after Start-Process has returned. */
async function elevate(
  delayMs: number,
): Promise<{ readonly error?: Error | undefined; readonly stdout?: unknown; readonly hasStarted: boolean }> {
  const hasStarted = watchStartProcess();
  let ended: { error?: Error | undefined; stdout?: unknown } | undefined;
  exec('the step', { name: 'Hermes Gateway Service' }, (error, stdout) => {
    ended = { error, stdout };
  });
  const batch = path.join(folder, 'batch');
  let virtualMs = 0;
  for (const deadline = performance.now() + 8_000; !ended && performance.now() < deadline; await turn()) {
    const beside = existsSync(batch) && path.dirname(readFileSync(batch, 'utf8').trim().replaceAll("'", ''));
    if (!beside || !existsSync(beside) || vi.getTimerCount() === 0) continue;
    if (virtualMs >= delayMs) {
      writeFileSync(path.join(beside, 'stdout'), ANSWER);
      writeFileSync(path.join(beside, 'stderr'), '');
      writeFileSync(path.join(beside, 'status'), '0\r\n');
    }
    virtualMs += 1_000;
    vi.advanceTimersByTime(1_000);
  }
  return { ...ended, hasStarted: hasStarted() };
}

it.each([3, 30, 170])('waits for a step that begins %i s after the consent', async seconds => {
  standIn('powershell.exe', `echo "$3" > ${folder}/batch`);
  expect(await elevate(seconds * 1_000)).toEqual({ error: undefined, stdout: ANSWER, hasStarted: true });
});

it('reports a refusal only where Start-Process itself failed', async () => {
  standIn('powershell.exe', 'exit 1');
  expect(await elevate(0)).toMatchObject({ error: { message: 'User did not grant permission.' }, hasStarted: false });
});
