/** Elevation in the app: no prompt where none is needed; else sudo-prompt, and where that cannot work, Windows' shell. */

import { existsSync } from 'node:fs';
import path from 'node:path';
import { hasInstalledHost, installedCommand } from '../mechanisms/installed-host.ts';
import { isRegistered, isUnregistered } from '../mechanisms/service-registration.ts';
import { ELEVATED_MUTEX, type Elevation, type ElevationOutcome, requestName } from '../model/elevation.ts';
import { RECOVERY_LADDER } from '../model/ladder.ts';
import { holdName } from '../windows/held-name.ts';
import { mutexExists } from '../windows/mutex.ts';
import { isElevated } from '../windows/security.ts';
import { directElevation } from './direct-elevation.ts';
import type { FactsOf } from './elevation-outcome.ts';
import { runAs } from './run-as.ts';
import { sudoPrompt } from './sudo-prompt.ts';

/** What Windows itself shows of an elevation. */
export function factsOfWindows(program: readonly string[]): FactsOf {
  const hostCommand = installedCommand(program);
  const folder = path.win32.dirname(hostCommand[0] ?? '');
  return task => {
    const { verb, service, removes, beforeSignIn } = task;
    const wasThere = existsSync(folder);
    return {
      isRunning: () => mutexExists(ELEVATED_MUTEX),
      isCopying: () => !wasThere && existsSync(folder),
      request: () => {
        const release = holdName(requestName(task));
        let held = true;
        return () => {
          if (held) release();
          held = false;
        };
      },
      isDone: () =>
        verb === 'uninstall'
          ? isUnregistered(service)
          : isRegistered({ service, hostCommand, recovery: RECOVERY_LADDER, beforeSignIn }, { enable: verb === 'install' }) &&
            (removes === undefined || isUnregistered(removes)),
    };
  };
}

export interface ElevationWays {
  readonly factsOf: FactsOf;
  readonly isElevated: () => boolean;
  /** Runs the step without a prompt. */
  readonly direct: Elevation;
  /** Methods with a prompt, best first. */
  readonly asking: () => readonly Elevation[];
}

/** Uses the first method that works here. Shows one prompt at most, because an unavailable method has shown none. */
export function firstWay({ factsOf, isElevated, direct, asking }: ElevationWays): Elevation {
  return {
    run: async (task, onRunning, signal) => {
      if (factsOf(task).isDone()) return { kind: 'done' };
      if (isElevated()) return direct.run(task, onRunning);
      let outcome: ElevationOutcome = { kind: 'unavailable', reason: 'no method with a prompt' };
      for (const way of asking()) {
        outcome = await way.run(task, onRunning, signal);
        if (outcome.kind !== 'unavailable') return outcome;
      }
      return outcome;
    },
  };
}

/**
 * The app's elevation on Windows. Where a host is installed, Windows' shell asks: its command line is fixed when the user sees the prompt,
 * whereas a program of the user can replace the batch files of sudo-prompt until the user consents.
 * @param hostCommand The program that registers itself, and the arguments before its verb.
 */
export function windowsElevation(hostCommand: readonly string[]): Elevation {
  const factsOf = factsOfWindows(hostCommand);
  const prompt = sudoPrompt({ hostCommand, factsOf });
  const shell = runAs({ hostCommand, factsOf });
  return firstWay({
    factsOf,
    isElevated,
    direct: directElevation(hostCommand),
    asking: () => (hasInstalledHost() ? [shell, prompt] : [prompt, shell]),
  });
}
