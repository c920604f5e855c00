// Runs a program in a job that no process may leave, and passes on what it prints and its exit code.
//   strict-job PROGRAM ARG...
import { spawn } from 'node:child_process';
import { checkCall } from '../../../src/windows/errors.ts';
import { opened } from '../../../src/windows/handle.ts';
import { declare } from '../../../src/windows/library.ts';
import { BOOL, HANDLE, POINTER, WIDE } from '../../../src/windows/types.ts';

const kernel32 = declare('kernel32.dll', {
  CreateJobObjectW: [POINTER, POINTER, WIDE],
  AssignProcessToJobObject: [BOOL, HANDLE, HANDLE],
  GetCurrentProcess: [HANDLE],
});

const job = opened(kernel32.CreateJobObjectW(null, null));
checkCall(kernel32.AssignProcessToJobObject(job, kernel32.GetCurrentProcess().result));
const [, , program = '', ...args] = process.argv;
// Detached, because Node puts other children in a job of its own, which they may leave.
const child = spawn(program, args, { detached: true, stdio: 'inherit', windowsHide: true });
child.once('exit', code => process.exit(code ?? 1));
