/**
 * The account of a SID, by its present name: accounts are renamed.
 * Sources: LookupAccountSidW, GetComputerNameW, TranslateNameW (Microsoft Learn).
 */
import { callError, checkCall } from './errors.ts';
import { declare } from './library.ts';
import type { Account } from './logons.ts';
import { type Sid, sidToBytes } from './sddl.ts';
import { BOOL, DWORD, inout, out, POINTER, WIDE } from './types.ts';

const advapi32 = declare('advapi32.dll', {
  LookupAccountSidW: [BOOL, WIDE, POINTER, POINTER, inout(DWORD), POINTER, inout(DWORD), out('int')],
});
const kernel32 = declare('kernel32.dll', { GetComputerNameW: [BOOL, POINTER, inout(DWORD)] });
const secur32 = declare('secur32.dll', { TranslateNameW: ['uint8', WIDE, 'int', 'int', POINTER, inout(DWORD)] });

/** SID_NAME_USE: a user, and not a group or a deleted account. */
const USER = 1;
const NAME_CHARACTERS = 512;
/** EXTENDED_NAME_FORMAT: `CORP\ann` and `ann@corp.example.com`. */
const SAM_COMPATIBLE = 2;
const USER_PRINCIPAL = 8;

export interface NamedAccount extends Account {
  /** An account of this computer, also one of a Microsoft account; else one of a domain. */
  readonly isLocal: boolean;
}

/** @throws GatewayServiceError where the SID has no user, or the domain's controller does not answer */
export function accountOf(sid: Sid): NamedAccount {
  const [name, domain, size] = [newText(), newText(), NAME_CHARACTERS];
  const use: [number] = [0];
  const outcome = advapi32.LookupAccountSidW(null, sidToBytes(sid), name, [size], domain, [size], use);
  checkCall(outcome, sid);
  if (use[0] !== USER) throw callError(outcome, `${sid}: no user, but kind ${use[0]}`);
  const account = { name: textOf(name), domain: textOf(domain) };
  const computer = newText();
  checkCall(kernel32.GetComputerNameW(computer, [size]));
  return { ...account, isLocal: account.domain.toUpperCase() === textOf(computer).toUpperCase() };
}

/** `ann@corp.example.com`; `ann@CORP` where no domain controller answers. */
export function principalOf({ name, domain }: Account): string {
  const text = newText();
  const { result } = secur32.TranslateNameW(`${domain}\\${name}`, SAM_COMPATIBLE, USER_PRINCIPAL, text, [NAME_CHARACTERS]);
  return result ? textOf(text) : `${name}@${domain}`;
}

const newText = (): Buffer => Buffer.alloc(2 * NAME_CHARACTERS);

const textOf = (buffer: Buffer): string => buffer.toString('utf16le').split('\0', 1).join();
