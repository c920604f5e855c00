// Which last error a call is told, while others of this process fail with other ones: on this thread, and on the workers of libuv's pool.
import { declare } from '../../../src/windows/library.ts';
import { BOOL, DWORD, type Handle, POINTER, WIDE } from '../../../src/windows/types.ts';

const OpenProcess = declare<[number, number, number], Handle | null>('kernel32.dll', 'OpenProcess', POINTER, [DWORD, BOOL, DWORD]);
const WaitNamedPipeW = declare<[string, number], number>('kernel32.dll', 'WaitNamedPipeW', BOOL, [WIDE, DWORD]);
const RemoveDirectoryW = declare<[string], number>('kernel32.dll', 'RemoveDirectoryW', BOOL, [WIDE]);

const told: Record<string, Set<number>> = { onThread: new Set(), noSuchPipe: new Set(), noSuchPath: new Set() };
const waiting: Promise<unknown>[] = [];
for (let round = 0; round < 50; round += 1) {
  waiting.push(WaitNamedPipeW.async('\\\\.\\pipe\\nobody', 1).then(({ lastError }) => told['noSuchPipe']?.add(lastError)));
  waiting.push(RemoveDirectoryW.async('C:\\nowhere\\at all').then(({ lastError }) => told['noSuchPath']?.add(lastError)));
  told['onThread']?.add(OpenProcess(0x1000, 0, 0xffff_fff0).lastError);
  await new Promise(setImmediate);
}
await Promise.all(waiting);
console.log(JSON.stringify(Object.fromEntries(Object.entries(told).map(([call, errors]) => [call, [...errors]]))));
