// Births of processes: birth HOW. Prints what was seen as one JSON document.
import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { poll } from '../../../src/model/poll.ts';
import { closeHandle } from '../../../src/windows/handle.ts';
import { createJob } from '../../../src/windows/job.ts';
import { declare } from '../../../src/windows/library.ts';
import { openChildInput, openChildOutput, openNothing } from '../../../src/windows/pipe.ts';
import { startIndependent, startProcess, startProcessAs } from '../../../src/windows/process-birth.ts';
import { commandLineOf, isAlive, isDebugged, startTime } from '../../../src/windows/process-info.ts';
import { openSessionToken, sessionsWithUser } from '../../../src/windows/session.ts';
import { BOOL, DWORD, HANDLE, type Handle, POINTER, WIDE } from '../../../src/windows/types.ts';

const [, , how = ''] = process.argv;
const child = fileURLToPath(new URL('./child.js', import.meta.url));
const job = createJob();
const birth = (...args: string[]) => ({ program: process.execPath, args: [child, ...args], cwd: 'C:\\windows', job });

const kernel32 = declare('kernel32.dll', {
  CreateEventW: [HANDLE, POINTER, BOOL, BOOL, WIDE],
  SetHandleInformation: [BOOL, HANDLE, DWORD, DWORD],
  DebugActiveProcess: [BOOL, DWORD],
  DebugActiveProcessStop: [BOOL, DWORD],
});

/** An event that would be inherited, were it not for the list. */
function inheritableEvent(): Handle {
  const event = kernel32.CreateEventW(null, 1, 0, null).result;
  kernel32.SetHandleInformation(event, 1, 1);
  return event;
}

async function untilEmpty(): Promise<void> {
  while (job.activeProcesses() > 0) await new Promise(resolve => setTimeout(resolve, 20));
}

async function self(): Promise<unknown> {
  const { input, childEnd } = openChildInput();
  const out = await openChildOutput();
  const err = await openChildOutput();
  const event = inheritableEvent();
  const born = startProcess(
    birth('facts', String(event), 'with space', 'and "quotes"\\'),
    { input: childEnd, output: out.childEnd, error: err.childEnd },
    { SystemRoot: 'C:\\windows', COLOUR: 'grün' },
  );
  for (const handle of [childEnd, out.childEnd, err.childEnd]) closeHandle(handle);
  const inJobAtBirth = job.activeProcesses();
  const startTimeFromOutside = startTime(born.pid);
  const argumentsFromOutside = commandLineOf(born.pid)?.slice(-2);
  await input.write('one line\n');
  await input.end();
  const [stdout, stderr, exitCode] = await Promise.all([text(out.stream), text(err.stream), born.exited]);
  await untilEmpty();
  const after = { alive: isAlive(born.pid), startTime: startTime(born.pid) ?? null, inJob: job.activeProcesses() };
  return {
    pid: born.pid,
    startTime: born.startTime,
    startTimeFromOutside,
    argumentsFromOutside,
    inJobAtBirth,
    stdout,
    stderr,
    exitCode,
    after,
    self: process.pid,
  };
}

/** As for a packaged program: the first call, with the list of jobs, is refused. */
async function late(): Promise<unknown> {
  const { input, childEnd } = openChildInput();
  const out = await openChildOutput();
  const born = startProcess(birth('facts', '0'), { input: childEnd, output: out.childEnd }, undefined, call => call === 0);
  for (const handle of [childEnd, out.childEnd]) closeHandle(handle);
  const inJobAtBirth = job.has(born.pid);
  await input.end();
  const [stdout, exitCode] = await Promise.all([text(out.stream), born.exited]);
  await untilEmpty();
  return { inJobAtBirth, pid: born.pid, child: JSON.parse(stdout), exitCode };
}

/** The same event, on the list this time (in the place of stderr): the child can signal it. */
async function listed(): Promise<unknown> {
  const { input, childEnd } = openChildInput();
  const out = await openChildOutput();
  const event = inheritableEvent();
  const born = startProcess(birth('facts', String(event)), { input: childEnd, output: out.childEnd, error: event });
  for (const handle of [childEnd, out.childEnd]) closeHandle(handle);
  await input.end();
  const [stdout] = await Promise.all([text(out.stream), born.exited]);
  return JSON.parse(stdout);
}

async function asUser(): Promise<unknown> {
  const [session] = sessionsWithUser();
  if (!session) return { session: null };
  const token = openSessionToken(session.id);
  const { input, childEnd } = openChildInput();
  const born = startProcessAs(token, birth('facts', String(inheritableEvent())), { input: childEnd });
  closeHandle(childEnd);
  closeHandle(token);
  const inJobAtBirth = job.activeProcesses();
  await input.end();
  return { session, inJobAtBirth, exitCode: await born.exited };
}

/** Starts a child with a child of its own, and waits until both are up. */
async function tree() {
  const nothing = openNothing();
  const out = await openChildOutput();
  const born = startProcess(birth('tree'), { input: nothing, output: out.childEnd });
  closeHandle(out.childEnd);
  await new Promise(resolve => out.stream.once('data', resolve));
  out.stream.destroy();
  return born;
}

async function terminate(): Promise<unknown> {
  const born = await tree();
  const before = job.activeProcesses();
  job.terminate(77);
  const exitCode = await born.exited;
  await untilEmpty();
  return { before, exitCode, after: job.activeProcesses() };
}

/** Attaches this process to a child as its debugger, and lets it go. */
async function debugged(): Promise<unknown> {
  const { pid } = await tree();
  const before = isDebugged(pid);
  kernel32.DebugActiveProcess(pid);
  const attached = isDebugged(pid);
  kernel32.DebugActiveProcessStop(pid);
  const after = isDebugged(pid);
  job.terminate(77);
  return { before, attached, after };
}

/** Leaves while a child still lives and is waited for: the exit must not hang, and the job must take the child along. */
async function leave(): Promise<unknown> {
  const born = await tree();
  setImmediate(() => process.exit(9));
  return { pid: born.pid };
}

/** Two shells that nobody waits for, each with a child that counts the processes of its console. */
async function consoles(): Promise<unknown> {
  const system = 'C:\\windows\\system32';
  const program = `${system}\\cmd.exe`;
  const inShell = (file: string) => `/d /s /c ""${process.execPath}" "${child}" console >"${file}""`;
  const said = async (file: string) => {
    await poll(() => existsSync(file) && readFileSync(file, 'utf8').includes('\n'), { deadlineMs: 20_000, what: file });
    return Number(readFileSync(file, 'utf8'));
  };
  startIndependent({ program, args: inShell('C:\\independent.txt'), cwd: system, env: process.env });
  // As Node starts what is to outlive it.
  const options = { detached: true, windowsHide: true, stdio: 'ignore', windowsVerbatimArguments: true } as const;
  spawn(program, [inShell('C:\\detached.txt')], options);
  return { independent: await said('C:\\independent.txt'), detached: await said('C:\\detached.txt') };
}

const ways: Record<string, () => Promise<unknown>> = { self, listed, late, asUser, terminate, debugged, leave, consoles };
console.log(JSON.stringify(await ways[how]?.()));
if (how !== 'leave') process.exit(0);
