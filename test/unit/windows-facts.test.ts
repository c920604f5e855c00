// Small pure decisions of the Windows layer: error numbers, start times, sessions, environment blocks, registry values.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { explanations } from '../../src/cli/explain.ts';
import { ERRORS } from '../../src/model/error-table.ts';
import { win32Error } from '../../src/windows/errors.ts';
import { environmentBlock } from '../../src/windows/process-birth.ts';
import { toCentiseconds } from '../../src/windows/process-info.ts';
import { decodeValue, encodeValue } from '../../src/windows/registry.ts';
import { chooseSession, type Session } from '../../src/windows/session.ts';

describe('Win32 error', () => {
  it.each([
    [5, 'needs-administrator'],
    [1053, 'service-unresponsive'],
    [1055, 'service-database-locked'],
    [1056, 'service-running'],
    [1058, 'service-disabled'],
    [1060, 'not-installed'],
    [1061, 'service-busy'],
    [1062, 'service-not-running'],
    [1063, 'not-started-by-scm'],
    [1067, 'service-died'],
    [1069, 'service-logon-failed'],
    [1072, 'removal-pending'],
    [1073, 'service-exists'],
    [1078, 'service-name-taken'],
    [1008, 'not-signed-in'],
    [1314, 'privilege-missing'],
    [124, 'unsupported'],
    [31, 'windows-refused'],
    // A file that is missing means something else for each function.
    [2, 'windows-refused'],
  ] as const)('maps Win32 error %i to %s', (number, code) => {
    expect(win32Error(number, 'a step').code).toBe(code);
    expect(win32Error(number, 'StartServiceW X')).toMatchObject({ code, win32: number });
  });

  it.each([5, 1053, 1055, 1056, 1058, 1060, 1061, 1062, 1069, 1072, 1073, 1078])('%i has a plain sentence and a remedy', number => {
    const [entry, ...more] = explanations(String(number));
    expect(more).toEqual([]);
    expect(entry?.message).toMatch(/^[A-Z].{15,}\.$/);
    expect(entry?.remedy).toMatch(/^[A-Z].{15,}\.$/);
    // It says what is the matter, and not how Windows calls it.
    expect(`${entry?.message}${entry?.remedy}`).not.toMatch(/ERROR_|0x|\d{4}/);
  });

  it('names the failed call and the number, in every language of Windows', () => {
    expect(win32Error(1058, 'StartServiceW HermesGateway').message).toBe(
      `${ERRORS['service-disabled'].message} (StartServiceW HermesGateway: Windows error 1058.)`,
    );
  });

  it('has each Win32 error in one row of the table only', () => {
    const numbers = Object.values(ERRORS).flatMap(entry => ('win32' in entry ? [entry.win32] : []));
    expect(new Set(numbers).size).toBe(numbers.length);
  });
});

describe('start time', () => {
  // FILETIME ticks and what Python's int(round(((ticks - 116444736000000000) / 10000000.0) * 100)) gives for them.
  it.each([
    [116_444_736_000_000_000n, 0],
    [133_444_736_001_234_567n, 170_000_000_012],
    [133_444_736_000_050_000n, 170_000_000_000],
    [133_444_736_000_150_000n, 170_000_000_002],
    [134_123_456_789_012_345n, 176_787_207_890],
  ])('converts %i ticks to the number that psutil returns to Hermes', (ticks, centiseconds) => {
    expect(toCentiseconds(ticks)).toBe(centiseconds);
  });
});

describe('session of the gateway', () => {
  const sessions: Session[] = [
    { id: 4, state: 'disconnected' },
    { id: 3, state: 'active' },
    { id: 2, state: 'active' },
    { id: 1, state: 'other' },
  ];
  it('keeps the current session, whatever its state', () => {
    expect(chooseSession(sessions, 4)?.id).toBe(4);
    expect(chooseSession(sessions, 1)?.id).toBe(1);
  });
  it('uses an active session when the current one is gone, the lowest among equals', () => {
    expect(chooseSession(sessions, 9)?.id).toBe(2);
    expect(chooseSession(sessions)?.id).toBe(2);
  });
  it('uses a disconnected session when none is active', () => {
    expect(chooseSession(sessions.filter(session => session.state !== 'active'))?.id).toBe(4);
  });
  it('uses no session when the owner has none, and never the sign-in screen', () => {
    expect(chooseSession([])).toBeUndefined();
    expect(chooseSession([{ id: 1, state: 'other' }])).toBeUndefined();
  });
});

describe('environment block', () => {
  it('sorts an environment block by name without regard to case and ends it with two terminators', () => {
    expect(environmentBlock({ Path: 'C:\\x', a: 'ü', PATHEXT: '.EXE' }).toString('utf16le')).toBe('a=ü\0Path=C:\\x\0PATHEXT=.EXE\0\0');
  });
  it('writes two terminators for an empty environment block', () => {
    expect(environmentBlock({}).toString('utf16le')).toBe('\0\0');
  });
});

describe('registry value', () => {
  it('reads a registry value back as written', () => {
    const text = fc.string({ unit: 'grapheme' }).map(value => value.replaceAll('\0', ''));
    const value = fc.oneof(
      text,
      fc.nat(0xffff_ffff),
      fc.array(text.filter(Boolean)),
      text.map(expand => ({ expand })),
      fc.uint8Array().map(bytes => Buffer.from(bytes)),
    );
    fc.assert(
      fc.property(value, written => {
        const { type, bytes } = encodeValue(written);
        expect(decodeValue(type, bytes)).toEqual(written);
      }),
    );
  });
  it('reads a registry value even without a terminator', () => {
    expect(decodeValue(1, Buffer.from('abc', 'utf16le'))).toBe('abc');
    expect(decodeValue(7, Buffer.from('a\0b', 'utf16le'))).toEqual(['a', 'b']);
  });
});
