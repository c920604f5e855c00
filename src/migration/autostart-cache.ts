/**
 * A cached look at what starts gateways, for the status: asking the task scheduler starts a program, and a hanging one must not delay
 * anything.
 */

import type { Ports } from './ports.ts';

/** What is asked of a system to find autostarts. */
export interface Lists {
  readonly tasks: Pick<Ports['tasks'], 'find'>;
  readonly startup: Pick<Ports['startup'], 'list'>;
  readonly services: Pick<Ports['services'], 'find'>;
}

/** How long a look is cached, in milliseconds. */
const BELIEVED_MS = 60_000;

/** The cached lists of a system, and how to drop them after a change. */
export function lately({ tasks, startup, services }: Lists): { readonly lists: Lists; forget(): void } {
  const seen = new Map<string, { readonly atMs: number; readonly answer: Promise<unknown> }>();
  const believed = <T>(what: string, ask: () => Promise<T>): Promise<T> => {
    const last = seen.get(what);
    if (last && performance.now() - last.atMs < BELIEVED_MS) return last.answer as Promise<T>;
    const answer = ask();
    seen.set(what, { atMs: performance.now(), answer });
    return answer;
  };
  return {
    lists: {
      tasks: { find: prefix => believed(`tasks ${prefix}`, () => tasks.find(prefix)) },
      startup: { list: () => believed('startup', () => startup.list()) },
      services: { find: () => believed('services', () => services.find()) },
    },
    forget: () => seen.clear(),
  };
}
