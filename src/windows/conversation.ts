/** A conversation with another program, line by line over its standard input and output. Each call blocks until the program has answered. */

import { checkCall } from './errors.ts';
import { closeHandle } from './handle.ts';
import { declare, systemDirectory } from './library.ts';
import { createPipe } from './pipe.ts';
import { type Birth, startProcess } from './process-birth.ts';
import { BOOL, DWORD, HANDLE, out, POINTER } from './types.ts';

const kernel32 = declare('kernel32.dll', {
  ReadFile: [BOOL, HANDLE, POINTER, DWORD, out(DWORD), POINTER],
  WriteFile: [BOOL, HANDLE, POINTER, DWORD, out(DWORD), POINTER],
});

const READ_BYTES = 4_096;
const NEWLINE = 10;

/** Says one line and gives the line that answers it. Throws where the program has ended. */
export type Say = (line: string) => string;

/** The program ends with this process: its input ends then. */
export function startConversation([program = '', ...args]: readonly string[], how: Pick<Birth, 'outsidePackage'> = {}): Say {
  const toChild = createPipe();
  const fromChild = createPipe();
  try {
    startProcess({ program, args, cwd: systemDirectory(), ...how }, { input: toChild.read, output: fromChild.write });
  } catch (error) {
    for (const handle of [toChild.write, fromChild.read]) closeHandle(handle);
    throw error;
  } finally {
    for (const handle of [toChild.read, fromChild.write]) closeHandle(handle);
  }
  return line => {
    const bytes = Buffer.from(`${line}\n`);
    checkCall(kernel32.WriteFile(toChild.write, bytes, bytes.length, [0], null), program);
    const answer: Buffer[] = [];
    while (answer.at(-1)?.at(-1) !== NEWLINE) {
      const buffer = Buffer.alloc(READ_BYTES);
      const count: [number] = [0];
      checkCall(kernel32.ReadFile(fromChild.read, buffer, buffer.length, count, null), program);
      answer.push(buffer.subarray(0, count[0]));
    }
    return Buffer.concat(answer).toString().trimEnd();
  };
}
