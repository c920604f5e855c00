/**
 * What the end of a gateway means, and what happens next. The requester decides: exit codes alone cannot distinguish a crash from a stop.
 * An end without a request is judged as systemd does with `Restart=always`, `RestartForceExitStatus=75`, `RestartPreventExitStatus=78`.
 */

import type { ExitKind } from '../model/history.ts';
import { endsWithSession, ntStatusWords } from '../model/ntstatus.ts';
import type { GatewayProcess } from './identity-files.ts';
import { refusesOwnGateway, unplannedSignal } from './last-output.ts';
import { isMarkerFor, type StopMarker } from './planned-stop.ts';

/** The gateway's own codes (`gateway/restart.py`, from sysexits.h). */
const RESTART_REQUESTED = 75;
const CONFIGURATION_ERROR = 78;

/** A gateway may request this many restarts in place within the window; more is a loop, which the ladder handles. */
const IN_PLACE_LIMIT = 3;
const IN_PLACE_WINDOW_MS = 60_000;

/** The meaning of an end, with a sentence for history and status. */
export type ExitVerdict =
  | {
      readonly kind: Exclude<ExitKind, 'stopped-from-outside'>;
      readonly reason: string;
      /** Hermes gives this profile no gateway of its own. */
      readonly served?: true;
    }
  /** `holderPid` is the process that keeps the gateway stopped, where known. */
  | {
      readonly kind: 'stopped-from-outside';
      readonly reason: string;
      readonly holderPid?: number;
      /** The holder is Hermes' own updater. */
      readonly updater?: true;
      /** The holder is the gateway that took its place. */
      readonly takeover?: true;
    };

export interface ExitEvidence {
  /** The signal that ended it, as Node reports it; on Windows there is none. */
  readonly signal?: NodeJS.Signals | null;
  /** The process that ended. */
  readonly gateway: GatewayProcess;
  /** The planned stop or takeover that was last seen in the home; the gateway removes it when it obeys it. */
  readonly marker?: StopMarker;
  /** An update marker whose process is running. */
  readonly updateMarker?: { readonly pid?: number };
  /** It was seen running. A gateway that another one serves ends before that. */
  readonly ran: boolean;
  /** The runner ended it, because it was silent for this long, in milliseconds. */
  readonly hungMs?: number;
  /** Why it does not run, as it states in its files. */
  readonly stated?: string;
  /** Its last lines of output, oldest first. */
  readonly output: readonly string[];
  /** When the gateway was restarted in place before (epoch milliseconds). */
  readonly restartsInPlaceAtMs?: readonly number[];
  readonly nowMs: number;
}

/** What the end of this gateway means. `code` is the exit code as Node gives it, null where a signal ended it. */
export function classifyExit(code: number | null, evidence: ExitEvidence): ExitVerdict {
  const { marker, gateway, updateMarker, restartsInPlaceAtMs = [], nowMs, ran, hungMs, stated, output } = evidence;
  const how = describeExit(code, evidence.signal);
  const why = stated === undefined ? ` (${how}).` : `: ${stated.replace(/\.$/, '')} (${how}).`;
  if (code !== null && endsWithSession(code))
    return { kind: 'session-ending', reason: `The Windows session ended (${ntStatusWords(code)}).` };
  if (hungMs !== undefined) return { kind: 'failure', reason: `The gateway did not answer for ${durationWords(hungMs)} (${how}).` };
  if (marker !== undefined && isMarkerFor(marker, gateway, nowMs)) {
    const { writerPid, takeover } = marker;
    if (takeover) {
      const who = writerPid === undefined ? 'Another gateway' : `A gateway with PID ${writerPid}`;
      const reason = `${who} took its place by "gateway run --replace" (${how}).`;
      return { kind: 'stopped-from-outside', takeover, reason, ...(writerPid !== undefined && { holderPid: writerPid }) };
    }
    if (writerPid === undefined) return { kind: 'stopped-from-outside', reason: `Another program requested its stop (${how}).` };
    return { kind: 'stopped-from-outside', reason: `Process ${writerPid} requested its stop (${how}).`, holderPid: writerPid };
  }
  if (code === CONFIGURATION_ERROR && refusesOwnGateway(output))
    return { kind: 'needs-attention', served: true, reason: `Hermes serves this profile by another gateway (${how}).` };
  if (code === CONFIGURATION_ERROR) return { kind: 'needs-attention', reason: `The gateway reports an error in its configuration${why}` };
  if (updateMarker !== undefined)
    return {
      kind: 'stopped-from-outside',
      reason: `An update of Hermes is running (${how}).`,
      ...(updateMarker.pid !== undefined && { holderPid: updateMarker.pid }),
      updater: true,
    };
  if (code === RESTART_REQUESTED && !ran) return { kind: 'served-elsewhere', reason: `Another gateway serves this profile (${how}).` };
  if (code === RESTART_REQUESTED) {
    if (mayRestartInPlace(restartsInPlaceAtMs, nowMs))
      return { kind: 'restart-in-place', reason: `The gateway requested a restart (${how}).` };
    return { kind: 'failure', reason: `The gateway requested a restart more than ${IN_PLACE_LIMIT} times in a minute (${how}).` };
  }
  if (code === 0) return { kind: 'failure', reason: `The gateway ended without a request (${how}).` };
  const signal = evidence.signal === 'SIGTERM' ? evidence.signal : unplannedSignal(output);
  if (signal) return { kind: 'failure', reason: `An unknown process ended the gateway by ${signal} (${how}).` };
  return { kind: 'failure', reason: `The gateway failed${why}` };
}

const durationWords = (ms: number): string => (ms % 60_000 === 0 ? `${ms / 60_000} min` : `${ms / 1_000} s`);

/** Whether one more restart in place is within the budget, after those at these times (epoch milliseconds). */
export function mayRestartInPlace(restartsAtMs: readonly number[], nowMs: number): boolean {
  return restartsAtMs.filter(at => nowMs - at < IN_PLACE_WINDOW_MS).length < IN_PLACE_LIMIT;
}

/** An exit as text: `exit code 1`, `exit code 0xC0000005, access violation`, `signal SIGKILL`. */
export function describeExit(code: number | null, signal?: NodeJS.Signals | null): string {
  if (code === null) return signal ? `signal ${signal}` : 'exit code unknown';
  const status = code >>> 0;
  if (status <= 0xffff) return `exit code ${status}`;
  const name = ntStatusWords(status);
  const hex = `0x${status.toString(16).toUpperCase().padStart(8, '0')}`;
  return name === undefined ? `exit code ${hex}` : `exit code ${hex}, ${name}`;
}
