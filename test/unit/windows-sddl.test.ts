// The owner's entry in the security descriptor of a service: tested as bytes, because nothing but Windows enforces it.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  accessEntries,
  allowedMask,
  grantsOwner,
  OWNER_MASK,
  parseSid,
  rightsMask,
  type Sid,
  sidFromBytes,
  sidToBytes,
  withOwner,
} from '../../src/windows/sddl.ts';

const OWNER = parseSid('S-1-5-21-1004336348-1177238915-682003330-1001');
const OTHER = parseSid('S-1-5-21-1004336348-1177238915-682003330-1002');
const SYSTEM = parseSid('S-1-5-18');
const ADMINISTRATORS = parseSid('S-1-5-32-544');

interface Entry {
  readonly sid: Sid;
  readonly mask: number;
  readonly type?: number;
  readonly flags?: number;
}

/** A self-relative descriptor with an owner and these entries, as QueryServiceObjectSecurity gives it: with room behind it. */
function descriptor(entries: readonly Entry[], control = 0x8004): Buffer {
  const aces = entries.map(({ sid, mask, type = 0, flags = 0 }) => {
    const sidBytes = sidToBytes(sid);
    const header = Buffer.alloc(8);
    header.writeUInt8(type, 0);
    header.writeUInt8(flags, 1);
    header.writeUInt16LE(8 + sidBytes.length, 2);
    header.writeUInt32LE(mask, 4);
    return Buffer.concat([header, sidBytes]);
  });
  const owner = sidToBytes(SYSTEM);
  const header = Buffer.alloc(20);
  header.writeUInt8(1, 0);
  header.writeUInt16LE(control, 2);
  header.writeUInt32LE(20, 4);
  header.writeUInt32LE(20 + owner.length, 16);
  const acl = Buffer.alloc(8);
  acl.writeUInt8(2, 0);
  acl.writeUInt16LE(8 + aces.reduce((sum, ace) => sum + ace.length, 0), 2);
  acl.writeUInt16LE(aces.length, 4);
  return Buffer.concat([header, owner, acl, ...aces, Buffer.alloc(40)]);
}

/** What the SCM gives a new service: LocalSystem and administrators much, everybody else the right to look. */
const FRESH = [
  { sid: SYSTEM, mask: 0x0002_01fd },
  { sid: ADMINISTRATORS, mask: 0x000f_01ff },
  { sid: parseSid('S-1-5-4'), mask: 0x0002_018d },
];

describe('SID', () => {
  it('keeps a SID unchanged through bytes and back', () => {
    fc.assert(
      fc.property(fc.nat(2 ** 40), fc.array(fc.nat(0xffff_ffff), { minLength: 1, maxLength: 15 }), (authority, rest) => {
        const sid = parseSid(`S-1-${authority}-${rest.join('-')}`);
        expect(sidFromBytes(sidToBytes(sid))).toBe(sid);
      }),
    );
  });

  it('writes a SID with the bytes that Windows documents', () => {
    expect(sidToBytes(ADMINISTRATORS).toString('hex')).toBe('01020000000000052000000020020000');
  });

  it.each(['BA', 'DOMAIN\\user', 'S-1-5', 'S-1-5-4294967296', 'S-1-5-21;;;BA', ''])('is not %j', text => {
    expect(() => parseSid(text)).toThrow(TypeError);
  });
});

describe('access entry of the owner', () => {
  it('never grants the owner a right that gives full control of the service', () => {
    expect(OWNER_MASK & rightsMask(['changeConfig', 'writeDac', 'writeOwner', 'delete', 'userDefinedControl'])).toBe(0);
    expect(OWNER_MASK).toBe(0x0002_00bd);
  });

  it('adds the entry to the existing ones, which stay unchanged', () => {
    const changed = withOwner(descriptor(FRESH), OWNER);
    expect(accessEntries(changed)).toEqual([
      ...(accessEntries(descriptor(FRESH)) ?? []),
      expect.objectContaining({ sid: OWNER, mask: OWNER_MASK }),
    ]);
    expect(grantsOwner(descriptor(FRESH), OWNER)).toBe(false);
    expect(grantsOwner(changed, OWNER)).toBe(true);
  });

  it('adds the entry once, however often it is requested', () => {
    const once = withOwner(descriptor(FRESH), OWNER);
    expect(withOwner(once, OWNER)).toEqual(once);
  });

  it('builds a descriptor of a DACL alone, with its exact length', () => {
    const changed = withOwner(descriptor(FRESH), OWNER);
    expect(changed.readUInt32LE(4)).toBe(0);
    expect(changed.readUInt16LE(2) & 0x8004).toBe(0x8004);
    expect(changed.length).toBe(20 + changed.readUInt16LE(22));
    expect(changed.readUInt16LE(24)).toBe(FRESH.length + 1);
  });

  it('places the entry before the inherited ones and after a denying one', () => {
    const entries = [
      { sid: OTHER, mask: 0x20, type: 1 },
      { sid: SYSTEM, mask: 0x1fd },
      { sid: ADMINISTRATORS, mask: 0x1ff, flags: 0x10 },
    ];
    const sids = accessEntries(withOwner(descriptor(entries), OWNER))?.map(({ sid }) => sid);
    expect(sids).toEqual([OTHER, SYSTEM, OWNER, ADMINISTRATORS]);
  });

  it('extends an entry that grants less, and removes nothing from one that grants more', () => {
    const less = withOwner(descriptor([...FRESH, { sid: OWNER, mask: rightsMask(['start']) }]), OWNER);
    expect(allowedMask(less, OWNER)).toBe(OWNER_MASK);
    const more = descriptor([...FRESH, { sid: OWNER, mask: OWNER_MASK | rightsMask(['pauseContinue']) }]);
    expect(allowedMask(withOwner(more, OWNER), OWNER)).toBe(OWNER_MASK | rightsMask(['pauseContinue']));
  });

  it('does not take an entry of another user for the entry of the owner', () => {
    expect(grantsOwner(withOwner(descriptor(FRESH), OTHER), OWNER)).toBe(false);
  });

  it('keeps the inheritance flags of the descriptor', () => {
    expect(withOwner(descriptor(FRESH, 0x9404), OWNER).readUInt16LE(2)).toBe(0x9404);
  });

  it('refuses to add an entry when there is no DACL, because that would exclude all other users', () => {
    const open = descriptor(FRESH);
    open.writeUInt32LE(0, 16);
    expect(() => withOwner(open, OWNER)).toThrow(TypeError);
  });
});
