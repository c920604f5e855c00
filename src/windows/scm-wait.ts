/**
 * Waiting for what the SCM does: a state is a fact to be asked for, with the rules of "Stopping a Service" and "Starting a Service"
 * (Microsoft Learn): ask again after a tenth of the wait hint, give up when the checkpoint has not moved for a whole wait hint.
 * No handle is kept between the questions.
 */
import { GatewayServiceError } from '../service/errors.ts';
import { ERROR, win32Error } from './errors.ts';
import { isRemovalPending, queryStatus, requestDelete, requestStart, requestStop, type ServiceState, type ServiceStatus } from './scm.ts';

export interface WaitOptions {
  /** After this the wait ends with `timed-out`, whatever the service promises. */
  readonly deadlineMs: number;
}

/** When the checkpoint (or the state) last moved. */
export interface Progress {
  readonly state: ServiceState;
  readonly checkPoint: number;
  readonly movedAtMs: number;
}

export type WaitStep =
  | { readonly kind: 'reached' }
  /** It stopped while it was to start. */
  | { readonly kind: 'stopped-instead' }
  /** No checkpoint within the wait hint: it hangs. */
  | { readonly kind: 'stuck' }
  | { readonly kind: 'ask-again'; readonly afterMs: number; readonly progress: Progress };

/** Microsoft's text says 1 to 10 s; somebody waits for this switch, and a question costs a fraction of a millisecond. */
const ASK_AGAIN_MS = { min: 50, max: 250 } as const;
/** A wait hint of nothing is no promise at all; such a service gets this long between two signs of life. */
const LEAST_HINT_MS = 10_000;

/** What to do after one answer of the SCM. Pure. */
export function nextWaitStep(status: ServiceStatus, wanted: 'running' | 'stopped', before: Progress | undefined, nowMs: number): WaitStep {
  if (status.state === wanted) return { kind: 'reached' };
  if (status.state === 'stopped') return { kind: 'stopped-instead' };
  const moved = !before || before.state !== status.state || before.checkPoint !== status.checkPoint;
  const progress = moved ? { state: status.state, checkPoint: status.checkPoint, movedAtMs: nowMs } : before;
  if (nowMs - progress.movedAtMs > Math.max(status.waitHintMs, LEAST_HINT_MS)) return { kind: 'stuck' };
  const afterMs = Math.min(Math.max(Math.trunc(status.waitHintMs / 10), ASK_AGAIN_MS.min), ASK_AGAIN_MS.max);
  return { kind: 'ask-again', afterMs, progress };
}

const pause = (ms: number): Promise<void> => new Promise(resolve => setTimeout(resolve, ms));

/** The monotonic clock in milliseconds: a clock that somebody sets must not end a wait. */
const now = (): number => performance.now();

/** Why a service that was to run is stopped, as a failure. 1066 means that the service's own code says more. */
function stoppedInstead(name: string, status: ServiceStatus): GatewayServiceError {
  const code = status.win32ExitCode === 1066 ? status.serviceExitCode : status.win32ExitCode;
  if (status.win32ExitCode !== 1066 && status.win32ExitCode !== 0) return win32Error(status.win32ExitCode, `start of ${name}`);
  return new GatewayServiceError('service-died', `${name} stopped while it was to start (exit code ${code}).`);
}

/**
 * Waits until a service is running or stopped, and gives its last status.
 * Throws `not-installed`, `service-unresponsive` (stuck), `timed-out`, and for `running` the reason for which it stopped instead.
 */
export async function waitForState(name: string, wanted: 'running' | 'stopped', { deadlineMs }: WaitOptions): Promise<ServiceStatus> {
  const endMs = now() + deadlineMs;
  let progress: Progress | undefined;
  for (;;) {
    const status = queryStatus(name);
    if (!status) throw win32Error(ERROR.serviceDoesNotExist, `wait for ${name}`);
    const step = nextWaitStep(status, wanted, progress, now());
    if (step.kind === 'reached') return status;
    if (step.kind === 'stopped-instead') throw stoppedInstead(name, status);
    if (step.kind === 'stuck') throw new GatewayServiceError('service-unresponsive', `${name} is ${status.state}.`);
    if (now() >= endMs) throw new GatewayServiceError('timed-out', `${name} is ${status.state}, not ${wanted}.`);
    progress = step.progress;
    await pause(Math.min(step.afterMs, Math.max(endMs - now(), 1)));
  }
}

/** Does a request, taking one answer of Windows as "it is so already". */
function unless(number: number, request: () => void): void {
  try {
    request();
  } catch (error) {
    if (!(error instanceof GatewayServiceError) || error.win32 !== number) throw error;
  }
}

/** Starts a service and waits until it runs; one that runs already is fine. */
export async function startService(name: string, options: WaitOptions): Promise<ServiceStatus> {
  unless(ERROR.serviceAlreadyRunning, () => requestStart(name));
  return waitForState(name, 'running', options);
}

/**
 * Stops a service and waits until it has stopped; one that is stopped already is fine. While it is starting it takes no stop (1061): the
 * request is made again when it is asked next.
 */
export async function stopService(name: string, { deadlineMs }: WaitOptions): Promise<ServiceStatus> {
  const endMs = now() + deadlineMs;
  while (queryStatus(name)?.state === 'start-pending') {
    if (now() >= endMs) throw new GatewayServiceError('timed-out', `${name} is still starting.`);
    await pause(ASK_AGAIN_MS.min);
  }
  // 1061 now means that it is stopping already, for somebody else.
  unless(ERROR.serviceCannotAcceptControl, () => unless(ERROR.serviceNotActive, () => requestStop(name)));
  return waitForState(name, 'stopped', { deadlineMs: Math.max(endMs - now(), 0) });
}

/**
 * Deletes a stopped service and waits until its name is gone; one that is absent already is fine.
 * Throws `removal-pending` (1072) when somebody else still holds it open at the deadline: it then goes away by itself.
 */
export async function deleteService(name: string, { deadlineMs }: WaitOptions): Promise<void> {
  if (!requestDelete(name)) return;
  const endMs = now() + deadlineMs;
  while (queryStatus(name) !== undefined || isRemovalPending(name)) {
    if (now() >= endMs) throw win32Error(ERROR.serviceMarkedForDelete, `DeleteService ${name}`);
    await pause(ASK_AGAIN_MS.min);
  }
}
