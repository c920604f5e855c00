// Kills in the middle of updates of a Windows service, a few of them: `npm run kills -- --wine` plays many.

import { describe, expect, it } from 'vitest';
import { playKills } from '../chaos/update-kills.ts';
import { openWineStage } from '../chaos/wine-stage.ts';
import { available } from './rig.ts';

const RUNS = 3;
const DEADLINE_MS = 400_000;

const wine = available();

describe.skipIf(!wine.ok)(`kill -9 in the middle of an update of a Windows service${wine.ok ? '' : ` (skipped: ${wine.reason})`}`, () => {
  it(
    `loses no gateway, starts none twice and leaves no files, ${RUNS} times`,
    async () => {
      const stage = await openWineStage();
      try {
        const outcomes = await playKills(stage, 7, RUNS);
        expect(outcomes.filter(({ violations }) => violations.length > 0)).toEqual([]);
      } finally {
        await stage.close();
      }
    },
    DEADLINE_MS,
  );
});
