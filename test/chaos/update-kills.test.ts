// Kills in the middle of updates, few of them: `npm run kills` plays hundreds. Linux lists processes with their environment.

import { describe, expect, it } from 'vitest';
import { openEmbeddedStage } from './embedded-stage.ts';
import { ACTORS } from './kill-stage.ts';
import { killPlans, playKills } from './update-kills.ts';

const RUNS = 25;
/** Each run takes a second or two; one that does not recover fails after half a minute. */
const DEADLINE_MS = 300_000;

const linux = process.platform === 'linux';

describe('kill -9 in the middle of an update', () => {
  it('plans the kills in the same order for the same seed', () => {
    const first = (seed: number) => {
      const { actor, updateMs, atMs } = killPlans(seed, { actors: ACTORS, spanMs: 1_000 }).next().value;
      return { actor, updateMs, atMs };
    };
    expect(first(7)).toEqual(first(7));
    expect(first(7)).not.toEqual(first(8));
  });

  it.skipIf(!linux)(
    `loses no gateway, starts none twice and leaves nothing over in ${RUNS} killed updates${linux ? '' : ' (processes are listed on Linux only)'}`,
    async () => {
      const stage = await openEmbeddedStage();
      try {
        const outcomes = await playKills(stage, 20_401, RUNS);
        expect(outcomes.filter(({ violations }) => violations.length > 0)).toEqual([]);
        expect(new Set(outcomes.map(({ victim }) => victim)).size).toBeGreaterThanOrEqual(4);
      } finally {
        await stage.close();
      }
    },
    DEADLINE_MS,
  );
});
