/** The machine that this process runs on. The Windows modules are loaded on Windows only, because they load koffi. */

import { readFileSync } from 'node:fs';
import { posixProcesses } from '../gateway/process-start-time.ts';
import { attempt } from '../model/attempt.ts';
import { isDebugged } from './debugger.ts';
import { startDetached } from './detach.ts';
import { launchInProcessGroup } from './gateway-process.ts';
import type { Machine } from './machine.ts';
import { portHolder } from './port-holder.ts';

export async function thisMachine(): Promise<Machine> {
  return process.platform === 'win32' ? (await import('./windows-machine.ts')).windowsMachine : posixMachine;
}

export const posixMachine: Machine = {
  processes: posixProcesses,
  launch: launchInProcessGroup,
  commandLine: pid => attempt(() => readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0')),
  parentOf: pid => {
    const stat = attempt(() => readFileSync(`/proc/${pid}/stat`, 'latin1'));
    // The program's name is in parentheses and may contain any character.
    return stat === undefined ? undefined : Number(stat.replace(/^.*\) /s, '').split(' ')[1]);
  },
  isDebugged,
  portHolder,
  startOutside: (argv, cwd, env) => startDetached(argv, cwd, env),
  isInUse: () => false,
  onSessionEnd: async () => undefined,
  endWithCode: exitCode => process.exit(exitCode),
};
