/**
 * When a notification is due, as a pure state machine over the snapshots of one profile. It reports only what needs the user, once per
 * episode, and nothing while the window is in front:
 *
 *   quiet ──▶ crash-loop | configuration | failed | bad-update | removal-pending ──▶ (each shown once) ──▶ running long enough ──▶ recovered ──▶ quiet
 *                                                                   └──▶ stopped or removed by its user ──▶ quiet
 *
 * A gateway in a crash loop runs for seconds between two crashes, so it has recovered only after the reset period of the ladder.
 */

import type { Snapshot } from './ipc.ts';
import { can } from './views.ts';

type NeedKind = 'crash-loop' | 'configuration' | 'failed' | 'bad-update' | 'removal-pending';
export type AlertKind = NeedKind | 'recovered';

/** The buttons of a notification. Without buttons, a click on it does the first of them. */
export type AlertAction = 'showCause' | 'tryNow';

/** Another try helps only where the configuration and the files of Hermes may be as they should. */
export const ALERT_ACTIONS: Readonly<Record<AlertKind, readonly AlertAction[]>> = {
  'crash-loop': ['showCause', 'tryNow'],
  configuration: ['showCause'],
  failed: ['showCause', 'tryNow'],
  'bad-update': ['showCause'],
  'removal-pending': [],
  recovered: [],
};

/** What was reported in the present episode. */
export interface Episode {
  /** Reported by a notification, or seen in the window. */
  readonly known: readonly NeedKind[];
  /** Whether there was a notification; only then is the recovery reported. */
  readonly notified: boolean;
}

export interface Decision {
  readonly episode: Episode;
  /** Show this now. */
  readonly show?: AlertKind;
  /** Decide again after this time in milliseconds, unless another snapshot arrives first: a lasting recovery sends none. */
  readonly recheckAfterMs?: number;
}

export const QUIET: Episode = { known: [], notified: false };

/** @param attended whether the app's window is in front @param now epoch milliseconds */
export function decide(episode: Episode, snapshot: Snapshot, { attended, now }: { attended: boolean; now: number }): Decision {
  // Only the end of an operation counts.
  if (snapshot.operation) return { episode };
  const need = needOf(snapshot);
  if (need) {
    if (episode.known.includes(need)) return { episode };
    const known = [...episode.known, need];
    return attended ? { episode: { ...episode, known } } : { episode: { known, notified: true }, show: need };
  }
  switch (snapshot.status.phase) {
    case 'running': {
      const recheckAfterMs = episode.known.includes('crash-loop') ? lastingInMs(snapshot, now) : 0;
      if (recheckAfterMs > 0) return { episode, recheckAfterMs };
      return { episode: QUIET, ...(episode.notified && !attended && { show: 'recovered' }) };
    }
    case 'stopped':
    case 'not-installed':
    case 'foreign':
    case 'unsupported':
      return { episode: QUIET };
    default:
      // In transition, or unknown: the episode continues.
      return { episode };
  }
}

function needOf({ status }: Snapshot): NeedKind | undefined {
  if (status.phase === 'needs-attention') return status.problems.some(({ code }) => code === 'launch-failed') ? 'failed' : 'configuration';
  if (status.phase === 'failed') return status.problems.some(({ code }) => code === 'bad-update') ? 'bad-update' : 'failed';
  if (status.phase === 'removal-pending') return 'removal-pending';
  return status.problems.some(({ code }) => code === 'crash-loop') ? 'crash-loop' : undefined;
}

/** Time after which the failures of a running gateway no longer count, in milliseconds. */
function lastingInMs({ status }: Snapshot, now: number): number {
  const startedAt = Date.parse(status.startedAt ?? '');
  return Number.isNaN(startedAt) ? 0 : Math.max(0, Math.min(status.recovery.resetMs, startedAt + status.recovery.resetMs - now));
}

/** How to try again now; undefined where the gateway is up or may not be started. */
export function retryVerb(snapshot: Snapshot): 'start' | 'restart' | undefined {
  if (can('start', snapshot)) return 'start';
  return snapshot.status.phase === 'restarting' && can('restart', snapshot) ? 'restart' : undefined;
}
