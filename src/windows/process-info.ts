/**
 * Facts about a process by its PID: whether it runs, since when, its program and its parent. A PID alone identifies no process, because
 * Windows gives it to a later one; PID and start time together do, and Hermes' files contain both. Never probe with a signal: `kill(pid,
 * 0)` of other runtimes sends Ctrl+C on Windows.
 * Sources: OpenProcess, GetProcessTimes, CreateToolhelp32Snapshot (Microsoft Learn); PEB and RTL_USER_PROCESS_PARAMETERS (winternl.h),
 * whose 64-bit layout is the same in every Windows since Vista.
 */
import { splitCommandLine } from './argv.ts';
import { checkCall, ERROR } from './errors.ts';
import { closeHandle, opened, using } from './handle.ts';
import { declare } from './library.ts';
import { BOOL, DWORD, HANDLE, type Handle, LAYOUTS, out, POINTER } from './types.ts';

const kernel32 = declare('kernel32.dll', {
  OpenProcess: [POINTER, DWORD, BOOL, DWORD],
  GetProcessTimes: [BOOL, HANDLE, out('uint64'), out('uint64'), out('uint64'), out('uint64')],
  WaitForSingleObject: [DWORD, HANDLE, DWORD],
  TerminateProcess: [BOOL, HANDLE, DWORD],
  GetCurrentProcess: [HANDLE],
  CheckRemoteDebuggerPresent: [BOOL, HANDLE, out(BOOL)],
  ReadProcessMemory: [BOOL, HANDLE, 'uint64', POINTER, 'uint64', POINTER],
  CreateToolhelp32Snapshot: [HANDLE, DWORD, DWORD],
  Process32FirstW: [BOOL, HANDLE, POINTER],
  Process32NextW: [BOOL, HANDLE, POINTER],
});
const ntdll = declare('ntdll.dll', { NtQueryInformationProcess: ['int32', HANDLE, DWORD, POINTER, DWORD, out(DWORD)] });

const PROCESS_VM_READ = 0x10;
const PROCESS_QUERY_INFORMATION = 0x400;
const PROCESS_QUERY_LIMITED_INFORMATION = 0x1000;
const SYNCHRONIZE = 0x10_0000;
const WAIT_TIMEOUT = 258;
const TH32CS_SNAPPROCESS = 2;
const PROCESS_BASIC_INFORMATION = 0;
/** Offsets in PROCESS_BASIC_INFORMATION, PEB and RTL_USER_PROCESS_PARAMETERS, in bytes. */
const PEB_BASE_ADDRESS = 8;
const PROCESS_PARAMETERS = 0x20n;
const COMMAND_LINE = 0x70n;

/** 1 January 1970 in FILETIME's 100 ns since 1601. */
const UNIX_EPOCH_TICKS = 116_444_736_000_000_000n;

/** Rounds half to even, as Python does. */
function roundHalfEven(value: number): number {
  const below = Math.floor(value);
  const rest = value - below;
  if (rest !== 0.5) return Math.round(value);
  return below % 2 === 0 ? below : below + 1;
}

/**
 * A creation time as Hermes writes it: `int(round(psutil.Process(pid).create_time() * 100))`, hundredths of a second since 1970.
 * The same floating-point steps as psutil's, because the numbers are compared for equality.
 * @param ticks FILETIME, in 100 ns since 1601.
 */
export function toCentiseconds(ticks: bigint): number {
  const seconds = Number(ticks - UNIX_EPOCH_TICKS) / 10_000_000;
  return roundHalfEven(seconds * 100);
}

/** Opens a process; undefined where no process has this PID. */
export function withProcess<T>(pid: number, access: number, use: (process: Handle) => T): T | undefined {
  const outcome = kernel32.OpenProcess(access, 0, pid);
  if (outcome.result === null && outcome.lastError === ERROR.invalidParameter) return undefined;
  return using(opened(outcome, pid), closeHandle, use);
}

/** The creation time of an open process, in hundredths of a second since 1970. */
export function startTimeOf(process: Handle): number {
  const created: [number | bigint] = [0];
  checkCall(kernel32.GetProcessTimes(process, created, [0], [0], [0]));
  return toCentiseconds(BigInt(created[0]));
}

/** A process that ended exists while a handle to it is open; it does not run then. */
const hasEnded = (process: Handle): boolean => kernel32.WaitForSingleObject(process, 0).result !== WAIT_TIMEOUT;

/** When a running process was created, in 0.01 s since 1970; undefined where none runs. Throws `needs-administrator` where refused. */
export function startTime(pid: number): number | undefined {
  return withProcess(pid, PROCESS_QUERY_LIMITED_INFORMATION | SYNCHRONIZE, process =>
    hasEnded(process) ? undefined : startTimeOf(process),
  );
}

/** Whether a process of this PID runs. True also for one that this user may not open. */
export function isAlive(pid: number): boolean {
  const { result, lastError } = kernel32.OpenProcess(SYNCHRONIZE, 0, pid);
  if (result === null) return lastError === ERROR.accessDenied;
  return using(result, closeHandle, process => !hasEnded(process));
}

/** Whether a debugger is attached to a process; false where there is no such process, or where this user may not query it. */
export function isDebugged(pid: number): boolean {
  const { result: process } = kernel32.OpenProcess(PROCESS_QUERY_INFORMATION, 0, pid);
  if (process === null) return false;
  return using(process, closeHandle, handle => {
    const present: [number] = [0];
    return kernel32.CheckRemoteDebuggerPresent(handle, present).result !== 0 && present[0] !== 0;
  });
}

/** The arguments of a process, its program first; undefined where there is no such process, or where this user may not query it. */
export function commandLineOf(pid: number): readonly string[] | undefined {
  const { result: process } = kernel32.OpenProcess(PROCESS_QUERY_LIMITED_INFORMATION | PROCESS_VM_READ, 0, pid);
  if (process === null) return undefined;
  return using(process, closeHandle, handle => {
    const basic = Buffer.alloc(48);
    if (ntdll.NtQueryInformationProcess(handle, PROCESS_BASIC_INFORMATION, basic, basic.length, [0]).result !== 0) return undefined;
    const parameters = readMemory(handle, basic.readBigUInt64LE(PEB_BASE_ADDRESS) + PROCESS_PARAMETERS, 8)?.readBigUInt64LE();
    const line = parameters === undefined ? undefined : readMemory(handle, parameters + COMMAND_LINE, 16);
    const text = line && readMemory(handle, line.readBigUInt64LE(8), line.readUInt16LE(0));
    return text && splitCommandLine(text.toString('utf16le'));
  });
}

/** Memory of another process; undefined where it cannot be read. */
function readMemory(process: Handle, address: bigint, length: number): Buffer | undefined {
  const memory = Buffer.alloc(length);
  return kernel32.ReadProcessMemory(process, address, memory, length, null).result ? memory : undefined;
}

interface RunningProcess {
  readonly pid: number;
  /** The PID of the process that created it. That process may have ended, and its PID may belong to another one now. */
  readonly parentPid: number;
  /** The file name of the program. */
  readonly program: string;
}

/** Every process of the machine. Needs no rights on any of them. */
export function listProcesses(): RunningProcess[] {
  const snapshot = opened(kernel32.CreateToolhelp32Snapshot(TH32CS_SNAPPROCESS, 0));
  return using(snapshot, closeHandle, handle => {
    const { size, th32ProcessID, th32ParentProcessID, szExeFile } = LAYOUTS.PROCESSENTRY32W;
    const buffer = Buffer.alloc(size);
    buffer.writeUInt32LE(size);
    const found: RunningProcess[] = [];
    for (let { result } = kernel32.Process32FirstW(handle, buffer); result; { result } = kernel32.Process32NextW(handle, buffer)) {
      const [program = ''] = buffer.toString('utf16le', szExeFile).split('\0', 1);
      found.push({ pid: buffer.readUInt32LE(th32ProcessID), parentPid: buffer.readUInt32LE(th32ParentProcessID), program });
    }
    return found;
  });
}

/** The PID of the process that created this one; undefined where there is no such process. */
export function parentOf(pid: number): number | undefined {
  return listProcesses().find(process => process.pid === pid)?.parentPid;
}

/** Ends this process at once, without a report and without a flush: how a service shows the SCM that it failed. */
export function terminateSelf(exitCode: number): never {
  kernel32.TerminateProcess(kernel32.GetCurrentProcess().result, exitCode);
  return process.exit(exitCode);
}
