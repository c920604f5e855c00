// Which last error a call is told, while others of this process fail with other ones: on this thread, and on the workers of libuv's pool.
import { declare } from '../../../src/windows/library.ts';
import { BOOL, DWORD, POINTER, WIDE } from '../../../src/windows/types.ts';

const kernel32 = declare('kernel32.dll', {
  OpenProcess: [POINTER, DWORD, BOOL, DWORD],
  WaitNamedPipeW: [BOOL, WIDE, DWORD],
  RemoveDirectoryW: [BOOL, WIDE],
});

const told: Record<string, Set<number>> = { onThread: new Set(), noSuchPipe: new Set(), noSuchPath: new Set() };
const waiting: Promise<unknown>[] = [];
for (let round = 0; round < 50; round += 1) {
  waiting.push(kernel32.WaitNamedPipeW.async('\\\\.\\pipe\\nobody', 1).then(({ lastError }) => told['noSuchPipe']?.add(lastError)));
  waiting.push(kernel32.RemoveDirectoryW.async('C:\\nowhere\\at all').then(({ lastError }) => told['noSuchPath']?.add(lastError)));
  told['onThread']?.add(kernel32.OpenProcess(0x1000, 0, 0xffff_fff0).lastError);
  await new Promise(setImmediate);
}
await Promise.all(waiting);
console.log(JSON.stringify(Object.fromEntries(Object.entries(told).map(([call, errors]) => [call, [...errors]]))));
