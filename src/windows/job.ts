/**
 * A job object: every process that is started in it, and every descendant, ends with it. KILL_ON_JOB_CLOSE also ends the tree when the
 * process that holds the job dies. BREAKAWAY_OK is set because Hermes' own `/update` asks to break away and would fail without it, and a
 * command of ours that runs below the gateway and restarts it. A job belongs to the session of its first process, so each start gets a new job: a job that held a process of
 * another session would refuse the next one.
 * Sources: "Job Objects", CreateJobObjectW, SetInformationJobObject, JOBOBJECT_BASIC_LIMIT_INFORMATION (Microsoft Learn).
 */
import koffi from 'koffi';
import { checkCall, win32Error } from './errors.ts';
import { closeHandle, opened } from './handle.ts';
import { declare } from './library.ts';
import { withProcess } from './process-info.ts';
import {
  BOOL,
  DWORD,
  HANDLE,
  type Handle,
  JOBOBJECT_BASIC_ACCOUNTING_INFORMATION,
  JOBOBJECT_EXTENDED_LIMIT_INFORMATION,
  out,
  POINTER,
  WIDE,
} from './types.ts';

const kernel32 = declare('kernel32.dll', {
  CreateJobObjectW: [POINTER, POINTER, WIDE],
  SetInformationJobObject: [BOOL, HANDLE, 'int', POINTER, DWORD],
  QueryInformationJobObject: [BOOL, HANDLE, 'int', POINTER, DWORD, out(DWORD)],
  IsProcessInJob: [BOOL, HANDLE, HANDLE, out(BOOL)],
  TerminateJobObject: [BOOL, HANDLE, DWORD],
});

/** The right for IsProcessInJob: the limited one is enough from Windows 8 on, but not on Wine. */
const PROCESS_QUERY_INFORMATION = 0x0400;
const JOB_OBJECT_LIMIT_BREAKAWAY_OK = 0x0800;
const JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE = 0x2000;
const JobObjectBasicAccountingInformation = 1;
const JobObjectExtendedLimitInformation = 9;

export class Job {
  /** The job in which a process is started (PROC_THREAD_ATTRIBUTE_JOB_LIST). */
  readonly handle: Handle;

  private constructor(handle: Handle) {
    this.handle = handle;
  }

  /** An unnamed job: no other program can open it. */
  static create(): Job {
    const job = new Job(opened(kernel32.CreateJobObjectW(null, null)));
    const limits = Buffer.alloc(koffi.sizeof(JOBOBJECT_EXTENDED_LIMIT_INFORMATION));
    const flags = JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE | JOB_OBJECT_LIMIT_BREAKAWAY_OK;
    koffi.encode(limits, JOBOBJECT_EXTENDED_LIMIT_INFORMATION, { BasicLimitInformation: { LimitFlags: flags } });
    const { result, lastError } = kernel32.SetInformationJobObject(job.handle, JobObjectExtendedLimitInformation, limits, limits.length);
    if (result) return job;
    job.close();
    throw win32Error(lastError, 'SetInformationJobObject');
  }

  /** How many processes are in it: a stop is complete at 0. */
  activeProcesses(): number {
    const buffer = Buffer.alloc(koffi.sizeof(JOBOBJECT_BASIC_ACCOUNTING_INFORMATION));
    checkCall(kernel32.QueryInformationJobObject(this.handle, JobObjectBasicAccountingInformation, buffer, buffer.length, [0]));
    return (koffi.decode(buffer, JOBOBJECT_BASIC_ACCOUNTING_INFORMATION) as { ActiveProcesses: number }).ActiveProcesses;
  }

  /** Whether this process is in it, or in a job inside it. */
  has(pid: number): boolean {
    return (
      withProcess(pid, PROCESS_QUERY_INFORMATION, process => {
        const inside: [number] = [0];
        checkCall(kernel32.IsProcessInJob(process, this.handle, inside));
        return inside[0] !== 0;
      }) ?? false
    );
  }

  /** Ends every process in it at once, with this exit code. */
  terminate(exitCode: number): void {
    checkCall(kernel32.TerminateJobObject(this.handle, exitCode));
  }

  /** Closes the job; what still runs in it ends. */
  close(): void {
    closeHandle(this.handle);
  }
}
