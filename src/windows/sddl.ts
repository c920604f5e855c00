/**
 * The security descriptor of a service, as bytes: enough to add one entry for the service's owner and to read it back. The owner may query,
 * start, stop and interrogate, so that start, stop, restart and update need no further consent; never more, because the right to change the
 * configuration is the right to choose the program that LocalSystem runs.
 * Sources: "Service Security and Access Rights", "ACE Strings", "SECURITY_DESCRIPTOR", "ACL", "ACE_HEADER" (Microsoft Learn), [MS-DTYP]
 * 2.4.
 */

/** A security identifier in its text form, `S-1-5-21-…`. */
export type Sid = string & { readonly __sid: never };

const SID_TEXT = /^S-1-(\d{1,15})((?:-\d{1,10}){1,15})$/;

/** The text of a SID, checked; throws a TypeError for any other text (an account name, an SDDL alias such as `BA`). */
export function parseSid(text: string): Sid {
  const match = SID_TEXT.exec(text);
  const authorities = match?.[2]?.slice(1).split('-') ?? [];
  if (!match || authorities.some(part => Number(part) > 0xffff_ffff)) throw new TypeError(`Not a security identifier: ${text}`);
  return text as Sid;
}

/** The SID at an offset of a structure: revision, count, six bytes of authority (big-endian), then the sub-authorities. */
export function sidFromBytes(bytes: Buffer, offset = 0): Sid {
  const count = bytes.readUInt8(offset + 1);
  const authorities = Array.from({ length: count }, (_, index) => bytes.readUInt32LE(offset + 8 + 4 * index));
  return parseSid(`S-${bytes.readUInt8(offset)}-${bytes.readUIntBE(offset + 2, 6)}-${authorities.join('-')}`);
}

export function sidToBytes(sid: Sid): Buffer {
  const [, , authority, ...rest] = sid.split('-').map(Number);
  const bytes = Buffer.alloc(8 + 4 * rest.length);
  bytes.writeUInt8(1, 0);
  bytes.writeUInt8(rest.length, 1);
  bytes.writeUIntBE(authority ?? 0, 2, 6);
  for (const [index, value] of rest.entries()) bytes.writeUInt32LE(value, 8 + 4 * index);
  return bytes;
}

/** winsvc.h and winnt.h: the rights on a service, as bits of an access mask. */
export const SERVICE_RIGHTS = {
  queryConfig: 0x0001,
  changeConfig: 0x0002,
  queryStatus: 0x0004,
  enumerateDependents: 0x0008,
  start: 0x0010,
  stop: 0x0020,
  pauseContinue: 0x0040,
  interrogate: 0x0080,
  userDefinedControl: 0x0100,
  delete: 0x1_0000,
  readControl: 0x2_0000,
  writeDac: 0x4_0000,
  writeOwner: 0x8_0000,
} as const;
export type ServiceRight = keyof typeof SERVICE_RIGHTS;

export const rightsMask = (rights: readonly ServiceRight[]): number => rights.reduce((mask, right) => mask | SERVICE_RIGHTS[right], 0);

/** The rights of the gateway's owner on its service: `CCLCSWRPWPLORC`. */
export const OWNER_RIGHTS = ['queryConfig', 'queryStatus', 'enumerateDependents', 'start', 'stop', 'interrogate', 'readControl'] as const;
export const OWNER_MASK: number = rightsMask(OWNER_RIGHTS);

const ACCESS_ALLOWED = 0;
const ACCESS_DENIED = 1;
const INHERITED = 0x10;
const SELF_RELATIVE_WITH_DACL = 0x8004;
/** SE_DACL_AUTO_INHERITED and SE_DACL_PROTECTED: the inheritance flags of a descriptor must stay. */
const DACL_INHERITANCE_CONTROL = 0x1400;

interface Ace {
  readonly type: number;
  readonly flags: number;
  /** The whole entry with its header. */
  readonly bytes: Buffer;
}

const maskOf = (ace: Ace): number => ace.bytes.readUInt32LE(4);
const isPlain = (ace: Ace): boolean => ace.type === ACCESS_ALLOWED || ace.type === ACCESS_DENIED;

function parseAcl(descriptor: Buffer): readonly Ace[] {
  const offset = descriptor.readUInt32LE(16);
  if (offset === 0) return [];
  const aces: Ace[] = [];
  let at = offset + 8;
  for (let left = descriptor.readUInt16LE(offset + 4); left > 0; left -= 1) {
    const size = descriptor.readUInt16LE(at + 2);
    aces.push({ type: descriptor.readUInt8(at), flags: descriptor.readUInt8(at + 1), bytes: descriptor.subarray(at, at + size) });
    at += size;
  }
  return aces;
}

/** An entry of a DACL, of whatever object. */
export interface AccessEntry {
  readonly allows: boolean;
  /** It applies to new children and not to the object itself. */
  readonly inheritOnly: boolean;
  /** A SID in its text form; for an entry of an unknown type its type number. */
  readonly sid: string;
  readonly mask: number;
}

const ALLOWED_CALLBACK = 9;
const DENYING: ReadonlySet<number> = new Set([ACCESS_DENIED, 6, 10, 12]);
const INHERIT_ONLY = 8;

/** The entries of a self-relative descriptor's DACL; undefined where it has none. An entry of an unknown type counts as allowing. */
export function accessEntries(descriptor: Buffer): AccessEntry[] | undefined {
  if (descriptor.readUInt32LE(16) === 0) return undefined;
  return parseAcl(descriptor).map(ace => ({
    allows: !DENYING.has(ace.type),
    inheritOnly: (ace.flags & INHERIT_ONLY) !== 0,
    sid: isPlain(ace) || ace.type === ALLOWED_CALLBACK ? sidFromBytes(ace.bytes, 8) : `entry of type ${ace.type}`,
    mask: maskOf(ace),
  }));
}

/** The owner in a self-relative descriptor. */
export function ownerOf(descriptor: Buffer): Sid | undefined {
  const offset = descriptor.readUInt32LE(4);
  return offset === 0 ? undefined : sidFromBytes(descriptor, offset);
}

function allowedAce(sid: Sid, mask: number): Ace {
  const sidBytes = sidToBytes(sid);
  const bytes = Buffer.alloc(8 + sidBytes.length);
  bytes.writeUInt8(ACCESS_ALLOWED, 0);
  bytes.writeUInt16LE(bytes.length, 2);
  bytes.writeUInt32LE(mask, 4);
  sidBytes.copy(bytes, 8);
  return { type: ACCESS_ALLOWED, flags: 0, bytes };
}

/** The rights that the descriptor's explicit (not inherited) entries allow this SID, as a mask; denying entries are not subtracted. */
export function allowedMask(descriptor: Buffer, sid: Sid): number {
  return parseAcl(descriptor)
    .filter(ace => ace.type === ACCESS_ALLOWED && !(ace.flags & INHERITED) && sidFromBytes(ace.bytes, 8) === sid)
    .reduce((mask, ace) => mask | maskOf(ace), 0);
}

/** Whether the descriptor has the owner's entry. */
export const grantsOwner = (descriptor: Buffer, owner: Sid): boolean => (allowedMask(descriptor, owner) & OWNER_MASK) === OWNER_MASK;

/**
 * The DACL of a self-relative descriptor with the owner's entry added, as a descriptor that contains only a DACL (what
 * SetServiceObjectSecurity takes with DACL_SECURITY_INFORMATION). Existing entries stay; a descriptor that has the entry is returned
 * unchanged. The entry comes after the explicit and before the inherited entries: the canonical order of Windows.
 */
export function withOwner(descriptor: Buffer, owner: Sid): Buffer {
  const offset = descriptor.readUInt32LE(16);
  // No DACL means that every user may do everything; a DACL with one entry would mean that no other user may do anything.
  if (offset === 0) throw new TypeError('This security descriptor has no DACL.');
  const aces = [...parseAcl(descriptor)];
  if (!grantsOwner(descriptor, owner)) {
    const firstInherited = aces.findIndex(ace => ace.flags & INHERITED);
    aces.splice(firstInherited === -1 ? aces.length : firstInherited, 0, allowedAce(owner, OWNER_MASK));
  }
  const acl = Buffer.alloc(8);
  const entries = Buffer.concat(aces.map(ace => ace.bytes));
  // The ACL keeps its revision: 4 where there are object entries, else 2.
  acl.writeUInt8(descriptor.readUInt8(offset), 0);
  acl.writeUInt16LE(acl.length + entries.length, 2);
  acl.writeUInt16LE(aces.length, 4);
  const header = Buffer.alloc(20);
  header.writeUInt8(1, 0);
  header.writeUInt16LE(SELF_RELATIVE_WITH_DACL | (descriptor.readUInt16LE(2) & DACL_INHERITANCE_CONTROL), 2);
  header.writeUInt32LE(header.length, 16);
  return Buffer.concat([header, acl, entries]);
}
