/**
 * The status of a service as its process reports it: one owner, whose reports follow the SCM's rules. Pending states carry a growing
 * checkpoint, settled states 0; nothing may follow STOPPED, and only STOPPED may follow STOP_PENDING. The accepted controls are a pure
 * function of the state.
 * Sources: SERVICE_STATUS, SetServiceStatus, "Service Control Handler Function" (Microsoft Learn).
 */
import type { ServiceState } from './scm.ts';

/** The states that a service of ours reports. Paused is not among them: Hermes' updater aborts at a paused service. */
export type ReportedState = Extract<ServiceState, 'start-pending' | 'running' | 'stop-pending' | 'stopped'>;

/** How a service ends: 0 as requested; for a failure its own code, which Windows shows as 1066 with that code beside it. */
export interface StopResult {
  readonly serviceExitCode: number;
}

const STATE_NUMBERS: Readonly<Record<ReportedState, number>> = { stopped: 1, 'start-pending': 2, 'stop-pending': 3, running: 4 };
const SERVICE_WIN32_OWN_PROCESS = 0x10;
const ERROR_SERVICE_SPECIFIC_ERROR = 1066;

/** Not shutdown, which comes when everything else has ended already. */
const ACCEPT = { stop: 0x1, sessionChange: 0x80, preshutdown: 0x100 } as const;

/** The controls that a state accepts. While it starts or stops none: a stop gets 1061 and is requested again. */
export function acceptedControls(state: ReportedState): number {
  return state === 'running' ? ACCEPT.stop | ACCEPT.sessionChange | ACCEPT.preshutdown : 0;
}

/** How often a pending state reports progress, and for how much longer it asks the SCM to wait each time. */
export const CHECKPOINT_EVERY_MS = 2000;
export const WAIT_HINT_MS = 8000;

/** A report may repeat its state, or go on in this order; nothing follows the last one. */
const ORDER: readonly ReportedState[] = ['start-pending', 'running', 'stop-pending', 'stopped'];

/** Makes the reports of one service, in order. */
export class StatusSequence {
  #state: ReportedState = 'start-pending';
  #checkPoint = 0;

  /**
   * The next report, as SetServiceStatus takes it; undefined when the SCM would not accept this state any more: a late report is dropped.
   */
  next(state: ReportedState, result: StopResult = { serviceExitCode: 0 }) {
    if (this.#state === 'stopped' || ORDER.indexOf(state) < ORDER.indexOf(this.#state)) return undefined;
    this.#state = state;
    const pending = state === 'start-pending' || state === 'stop-pending';
    this.#checkPoint = pending ? this.#checkPoint + 1 : 0;
    const failed = state === 'stopped' && result.serviceExitCode !== 0;
    return {
      dwServiceType: SERVICE_WIN32_OWN_PROCESS,
      dwCurrentState: STATE_NUMBERS[state],
      dwControlsAccepted: acceptedControls(state),
      dwWin32ExitCode: failed ? ERROR_SERVICE_SPECIFIC_ERROR : 0,
      dwServiceSpecificExitCode: failed ? result.serviceExitCode : 0,
      dwCheckPoint: this.#checkPoint,
      dwWaitHint: pending ? WAIT_HINT_MS : 0,
    };
  }
}
