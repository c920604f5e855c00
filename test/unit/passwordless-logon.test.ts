// The owner's token without a password: what Windows is asked for, and what is refused. The stand-in answers as LsaLogonUser may.
import { describe, expect, it } from 'vitest';
import type { NamedAccount } from '../../src/windows/account.ts';
import { type LogonAnswer, type LogonPorts, type LogonRequest, passwordlessToken, s4uLogon } from '../../src/windows/passwordless-logon.ts';
import { parseSid, type Sid } from '../../src/windows/sddl.ts';

const OWNER = parseSid('S-1-5-21-1-2-3-1001');
const SOMEBODY = parseSid('S-1-5-21-1-2-3-1002');
const LOCAL: NamedAccount = { name: 'ann', domain: 'DESK', isLocal: true };

interface Scene {
  readonly account?: NamedAccount;
  readonly answer?: LogonAnswer;
  readonly user?: Sid;
}

function scene({ account = LOCAL, answer = { status: 0, token: 11n }, user = OWNER }: Scene = {}) {
  const asked: LogonRequest[] = [];
  const closed: bigint[] = [];
  const ports: LogonPorts = {
    account: () => account,
    principal: ({ name }) => `${name}@corp.example.com`,
    logOn: request => {
      asked.push(request);
      return answer;
    },
    userOf: () => user,
    filtered: token => token + 100n,
    close: token => void closed.push(token),
  };
  return { asked, closed, ports };
}

const STATUS_LOGON_FAILURE = 0xc000_006d;
const STATUS_ACCOUNT_RESTRICTION = 0xc000_006e;
const STATUS_INVALID_LOGON_HOURS = 0xc000_006f;
const STATUS_ACCOUNT_DISABLED = 0xc000_0072;
const STATUS_NOT_SUPPORTED = 0xc000_00bb;
const STATUS_UNKNOWN = 0xc000_0999;

describe('passwordlessToken', () => {
  it('asks the package of this computer for a local account, and gives the filtered token', () => {
    const { asked, closed, ports } = scene();
    expect(passwordlessToken(OWNER, ports)).toEqual({ token: 111n, name: 'ann' });
    expect(asked).toEqual([{ by: 'MICROSOFT_AUTHENTICATION_PACKAGE_V1_0', user: 'ann', domain: '.' }]);
    expect(closed).toEqual([11n]);
  });

  it('asks Kerberos for an account of a domain', () => {
    const { asked, ports } = scene({ account: { name: 'ann', domain: 'CORP', isLocal: false } });
    passwordlessToken(OWNER, ports);
    expect(asked).toEqual([{ by: 'Kerberos', user: 'ann@corp.example.com', domain: '' }]);
  });

  it('uses the present name of a renamed account', () => {
    const { asked, ports } = scene({ account: { ...LOCAL, name: 'anna' } });
    expect(passwordlessToken(OWNER, ports).name).toBe('anna');
    expect(asked[0]?.user).toBe('anna');
  });

  it('refuses the token of somebody else, and closes it', () => {
    const { closed, ports } = scene({ user: SOMEBODY });
    expect(() => passwordlessToken(OWNER, ports)).toThrow('another user');
    expect(closed).toEqual([11n]);
  });

  it('asks for no account of Entra ID', () => {
    const { asked, ports } = scene();
    expect(() => passwordlessToken(parseSid('S-1-12-1-1-2-3-4'), ports)).toThrow('Entra ID');
    expect(asked).toEqual([]);
  });

  it('says that an account has no name', () => {
    const { ports } = scene();
    const account = () => {
      throw new Error('1332');
    };
    expect(() => passwordlessToken(OWNER, { ...ports, account })).toThrow(expect.objectContaining({ code: 'before-sign-in-refused' }));
  });

  it.each([
    [STATUS_LOGON_FAILURE, 'may not sign in this way'],
    [STATUS_ACCOUNT_RESTRICTION, 'a restriction of the account'],
    [STATUS_INVALID_LOGON_HOURS, 'at this time'],
    [STATUS_ACCOUNT_DISABLED, 'is disabled'],
    [STATUS_NOT_SUPPORTED, 'does not support it'],
    [STATUS_UNKNOWN, '0xC0000999'],
  ])('says why Windows refuses: 0x%x', (status, words) => {
    const { ports } = scene({ answer: { status } });
    expect(() => passwordlessToken(OWNER, ports)).toThrow(words);
    expect(() => passwordlessToken(OWNER, ports)).toThrow(expect.objectContaining({ code: 'before-sign-in-refused' }));
  });

  it('refuses an answer without a token', () => {
    const { ports } = scene({ answer: { status: 0 } });
    expect(() => passwordlessToken(OWNER, ports)).toThrow(expect.objectContaining({ code: 'before-sign-in-refused' }));
  });
});

describe('s4uLogon', () => {
  it('has type, flags, and both names by their address in the same memory', () => {
    const bytes = s4uLogon('änn', '.');
    expect(bytes.readUInt32LE(0)).toBe(12);
    expect(bytes.readUInt32LE(4)).toBe(2);
    const base = bytes.readBigUInt64LE(16) - 40n;
    const text = (offset: number) => {
      const at = Number(bytes.readBigUInt64LE(offset + 8) - base);
      return bytes.subarray(at, at + bytes.readUInt16LE(offset)).toString('utf16le');
    };
    expect([text(8), text(24)]).toEqual(['änn', '.']);
    expect(bytes.readUInt16LE(10)).toBe(6);
    expect(bytes).toHaveLength(40 + 6 + 2);
  });
});
