/** Waits for states of the SCM by polling ("Starting a Service", "Stopping a Service", Microsoft Learn), without an open handle. */
import { GatewayServiceError } from '../model/errors.ts';
import { poll } from '../model/poll.ts';
import { ERROR, win32Error } from './errors.ts';
import { isRemovalPending, queryStatus, requestDelete, requestStart, requestStop, type ServiceState, type ServiceStatus } from './scm.ts';

export interface WaitOptions {
  /** The wait ends with `timed-out` after this time, whatever the wait hint of the service is. */
  readonly deadlineMs: number;
}

/** When the checkpoint or the state last changed. */
export interface Progress {
  readonly state: ServiceState;
  readonly checkPoint: number;
  readonly movedAtMs: number;
}

/** `stopped`: instead of starting. `stuck`: no checkpoint within the wait hint, so it hangs. A progress: ask again. */
export type WaitStep = 'reached' | 'stopped' | 'stuck' | Progress;

/** Microsoft's text polls every 1 to 10 s; here a user waits for a switch, and a query takes a fraction of a millisecond. */
const ASK_EVERY_MS = 50;
/** A service with a wait hint of 0 gets this long between two checkpoints. */
const LEAST_HINT_MS = 10_000;
/** ERROR_SERVICE_SPECIFIC_ERROR: the service's own code says more. */
const SERVICE_SPECIFIC_ERROR = 1066;

/** What one status of the SCM means for the wait. Pure. */
export function nextWaitStep(status: ServiceStatus, wanted: 'running' | 'stopped', before: Progress | undefined, nowMs: number): WaitStep {
  if (status.state === wanted) return 'reached';
  if (status.state === 'stopped') return 'stopped';
  const moved = !before || before.state !== status.state || before.checkPoint !== status.checkPoint;
  const progress = moved ? { state: status.state, checkPoint: status.checkPoint, movedAtMs: nowMs } : before;
  const stuck = nowMs - progress.movedAtMs > Math.max(status.waitHintMs, LEAST_HINT_MS);
  return stuck ? 'stuck' : progress;
}

/** Why a service stopped instead of running, as a failure. */
function stoppedInstead(name: string, { win32ExitCode, serviceExitCode }: ServiceStatus): GatewayServiceError {
  if (win32ExitCode !== 0 && win32ExitCode !== SERVICE_SPECIFIC_ERROR) return win32Error(win32ExitCode, `start of ${name}`);
  return new GatewayServiceError('service-died', `(${name} stopped while it was to start, with its own code ${serviceExitCode}.)`);
}

/**
 * Waits until a service is running or stopped, and gives its last status. For `running` the start was requested before: a service that has
 * stopped without an error has run, and that status is given. Throws `not-installed`, `service-unresponsive` (stuck), `timed-out`, and for
 * `running` the error with which it stopped instead.
 */
export async function waitForState(name: string, wanted: 'running' | 'stopped', { deadlineMs }: WaitOptions): Promise<ServiceStatus> {
  let progress: Progress | undefined;
  const look = (): ServiceStatus | undefined => {
    const status = queryStatus(name);
    if (!status) throw win32Error(ERROR.serviceDoesNotExist, `wait for ${name}`);
    const step = nextWaitStep(status, wanted, progress, performance.now());
    if (step === 'stuck') throw new GatewayServiceError('service-unresponsive', `(${name} is ${status.state}.)`);
    // The start was requested before this query, so a service that stopped without an error has run.
    if (step === 'stopped' && status.win32ExitCode !== ERROR.success) throw stoppedInstead(name, status);
    if (step === 'reached' || step === 'stopped') return status;
    progress = step;
    return undefined;
  };
  return poll(look, { what: `the service ${name} to be ${wanted}`, deadlineMs, everyMs: ASK_EVERY_MS });
}

/** Makes a request and accepts these errors as "already so". */
function unless(answers: readonly number[], request: () => void): void {
  try {
    request();
  } catch (error) {
    if (!(error instanceof GatewayServiceError) || error.win32 === undefined || !answers.includes(error.win32)) throw error;
  }
}

/**
 * Starts a service and waits until it runs. A service that runs already is accepted, and so is one that ran and stopped without an error.
 * While the SCM starts or changes another service its database is locked (1055); the request waits for that.
 */
export async function startService(name: string, { deadlineMs }: WaitOptions): Promise<ServiceStatus> {
  const endMs = performance.now() + deadlineMs;
  const requested = (): boolean => {
    try {
      unless([ERROR.serviceAlreadyRunning], () => requestStart(name));
      return true;
    } catch (error) {
      const locked = error instanceof GatewayServiceError && error.win32 === ERROR.serviceDatabaseLocked;
      if (!locked || performance.now() >= endMs) throw error;
      return false;
    }
  };
  await poll(requested, { what: `the request to start ${name}`, deadlineMs, everyMs: ASK_EVERY_MS });
  return waitForState(name, 'running', { deadlineMs: Math.max(endMs - performance.now(), 0) });
}

/** Stops a service and waits until it has stopped. A starting service takes no stop (1061), so the request waits for that. */
export async function stopService(name: string, { deadlineMs }: WaitOptions): Promise<ServiceStatus> {
  const endMs = performance.now() + deadlineMs;
  const settled = (): boolean => queryStatus(name)?.state !== 'start-pending';
  await poll(settled, { what: `the service ${name} to have started`, deadlineMs, everyMs: ASK_EVERY_MS });
  // 1062: it is stopped; 1061 now means that it is stopping already on another request; the pipe ends with a process that has just died.
  unless([ERROR.serviceNotActive, ERROR.serviceCannotAcceptControl, ERROR.brokenPipe, ERROR.noData], () => requestStop(name));
  return waitForState(name, 'stopped', { deadlineMs: Math.max(endMs - performance.now(), 0) });
}

/**
 * Deletes a stopped service and waits until its name is free; an absent service is accepted. Throws `removal-pending` (1072) when another
 * program still has it open at the deadline: it is removed later by itself.
 */
export async function deleteService(name: string, { deadlineMs }: WaitOptions): Promise<void> {
  if (!requestDelete(name)) return;
  const gone = (): boolean => queryStatus(name) === undefined && !isRemovalPending(name);
  try {
    await poll(gone, { what: `the service ${name} to be gone`, deadlineMs, everyMs: ASK_EVERY_MS });
  } catch (error) {
    if (!(error instanceof GatewayServiceError) || error.code !== 'timed-out') throw error;
    throw win32Error(ERROR.serviceMarkedForDelete, `DeleteService ${name}`);
  }
}
