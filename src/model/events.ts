/**
 * The one table of events in Windows' event log (Application, source `Hermes Gateway Service`); `explain` and the documentation read it.
 * An id never gets another meaning, because users filter by it. Ids are from 1 to 1000: the message file is that of Windows' EventCreate.
 */

export const EVENT_SOURCE = 'Hermes Gateway Service';

export interface EventRow {
  readonly id: number;
  readonly type: 'information' | 'warning' | 'error';
  /** The sentence that the record begins with; details follow it. */
  readonly message: string;
}

export const EVENTS = {
  installed: { id: 1, type: 'information', message: 'The gateway service was installed or updated.' },
  removed: { id: 2, type: 'information', message: 'The gateway service was removed.' },
  'install-failed': { id: 3, type: 'error', message: 'The gateway service could not be installed; every change was undone.' },
  started: { id: 10, type: 'information', message: 'The gateway was started.' },
  stopped: { id: 11, type: 'information', message: 'The gateway was stopped as requested.' },
  'waiting-for-sign-in': { id: 12, type: 'information', message: 'The gateway waits until its owner signs in.' },
  'session-ended': { id: 13, type: 'information', message: 'The gateway ended with the session of its owner.' },
  failed: { id: 20, type: 'error', message: 'The gateway failed; Windows restarts the service.' },
  'start-failed': { id: 21, type: 'error', message: 'The gateway could not be started.' },
} as const satisfies Record<string, EventRow>;

export type EventName = keyof typeof EVENTS;
