// A child for the birth probe: child HOW […]. It says on stdout what it finds, as JSON.
import { spawn } from 'node:child_process';
import { declare } from '../../../src/windows/library.ts';
import { parentOf, startTime } from '../../../src/windows/process-info.ts';
import { BOOL, DWORD, HANDLE, POINTER } from '../../../src/windows/types.ts';

const [, , how = '', argument = ''] = process.argv;

if (how === 'facts') {
  // Whether a handle of the parent means anything here.
  const kernel32 = declare('kernel32.dll', { SetEvent: [BOOL, HANDLE] });
  const { result, lastError } = kernel32.SetEvent(BigInt(argument));
  let heard = '';
  process.stdin.on('data', chunk => {
    heard += chunk;
  });
  process.stdin.on('end', () => {
    const facts = {
      heard,
      signalled: result !== 0,
      signalError: lastError,
      pid: process.pid,
      startTime: startTime(process.pid),
      parent: parentOf(process.pid),
      cwd: process.cwd(),
      colour: process.env['COLOUR'],
      args: process.argv.slice(4),
    };
    if (process.argv.length > 4) console.error('said on stderr');
    process.stdout.write(JSON.stringify(facts), () => process.exit(300));
  });
}
if (how === 'console') {
  const kernel32 = declare('kernel32.dll', { GetConsoleProcessList: [DWORD, POINTER, DWORD] });
  console.log(kernel32.GetConsoleProcessList(Buffer.alloc(4 * 16), 16).result);
}
if (how === 'tree') {
  spawn(process.execPath, ['-e', 'setInterval(() => {}, 1e9)'], { stdio: 'ignore', windowsHide: true }).on('spawn', () =>
    console.log('up'),
  );
  setInterval(() => {}, 1e9);
}
