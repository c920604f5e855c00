// Chaos, a little of it: `npm run chaos` plays ten thousand events. Linux lists processes with their environment.

import { describe, expect, it } from 'vitest';
import { EmbeddedChaos } from './embedded-chaos.ts';
import { KINDS, lineOf } from './events.ts';
import { playRounds, scriptOf } from './rounds.ts';

const EVENTS = 300;
const PROFILES = 12;
const SEED = 8;
const DEADLINE_MS = 300_000;

const linux = process.platform === 'linux';
const everything = { profiles: 3, without: {} };

describe('commands and faults in random order', () => {
  it('generates the same script for the same seed and parses every line of it back', () => {
    const script = scriptOf(7, everything, 200);
    expect(script).toEqual(scriptOf(7, everything, 200));
    expect(script).not.toEqual(scriptOf(8, everything, 200));
    expect(script.map(step => JSON.parse(lineOf(step)))).toEqual(script);
  });

  it.skipIf(!linux)(
    `keeps every invariant of ${PROFILES} gateways through ${EVENTS} events${linux ? '' : ' (processes are listed on Linux only)'}`,
    async () => {
      const open = async () => new EmbeddedChaos(PROFILES);
      const { findings, events, births, counts } = await playRounds({
        open,
        seed: SEED,
        events: EVENTS,
        eventsPerRound: EVENTS,
        shrinkMs: 0,
      });
      expect(findings.map(({ what, script }) => [...script.map(lineOf), what].join('\n'))).toEqual([]);
      expect(events).toBe(EVENTS);
      expect(KINDS.filter(kind => !(kind in counts))).toEqual(['switch']);
      expect(births).toBeGreaterThan(PROFILES);
    },
    DEADLINE_MS,
  );
});
