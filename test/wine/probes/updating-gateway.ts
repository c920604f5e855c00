// A gateway that is updated as Hermes updates itself: told by the file C:\update-now, it starts an updater that leaves its job, stops the
// service, waits until it has stopped, and starts it again.
//   updating-gateway SERVICE SAMPLE-GATEWAY gateway run
//   updating-gateway SERVICE update                      the updater
import { execFileSync } from 'node:child_process';
import { appendFileSync, existsSync, rmSync } from 'node:fs';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { poll } from '../../../src/service/poll.ts';
import { commandLine } from '../../../src/windows/argv.ts';
import { declare } from '../../../src/windows/library.ts';
import { queryStatus } from '../../../src/windows/scm.ts';
import { BOOL, DWORD, out, POINTER, PROCESS_INFORMATION, pointerTo, STARTUPINFOW, WIDE } from '../../../src/windows/types.ts';

const CREATE_BREAKAWAY_FROM_JOB = 0x0100_0000;
const CREATE_NO_WINDOW = 0x0800_0000;
const STARTUPINFO_BYTES = 104;
const [, , service = '', role = ''] = process.argv;

async function update(): Promise<void> {
  execFileSync('sc.exe', ['stop', service], { stdio: 'ignore' });
  await poll(() => queryStatus(service)?.state === 'stopped', { what: 'the stop', deadlineMs: 30_000 });
  execFileSync('sc.exe', ['start', service], { stdio: 'ignore' });
}

function startUpdater(): void {
  const CreateProcessW = declare<[null, Buffer, null, null, number, number, null, null, object, object], number>(
    'kernel32.dll',
    'CreateProcessW',
    BOOL,
    [WIDE, POINTER, POINTER, POINTER, BOOL, DWORD, POINTER, WIDE, pointerTo(STARTUPINFOW), out(PROCESS_INFORMATION)],
  );
  const line = Buffer.from(`${commandLine(process.execPath, [fileURLToPath(import.meta.url), service, 'update'])}\0`, 'utf16le');
  const flags = CREATE_BREAKAWAY_FROM_JOB | CREATE_NO_WINDOW;
  const { result, lastError } = CreateProcessW(null, line, null, null, 0, flags, null, null, { cb: STARTUPINFO_BYTES }, {});
  if (!result) throw new Error(`CreateProcessW: ${lastError}`);
}

if (role === 'update') {
  update().catch(error => appendFileSync('C:\\update.log', `${error}\n`));
} else {
  setInterval(() => {
    if (!existsSync('C:\\update-now')) return;
    rmSync('C:\\update-now');
    startUpdater();
  }, 100);
  process.argv.splice(1, 3, role);
  await import(pathToFileURL(role).href);
}
