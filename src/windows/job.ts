/**
 * A job object: every process that is started in it, and every descendant, ends with it. KILL_ON_JOB_CLOSE also ends the tree when the
 * process that holds the job dies. BREAKAWAY_OK is set because Hermes' own `/update` asks to break away and would fail without it, and a
 * command of ours that runs below the gateway and restarts it. A job belongs to the session of its first process, so each start gets a new
 * job: a job that held a process of another session would refuse the next one. Sources: "Job Objects", CreateJobObjectW,
 * SetInformationJobObject, JOBOBJECT_BASIC_LIMIT_INFORMATION (Microsoft Learn).
 */
import { checkCall } from './errors.ts';
import { closeHandle, opened } from './handle.ts';
import { declare } from './library.ts';
import { withProcess } from './process-info.ts';
import { BOOL, DWORD, HANDLE, LAYOUTS, out, POINTER, WIDE } from './types.ts';

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

export type Job = ReturnType<typeof createJob>;

/** An unnamed job: no other program can open it. */
export function createJob() {
  const handle = opened(kernel32.CreateJobObjectW(null, null));
  const limits = LAYOUTS.JOBOBJECT_EXTENDED_LIMIT_INFORMATION;
  const information = Buffer.alloc(limits.size);
  information.writeUInt32LE(JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE | JOB_OBJECT_LIMIT_BREAKAWAY_OK, limits.LimitFlags);
  const set = kernel32.SetInformationJobObject(handle, JobObjectExtendedLimitInformation, information, limits.size);
  if (!set.result) closeHandle(handle);
  checkCall(set);
  return {
    /** The job in which a process is started (PROC_THREAD_ATTRIBUTE_JOB_LIST). */
    handle,
    /** How many processes are in it: a stop is complete at 0. */
    activeProcesses: (): number => {
      const { size, ActiveProcesses } = LAYOUTS.JOBOBJECT_BASIC_ACCOUNTING_INFORMATION;
      const buffer = Buffer.alloc(size);
      checkCall(kernel32.QueryInformationJobObject(handle, JobObjectBasicAccountingInformation, buffer, size, [0]));
      return buffer.readUInt32LE(ActiveProcesses);
    },
    /** Whether this process is in it, or in a job inside it. */
    has: (pid: number): boolean => {
      const inside: [number] = [0];
      withProcess(pid, PROCESS_QUERY_INFORMATION, process => checkCall(kernel32.IsProcessInJob(process, handle, inside)));
      return inside[0] !== 0;
    },
    /** Ends every process in it at once, with this exit code. */
    terminate: (exitCode: number) => checkCall(kernel32.TerminateJobObject(handle, exitCode)),
    /** Closes the job; what still runs in it ends. */
    close: () => closeHandle(handle),
  };
}
