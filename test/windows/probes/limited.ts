// Runs a program as the same user without the rights of an administrator: limited OUT ARGV…. The machine of a test has no second, filtered
// token where UAC is off, so a restricted one is made, in which Administrators can only deny. Writes {code,stdout,stderr} into OUT.
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { closeHandle } from '../../../src/windows/handle.ts';
import { createJob } from '../../../src/windows/job.ts';
import { declare, systemDirectory } from '../../../src/windows/library.ts';
import { openChildOutput, openNothing } from '../../../src/windows/pipe.ts';
import { startProcessAs } from '../../../src/windows/process-birth.ts';
import { BOOL, DWORD, HANDLE, type Handle, out, POINTER } from '../../../src/windows/types.ts';

const TOKEN_ALL = 0x000f_01ff;
const LUA_TOKEN = 4;

const kernel32 = declare('kernel32.dll', { GetCurrentProcess: [HANDLE] });
const advapi32 = declare('advapi32.dll', {
  OpenProcessToken: [BOOL, HANDLE, DWORD, out(POINTER)],
  CreateRestrictedToken: [BOOL, HANDLE, DWORD, DWORD, POINTER, DWORD, POINTER, DWORD, POINTER, out(POINTER)],
});

function made(step: string, make: (token: [Handle | null]) => { readonly result: number; readonly lastError: number }): Handle {
  const token: [Handle | null] = [null];
  const { result, lastError } = make(token);
  if (!result || token[0] === null) throw new Error(`${step}: ${lastError}`);
  return token[0];
}

const [, , outFile = '', named = '', ...args] = process.argv;
// A name without a path is one of Windows' own tools.
const program = path.win32.isAbsolute(named) ? named : path.win32.join(systemDirectory(), named);
const own = made('OpenProcessToken', token => advapi32.OpenProcessToken(kernel32.GetCurrentProcess().result, TOKEN_ALL, token));
const limited = made('CreateRestrictedToken', token => advapi32.CreateRestrictedToken(own, LUA_TOKEN, 0, null, 0, null, 0, null, token));
const [stdout, stderr] = await Promise.all([openChildOutput(), openChildOutput()]);
const born = startProcessAs(
  limited,
  { program, args, cwd: systemDirectory(), job: createJob() },
  { input: openNothing(), output: stdout.childEnd, error: stderr.childEnd },
);
for (const handle of [stdout.childEnd, stderr.childEnd]) closeHandle(handle);
const [said, complained, code] = await Promise.all([text(stdout.stream), text(stderr.stream), born.exited]);
writeFileSync(outFile, JSON.stringify({ code, stdout: said, stderr: complained }));
process.exit(0);
