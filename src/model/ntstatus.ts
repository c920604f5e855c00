/** NTSTATUS values, as exit codes and as answers to a logon: https://learn.microsoft.com/openspecs/windows_protocols/ms-erref */

/** How Windows ends the processes of a session at sign-out. */
export const DBG_TERMINATE_PROCESS = 0x4001_0004;

interface NtStatus {
  readonly words: string;
  /** A process ends with this code because the session of its user ends. */
  readonly sessionEnds?: true;
}

const TABLE: ReadonlyMap<number, NtStatus> = new Map<number, NtStatus>([
  [DBG_TERMINATE_PROCESS, { words: 'DBG_TERMINATE_PROCESS', sessionEnds: true }],
  [0xc000_0142, { words: 'STATUS_DLL_INIT_FAILED', sessionEnds: true }],
  [0xc000_026b, { words: 'STATUS_DLL_INIT_FAILED_LOGOFF', sessionEnds: true }],
  [0x4000_0015, { words: 'it ended itself after a fatal error' }],
  [0x8000_0003, { words: 'a breakpoint was hit' }],
  [0xc000_0005, { words: 'access violation' }],
  [0xc000_0017, { words: 'not enough memory' }],
  [0xc000_001d, { words: 'illegal instruction' }],
  [0xc000_005e, { words: 'no domain controller answers' }],
  [0xc000_0061, { words: 'a privilege is missing' }],
  [0xc000_0064, { words: 'there is no such account' }],
  [0xc000_006d, { words: 'the account may not sign in this way' }],
  [0xc000_006e, { words: 'a restriction of the account forbids it' }],
  [0xc000_006f, { words: 'the account may not sign in at this time' }],
  [0xc000_0071, { words: 'the password of the account has expired' }],
  [0xc000_0072, { words: 'the account is disabled' }],
  [0xc000_00bb, { words: 'this Windows does not support it' }],
  [0xc000_00fd, { words: 'stack overflow' }],
  [0xc000_012d, { words: 'the limit of the page file was reached' }],
  [0xc000_0135, { words: 'a DLL is missing' }],
  [0xc000_0139, { words: 'a DLL lacks an entry point' }],
  [0xc000_013a, { words: 'its console was closed, or Ctrl+C' }],
  [0xc000_015b, { words: 'a policy of this computer forbids it' }],
  [0xc000_0193, { words: 'the account has expired' }],
  [0xc000_0224, { words: 'the password of the account must be changed' }],
  [0xc000_0234, { words: 'the account is locked' }],
  [0xc000_0374, { words: 'heap corruption' }],
  [0xc000_0409, { words: 'stack buffer overrun, or it failed fast' }],
  [0xc000_0428, { words: 'a file is not signed as Windows requires' }],
]);

/** What a code means; undefined where the table does not have it. The code may be signed, as some programs report it. */
export const ntStatusWords = (code: number): string | undefined => TABLE.get(code >>> 0)?.words;

/** Whether a process with this exit code ended because the session of its user ended. */
export const endsWithSession = (code: number): boolean => TABLE.get(code >>> 0)?.sessionEnds === true;
