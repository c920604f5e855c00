// What probes/shown-windows.ts saw, and which of it is ours: no window may be, from the installation to the last update.
import { existsSync, readFileSync } from 'node:fs';

export interface ShownWindow {
  /** ISO 8601, UTC. */
  readonly at: string;
  /** Empty where the window was gone before it was looked at. */
  readonly className: string;
  readonly title: string;
  /** The process of the window and those that started it, itself first; empty where it was gone. */
  readonly lineage: readonly { readonly pid: number; readonly program: string; readonly line: string }[];
}

/** The windows of consoles, which belong to the program that runs in them. */
const CONSOLES: ReadonlySet<string> = new Set(['ConsoleWindowClass', 'PseudoConsoleWindow']);
/** The window of Windows Terminal, which stands in for consoles and does not say for whose. */
const TERMINAL = 'CASCADIA_HOSTING_WINDOW_CLASS';
/** With which every chain of processes begins that Windows or a user has started: a chain that ends elsewhere has lost its beginning. */
const BEGINNINGS = /^(explorer|wininit|winlogon)\.exe$/i;
/** What every command line of ours and of the gateway says. */
const OURS = /hermes-gateway|gateway\.mjs|session-end-thread/i;

/**
 * The windows that count as ours: everything below one of our processes, and every console (or window that was gone too quickly) whose
 * chain of processes is not known up to its beginning. Consoles of other programs are no fault of ours: the runner of CI has one.
 * @param roots PIDs whose descendants count as ours, too.
 */
export function windowsOfOurs(shown: readonly ShownWindow[], roots: ReadonlySet<number> = new Set()): ShownWindow[] {
  return shown.filter(({ className, lineage }) => {
    if (lineage.length === 0 || className === TERMINAL) return true;
    if (lineage.some(({ pid, line }) => roots.has(pid) || OURS.test(line))) return true;
    return CONSOLES.has(className) && !BEGINNINGS.test(lineage.at(-1)?.program ?? '');
  });
}

/** Without the command lines and titles of other programs, which may contain secrets and are not needed. */
export const withoutForeignLines = (shown: readonly ShownWindow[]): ShownWindow[] =>
  shown.map(each => ({
    ...each,
    title: each.lineage.some(({ line }) => OURS.test(line)) ? each.title : '',
    lineage: each.lineage.map(one => (OURS.test(one.line) ? one : { ...one, line: '' })),
  }));

/** Every line that was written until now. */
export function readShownWindows(file: string): ShownWindow[] {
  const lines = existsSync(file) ? readFileSync(file, 'utf8').split('\n') : [];
  return lines.filter(line => line !== '').map(line => JSON.parse(line) as ShownWindow);
}
