// When a notification is due: only what needs a person, once per episode, and never beside the window that shows it.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Snapshot } from '../../src/desktop/ipc.ts';
import { ALERT_ACTIONS, type AlertKind, decide, type Episode, QUIET, retryVerb } from '../../src/desktop/notification-model.ts';
import { problem } from '../../src/model/problems.ts';
import { PHASES } from '../../src/model/status.ts';
import { ago, NOW, snapshotIn } from '../renderer/snapshots.ts';

/** The `restarting` of the fixtures has the crash-loop problem. */
const crashLoop = snapshotIn('restarting');
const oneCrash = snapshotIn('restarting', { problems: [], restarts: { count: 1 } });
const brieflyUp = snapshotIn('running', { startedAt: ago(3_000) });
const lastinglyUp = snapshotIn('running', { startedAt: ago(61_000) });
const configuration = snapshotIn('needs-attention');
const failed = snapshotIn('failed');
const badUpdate = snapshotIn('failed', { problems: [problem('bad-update')] });
const stopped = snapshotIn('stopped');

type Step = Snapshot | { readonly seen: Snapshot };

/** What is shown while these come in turn; `seen` ones while the person looks at the window. */
function shown(...steps: Step[]): (AlertKind | undefined)[] {
  let episode: Episode = QUIET;
  return steps.map(step => {
    const decision = decide(episode, 'seen' in step ? step.seen : step, { attended: 'seen' in step, now: NOW });
    episode = decision.episode;
    return decision.show;
  });
}

const none = undefined;

describe('notification', () => {
  it.each([
    ['a crash that the ladder answers', [oneCrash, brieflyUp, lastinglyUp], [none, none, none]],
    ['a crash loop, once', [oneCrash, crashLoop, crashLoop], [none, 'crash-loop', none]],
    ['a refused configuration, once', [configuration, configuration], ['configuration', none]],
    ['a gateway that nothing restarts', [failed], ['failed']],
    ['a gateway that fails since an update', [crashLoop, badUpdate, badUpdate], ['crash-loop', 'bad-update', none]],
    ['a removal that waits', [snapshotIn('removal-pending')], ['removal-pending']],
    ['the moments up between two crashes: no recovery', [crashLoop, brieflyUp, crashLoop], ['crash-loop', none, none]],
    ['a lasting recovery', [crashLoop, brieflyUp, lastinglyUp, lastinglyUp], ['crash-loop', none, 'recovered', none]],
    ['a recovery at once where nothing loops', [configuration, brieflyUp], ['configuration', 'recovered']],
    ['a need that becomes another', [crashLoop, configuration, crashLoop], ['crash-loop', 'configuration', none]],
    ['the next episode', [failed, lastinglyUp, failed], ['failed', 'recovered', 'failed']],
    ['nothing of a stop by the user', [failed, stopped, lastinglyUp], ['failed', none, none]],
    ['nothing that the window shows', [{ seen: failed }, failed, lastinglyUp], [none, none, none]],
    ['no recovery that the window shows', [failed, { seen: lastinglyUp }, lastinglyUp], ['failed', none, none]],
    ['nothing where the state is not known', [snapshotIn('unknown'), snapshotIn('foreign')], [none, none]],
  ] as [string, Step[], (AlertKind | undefined)[]][])('tells %s', (_what, steps, expected) => {
    expect(shown(...steps)).toEqual(expected);
  });

  it('waits for the end of an operation, and reports its result', () => {
    const starting = snapshotIn('failed', {}, { operation: { verb: 'start', since: ago(100) } });
    expect(shown(starting, failed)).toEqual([none, 'failed']);
  });

  it('checks again exactly when a recovery has lasted long enough', () => {
    const { episode } = decide(QUIET, crashLoop, { attended: false, now: NOW });
    const { recheckAfterMs = 0 } = decide(episode, brieflyUp, { attended: false, now: NOW });
    expect(recheckAfterMs).toBe(57_000);
    expect(decide(episode, brieflyUp, { attended: false, now: NOW + recheckAfterMs - 1 }).show).toBeUndefined();
    expect(decide(episode, brieflyUp, { attended: false, now: NOW + recheckAfterMs }).show).toBe('recovered');
  });
});

describe('buttons of a notification', () => {
  it('offer another try only where it may help without a repair', () => {
    const offering = (action: 'showCause' | 'tryNow') =>
      (Object.keys(ALERT_ACTIONS) as AlertKind[]).filter(kind => ALERT_ACTIONS[kind].includes(action));
    expect(offering('showCause')).toEqual(['crash-loop', 'configuration', 'failed', 'bad-update']);
    expect(offering('tryNow')).toEqual(['crash-loop', 'failed']);
  });

  it('try again at once between two crashes and after the last one, and leave a gateway alone that is up', () => {
    expect(retryVerb(crashLoop)).toBe('restart');
    expect(retryVerb(failed)).toBe('start');
    for (const snapshot of [brieflyUp, snapshotIn('starting'), snapshotIn('not-installed')]) expect(retryVerb(snapshot)).toBeUndefined();
    expect(retryVerb({ ...failed, operation: { verb: 'start', since: ago(0) } })).toBeUndefined();
  });
});

describe('notifications for any sequence of snapshots', () => {
  const step = fc.record({
    snapshot: fc
      .record({ phase: fc.constantFrom(...PHASES), looping: fc.boolean(), upMs: fc.nat(120_000), busy: fc.boolean() })
      .map(({ phase, looping, upMs, busy }) =>
        snapshotIn(
          phase,
          { startedAt: ago(upMs), problems: looping ? [problem('crash-loop')] : [] },
          busy ? { operation: { verb: 'restart', since: ago(0) } } : {},
        ),
      ),
    attended: fc.boolean(),
  });

  it('reports each kind once in an episode, a recovery only after a notification, and nothing while the window is in front', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 30 }), steps => {
        let episode: Episode = QUIET;
        let told: AlertKind[] = [];
        for (const { snapshot, attended } of steps) {
          const decision = decide(episode, snapshot, { attended, now: NOW });
          if (decision.show) {
            expect(attended).toBe(false);
            if (decision.show === 'recovered') expect(told.length).toBeGreaterThan(0);
            expect(told).not.toContain(decision.show);
            told.push(decision.show);
          }
          episode = decision.episode;
          if (episode.known.length === 0) told = [];
        }
      }),
    );
  });

  it('requests no timer while the gateway is healthy', () => {
    fc.assert(
      fc.property(step, ({ snapshot, attended }) => {
        expect(decide(QUIET, snapshot, { attended, now: NOW }).recheckAfterMs).toBeUndefined();
      }),
    );
  });
});
