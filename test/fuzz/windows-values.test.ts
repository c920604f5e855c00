// Values that Windows stores and any program with the rights may write: registry types, failure actions, SIDs, the Startup switch.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { parseFailureActions, toFailureActions } from '../../src/windows/failure-actions.ts';
import { decodeValue, encodeValue } from '../../src/windows/registry.ts';
import { parseSid, sidFromBytes, sidToBytes } from '../../src/windows/sddl.ts';
import { isSwitchedOn } from '../../src/windows/startup-folder.ts';
import { expandVariables } from '../../src/windows/user-environment.ts';
import { anyBytes } from './anything.ts';

const noNul = fc.string({ unit: 'grapheme' }).map(text => text.replaceAll('\0', ''));

describe('registry values', () => {
  it('round-trips a registry value through its bytes', () => {
    const value = fc.oneof(
      noNul,
      fc.integer({ min: 0, max: 0xffff_ffff }),
      noNul.map(expand => ({ expand })),
      fc.array(noNul.filter(text => text !== '')),
      anyBytes,
    );
    fc.assert(
      fc.property(value, given => {
        const { type, bytes } = encodeValue(given);
        expect(decodeValue(type, bytes)).toEqual(given);
      }),
    );
  });

  it('decodes any bytes to a value of the type, or keeps the bytes', () => {
    fc.assert(
      fc.property(fc.nat(12), anyBytes, (type, bytes) => {
        const value = decodeValue(type, bytes);
        const plain =
          typeof value === 'string' || typeof value === 'number' || Buffer.isBuffer(value) || Array.isArray(value) || 'expand' in value;
        expect(plain).toBe(true);
      }),
    );
  });
});

describe('failure actions', () => {
  const plan = fc.record({
    delaysMs: fc.array(fc.integer({ min: 0, max: 0xffff_ffff }), { minLength: 1, maxLength: 20 }),
    resetMs: fc.integer({ min: 0, max: 4_000_000 }).map(seconds => seconds * 1_000),
  });
  /** As the SCM keeps them in the registry. */
  const bytesOf = ({ dwResetPeriod, lpsaActions }: ReturnType<typeof toFailureActions>): Buffer => {
    const words = [dwResetPeriod, 0, 0, lpsaActions.length, 20, ...lpsaActions.flatMap(({ Type, Delay }) => [Type, Delay])];
    const bytes = Buffer.alloc(4 * words.length);
    for (const [index, word] of words.entries()) bytes.writeUInt32LE(word, 4 * index);
    return bytes;
  };

  it('round-trips restart delays through the failure actions', () => {
    fc.assert(
      fc.property(plan, given => {
        expect(parseFailureActions(bytesOf(toFailureActions(given)))).toEqual(given);
      }),
    );
  });

  it('decodes any bytes to valid restart delays or undefined', () => {
    const cut = fc.tuple(plan, fc.nat(), anyBytes).map(([given, at, more]) => {
      const bytes = bytesOf(toFailureActions(given));
      return Buffer.concat([bytes.subarray(0, at % (bytes.length + 1)), more]);
    });
    fc.assert(
      fc.property(fc.oneof(cut, anyBytes), bytes => {
        const read = parseFailureActions(bytes);
        return (
          read === undefined ||
          (read.delaysMs.length > 0 && read.delaysMs.every(Number.isSafeInteger) && Number.isSafeInteger(read.resetMs))
        );
      }),
    );
  });
});

describe('security identifiers', () => {
  it('round-trips a security identifier through its bytes', () => {
    const sid = fc
      .tuple(fc.nat(2 ** 31 - 1), fc.array(fc.integer({ min: 0, max: 0xffff_ffff }), { minLength: 1, maxLength: 15 }))
      .map(([authority, rest]) => `S-1-${authority}-${rest.join('-')}`);
    fc.assert(
      fc.property(sid, text => {
        expect(sidFromBytes(sidToBytes(parseSid(text)))).toBe(text);
      }),
    );
  });

  it('accepts only a security identifier that can be converted to bytes', () => {
    const near = fc.string({ unit: fc.constantFrom('S', '-', '1', '5', '0', '9', ' ', 'B', 'A'), maxLength: 40 });
    fc.assert(
      fc.property(
        fc.oneof(
          near,
          near.map(rest => `S-1-${rest}`),
          fc.string(),
        ),
        text => {
          let bytes: Buffer | undefined;
          try {
            bytes = sidToBytes(parseSid(text));
          } catch (error) {
            // What does not fit into its bytes must not pass as a SID.
            return error instanceof TypeError;
          }
          return bytes.length >= 12;
        },
      ),
    );
  });
});

describe('other values in the registry', () => {
  it('returns a boolean for any switch value, and keeps variables that are not set', () => {
    fc.assert(
      fc.property(anyBytes, fc.string(), (bytes, text) => {
        expect(typeof isSwitchedOn(bytes)).toBe('boolean');
        expect(expandVariables(text, {})).toBe(text);
      }),
    );
  });
});
