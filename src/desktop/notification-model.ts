/**
 * When a notification is due, as a pure state machine over the snapshots of one profile. It tells only what needs a person, once per
 * episode, and nothing while the person looks at the window anyway:
 *
 *   quiet ──▶ crash-loop | configuration | failed | bad-update | removal-pending ──▶ (each told once) ──▶ running, and lastingly so ──▶ recovered ──▶ quiet
 *                                                                   └──▶ stopped or removed by its user ──▶ quiet
 *
 * A gateway in a crash loop runs for seconds between two crashes, so that it has recovered only when the ladder's reset period is over.
 */

import type { Snapshot } from './ipc.ts';

export type NeedKind = 'crash-loop' | 'configuration' | 'failed' | 'bad-update' | 'removal-pending';
export type AlertKind = NeedKind | 'recovered';

/** What is remembered of the present episode. */
export interface Episode {
  /** What is known to the person: told, or seen in the window. */
  readonly known: readonly NeedKind[];
  /** Whether anything of it was told by a notification; only then is the recovery told. */
  readonly told: boolean;
}

export interface Decision {
  readonly episode: Episode;
  /** Show this now. */
  readonly show?: AlertKind;
  /** Ask again after this time in milliseconds, unless another snapshot comes first: a lasting recovery sends none. */
  readonly againMs?: number;
}

export const QUIET: Episode = { known: [], told: false };

/** @param attended the person looks at the app's window @param now epoch milliseconds */
export function decide(episode: Episode, snapshot: Snapshot, { attended, now }: { attended: boolean; now: number }): Decision {
  // Somebody is at it: what comes of it counts, not what is between.
  if (snapshot.operation) return { episode };
  const need = needOf(snapshot);
  if (need) {
    if (episode.known.includes(need)) return { episode };
    const known = [...episode.known, need];
    return attended ? { episode: { ...episode, known } } : { episode: { known, told: true }, show: need };
  }
  switch (snapshot.status.phase) {
    case 'running': {
      const againMs = episode.known.includes('crash-loop') ? lastingInMs(snapshot, now) : 0;
      if (againMs > 0) return { episode, againMs };
      return { episode: QUIET, ...(episode.told && !attended && { show: 'recovered' }) };
    }
    case 'stopped':
    case 'not-installed':
    case 'foreign':
    case 'unsupported':
      return { episode: QUIET };
    default:
      // On its way, or not known: the episode goes on.
      return { episode };
  }
}

function needOf({ status }: Snapshot): NeedKind | undefined {
  if (status.phase === 'needs-attention') return status.problems.some(({ code }) => code === 'launch-failed') ? 'failed' : 'configuration';
  if (status.phase === 'failed') return status.problems.some(({ code }) => code === 'bad-update') ? 'bad-update' : 'failed';
  if (status.phase === 'removal-pending') return 'removal-pending';
  return status.problems.some(({ code }) => code === 'crash-loop') ? 'crash-loop' : undefined;
}

/** How long a running gateway must still live until its failures no longer count, in milliseconds. */
function lastingInMs({ status }: Snapshot, now: number): number {
  const startedAt = Date.parse(status.startedAt ?? '');
  return Number.isNaN(startedAt) ? 0 : Math.max(0, Math.min(status.recovery.resetMs, startedAt + status.recovery.resetMs - now));
}
