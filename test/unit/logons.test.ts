// The user of a session comes from the logons of Windows, without a look-up by account name.
import koffi from 'koffi';
import { expect, it } from 'vitest';
import { isNameOf, type Logon, logonAt, userAmong } from '../../src/windows/logons.ts';
import { parseSid, type Sid, sidToBytes } from '../../src/windows/sddl.ts';
import { LAYOUTS } from '../../src/windows/types.ts';

const ANN = parseSid('S-1-12-1-1111-2222-3333-4444');
const ADMINISTRATOR = parseSid('S-1-5-21-1-2-3-500');
const OTHER_ANN = parseSid('S-1-5-21-1-2-3-1001');

const logon = (sid: Sid, account: string, session = 1): Logon => {
  const [domain = '', name = ''] = account.split('\\');
  return { sid, session, domain, name, principal: `${name}@example.com` };
};
const LOGONS = [
  logon(parseSid('S-1-5-18'), 'WORKGROUP\\PC$', 0),
  // The limited and the full token of one user are two logons.
  logon(ANN, 'AzureAD\\Ann'),
  logon(ANN, 'AzureAD\\Ann'),
  logon(ADMINISTRATOR, 'PC\\Administrator'),
  logon(OTHER_ANN, 'PC\\ann', 2),
];

it('finds the user of a session, not the administrator who consented in it', () => {
  expect(userAmong(LOGONS, 1, { name: 'ann', domain: 'AZUREAD' })).toBe(ANN);
  expect(userAmong(LOGONS, 2, { name: 'ann', domain: 'PC' })).toBe(OTHER_ANN);
});

it('finds the user by name where Windows writes the domain in another form, if only one has that name', () => {
  expect(userAmong(LOGONS, 1, { name: 'Ann', domain: 'contoso.example' })).toBe(ANN);
  expect(userAmong([...LOGONS, logon(OTHER_ANN, 'PC\\ann')], 1, { name: 'Ann', domain: 'contoso.example' })).toBeUndefined();
  expect(userAmong(LOGONS, 3, { name: 'ann', domain: 'AzureAD' })).toBeUndefined();
});

it('recognizes each name of a user, and no name of another user', () => {
  for (const name of ['ann', 'AZUREAD\\ann', 'Ann@Example.com']) expect(isNameOf(LOGONS, ANN, name)).toBe(true);
  for (const name of ['', 'PC\\ann', 'Administrator']) expect(isNameOf(LOGONS, ANN, name)).toBe(false);
});

it("reads a logon from Windows' memory, and none where it has no user", () => {
  const { size, UserName, LogonDomain, Session, Sid: sidOffset } = LAYOUTS.SECURITY_LOGON_SESSION_DATA;
  const data = Buffer.alloc(size);
  const texts = { [UserName]: Buffer.from('Ann', 'utf16le'), [LogonDomain]: Buffer.from('AzureAD', 'utf16le') };
  for (const [offset, text] of Object.entries(texts)) {
    data.writeUInt16LE(text.length, Number(offset));
    data.writeBigUInt64LE(koffi.address(text), Number(offset) + 8);
  }
  data.writeUInt32LE(7, Session);
  expect(logonAt(koffi.address(data))).toBeUndefined();
  const sid = sidToBytes(ANN);
  data.writeBigUInt64LE(koffi.address(sid), sidOffset);
  expect(logonAt(koffi.address(data))).toEqual({ session: 7, sid: ANN, name: 'Ann', domain: 'AzureAD', principal: '' });
});
