/**
 * Elevation with the shell's `runas`, for where sudo-prompt cannot work: no batch file, no PowerShell. It detects a refusal reliably; of
 * the step only the exit code comes back, not the output.
 */

import { elevatedProgram } from '../mechanisms/installed-host.ts';
import type { Elevation } from '../model/elevation.ts';
import { toGatewayServiceError } from '../model/errors.ts';
import { systemDirectory } from '../windows/library.ts';
import { runElevated } from '../windows/shell-execute.ts';
import { type FactsOf, type Prompted, type SettleTimes, settle } from './elevation-outcome.ts';
import { promptCommand } from './prompt-command.ts';

export interface RunAsOptions {
  /** The program to run elevated, and the arguments before `elevated`. */
  readonly hostCommand: readonly string[];
  readonly factsOf: FactsOf;
  readonly times?: SettleTimes;
}

/** Windows reports refusals reliably: no step can begin after one. */
const TIMES: SettleTimes = { deadlineMs: 180_000, graceMs: 0 };

export function runAs({ hostCommand, factsOf, times = TIMES }: RunAsOptions): Elevation {
  return {
    run: async (verb, service, onRunning) => {
      const systemFolder = systemDirectory();
      const command = promptCommand({
        verb,
        service,
        program: elevatedProgram(hostCommand, verb),
        systemFolder,
        variables: Object.keys(process.env),
      });
      if (command === undefined) return { kind: 'unavailable', reason: `a path that cmd.exe cannot take: ${hostCommand.join(' ')}` };
      const start = { program: `${systemFolder}\\cmd.exe`, parameters: `/d /s /c "${command}"`, cwd: systemFolder };
      return settle(runElevated(start).then(promptedOf, brokenOff), factsOf(verb, service), times, onRunning);
    },
  };
}

/** @param exitCode of the step; undefined where consent was declined (1223) */
export function promptedOf(exitCode: number | undefined): Prompted {
  if (exitCode === undefined) return { kind: 'refused' };
  if (exitCode === 0) return { kind: 'answered', answer: { ok: true } };
  return { kind: 'ended', detail: `The step ended with exit code ${exitCode}.` };
}

const brokenOff = (error: unknown): Prompted => ({
  kind: 'answered',
  answer: { ok: false, error: toGatewayServiceError(error).toValue() },
});
