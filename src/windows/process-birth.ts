/**
 * Starts a process with exactly what it needs: these handles and no others (HANDLE_LIST), this job from its first instruction on
 * (JOB_LIST), never a console window (CREATE_NO_WINDOW), and the environment of its user. A job that is assigned after the start would let
 * a child of the child escape; inheriting all handles would give the child every handle that this process has open. Windows refuses
 * JOB_LIST for a program of a package, such as Python from the Store: that process is suspended until it is in its job.
 * Sources: CreateProcessW, CreateProcessAsUserW, UpdateProcThreadAttribute, AssignProcessToJobObject, CreateEnvironmentBlock (Microsoft Learn).
 */
import koffi from 'koffi';
import { commandLine } from './argv.ts';
import { callError, checkCall, ERROR } from './errors.ts';
import { closeHandle, makeInheritable, received, using } from './handle.ts';
import type { Job } from './job.ts';
import { declare, type Outcome } from './library.ts';
import { exitCodeOf } from './process-end.ts';
import { startTimeOf } from './process-info.ts';
import {
  BOOL,
  DWORD,
  HANDLE,
  type Handle,
  inout,
  out,
  POINTER,
  PROCESS_INFORMATION,
  pointerTo,
  STARTUPINFOEXW,
  STARTUPINFOW,
  WIDE,
} from './types.ts';

const CREATION = [
  WIDE,
  POINTER,
  POINTER,
  POINTER,
  BOOL,
  DWORD,
  POINTER,
  WIDE,
  pointerTo(STARTUPINFOEXW),
  out(PROCESS_INFORMATION),
] as const;
const kernel32 = declare('kernel32.dll', {
  InitializeProcThreadAttributeList: [BOOL, POINTER, DWORD, DWORD, inout('uint64')],
  UpdateProcThreadAttribute: [BOOL, HANDLE, DWORD, 'uint64', HANDLE, 'uint64', POINTER, POINTER],
  DeleteProcThreadAttributeList: ['void', HANDLE],
  CreateProcessW: [BOOL, ...CREATION],
  AssignProcessToJobObject: [BOOL, HANDLE, HANDLE],
  ResumeThread: [DWORD, HANDLE],
  TerminateProcess: [BOOL, HANDLE, DWORD],
});
const advapi32 = declare('advapi32.dll', { CreateProcessAsUserW: [BOOL, HANDLE, ...CREATION] });
const userenv = declare('userenv.dll', {
  CreateEnvironmentBlock: [BOOL, out(POINTER), HANDLE, BOOL],
  DestroyEnvironmentBlock: [BOOL, HANDLE],
});

const PROC_THREAD_ATTRIBUTE_HANDLE_LIST = 0x2_0002;
const PROC_THREAD_ATTRIBUTE_JOB_LIST = 0x2_000d;
const PROC_THREAD_ATTRIBUTE_DESKTOP_APP_POLICY = 0x2_0012;
const PROCESS_CREATION_DESKTOP_APP_BREAKAWAY_ENABLE_PROCESS_TREE = 1n;
const CREATE_SUSPENDED = 0x0004;
const CREATE_UNICODE_ENVIRONMENT = 0x0400;
const EXTENDED_STARTUPINFO_PRESENT = 0x8_0000;
const CREATE_BREAKAWAY_FROM_JOB = 0x0100_0000;
const CREATE_NO_WINDOW = 0x0800_0000;
const STARTF_USESTDHANDLES = 0x0100;
/** The result of ResumeThread when it fails. */
const NOT_RESUMED = 0xffff_ffff;
/** The desktop that the user sees: a process started from session 0 must name it. */
const USER_DESKTOP = 'winsta0\\default';
/** Windows makes a window station of its own for it, which nobody sees; that of the service would refuse the user. */
const NO_DESKTOP = '';

/** With these, Windows refuses JOB_LIST for a packaged program; another cause gives the same error again without the list. */
const REFUSES_JOB_LIST: ReadonlySet<number> = new Set([ERROR.accessDenied, ERROR.notSupported, ERROR.invalidParameter]);

/** What to start. */
export interface Birth {
  /** The absolute path of the program, and its arguments. */
  readonly program: string;
  readonly args: readonly string[];
  /** The folder it starts in. */
  readonly cwd: string;
  /** Ends the process and all its descendants when it is closed. */
  readonly job?: Job;
  /** Outside of the MSIX package of this process: without its identity and its private copies of files. */
  readonly outsidePackage?: true;
}

/** The child's stdin, stdout and stderr: the only handles that it inherits. */
export interface StandardHandles {
  readonly input: Handle;
  readonly output?: Handle;
  readonly error?: Handle;
}

/** A process that was started here. */
export interface BornProcess {
  readonly pid: number;
  /** Hundredths of a second since 1970; together with the PID it identifies the process. */
  readonly startTime: number;
  /** Resolves with the exit code, unsigned as on Windows, when the process has ended. Keeps the event loop alive until then. */
  readonly exited: Promise<number>;
}

/** `NAME=value` strings, each ended by NUL, sorted by name in any case, and a final NUL. */
export function environmentBlock(variables: Readonly<Record<string, string | undefined>>): Buffer {
  const upper = (entry: readonly [string, string | undefined]): string => entry[0].toUpperCase();
  const entries = Object.entries(variables)
    .filter(([, value]) => value !== undefined)
    .sort((one, other) => (upper(one) < upper(other) ? -1 : 1));
  return Buffer.from(`${entries.map(([name, value]) => `${name}=${value}\0`).join('')}\0${entries.length === 0 ? '\0' : ''}`, 'utf16le');
}

/** An array of handles in memory that does not move until it is freed: the attribute list only points to it. */
function handleArray(handles: readonly Handle[]): Handle {
  const memory = koffi.alloc('uint64', handles.length) as Handle;
  koffi.encode(memory, koffi.array('uint64', handles.length), handles);
  return memory;
}

interface BirthAttribute {
  readonly attribute: number;
  readonly value: Handle;
  readonly bytes: number;
}

function attributesOf({ job, outsidePackage }: Birth, inherited: readonly Handle[]): BirthAttribute[] {
  const policy = PROCESS_CREATION_DESKTOP_APP_BREAKAWAY_ENABLE_PROCESS_TREE;
  return [
    { attribute: PROC_THREAD_ATTRIBUTE_HANDLE_LIST, value: handleArray(inherited), bytes: 8 * inherited.length },
    ...(job ? [{ attribute: PROC_THREAD_ATTRIBUTE_JOB_LIST, value: handleArray([job.handle]), bytes: 8 }] : []),
    // A DWORD: the lower half of the entry.
    ...(outsidePackage ? [{ attribute: PROC_THREAD_ATTRIBUTE_DESKTOP_APP_POLICY, value: handleArray([policy]), bytes: 4 }] : []),
  ];
}

/** Makes the attribute list of a birth while `use` runs. */
function withAttributes<T>(birth: Birth, inherited: readonly Handle[], use: (list: Handle) => T): T {
  const attributes = attributesOf(birth, inherited);
  const { length } = attributes;
  const size: [number | bigint] = [0];
  // Fails by design and gives the size.
  kernel32.InitializeProcThreadAttributeList(null, length, 0, size);
  const list = koffi.alloc('uint8', Number(size[0])) as Handle;
  try {
    checkCall(kernel32.InitializeProcThreadAttributeList(list, length, 0, size));
    try {
      for (const { attribute, value, bytes } of attributes) {
        checkCall(kernel32.UpdateProcThreadAttribute(list, 0, attribute, value, bytes, null, null), attribute);
      }
      return use(list);
    } finally {
      kernel32.DeleteProcThreadAttributeList(list);
    }
  } finally {
    for (const memory of [list, ...attributes.map(({ value }) => value)]) koffi.free(memory);
  }
}

/** CreateProcessW, or another function with its parameters. */
type Create = (...creation: Parameters<typeof kernel32.CreateProcessW>) => Outcome<number>;

interface Created {
  readonly hProcess?: Handle;
  readonly hThread?: Handle;
  readonly dwProcessId?: number;
}

function create(birth: Birth, handles: StandardHandles, desktop: string | null, block: Handle | Buffer | null, make: Create): BornProcess {
  const inherited = [...new Set([handles.input, handles.output, handles.error].filter(handle => handle !== undefined))];
  for (const handle of inherited) makeInheritable(handle);
  const { job, ...withoutJob } = birth;
  const call = (attributes: Birth, suspended: number): { outcome: Outcome<number>; created: Created } => {
    const created: Created = {};
    const outcome = withAttributes(attributes, inherited, list => {
      const startup = {
        StartupInfo: {
          cb: koffi.sizeof(STARTUPINFOEXW),
          lpDesktop: desktop,
          dwFlags: STARTF_USESTDHANDLES,
          hStdInput: handles.input,
          hStdOutput: handles.output ?? null,
          hStdError: handles.error ?? null,
        },
        lpAttributeList: list,
      };
      // Windows writes into the command line while it parses it.
      const line = Buffer.from(`${commandLine(birth.program, birth.args)}\0`, 'utf16le');
      const flags = suspended | CREATE_NO_WINDOW | CREATE_UNICODE_ENVIRONMENT | EXTENDED_STARTUPINFO_PRESENT;
      return make(birth.program, line, null, null, 1, flags, block, birth.cwd, startup, created);
    });
    return { outcome, created };
  };
  let { outcome, created } = call(birth, 0);
  const isLate = job !== undefined && !outcome.result && REFUSES_JOB_LIST.has(outcome.lastError);
  if (isLate) ({ outcome, created } = call(withoutJob, CREATE_SUSPENDED));
  checkCall(outcome, birth.program);
  const { hProcess = 0n, hThread = 0n, dwProcessId = 0 } = created;
  try {
    if (isLate) resumeIn(job, hProcess, hThread);
  } catch (error) {
    closeHandle(hProcess);
    throw error;
  } finally {
    closeHandle(hThread);
  }
  return { pid: dwProcessId, startTime: startTimeOf(hProcess), exited: exitCodeOf(hProcess) };
}

/** Lets a suspended process run in a job; ends it where that fails. */
function resumeIn(job: Job, process: Handle, thread: Handle): void {
  try {
    checkCall(kernel32.AssignProcessToJobObject(job.handle, process));
    const resumed = kernel32.ResumeThread(thread);
    if (resumed.result === NOT_RESUMED) throw callError(resumed);
  } catch (error) {
    kernel32.TerminateProcess(process, 1);
    throw error;
  }
}

/**
 * Starts a process as this user.
 * @param environment All its variables; default: those of this process.
 * @param refuses Whether a call is refused (5) before it reaches Windows, by its number from 0; for tests.
 */
export function startProcess(
  birth: Birth,
  handles: StandardHandles,
  environment?: Readonly<Record<string, string>>,
  refuses: (call: number) => boolean = () => false,
): BornProcess {
  let calls = 0;
  const make: Create = (...creation) =>
    refuses(calls++) ? { name: 'CreateProcessW', result: 0, lastError: ERROR.accessDenied } : kernel32.CreateProcessW(...creation);
  return create(birth, handles, null, environment ? environmentBlock(environment) : null, make);
}

/**
 * Starts it as the user of a token, with that environment. Needs SeAssignPrimaryToken and SeIncreaseQuota.
 * @param onDesktop whether on the desktop that the user sees
 */
export function startProcessAs(token: Handle, birth: Birth, handles: StandardHandles, onDesktop = true): BornProcess {
  const block = received(slot => userenv.CreateEnvironmentBlock(slot, token, 0));
  return using(block, userenv.DestroyEnvironmentBlock, memory =>
    create(birth, handles, onDesktop ? USER_DESKTOP : NO_DESKTOP, memory, (...creation) =>
      advapi32.CreateProcessAsUserW(token, ...creation),
    ),
  );
}

/** A program that runs on by itself. */
export interface Independent {
  readonly program: string;
  /** The rest of the command line, as this program parses it. */
  readonly args: readonly string[] | string;
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** It leaves every job of this process, so that it does not end with them. Refused with 5 where a job does not allow it; ours do. */
  readonly outsideJobs?: boolean;
}

/**
 * Starts a program that inherits no handle and that nobody waits for. It has a console without a window (CREATE_NO_WINDOW), which its child
 * processes share; without any console (DETACHED_PROCESS) Windows would make a visible one for each child process that needs one.
 */
export function startIndependent({ program, args, cwd, env, outsideJobs = false }: Independent): void {
  const information: { hProcess?: Handle; hThread?: Handle } = {};
  const text = typeof args === 'string' ? `${commandLine(program, [])} ${args}` : commandLine(program, args);
  const line = Buffer.from(`${text}\0`, 'utf16le');
  const startup = { StartupInfo: { cb: koffi.sizeof(STARTUPINFOW) }, lpAttributeList: null };
  const flags = CREATE_NO_WINDOW | CREATE_UNICODE_ENVIRONMENT | (outsideJobs ? CREATE_BREAKAWAY_FROM_JOB : 0);
  const block = environmentBlock(env);
  checkCall(kernel32.CreateProcessW(program, line, null, null, 0, flags, block, cwd, startup, information), program);
  for (const handle of [information.hProcess, information.hThread]) if (handle) closeHandle(handle);
}
