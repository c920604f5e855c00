/** `status --watch`: a screen that is drawn again at every change, or one line for each change where there is no terminal. */

import { en } from '../desktop/messages-en.ts';
import { nextChangeMs } from '../desktop/views.ts';
import type { GatewayManager } from '../model/manager.ts';
import type { Status } from '../model/status.ts';
import type { Target } from './targets.ts';
import type { Terminal } from './terminal.ts';

/** Another screen than that of the shell, which is as before afterwards. */
const ENTER = '\u001b[?1049h';
const LEAVE = '\u001b[?1049l';
const CLEAR = '\u001b[H\u001b[2J';

export interface WatchOptions {
  readonly manager: Pick<GatewayManager, 'watch'>;
  readonly terminal: Terminal;
  /** Draws the whole screen; undefined where there is none. */
  readonly draw: ((found: readonly Target[]) => string) | undefined;
  /** Prints one change. */
  readonly print: (status: Status) => void;
}

/** Watches until Ctrl+C, a request to end, or the end of the reader; resolves with the last statuses. */
export async function watchTargets(found: readonly Target[], { manager, terminal, draw, print }: WatchOptions): Promise<readonly Target[]> {
  const { stdout } = terminal;
  const latest = [...found];
  const shown = new Map<number, string>();
  let timer: NodeJS.Timeout | undefined;
  const redraw = () => {
    if (!draw) return;
    clearTimeout(timer);
    stdout.write(`${CLEAR}${draw(latest)}\n`);
    const changes = latest.flatMap(({ status }) => nextChangeMs(status, terminal.now()) ?? []);
    if (changes.length > 0) timer = setTimeout(redraw, Math.max(MIN_REDRAW_MS, Math.min(...changes)));
  };
  if (draw) stdout.write(ENTER);
  const unwatch = found.map(({ identity }, at) =>
    manager.watch(identity, status => {
      latest[at] = { identity, status };
      const what = changeOf(status);
      if (!draw && shown.get(at) !== what) print(status);
      shown.set(at, what);
      redraw();
    }),
  );
  await interrupted(terminal);
  for (const end of unwatch) end();
  clearTimeout(timer);
  if (draw) stdout.write(LEAVE);
  return latest;
}

/** A rounded time may be due again at once. */
const MIN_REDRAW_MS = 100;

/** What makes a status another one for a reader: all but running times, and a process that is not ready. */
function changeOf(status: Status): string {
  const { phase, gatewayPid, problems } = status;
  return JSON.stringify([en.announcement(status), phase === 'running' && gatewayPid, problems.map(({ code }) => code)]);
}

function interrupted(terminal: Terminal): Promise<void> {
  return new Promise(resolve => {
    const end = () => {
      off();
      resolve();
    };
    const off = terminal.onInterrupt(end);
    terminal.stdout.lost?.addEventListener('abort', end);
  });
}
