/** The elevated step as a child of a process that already has administrator rights: no prompt. */

import { execFile } from 'node:child_process';
import { copyHost, elevatedProgram } from '../mechanisms/installed-host.ts';
import { type Elevation, type ElevationOutcome, elevatedArguments, parseAnswer } from '../model/elevation.ts';
import { GatewayServiceError, toGatewayServiceError } from '../model/errors.ts';
import { dangerousAmong } from '../process/dangerous-variables.ts';
import { systemDirectory } from '../windows/library.ts';
import { isElevated } from '../windows/security.ts';

/** @param hostCommand The program that registers itself, and the arguments before its verb. */
export function directElevation(hostCommand: readonly string[]): Elevation {
  return {
    check: service => {
      if (!isElevated()) throw new GatewayServiceError('needs-administrator', `(${service})`);
    },
    run: async (task, onRunning) => {
      onRunning?.();
      try {
        const { command, copy } = elevatedProgram(hostCommand, task.verb);
        if (copy) copyHost(copy);
        return answered(await runStep([...command, 'elevated', ...elevatedArguments(task)]));
      } catch (error) {
        return { kind: 'failed', error: toGatewayServiceError(error).toValue() };
      }
    },
  };
}

function runStep([program = '', ...args]: readonly string[]): Promise<string> {
  const env = { ...process.env };
  for (const name of Object.keys(env)) if (dangerousAmong([]).includes(name.toUpperCase())) delete env[name];
  return new Promise(resolve => {
    const child = execFile(program, args, { cwd: systemDirectory(), env, windowsHide: true }, (_error, text) => resolve(text));
    child.stdin?.end();
  });
}

function answered(stdout: string): ElevationOutcome {
  const answer = parseAnswer(stdout);
  if (answer?.ok) return { kind: 'done' };
  return { kind: 'failed', error: answer?.error ?? new GatewayServiceError('elevation-failed').toValue() };
}
