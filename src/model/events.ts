/**
 * What the gateway service writes into Windows' event log (Application, source `Hermes Gateway Service`): the one table of ids, which
 * `explain` and the documentation share. An id is never used again for something else: people filter and alarm by it.
 * The ids lie between 1 and 1000, because the message file is that of Windows' own EventCreate.
 */

export const EVENT_SOURCE = 'Hermes Gateway Service';

interface EventEntry {
  readonly id: number;
  readonly type: 'information' | 'warning' | 'error';
  /** The sentence that the entry begins with; details follow it. */
  readonly message: string;
}

export const EVENTS = {
  installed: { id: 1, type: 'information', message: 'The gateway service was installed or updated.' },
  removed: { id: 2, type: 'information', message: 'The gateway service was removed.' },
  'install-failed': { id: 3, type: 'error', message: 'The gateway service could not be installed; nothing was left changed.' },
  started: { id: 10, type: 'information', message: 'The gateway was started in the session of its owner.' },
  stopped: { id: 11, type: 'information', message: 'The gateway was stopped as asked.' },
  'waiting-for-sign-in': { id: 12, type: 'information', message: 'The gateway waits until its owner signs in.' },
  'session-ended': { id: 13, type: 'information', message: 'The gateway ended with the session of its owner.' },
  failed: { id: 20, type: 'error', message: 'The gateway failed; Windows restarts the service.' },
  'start-failed': { id: 21, type: 'error', message: 'The gateway could not be started in the session of its owner.' },
} as const satisfies Record<string, EventEntry>;

export type EventName = keyof typeof EVENTS;
