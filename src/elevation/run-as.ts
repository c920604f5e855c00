/**
 * Elevation with the shell's `runas`, for where sudo-prompt cannot work: no batch file, no PowerShell. It detects a refusal reliably; of
 * the step only the exit code comes back, not the output.
 */

import { type Elevation, NOT_REQUESTED_EXIT } from '../model/elevation.ts';
import { GatewayServiceError, toGatewayServiceError } from '../model/errors.ts';
import { runElevated } from '../windows/shell-execute.ts';
import { type Prompted, type SettleTimes, settle } from './elevation-outcome.ts';
import { type PromptOptions, promptCommandHere, startOfLine, whyTooLong } from './prompt-command.ts';

/** Windows reports refusals reliably: no step can begin after one. */
const TIMES: SettleTimes = { deadlineMs: 180_000, graceMs: 0 };

export function runAs({ hostCommand, factsOf, times = TIMES }: PromptOptions): Elevation {
  return {
    run: async (task, onRunning, signal) => {
      const command = promptCommandHere(hostCommand, task);
      if (command === undefined) return { kind: 'unavailable', reason: `a path that cmd.exe cannot take: ${hostCommand.join(' ')}` };
      const reason = whyTooLong(command);
      if (reason !== undefined) return { kind: 'unavailable', reason };
      const facts = factsOf(task);
      const withdraw = facts.request?.();
      return settle(runElevated(startOfLine(command)).then(promptedOf, brokenOff), facts, { times, withdraw, onRunning, signal });
    },
  };
}

/** @param exitCode of the step; undefined where consent was declined (1223) */
export function promptedOf(exitCode: number | undefined): Prompted {
  if (exitCode === undefined) return { kind: 'refused' };
  if (exitCode === NOT_REQUESTED_EXIT) return brokenOff(new GatewayServiceError('consent-cancelled'));
  if (exitCode === 0) return { kind: 'answered', answer: { ok: true } };
  return { kind: 'ended', detail: `The step ended with exit code ${exitCode}.` };
}

const brokenOff = (error: unknown): Prompted => ({
  kind: 'answered',
  answer: { ok: false, error: toGatewayServiceError(error).toValue() },
});
