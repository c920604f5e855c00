// A gateway that is updated by a child of its own: told by the file C:\update-now, it starts an updater, which stops the service, waits
// until it has stopped, and starts it again. Each of the updater's steps is a line in C:\update.log.
//   updating-gateway SERVICE leaves|stays SAMPLE-GATEWAY gateway run      the updater leaves the gateway's job, or stays in it
//   updating-gateway SERVICE marks SAMPLE-GATEWAY gateway run             it stays, writes Hermes' marker, and asks the SCM without sc.exe
//   updating-gateway SERVICE update [marks]                               the updater
import { execFileSync } from 'node:child_process';
import { appendFileSync, existsSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { poll } from '../../../src/model/poll.ts';
import { commandLine } from '../../../src/windows/argv.ts';
import { declare } from '../../../src/windows/library.ts';
import { queryStatus, requestStop } from '../../../src/windows/scm.ts';
import { BOOL, DWORD, out, POINTER, PROCESS_INFORMATION, pointerTo, STARTUPINFOW, WIDE } from '../../../src/windows/types.ts';

const CREATE_BREAKAWAY_FROM_JOB = 0x0100_0000;
const CREATE_NO_WINDOW = 0x0800_0000;
const STARTUPINFO_BYTES = 104;
const [, , service = '', role = '', sample = ''] = process.argv;
const log = (line: string): void => appendFileSync('C:\\update.log', `${line}\n`);

async function update(): Promise<void> {
  log('stops it');
  if (sample === 'marks') {
    const marker = path.join(process.env['HERMES_HOME'] ?? '', '.hermes-update-in-progress');
    writeFileSync(marker, `${process.pid}\n${Date.now() / 1_000}\n`);
    requestStop(service);
  } else execFileSync('sc.exe', ['stop', service], { stdio: 'ignore' });
  await poll(() => queryStatus(service)?.state === 'stopped', { what: 'the stop', deadlineMs: 30_000 });
  log('starts it');
  execFileSync('sc.exe', ['start', service], { stdio: 'ignore' });
}

function startUpdater(): void {
  const kernel32 = declare('kernel32.dll', {
    CreateProcessW: [BOOL, WIDE, POINTER, POINTER, POINTER, BOOL, DWORD, POINTER, WIDE, pointerTo(STARTUPINFOW), out(PROCESS_INFORMATION)],
  });
  const line = Buffer.from(`${commandLine(process.execPath, [fileURLToPath(import.meta.url), service, 'update', role])}\0`, 'utf16le');
  const flags = CREATE_NO_WINDOW | (role === 'leaves' ? CREATE_BREAKAWAY_FROM_JOB : 0);
  const { result, lastError } = kernel32.CreateProcessW(null, line, null, null, 0, flags, null, null, { cb: STARTUPINFO_BYTES }, {});
  if (!result) throw new Error(`CreateProcessW: ${lastError}`);
}

if (role === 'update') {
  update().catch(error => log(String(error)));
} else {
  setInterval(() => {
    if (!existsSync('C:\\update-now')) return;
    rmSync('C:\\update-now');
    startUpdater();
  }, 100);
  process.argv.splice(1, 4, sample);
  await import(pathToFileURL(sample).href);
}
