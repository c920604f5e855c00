/** Windows' shell for a Startup entry. A short process asks Explorer: COM waits for the answer, and the app's main thread must not. */

import { execFile } from 'node:child_process';
import { attempt } from '../model/attempt.ts';
import type { ShellStart } from '../windows/argv.ts';
import { startThroughExplorer } from '../windows/explorer.ts';
import { isElevatedByConsent } from '../windows/security.ts';
import { readShortcut, writeShortcut } from '../windows/shortcut.ts';
import { isStartupEntryEnabled, startupFolder } from '../windows/startup-folder.ts';
import type { StartupShell } from '../windows/startup-shell.ts';

/** How long an Explorer that does not answer is awaited, in milliseconds. */
const EXPLORER_MS = 10_000;

/** @param hostCommand how this program is started: `[node, entry script]`, or the host executable. */
export function windowsStartupShell(hostCommand: readonly string[]): StartupShell {
  return {
    folder: startupFolder,
    readShortcut,
    writeShortcut,
    isEnabled: isStartupEntryEnabled,
    hasMoreRights: isElevatedByConsent,
    start: ({ program, parameters, cwd }) => askExplorer(hostCommand, { program, parameters, cwd }),
  };
}

function askExplorer([program = '', ...script]: readonly string[], start: ShellStart): Promise<boolean> {
  const args = [...script, 'through-explorer', JSON.stringify(start)];
  const options = { windowsHide: true, timeout: EXPLORER_MS };
  return new Promise(resolve => {
    execFile(program, args, options, error => resolve(error === null));
  });
}

/** The process that asks Explorer: `through-explorer JSON`. Gives its exit code. */
export function runThroughExplorer(request: string): number {
  const started = attempt(() => {
    startThroughExplorer(JSON.parse(request) as ShellStart);
    return true;
  });
  return started ? 0 : 1;
}
