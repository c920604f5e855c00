// Whom a service belongs to is decided by where the elevated step was started, not by who consented.
import { expect, it } from 'vitest';
import { ownerOf } from '../../src/mechanisms/service-registration.ts';
import { parseSid } from '../../src/windows/sddl.ts';

const ANN = parseSid('S-1-5-21-1-2-3-1001');
const ADMINISTRATOR = parseSid('S-1-5-21-1-2-3-500');
const SYSTEM = parseSid('S-1-5-18');

it('returns the user of the session, whichever account gave the consent', () => {
  expect(ownerOf(ANN, ADMINISTRATOR)).toBe(ANN);
  expect(ownerOf(ANN, SYSTEM)).toBe(ANN);
});

it('returns the user of the process when the session has none', () => expect(ownerOf(undefined, ADMINISTRATOR)).toBe(ADMINISTRATOR));

it('never returns an account of Windows itself: a step that a task of SYSTEM starts registers nothing', () => {
  for (const account of ['S-1-5-18', 'S-1-5-19', 'S-1-5-20'])
    expect(() => ownerOf(undefined, parseSid(account))).toThrow(expect.objectContaining({ code: 'not-signed-in' }));
});
