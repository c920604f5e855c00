// Profile names: what Hermes accepts, minus what Windows cannot make a folder, a service or a pipe of.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { GatewayServiceError } from '../../src/model/errors.ts';
import { DEFAULT_PROFILE, parseProfile } from '../../src/model/profile.ts';

function refusal(name: string, options?: { exists: boolean }): GatewayServiceError {
  try {
    parseProfile(name, options);
  } catch (error) {
    if (error instanceof GatewayServiceError) return error;
    throw error;
  }
  throw new Error(`accepted ${JSON.stringify(name)}`);
}

describe('parseProfile', () => {
  it.each([
    ['work', 'work'],
    ['Work', 'work'],
    [' work\n', 'work'],
    ['0-a_b', '0-a_b'],
    ['a'.repeat(64), 'a'.repeat(64)],
    ['DEFAULT', DEFAULT_PROFILE],
    ['console', 'console'],
    ['com10', 'com10'],
  ])('parses %j as %j', (given, profile) => {
    expect(parseProfile(given)).toBe(profile);
  });

  it.each(['', ' ', '..', '.', 'a b', 'a/b', 'a\\b', '-a', '_a', 'a'.repeat(65), 'ärger', '仕事', 'a\0', 'a"b', '%PATH%'])(
    'refuses %j and quotes it',
    name => {
      const error = refusal(name);
      expect(error.code).toBe('profile-invalid');
      expect(error.message).toContain(JSON.stringify(name));
      expect(error.remedy).toContain('1 to 64');
    },
  );

  it.each(['con', 'PRN', 'aux', 'NUL', 'com1', 'LPT9'])('refuses the Windows device %s, even where a folder seems to exist', name => {
    expect(refusal(name, { exists: true }).remedy).toContain('Windows reserves this name');
  });

  it.each(['hermes', 'test', 'tmp', 'root', 'sudo'])('refuses %s for a new profile, but serves one that is there', name => {
    expect(refusal(name).remedy).toContain('Hermes reserves this name');
    expect(parseProfile(name, { exists: true })).toBe(name);
  });

  it('shortens a very long name in the message', () => {
    expect(refusal('x'.repeat(5_000)).message.length).toBeLessThan(300);
  });

  it('never accepts a name that could leave the profiles folder or break a command line', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), name => {
        let profile: string;
        try {
          profile = parseProfile(name);
        } catch (error) {
          expect(error).toBeInstanceOf(GatewayServiceError);
          return;
        }
        expect(profile).toMatch(/^[a-z0-9][a-z0-9_-]{0,63}$/);
        expect(parseProfile(profile)).toBe(profile);
      }),
    );
  });
});
