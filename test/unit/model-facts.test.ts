// What a host wrote of itself, where anybody could have written: whatever fits is believed, and nothing else.
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { type HostFacts, parseHostFacts } from '../../src/model/facts.ts';

const AT = '2026-11-22T12:00:00.000Z';
const FACTS: HostFacts = {
  phase: 'restarting',
  since: AT,
  lastStop: { at: AT, reason: 'stopped through the SCM' },
  lastRunnerExit: { at: AT, code: 1 },
  failures: 3,
  nextTry: { at: AT, attempt: 2 },
  launchError: { code: 'privilege-missing', message: 'A privilege is missing.', remedy: 'Install it again.', win32: 1314 },
  session: { id: 1, user: 'S-1-5-21-1-2-3-1001' },
};

it('keeps facts unchanged through JSON', () => {
  expect(parseHostFacts(JSON.parse(JSON.stringify(FACTS)))).toEqual(FACTS);
  expect(parseHostFacts({ phase: 'stopped', since: AT })).toEqual({ phase: 'stopped', since: AT });
});

it.each(Object.keys(FACTS).filter(name => name !== 'phase' && name !== 'since'))('rubbish for %s costs that field and no other', name => {
  const { [name as keyof HostFacts]: _, ...others } = FACTS;
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.double({ max: -1 }), fc.constant(null), fc.array(fc.anything()), fc.object()), rubbish => {
      expect(parseHostFacts({ ...FACTS, [name]: rubbish })).toEqual(others);
    }),
  );
});

it('refuses facts without a phase and a time, whatever else they contain', () => {
  for (const rubbish of [undefined, null, 7, 'x', [], {}, { ...FACTS, phase: 'flying' }, { ...FACTS, since: 'now' }]) {
    expect(parseHostFacts(rubbish)).toBeUndefined();
  }
  fc.assert(fc.property(fc.jsonValue(), value => parseHostFacts(value) === undefined));
});
