import { DBG_TERMINATE_PROCESS } from './ntstatus.ts';

/**
 * Exit codes of the runner. `stopped` is a code that no program uses to end a process: a runner that was killed with 0 has failed.
 * `failed` is what the SCM or the supervisor counts; `sessionEnding` (DBG_TERMINATE_PROCESS, as Windows itself ends processes at sign-out)
 * is neither. `stoppedByLostUpdater`: stopped as asked, but by an updater that ended with the gateway it ran below, and so will not start
 * it. `withoutDefinition`: stays stopped, because no definition says what to start.
 */
export const RUNNER_EXIT = {
  stopped: 83,
  failed: 1,
  sessionEnding: DBG_TERMINATE_PROCESS,
  stoppedByLostUpdater: 84,
  withoutDefinition: 85,
} as const;

/** Whether a runner with this exit code has decided that its gateway stays stopped. */
export const staysStopped = (code: number | null): boolean => code === RUNNER_EXIT.stopped || code === RUNNER_EXIT.withoutDefinition;
