/**
 * A Windows service in this process: the dispatcher thread, the control handler and the status, so that the program above uses a few
 * functions and a stream of controls. The rules of Windows decide the shape: the dispatcher must be called within 30 s of the process'
 * start and blocks one worker for its whole life; the handler answers at once and only posts; the JavaScript thread must never wait for the
 * SCM, because the SCM's threads wait for it.
 * Sources: StartServiceCtrlDispatcherW, RegisterServiceCtrlHandlerExW, SetServiceStatus, QueryServiceDynamicInformation (Microsoft Learn).
 */
import koffi from 'koffi';
import { GatewayServiceError } from '../model/errors.ts';
import { checkCall, ERROR, win32Error } from './errors.ts';
import { localFree, opened, using } from './handle.ts';
import { declare, isExported } from './library.ts';
import { type ServiceControl, toControl } from './service-control.ts';
import { CHECKPOINT_EVERY_MS, type ReportedState, StatusSequence, type StopResult } from './service-status.ts';
import {
  BOOL,
  DWORD,
  HANDLE,
  type Handle,
  LAYOUTS,
  out,
  POINTER,
  pointerTo,
  SERVICE_HANDLER_EX,
  SERVICE_MAIN,
  SERVICE_STATUS,
  SERVICE_TABLE_ENTRYW,
  WIDE,
} from './types.ts';

const advapi32 = declare('advapi32.dll', {
  StartServiceCtrlDispatcherW: [BOOL, HANDLE],
  RegisterServiceCtrlHandlerExW: [POINTER, WIDE, pointerTo(SERVICE_HANDLER_EX), POINTER],
  SetServiceStatus: [BOOL, HANDLE, pointerTo(SERVICE_STATUS)],
  QueryServiceDynamicInformation: [BOOL, HANDLE, DWORD, out(POINTER)],
});

const SERVICE_DYNAMIC_INFORMATION_LEVEL_START_REASON = 1;

/** winsvc.h: SERVICE_START_REASON_DEMAND and similar, which are bits. */
const START_REASONS = [
  { bit: 0x01, reason: 'demand' },
  { bit: 0x08, reason: 'restart-after-failure' },
  { bit: 0x02, reason: 'automatic' },
  { bit: 0x10, reason: 'automatic' },
  { bit: 0x04, reason: 'trigger' },
] as const;
/** Why the SCM started the service. */
export type StartReason = (typeof START_REASONS)[number]['reason'];

export type ControlListener = (control: ServiceControl) => void;

/** Undefined where the system cannot say why (before Windows 8, Wine). */
export const canTellStartReason = (): boolean => isExported('advapi32.dll', 'QueryServiceDynamicInformation');

/** A connected service. Its owner reports states and receives controls. */
export interface HostedService {
  /** Why it was started; undefined where the system cannot say. */
  readonly startReason: StartReason | undefined;
  /** Gets each control once, in order, after the SCM has its answer; `first` is called before that, and must be quick. */
  onControl(listener: ControlListener, first?: ControlListener): void;
  /** Accepts controls from now on. */
  reportRunning(): void;
  /** Reports a checkpoint to the SCM every two seconds until the service has reported that it stopped. */
  reportStopping(): void;
  /** The last report. Resolves when the dispatcher has returned; the process may end after that. */
  reportStopped(result?: StopResult): Promise<void>;
}

function startReasonOf(status: Handle): StartReason | undefined {
  if (!canTellStartReason()) return undefined;
  const information: [Handle | null] = [null];
  const { result } = advapi32.QueryServiceDynamicInformation(status, SERVICE_DYNAMIC_INFORMATION_LEVEL_START_REASON, information);
  if (!result || information[0] === null) return undefined;
  const bits = using(information[0], localFree, memory => koffi.decode.uint32(memory));
  return START_REASONS.find(({ bit }) => bits & bit)?.reason;
}

/** @param finished resolves when the dispatcher has returned */
function hostOf(status: Handle, finished: Promise<void>): HostedService & { post(control: ServiceControl): void } {
  const sequence = new StatusSequence();
  const waiting: ServiceControl[] = [];
  let listener: ControlListener | undefined;
  let first: ControlListener | undefined;
  let ticking: NodeJS.Timeout | undefined;
  const report = (state: ReportedState, result?: StopResult): void => {
    const next = sequence.next(state, result);
    if (next) checkCall(advapi32.SetServiceStatus(status, next), state);
  };
  const deliver = (): void => {
    while (listener) {
      const control = waiting.shift();
      if (!control) return;
      listener(control);
    }
  };
  report('start-pending');
  return {
    startReason: startReasonOf(status),
    /** Called from the control handler: apart from `first` it only posts. */
    post: control => {
      first?.(control);
      waiting.push(control);
      setImmediate(deliver);
    },
    onControl: (each, atOnce) => {
      first = atOnce;
      listener = each;
      deliver();
    },
    reportRunning: () => report('running'),
    reportStopping: () => {
      report('stop-pending');
      ticking ??= setInterval(() => report('stop-pending'), CHECKPOINT_EVERY_MS);
    },
    reportStopped: result => {
      clearInterval(ticking);
      report('stopped', result);
      return finished;
    },
  };
}

/**
 * Connects this process to the SCM as the service `name` and resolves when the SCM has called its ServiceMain; the service is then
 * START_PENDING. Throws `not-started-by-scm` (1063) in a process that the SCM did not start. From here until reportStopped() has resolved
 * the process must not call process.exit(), which would wait for the dispatcher's worker for ever: to give up, call terminateSelf(), which
 * the SCM counts as a failure.
 */
export function connectService(name: string): Promise<HostedService> {
  return new Promise((resolve, reject) => {
    let host: ReturnType<typeof hostOf> | undefined;
    let finished: () => void = () => undefined;
    const end = new Promise<void>(done => {
      finished = done;
    });
    // Registered for the life of the process: the SCM's threads call them until the dispatcher returns.
    const handler = koffi.register((control: number, eventType: number, eventData: Handle | null) => {
      const sessionOf = (): number => koffi.decode(eventData, LAYOUTS.WTSSESSION_NOTIFICATION.dwSessionId, DWORD);
      const came = toControl(control, eventType, sessionOf);
      if (came === 'unknown') return ERROR.callNotImplemented;
      if (came !== 'interrogate') host?.post(came);
      return ERROR.success;
    }, pointerTo(SERVICE_HANDLER_EX));
    const main = koffi.register(() => {
      try {
        const status = opened(advapi32.RegisterServiceCtrlHandlerExW(name, handler, null));
        host = hostOf(status, end);
        resolve(host);
      } catch (error) {
        reject(error);
      }
    }, pointerTo(SERVICE_MAIN));
    // The dispatcher reads the table and the name in it as long as it runs, so they are in memory that is never moved or freed.
    const wideName = Buffer.from(`${name}\0`, 'utf16le');
    const nameMemory = koffi.alloc('uint8', wideName.length) as Handle;
    koffi.encode(nameMemory, koffi.array('uint8', wideName.length), wideName);
    const table = koffi.alloc(SERVICE_TABLE_ENTRYW, 2) as Handle;
    koffi.encode(table, koffi.array(SERVICE_TABLE_ENTRYW, 2), [
      { lpServiceName: nameMemory, lpServiceProc: main },
      { lpServiceName: null, lpServiceProc: null },
    ]);
    advapi32.StartServiceCtrlDispatcherW.async(table).then(({ result, lastError }) => {
      finished();
      if (result) return;
      if (lastError !== ERROR.failedServiceControllerConnect) reject(win32Error(lastError, 'StartServiceCtrlDispatcherW'));
      else reject(new GatewayServiceError('not-started-by-scm'));
    }, reject);
  });
}
