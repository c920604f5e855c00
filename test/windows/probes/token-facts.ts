// What the token without a password and that of a session may do: token-facts OUT OWNER SESSION, as LocalSystem. Writes both into OUT, or the
// error.
import { writeFileSync } from 'node:fs';
import koffi from 'koffi';
import { closeHandle, using } from '../../../src/windows/handle.ts';
import { declare } from '../../../src/windows/library.ts';
import { passwordlessToken } from '../../../src/windows/passwordless-logon.ts';
import { parseSid, sidFromBytes } from '../../../src/windows/sddl.ts';
import { openSessionToken } from '../../../src/windows/session.ts';
import { BOOL, DWORD, HANDLE, type Handle, out, POINTER } from '../../../src/windows/types.ts';
import { loadProfile } from '../../../src/windows/user-profile.ts';

export interface TokenFacts {
  readonly user: string;
  /** `S-1-16-8192` is medium. */
  readonly integrity: string;
  /** Their numbers. */
  readonly privileges: readonly number[];
  /** Groups that allow something; a group that only denies is not among them. */
  readonly groups: readonly string[];
}

const advapi32 = declare('advapi32.dll', { GetTokenInformation: [BOOL, HANDLE, 'int', POINTER, DWORD, out(DWORD)] });

const TOKEN = { user: 1, groups: 2, privileges: 3, integrity: 25 } as const;
const BYTES = 65_536;
const SID_AND_ATTRIBUTES = 16;
const LUID_AND_ATTRIBUTES = 12;
const SE_GROUP_ENABLED = 4;

function information(token: Handle, kind: number): Buffer {
  const bytes = Buffer.alloc(BYTES);
  const { result, lastError } = advapi32.GetTokenInformation(token, kind, bytes, bytes.length, [0]);
  if (!result) throw new Error(`GetTokenInformation ${kind}: ${lastError}`);
  return bytes;
}

/** The SID that an entry of the structure points to, which is in the same memory. */
const sidAt = (bytes: Buffer, offset: number): string =>
  sidFromBytes(bytes, Number(bytes.readBigUInt64LE(offset) - BigInt(koffi.address(bytes))));

function factsOf(token: Handle): TokenFacts {
  const groups = information(token, TOKEN.groups);
  const privileges = information(token, TOKEN.privileges);
  const entries = Array.from({ length: groups.readUInt32LE() }, (_, index) => 8 + SID_AND_ATTRIBUTES * index);
  return {
    user: sidAt(information(token, TOKEN.user), 0),
    integrity: sidAt(information(token, TOKEN.integrity), 0),
    privileges: Array.from({ length: privileges.readUInt32LE() }, (_, index) => privileges.readUInt32LE(4 + LUID_AND_ATTRIBUTES * index)),
    groups: entries.filter(at => groups.readUInt32LE(at + 8) & SE_GROUP_ENABLED).map(at => sidAt(groups, at)),
  };
}

const [, , outFile = '', owner = '', session = ''] = process.argv;
try {
  const made = passwordlessToken(parseSid(owner));
  const unload = loadProfile(made);
  const facts = { passwordless: factsOf(made.token), session: using(openSessionToken(Number(session)), closeHandle, factsOf) };
  unload();
  closeHandle(made.token);
  writeFileSync(outFile, JSON.stringify(facts));
} catch (error) {
  writeFileSync(outFile, JSON.stringify({ error: String(error) }));
}
process.exit(0);
