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

/** The windows of consoles: Windows' own, and the terminal that may stand in for it. */
const CONSOLES: ReadonlySet<string> = new Set(['ConsoleWindowClass', 'PseudoConsoleWindow', 'CASCADIA_HOSTING_WINDOW_CLASS']);
/** What every command line of ours and of the gateway says. */
const OURS = /hermes-gateway|gateway\.mjs|session-end-thread/i;

/**
 * The windows that somebody would have to answer for: every console, whoever opened it, everything below one of our processes, and what was
 * gone too quickly to be told whose it was.
 * @param roots PIDs whose descendants count as ours, too.
 */
export function windowsOfOurs(shown: readonly ShownWindow[], roots: ReadonlySet<number> = new Set()): ShownWindow[] {
  return shown.filter(
    ({ className, lineage }) =>
      CONSOLES.has(className) || lineage.length === 0 || lineage.some(({ pid, line }) => roots.has(pid) || OURS.test(line)),
  );
}

/** Every line that was written until now. */
export function readShownWindows(file: string): ShownWindow[] {
  const lines = existsSync(file) ? readFileSync(file, 'utf8').split('\n') : [];
  return lines.filter(line => line !== '').map(line => JSON.parse(line) as ShownWindow);
}
