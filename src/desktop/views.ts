/** How each phase is shown. Tray, tooltip, panel and CLI read this one table, so that they agree; a missing phase does not compile. */

import { EXIT, type ExitCode } from '../model/cli-exit-codes.ts';
import type { ErrorCode } from '../model/error-table.ts';
import type { KnownEnd } from '../model/known-end.ts';
import type { Operation } from '../model/operation-steps.ts';
import { isDown } from '../model/platforms.ts';
import { forbiddenBy } from '../model/policy.ts';
import type { Problem, ProblemAction, Severity } from '../model/problems.ts';
import type { ReceiptRow } from '../model/receipt.ts';
import { SLOW_MS, slowMs } from '../model/slow-phase.ts';
import type { LastExit, Phase, Status } from '../model/status.ts';
import { type Crash, SPAN_STATES, type SpanState, TIMELINE_MS, type Timeline } from '../model/timeline.ts';
import type { Snapshot } from './ipc.ts';
import type { ShownError } from './shown-error.ts';

export type Tone = 'ok' | 'busy' | 'idle' | 'warn' | 'error';
export type TrayIcon = 'running' | 'busy' | 'stopped' | 'warning' | 'error';

/** The actions beside the switch. `stopNow` does not wait for the work of the agent; `refresh` only reads the status again. */
export type ActionVerb = Exclude<ProblemAction, 'turnOn' | 'turnOff'> | 'stop' | 'stopNow' | 'cancelConsent';

export interface PhaseAction {
  readonly verb: ActionVerb;
  /** Whether Windows asks for an administrator first. */
  readonly elevated: boolean;
}

export interface PhaseView {
  readonly tone: Tone;
  /** The switch "Run gateway as service": whether a mechanism that keeps the gateway running is registered. */
  readonly switchOn: boolean;
  /** Whether the switch may be used. */
  readonly switchable: boolean;
  /** The action that helps where no problem has a better one. */
  readonly action?: ProblemAction;
  /** All possible actions of the gateway, the offered one included. */
  readonly can: readonly ActionVerb[];
  readonly icon: TrayIcon;
  /** Exit code of `hermes-gateway status`. */
  readonly exit: ExitCode;
}

const ON = { switchOn: true, switchable: true } as const;
const OFF = { switchOn: false, switchable: true } as const;
const LOCKED = { switchOn: false, switchable: false } as const;

export const PHASE_VIEWS: Readonly<Record<Phase, PhaseView>> = {
  'not-installed': { ...OFF, tone: 'idle', action: 'turnOn', can: [], icon: 'stopped', exit: EXIT.notInstalled },
  stopped: { ...ON, tone: 'idle', action: 'start', can: ['start', 'repair'], icon: 'stopped', exit: EXIT.notRunning },
  starting: { ...ON, tone: 'busy', can: ['stop', 'repair'], icon: 'busy', exit: EXIT.notRunning },
  running: { ...ON, tone: 'ok', action: 'restart', can: ['stop', 'restart', 'repair'], icon: 'running', exit: EXIT.done },
  degraded: { ...ON, tone: 'warn', action: 'restart', can: ['stop', 'restart', 'repair'], icon: 'warning', exit: EXIT.done },
  restarting: { ...ON, tone: 'warn', action: 'restart', can: ['stop', 'restart', 'repair'], icon: 'warning', exit: EXIT.notRunning },
  'waiting-for-sign-in': { ...ON, tone: 'idle', can: ['stop'], icon: 'stopped', exit: EXIT.notRunning },
  'held-for-update': { ...ON, tone: 'busy', can: ['stop'], icon: 'busy', exit: EXIT.notRunning },
  stopping: { ...ON, tone: 'busy', can: [], icon: 'busy', exit: EXIT.notRunning },
  failed: { ...ON, tone: 'error', action: 'start', can: ['start', 'repair'], icon: 'error', exit: EXIT.notRunning },
  'needs-attention': { ...ON, tone: 'error', action: 'start', can: ['start', 'repair'], icon: 'error', exit: EXIT.notRunning },
  'removal-pending': { ...LOCKED, tone: 'warn', can: [], icon: 'warning', exit: EXIT.notRunning },
  foreign: { ...LOCKED, tone: 'error', action: 'refresh', can: ['refresh'], icon: 'error', exit: EXIT.notInstalled },
  unsupported: { ...LOCKED, tone: 'idle', can: [], icon: 'stopped', exit: EXIT.notInstalled },
  unknown: { ...LOCKED, tone: 'idle', action: 'refresh', can: ['refresh'], icon: 'warning', exit: EXIT.failed },
};

/** A status and the operation in progress, if any; a snapshot has this shape. */
export interface Observed {
  readonly status: Status;
  readonly operation?: Pick<NonNullable<Snapshot['operation']>, 'verb' | 'step'> | undefined;
  /** Whether the app has its own way to update Hermes. */
  readonly canUpdateHermes?: true | undefined;
}

export function viewOf(status: Status): PhaseView {
  return PHASE_VIEWS[status.phase];
}

/** Whether nothing of ours is there: no history of restarts, no log, only what turning it on would do. */
export const isOff = ({ phase }: Status): boolean => phase === 'not-installed' || phase === 'foreign' || phase === 'unsupported';

/** Whether `verb` may be requested now. */
export function can(verb: ActionVerb, { status, operation, canUpdateHermes }: Observed): boolean {
  // Also during an operation: these end its wait for the work of the agent, and for consent.
  if (verb === 'stopNow') return status.finishingWorkSince !== undefined;
  if (verb === 'cancelConsent') return operation?.step === 'consent';
  if (operation) return false;
  // Windows refuses to start a disabled service, so a repair has to enable it first.
  if (status.startType === 'disabled' && (verb === 'start' || verb === 'restart')) return false;
  const { can: possible, switchOn: isInstalled } = viewOf(status);
  if (verb === 'showLog' || verb === 'showConfiguration') return isInstalled;
  if (verb === 'updateHermes') return canUpdateHermes === true;
  // A start ends the other program that runs the gateway.
  return possible.includes(verb) || (verb === 'start' && status.problems.some(({ code }) => code === 'taken-over'));
}

export const canSwitch = ({ status, operation }: Observed): boolean =>
  !operation && viewOf(status).switchable && !isManagedElsewhere(status) && !isLocked(status);

/** The switch is where an administrator has put it. */
function isLocked(status: Status): boolean {
  const { policy, mechanism } = status;
  return (viewOf(status).switchOn ? forbiddenBy(policy, 'uninstall', mechanism) : forbiddenBy(policy, 'install')) !== undefined;
}

/** Problem codes of other programs that keep, serve or start a gateway without a service of ours. */
const OTHERS = ['profile-served', 'kept-by-hermes', 'packaged-service', 'started-otherwise'] as const;

/** The other program that manages a gateway without a service of ours, as the code of its problem; undefined without one. */
export function otherInCharge({ phase, problems }: Status): (typeof OTHERS)[number] | undefined {
  return phase === 'not-installed' ? OTHERS.find(code => problems.some(each => each.code === code)) : undefined;
}

/** A program that only starts the gateway is replaced by our service; one that keeps it running or serves it is not. */
function isManagedElsewhere(status: Status): boolean {
  const other = otherInCharge(status);
  return other === 'profile-served' || other === 'kept-by-hermes';
}

/** A repair writes the registration again, which requires an administrator for a service. */
function actionOf(verb: ActionVerb, { mechanism }: Status): PhaseAction {
  return { verb, elevated: verb === 'repair' && mechanism === 'service' };
}

/** A consent that was not given: the user decided that, so it is no failure. */
export const isQuiet = ({ code }: { readonly code: string }): boolean => code.startsWith('consent-');

/** What shows that an operation has reached its goal after all. */
const REACHED: Partial<Readonly<Record<Operation, Phase>>> = {
  install: 'running',
  start: 'running',
  restart: 'running',
  stop: 'stopped',
  uninstall: 'not-installed',
};

/** Whether a change of the phase contradicts that the operation failed. */
export const isOver = ({ verb }: ShownError, from: Phase | undefined, to: Phase): boolean =>
  verb !== undefined && from !== to && REACHED[verb] === to;

/** Whether the operation that failed can be requested again. */
export function canRetry({ verb }: ShownError, observed: Observed): boolean {
  switch (verb) {
    case undefined:
    case 'update':
    case 'test-recovery':
      return false;
    case 'install':
    case 'uninstall':
      // A sign-in start is turned on again as a service.
      return canSwitch(observed) && (switchOn(observed) === (verb === 'uninstall') || observed.status.mechanism === 'startup');
    default:
      return can(verb, observed);
  }
}

/** Failures of a service's installation that a sign-in start, which needs no administrator, would not have. */
const MISSING_RIGHTS: ReadonlySet<string> = new Set<ErrorCode>([
  'consent-declined',
  'consent-unanswered',
  'consent-cancelled',
  'elevation-failed',
  'elevation-unavailable',
  'needs-administrator',
]);

/** Whether to offer the sign-in start in place of a service that could not be installed. It is never chosen automatically. */
export function offersSignIn(
  { status, mechanisms }: Pick<Snapshot, 'status' | 'mechanisms'>,
  error: { readonly code: string } | undefined,
): boolean {
  const fits = error !== undefined && MISSING_RIGHTS.has(error.code);
  return fits && status.phase === 'not-installed' && mechanisms.includes('startup') && !forbiddenBy(status.policy, 'install', 'startup');
}

/** Whether to offer the service in place of the present sign-in start. */
export function offersService({ status, mechanisms }: Pick<Snapshot, 'status' | 'mechanisms'>): boolean {
  return status.mechanism === 'startup' && mechanisms.includes('service') && !forbiddenBy(status.policy, 'install', 'service');
}

/** Whether panel and command line can do it now. */
function isPossible(action: ProblemAction, observed: Observed): boolean {
  if (action === 'restart' && observed.status.restartWhenIdle) return false;
  return isVerb(action) ? can(action, observed) : canSwitch(observed) && switchOn(observed) === (action === 'turnOff');
}

/** All but the switch are buttons. */
const isVerb = (action: ProblemAction): action is ProblemAction & ActionVerb => action !== 'turnOn' && action !== 'turnOff';

/** A gateway that runs or is restarted is not started again but restarted. */
const resolved = (action: ProblemAction, observed: Observed): ProblemAction =>
  action === 'start' && !can('start', observed) ? 'restart' : action;

/**
 * What helps now, best first: a repair that an error needs, what the last end needs, what an error needs, then what gets a gateway to run
 * that does not, then what a warning needs. Nothing does during an operation.
 */
export function helpfulActions(observed: Observed): readonly ProblemAction[] {
  const { status } = observed;
  const { action, tone } = viewOf(status);
  const own = action ?? [];
  const of = (severity: Severity) => status.problems.flatMap(each => (each.severity === severity ? (remedyOf(each, observed) ?? []) : []));
  const errors = of('error');
  const wanted = [errors.filter(each => each === 'repair'), helpOf(observed), errors, tone === 'ok' ? [] : own, of('warning'), own];
  const possible = wanted.flat().map(each => resolved(each, observed));
  return [...new Set(possible.filter(each => isPossible(each, observed)))];
}

/** The actions of a problem, where all of them are possible now; else there is nothing to do about it now. */
export function remedyOf({ actions }: Problem, observed: Observed): readonly ProblemAction[] | undefined {
  const now = actions.map(each => resolved(each, observed));
  return now.every(each => isPossible(each, observed)) ? now : undefined;
}

/** What only shows something is not in the row, but below it, beside the text that says what to do there. */
const isShown = (action: ProblemAction): boolean => action === 'showLog' || action === 'showConfiguration' || action === 'updateHermes';

export interface Offer {
  /** The button in the row. */
  readonly row: PhaseAction | undefined;
  /** The buttons below it, beside the remedy of the recognised end, or else of this problem. */
  readonly below: { readonly problem?: Problem; readonly actions: readonly PhaseAction[] } | undefined;
}

/** The buttons that are offered now. A start that an error needs last is not in the row, because it would fail again. */
export function offerOf(observed: Observed): Offer {
  const { status } = observed;
  const now = (['stopNow', 'cancelConsent'] as const).find(verb => can(verb, observed));
  if (now) return { row: actionOf(now, status), below: undefined };
  const helpful = helpfulActions(observed);
  const problem = status.problems.find(each => each.severity === 'error' && remedyOf(each, observed)?.some(isShown));
  const remedy = (problem && remedyOf(problem, observed)) ?? [];
  const end = endToExplain(status)?.known;
  const below = end ? [helpOf(observed), remedy.filter(each => !isShown(each))].flat() : remedy;
  const row = helpful.filter(isVerb).find(each => !isShown(each) && !below.includes(each));
  const actions = below.filter(each => helpful.includes(each)).filter(isVerb);
  return {
    row: row && actionOf(row, status),
    below: end || problem ? { ...(!end && problem && { problem }), actions: actions.map(each => actionOf(each, status)) } : undefined,
  };
}

/** The action to offer in the row. */
export const offeredAction = (observed: Observed): PhaseAction | undefined => offerOf(observed).row;

/** All others that are possible, and what the problems need. */
export function otherActions(observed: Observed): readonly PhaseAction[] {
  const { status } = observed;
  const { row, below } = offerOf(observed);
  const offered = new Set([row, ...(below?.actions ?? [])].map(each => each?.verb));
  const ofProblems = status.problems.flatMap(each => remedyOf(each, observed) ?? []);
  const verbs = new Set<ActionVerb>(['start', 'stop', 'restart', 'repair', ...ofProblems.filter(isVerb)]);
  return [...verbs]
    .filter(verb => !offered.has(verb) && can(verb, observed) && !(verb === 'restart' && status.restartWhenIdle))
    .map(verb => actionOf(verb, status));
}

/** What helps after an end, beside starting the gateway again: the first of these that is possible. */
const HELP: Readonly<Record<KnownEnd, readonly ProblemAction[]>> = {
  'token-rejected': ['showConfiguration'],
  'token-in-use': ['showConfiguration'],
  'port-in-use': ['showConfiguration'],
  configuration: ['showConfiguration'],
  'module-missing': ['updateHermes', 'showLog'],
  'hermes-incomplete': ['updateHermes', 'showLog'],
  'disk-full': ['showLog'],
  'out-of-memory': ['showLog'],
  killed: ['showLog'],
  'no-network': [],
};

function helpOf(observed: Observed): readonly ProblemAction[] {
  const known = endToExplain(observed.status)?.known;
  // A newer version may recognise more ends.
  const helpful = (known && HELP[known]) ?? [];
  return helpful.filter(each => isPossible(each, observed)).slice(0, 1);
}

/** Nothing restarts the gateway, so that its last end is what there is to see. */
export const hasEnded = ({ phase, problems }: Status): boolean =>
  phase === 'failed' || phase === 'needs-attention' || problems.some(({ code }) => code === 'launch-failed');

/**
 * What is recognised and needs the user now: the end of a gateway that nothing restarts or that restarts do not help, else the reason why a
 * platform is not connected.
 */
export function endToExplain(status: Status): Pick<LastExit, 'cause' | 'known' | 'holder'> | undefined {
  const isLasting = hasEnded(status) || status.problems.some(({ code }) => code === 'crash-loop');
  if (isLasting && status.lastExit?.known) return status.lastExit;
  const down = status.platforms?.find(platform => isDown(platform) && platform.known);
  return down?.known && { ...(down.reason !== undefined && { cause: down.reason }), known: down.known };
}

/** The state of the switch: the present one, or during a change the future one. */
export function switchOn({ status, operation }: Observed): boolean {
  if (operation?.verb === 'install') return true;
  if (operation?.verb === 'uninstall') return false;
  return viewOf(status).switchOn;
}

/** The problems about which something needs to be done; the other ones change neither mark nor sentence. */
export const pressing = ({ problems }: Status): readonly Problem[] => problems.filter(({ severity }) => severity !== 'info');

/** The tone to draw: that of the phase, busy during an operation, a warning where a healthy phase has a pressing problem. */
export function toneOf({ status, operation }: Observed): Tone {
  if (operation) return 'busy';
  const { tone } = viewOf(status);
  return tone === 'ok' && pressing(status).length > 0 ? 'warn' : tone;
}

const ICON_OF_TONE: Readonly<Record<Tone, TrayIcon>> = { ok: 'running', busy: 'busy', idle: 'stopped', warn: 'warning', error: 'error' };

/** The tray icon: that of the phase, unless an operation or a problem changes the tone. */
export function trayIconOf(observed: Observed): TrayIcon {
  const view = viewOf(observed.status);
  const tone = toneOf(observed);
  return tone === view.tone ? view.icon : ICON_OF_TONE[tone];
}

/** The target as a window shows it: relative, where a folder of the same receipt contains it. */
export function shownTarget({ target }: ReceiptRow, rows: readonly ReceiptRow[]): string {
  const folder = rows.find(row => row.kind === 'folder' && target.startsWith(row.target) && /[\\/]/.test(target.charAt(row.target.length)));
  return folder ? target.slice(folder.target.length + 1) : target;
}

/** Milliseconds until a time (ISO 8601), never below zero; undefined without a time. */
export function countdownMs(at: string | undefined, now: number): number | undefined {
  const time = Date.parse(at ?? '');
  return Number.isFinite(time) ? Math.max(0, time - now) : undefined;
}

/** How long the gateway has been running; from its start where that is known, so that it grows between two snapshots. */
export function uptimeMs(status: Status, now: number): number | undefined {
  const started = Date.parse(status.startedAt ?? '');
  return Number.isFinite(started) ? Math.max(0, now - started) : status.uptimeMs;
}

/** Whether the status says more than the name of the operation for which the gateway starts or stops. */
export const isWaiting = (status: Status, now: number): boolean =>
  status.finishingWorkSince !== undefined || slowMs(status, now) !== undefined;

/** How long the agent has been finishing its work since the gateway was asked to end. */
export function finishingMs({ finishingWorkSince }: Status, now: number): number {
  return Math.max(0, now - Date.parse(finishingWorkSince ?? '')) || 0;
}

export interface LadderDot {
  readonly delayMs: number;
  readonly state: 'passed' | 'current' | 'ahead';
  /** Time until the restart; of the current one only. */
  readonly remainingMs?: number;
}

/** The recovery ladder as dots. Failures in a row fill them; the last one is current while its delay runs. */
export function ladderDots(status: Status, now: number): readonly LadderDot[] {
  const { delaysMs } = status.recovery;
  const remainingMs = status.phase === 'restarting' ? countdownMs(status.restarts.nextAt, now) : undefined;
  const failures = Math.min(status.restarts.attempt ?? 0, delaysMs.length);
  return delaysMs.map((delayMs, rung): LadderDot => {
    if (rung >= failures) return { delayMs, state: 'ahead' };
    if (rung === failures - 1 && remainingMs !== undefined) return { delayMs, state: 'current', remainingMs };
    return { delayMs, state: 'passed' };
  });
}

/** Milliseconds until the shown times change: each second of a countdown, of finishing work or of a slow phase, each minute of an uptime. */
export function nextChangeMs(status: Status, now: number): number | undefined {
  if (status.finishingWorkSince !== undefined) return 1_000 - (finishingMs(status, now) % 1_000);
  const phaseMs = now - Date.parse(status.phaseSince ?? '');
  if (phaseMs >= 0) return phaseMs < SLOW_MS ? SLOW_MS - phaseMs : 1_000 - (phaseMs % 1_000);
  const remainingMs = status.phase === 'restarting' ? countdownMs(status.restarts.nextAt, now) : undefined;
  if (remainingMs !== undefined) return remainingMs > 0 ? remainingMs % 1_000 || 1_000 : undefined;
  const uptime = status.phase === 'running' ? uptimeMs(status, now) : undefined;
  return uptime === undefined ? undefined : 60_000 - (uptime % 60_000);
}

export interface Day {
  readonly spans: readonly { readonly state: SpanState; readonly ms: number }[];
  /** By state, in a fixed order, without those of less than a second. */
  readonly totals: Day['spans'];
  /** `place`: from 0 (24 hours ago) to 1 (now). */
  readonly crashes: readonly (Crash & { readonly place: number })[];
}

/** What is drawn of the last 24 hours at this time, which is later than that of the snapshot. */
export function dayOf({ spans, crashes }: Timeline, now: number): Day {
  const startMs = now - TIMELINE_MS;
  const shown = spans.flatMap(({ fromMs, state }, at) => {
    const ms = (spans[at + 1]?.fromMs ?? now) - Math.max(fromMs, startMs);
    return ms > 0 ? [{ state, ms }] : [];
  });
  const totals = SPAN_STATES.map(state => ({ state, ms: shown.reduce((sum, span) => (span.state === state ? sum + span.ms : sum), 0) }));
  return {
    spans: shown,
    totals: totals.filter(({ ms }) => ms >= 1_000),
    crashes: crashes.map(crash => ({ ...crash, place: (Date.parse(crash.at) - startMs) / TIMELINE_MS })).filter(({ place }) => place >= 0),
  };
}
