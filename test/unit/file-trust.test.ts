// Who may change a program that others run with more rights than their own: as paths and security descriptors, byte by byte. That Windows
// enforces it is proved on Windows only.
import { describe, expect, it } from 'vitest';
import { distrust, foldersAbove, isPlainPath } from '../../src/windows/file-trust.ts';
import type { ObjectSecurity } from '../../src/windows/object-security.ts';
import { type AccessEntry, accessEntries, ownerOf, parseSid, sidToBytes } from '../../src/windows/sddl.ts';

const SYSTEM = parseSid('S-1-5-18');
const ADMINISTRATORS = parseSid('S-1-5-32-544');
const USERS = parseSid('S-1-5-32-545');
const ANN = parseSid('S-1-5-21-1-2-3-1001');
const FULL = 0x1f_01ff;
const READ_AND_RUN = 0x12_00a9;

const allow = (sid: string, mask: number, inheritOnly = false): AccessEntry => ({ allows: true, inheritOnly, sid, mask });
/** As Windows has it below Program Files. */
const usual: ObjectSecurity = {
  owner: ADMINISTRATORS,
  entries: [allow(SYSTEM, FULL), allow(ADMINISTRATORS, FULL), allow(USERS, READ_AND_RUN), allow('S-1-3-0', 0x1000_0000, true)],
};

describe('folder that contains programs run as LocalSystem', () => {
  it('trusts a folder with the default rights of Program Files', () => {
    expect(distrust(usual, 'own')).toBeUndefined();
    expect(distrust(usual, 'above')).toBeUndefined();
  });

  it.each([
    ['write data', 0x2],
    ['append', 0x4],
    ['delete what is in it', 0x40],
    ['delete', 0x1_0000],
    ['change the rights', 0x4_0000],
    ['take it over', 0x8_0000],
    ['everything, by a generic right', 0x1000_0000],
    ['write, by a generic right', 0x4000_0000],
  ])('does not trust a folder where a user may %s', (_right, mask) => {
    const changed = { ...usual, entries: [...(usual.entries ?? []), allow(ANN, mask)] };
    expect(distrust(changed, 'own')).toBe(`${ANN} may change it`);
  });

  it('does not trust a folder owned by a user, because the owner can grant any right', () => {
    expect(distrust({ ...usual, owner: ANN }, 'own')).toBe(`it is owned by ${ANN}`);
    expect(distrust({ ...usual, owner: undefined }, 'own')).toBeDefined();
  });

  it('does not trust a folder without a DACL', () => expect(distrust({ ...usual, entries: undefined }, 'own')).toBeDefined());

  it('trusts a folder below one where users may create folders, as on C:, but not where they may replace it', () => {
    const disk = (mask: number) => ({ ...usual, entries: [...(usual.entries ?? []), allow('S-1-5-11', mask)] });
    expect(distrust(disk(0x4), 'above')).toBeUndefined();
    expect(distrust(disk(0x40), 'above')).toBe('S-1-5-11 may change it');
    expect(distrust(disk(0x4_0000), 'above')).toBe('S-1-5-11 may change it');
  });

  it('checks the bytes of the security descriptor, and counts an entry of an unknown type as one that allows', () => {
    const descriptor = (type: number, mask: number): Buffer => {
      const owner = sidToBytes(SYSTEM);
      const who = sidToBytes(ANN);
      const bytes = Buffer.alloc(20 + owner.length + 8 + 8 + who.length);
      bytes.writeUInt16LE(0x8004, 2);
      bytes.writeUInt32LE(20, 4);
      owner.copy(bytes, 20);
      const acl = 20 + owner.length;
      bytes.writeUInt32LE(acl, 16);
      bytes.writeUInt16LE(1, acl + 4);
      bytes.writeUInt8(type, acl + 8);
      bytes.writeUInt16LE(8 + who.length, acl + 10);
      bytes.writeUInt32LE(mask, acl + 12);
      who.copy(bytes, acl + 16);
      return bytes;
    };
    const judged = (bytes: Buffer) => distrust({ owner: ownerOf(bytes), entries: accessEntries(bytes) }, 'own');
    expect(judged(descriptor(0, 0x2))).toBe(`${ANN} may change it`);
    expect(judged(descriptor(0, READ_AND_RUN))).toBeUndefined();
    expect(judged(descriptor(1, 0x2))).toBeUndefined();
    expect(judged(descriptor(5, 0x2))).toBe('entry of type 5 may change it');
  });
});

describe('plain path', () => {
  it.each(['C:\\Program Files\\Hermes Gateway Service\\0123456789abcdef\\hermes-gateway-host.exe', "D:\\Jo's Söhne (1)\\用户.exe"])(
    'is %s',
    file => expect(isPlainPath(file)).toBe(true),
  );

  it.each([
    '\\\\server\\share\\host.exe',
    '\\\\?\\C:\\host.exe',
    '\\\\.\\C:\\host.exe',
    'C:host.exe',
    'C:/host.exe',
    'host.exe',
    'C:\\a\\..\\host.exe',
    'C:\\a\\.\\host.exe',
    'C:\\a\\\\host.exe',
    'C:\\host.exe:stream',
    'C:\\a.\\host.exe',
    'C:\\a \\host.exe',
    'C:\\host.exe.',
    'C:\\host\0.exe',
    'C:\\',
    '',
  ])('refuses %j as a plain path', file => expect(isPlainPath(file)).toBe(false));

  it('checks every folder above the path, from the drive down', () => {
    expect(foldersAbove('C:\\a b\\c\\host.exe')).toEqual(['C:\\', 'C:\\a b', 'C:\\a b\\c']);
  });
});
