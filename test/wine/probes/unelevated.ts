// Runs this program again as the same user without an administrator's rights, as Explorer starts programs: unelevated ARG…. Prints its exit
// code and what it said, as one JSON document.
import { text } from 'node:stream/consumers';
import { closeHandle } from '../../../src/windows/handle.ts';
import { createJob } from '../../../src/windows/job.ts';
import { declare } from '../../../src/windows/library.ts';
import { openChildOutput, openNothing } from '../../../src/windows/pipe.ts';
import { startProcessAs } from '../../../src/windows/process-birth.ts';
import { BOOL, DWORD, HANDLE, type Handle, out, POINTER } from '../../../src/windows/types.ts';

const TOKEN_QUERY = 8;
const TOKEN_LINKED_TOKEN = 19;
const MAXIMUM_ALLOWED = 0x0200_0000;
const SECURITY_IDENTIFICATION = 1;
const TOKEN_PRIMARY = 1;

const kernel32 = declare('kernel32.dll', { GetCurrentProcess: [HANDLE] });
const advapi32 = declare('advapi32.dll', {
  OpenProcessToken: [BOOL, HANDLE, DWORD, out(POINTER)],
  GetTokenInformation: [BOOL, HANDLE, 'int', out(POINTER), DWORD, out(DWORD)],
  DuplicateTokenEx: [BOOL, HANDLE, DWORD, POINTER, 'int', 'int', out(POINTER)],
});

function token(step: string, make: (handle: [Handle | null]) => { readonly result: number; readonly lastError: number }): Handle {
  const handle: [Handle | null] = [null];
  const { result, lastError } = make(handle);
  if (!result || handle[0] === null) throw new Error(`${step}: ${lastError}`);
  return handle[0];
}

const own = token('OpenProcessToken', handle => advapi32.OpenProcessToken(kernel32.GetCurrentProcess().result, TOKEN_QUERY, handle));
const linked = token('TokenLinkedToken', handle => advapi32.GetTokenInformation(own, TOKEN_LINKED_TOKEN, handle, 8, [0]));
const primary = token('DuplicateTokenEx', handle =>
  advapi32.DuplicateTokenEx(linked, MAXIMUM_ALLOWED, null, SECURITY_IDENTIFICATION, TOKEN_PRIMARY, handle),
);
const [stdout, stderr] = await Promise.all([openChildOutput(), openChildOutput()]);
const born = startProcessAs(
  primary,
  { program: process.execPath, args: process.argv.slice(2), cwd: 'C:\\', job: createJob() },
  { input: openNothing(), output: stdout.childEnd, error: stderr.childEnd },
);
for (const handle of [stdout.childEnd, stderr.childEnd]) closeHandle(handle);
const [said, complained, code] = await Promise.all([text(stdout.stream), text(stderr.stream), born.exited]);
console.log(JSON.stringify({ code, stdout: said, stderr: complained }));
process.exit(0);
