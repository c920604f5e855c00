/**
 * The English catalogue of tray, panel and CLI. Texts are functions of the snapshot, never strings joined in a component, so that a
 * translation can order its sentences. Problems and errors have the texts of their tables; other locales translate them by code.
 */

import type { AgentWork } from '../model/agent-work.ts';
import type { HistoryRecord } from '../model/history.ts';
import { STEPS } from '../model/operation-steps.ts';
import type { Policy } from '../model/policy.ts';
import type { ReceiptRow } from '../model/receipt.ts';
import { slowMs } from '../model/slow-phase.ts';
import type { AutomaticSignIn, LastExit, Mechanism, Phase, StartType, Status } from '../model/status.ts';
import type { Crash, SpanState } from '../model/timeline.ts';
import { createFormats } from './formats.ts';
import type { Snapshot } from './ipc.ts';
import { beforeSignInEn } from './messages-before-sign-in-en.ts';
import { detailsEn } from './messages-details-en.ts';
import { confirm, MEANING, receiptWhat } from './messages-en-changes.ts';
import { because, explainEnd, whyEnded } from './messages-en-ends.ts';
import { countProblems, explainError, explainProblem } from './messages-en-failures.ts';
import { describeDown, describePlatforms } from './messages-en-platforms.ts';
import { updateEn } from './messages-update-en.ts';
import type { ShownOperation } from './store.ts';
import {
  type ActionVerb,
  canSwitch,
  countdownMs,
  endToExplain,
  finishingMs,
  type LadderDot,
  offeredAction,
  offerOf,
  otherInCharge,
  type PhaseAction,
  uptimeMs,
} from './views.ts';

const formats = createFormats('en');

const PHASES: Readonly<Record<Phase, string>> = {
  'not-installed': 'Off',
  stopped: 'Stopped',
  starting: 'Starting',
  running: 'Running',
  degraded: 'Having trouble',
  restarting: 'Restarting',
  'waiting-for-sign-in': 'Waiting for sign-in',
  'held-for-update': 'Paused',
  stopping: 'Stopping',
  failed: 'Failed',
  'needs-attention': 'Needs attention',
  'removal-pending': 'Being removed',
  foreign: 'Name in use',
  unsupported: 'Not supported',
  unknown: 'Unknown',
};

/** What restarts the gateway. */
const KEEPER: Readonly<Record<Mechanism, string>> = {
  service: 'Windows restarts it if it stops.',
  startup: 'It starts when you sign in, and Hermes restarts it.',
  embedded: 'Hermes restarts it if it stops.',
  none: 'Nothing restarts it if it stops.',
};

const MECHANISMS: Readonly<Record<Mechanism, string>> = {
  service: 'Windows service',
  startup: 'Sign-in start',
  embedded: 'Hermes supervisor',
  none: 'None',
};

const MINUTE_MS = 60_000;
/** A shorter run is shown as "at once", in milliseconds. */
const AT_ONCE_MS = 1_000;
/** Phases in which the last end is why there is no gateway. */
const ENDED_PHASES: ReadonlySet<Phase> = new Set<Phase>(['restarting', 'failed', 'needs-attention']);
/** Exit code of a gateway that requests its restart. */
const RESTART_REQUESTED = 75;

function running(status: Status, now: number): string {
  const uptime = uptimeMs(status, now);
  const since = uptime === undefined || uptime < MINUTE_MS ? 'Running' : `Running for ${formats.duration(uptime)}`;
  const { crashes } = status.restarts;
  const down = describeDown(status);
  const problems = countProblems(status);
  if (crashes && isCrashLoop(status)) {
    const within = Date.parse(status.lastExit?.at ?? '') - Date.parse(crashes.since);
    return `Running again${uptime === undefined ? '' : ` for ${formats.duration(uptime)}`}, after ${crashes.count} crashes in ${formats.duration(within)}.`;
  }
  const what = problems ? `${since}, with ${problems}.` : `${since}.`;
  if (down !== undefined) return `${what} ${down}.`;
  return problems || status.restartWhenIdle ? what : `${what} ${KEEPER[status.mechanism]}`;
}

const isCrashLoop = ({ problems }: Status): boolean => problems.some(({ code }) => code === 'crash-loop');

function nextTry(status: Status, now: number): string {
  const remaining = countdownMs(status.restarts.nextAt, now);
  if (!remaining) return 'Starting it again.';
  const about = status.restarts.estimated ? 'about ' : '';
  return `Next try in ${about}${formats.countdown(remaining)}.`;
}

/** Why it restarts: the user requested it, the gateway did, or it failed. Only a failure counts on the ladder. */
function restarting(status: Status, now: number): string {
  const { attempt, nextAt, crashes } = status.restarts;
  const onLadder = attempt !== undefined || nextAt !== undefined;
  if (status.restartRequested) return 'Restarting, as you asked.';
  if (!onLadder && status.lastExit?.code === RESTART_REQUESTED) return 'Restarting, because the gateway asked for it.';
  const cause = because(status.lastExit);
  const count = Math.max(attempt ?? 0, crashes?.count ?? 0);
  if (!isCrashLoop(status) || count < 2) return `Stopped unexpectedly${cause}. ${nextTry(status, now)}`;
  const isLong = crashes && now - Date.parse(crashes.since) >= MINUTE_MS;
  const since = isLong ? ` since ${formats.time(crashes.since, now)}` : '';
  return `Keeps crashing${cause} (${count} times in a row${since}). ${nextTry(status, now)}`;
}

const OFF = {
  none: 'Off.',
  'kept-by-hermes': "Off: Hermes' own service keeps this gateway.",
  'packaged-service': "Off: this is left to Hermes' own packaged service.",
  'started-otherwise': 'Off: another program starts it.',
};
const WHY_ON = ' Turn on to keep your bots answering when Hermes is closed.';

const isServed = ({ problems }: Status) => problems.some(({ code }) => code === 'profile-served' || code === 'service-superfluous');

const servedBy = ({ servedBy: by }: Status) =>
  by === undefined
    ? 'The gateway of another profile serves this one.'
    : `Served by the gateway of the ${by.profile} profile${by.pid === undefined ? ', which is not running' : ''}.`;

/** After a while the words of a start or a stop change, with what the gateway printed last. */
function passing(what: string, status: Status, now: number): string {
  const slow = slowMs(status, now);
  if (slow === undefined) return `${what}. This takes a few seconds.`;
  const printed = status.lastLine === undefined ? '' : ` It printed: ${ended(status.lastLine)}`;
  return `Still ${what.toLowerCase()} (${formats.duration(slow)}).${printed}`;
}

const laterRestart = ({ restartWhenIdle }: Status) => (restartWhenIdle ? ' Restarts when the agent has finished.' : '');

/** What is said of an action that is offered with the remedy of an end. */
const AFTER_REMEDY: Partial<Readonly<Record<ActionVerb, string>>> = {
  showLog: 'The log shows more.',
  start: 'Then start it again.',
  restart: 'Then start it again.',
};

const FINISHING_WORK = 'Stopping. The agent is finishing its work';

const SENTENCES: Readonly<Record<Phase, (status: Status, now: number) => string>> = {
  'not-installed': status => {
    const other = otherInCharge(status) ?? 'none';
    return other === 'profile-served' ? servedBy(status) : `${OFF[other]}${canSwitch({ status }) ? WHY_ON : ''}`;
  },
  stopped: ({ desired, startType }) => {
    if (startType === 'disabled') return 'Disabled in Services, so it cannot start. Repair it first.';
    return desired === 'stopped' ? 'Stopped. It stays stopped until you start it.' : 'Stopped.';
  },
  starting: (status, now) => (isServed(status) ? `Waiting. ${servedBy(status)}` : passing('Starting', status, now)),
  running,
  degraded: status => {
    const down = describeDown(status);
    if (down !== undefined) return `Running, but it reports a problem. ${down}.`;
    const what = status.problems.some(({ code }) => code === 'gateway-degraded') ? 'reports a problem' : 'does not answer';
    return `Running, but it ${what}.${offeredAction({ status })?.verb === 'restart' ? ' A restart usually helps.' : ''}`;
  },
  restarting,
  'waiting-for-sign-in': ({ waitingForSignInSince: since }, now) =>
    `Waiting for you to sign in${since === undefined ? '' : `, since ${formats.time(since, now)}`}. Then it starts by itself.`,
  'held-for-update': ({ problems }) =>
    problems.some(({ code }) => code === 'taken-over')
      ? 'Paused: another program runs this gateway. Then it starts again by itself.'
      : 'Paused for an update. Then it starts again by itself.',
  stopping: (status, now) => passing('Stopping', status, now),
  failed: status =>
    status.problems.some(({ code }) => code === 'bad-update')
      ? 'Failing since an update. It is not restarted.'
      : `The gateway failed and is not restarted${because(status.lastExit)}.`,
  'needs-attention': status => {
    if (isServed(status)) return servedBy(status);
    return status.problems.some(({ code }) => code === 'launch-failed')
      ? 'Not running: it could not be started. See Details.'
      : `Not running: ${whyEnded({ known: 'configuration', ...status.lastExit })}.`;
  },
  'removal-pending': () => 'Being removed. Close Services and Task Manager, or restart Windows.',
  foreign: ({ takenBy }) =>
    takenBy === undefined
      ? 'Its name belongs to another user or Hermes home. Remove it there.'
      : `Its name is taken by ${takenBy.split(/[\\/]/).at(-1)}. Remove that service first.`,
  unsupported: () => 'Nothing on this system can keep the gateway running.',
  unknown: () => 'Its state could not be read.',
};

/** The operation in progress; tray and panel show it instead of the sentence. */
const OPERATIONS: Readonly<Record<ShownOperation['verb'], string>> = {
  install: 'Turning on',
  uninstall: 'Turning off',
  start: 'Starting',
  stop: 'Stopping',
  restart: 'Restarting',
  update: 'Updating',
  repair: 'Repairing',
  'test-recovery': 'Testing the recovery',
};

const ACTIONS: Readonly<Record<ActionVerb, string>> = {
  start: 'Start',
  stop: 'Stop',
  stopNow: 'Stop now',
  cancelConsent: 'Cancel',
  restart: 'Restart',
  repair: 'Repair',
  refresh: 'Try again',
  showLog: 'Show log',
  showConfiguration: 'Show configuration',
  updateHermes: 'Update Hermes',
};

const action = (verb: ActionVerb, phase: Phase) => (verb === 'restart' && phase === 'restarting' ? 'Try now' : ACTIONS[verb]);

const CAUSES = {
  asked: 'Started.',
  recovery: 'Restarted after a failure.',
  'in-place': 'Restarted because the gateway asked for it.',
  released: 'Started again after an update.',
};

const crashCount = (count: number) => (count === 1 ? '1 crash' : `${count} crashes`);

const SPANS: Readonly<Record<SpanState, string>> = {
  up: 'Up',
  down: 'Down',
  update: 'Updating',
  sleep: 'Asleep',
  off: 'Stopped',
  unknown: 'Not recorded',
};

type Noted = Extract<HistoryRecord, { kind: 'noted' }>;

/** The text before the reason of a note. */
const NOTES: Readonly<Record<Exclude<Noted['what'], 'recovered' | 'slept'>, string>> = {
  held: 'Held',
  degraded: 'Having trouble',
  'in-background': 'In the background',
  'not-started': 'Not started',
  updated: 'Updated',
  'update-failed': 'The update failed',
  'update-interrupted': 'The update was interrupted',
  'not-updated': 'Not updated',
};

function noted({ what, reason, sleptMs = 0 }: Noted): string {
  if (what === 'recovered') return 'Responding again.';
  return what === 'slept' ? `The computer slept for ${formats.duration(sleptMs)}.` : `${NOTES[what]}: ${ended(reason)}`;
}

const ended = (text: string): string => (/[.!?…]$/.test(text) ? text : `${text}.`);

/** The reason of an end, and what the gateway said about it, unless the reason contains that. */
const explained = ({ reason, cause }: Pick<LastExit, 'reason' | 'cause'>): string =>
  cause === undefined || reason.includes(cause.replace(/\.$/, '')) ? ended(reason) : `${ended(reason)} ${ended(cause)}`;

export const en = {
  /** BCP 47. */
  locale: 'en',
  direction: 'ltr' as 'ltr' | 'rtl',

  /** The label of the switch, with the profile where there are several. */
  title: ({ profile, profiles }: Pick<Snapshot, 'profile' | 'profiles'>) =>
    profiles.length > 1 ? `Run gateway as service: ${profile}` : 'Run gateway as service',
  /** One or two words for a phase: the tray's status line, a heading. */
  phase: PHASES,
  /** The sentence below the switch. `now` in epoch milliseconds. */
  sentence: (status: Status, now: number) => {
    if (status.finishingWorkSince !== undefined)
      return `${FINISHING_WORK}: ${formats.seconds(Math.floor(finishingMs(status, now) / 1_000) * 1_000)} s.`;
    const own = SENTENCES[status.phase](status, now);
    const served = status.servedBy && !isServed(status) ? `Served by the gateway of the ${status.servedBy.profile} profile. ` : '';
    return `${served}${own}${laterRestart(status)}`;
  },
  /** The sentence for screen readers, without running times, so that it is read once per change. */
  announcement: (status: Status) => {
    if (status.finishingWorkSince !== undefined) return `Gateway: ${FINISHING_WORK}.`;
    return status.phase === 'running' || status.phase === 'restarting'
      ? `Gateway: ${PHASES[status.phase]}.${laterRestart(status)}`
      : `Gateway: ${SENTENCES[status.phase](status, Number.NaN)}`;
  },
  /** An option of the choice of profiles; the status is that of its last snapshot, if any. */
  profileOption: (profile: string, status: Status | undefined) => (status ? `${profile} (${PHASES[status.phase]})` : profile),
  mechanism: MECHANISMS,
  /** An administrator has decided about the switch. */
  managed: ({ on, mechanism }: Policy) => {
    const decided = [on === undefined ? '' : on ? 'on' : 'off', mechanism ? MECHANISMS[mechanism] : ''].filter(Boolean);
    return `Managed by your organisation: ${decided.join(', ')}.`;
  },
  /** What a mechanism does for the user, and what it does not. */
  meaning: MEANING,
  startType: {
    automatic: 'Automatic',
    'automatic-delayed': 'Automatic (delayed)',
    manual: 'Manual',
    disabled: 'Disabled',
  } satisfies Record<StartType, string>,
  automaticSignIn: {
    yes: 'Windows signs you in by itself, and the gateway starts.',
    no:
      'The gateway waits until you sign in. To have Windows sign you in by itself, turn on "Use my sign-in info" in Settings, Accounts, ' +
      'Sign-in options.',
    organisation: 'The gateway waits until you sign in, because your organisation does not let Windows sign you in by itself.',
  } satisfies Record<AutomaticSignIn, string>,
  beforeSignIn: beforeSignInEn,
  /** Where the gateway runs. */
  session: ({ id, user, beforeSignIn }: NonNullable<Status['session']>) => (beforeSignIn ? `Before sign-in (${user})` : `${user} (${id})`),

  /** What an operation is doing: its latest step, if any. */
  operation: ({ verb, step, subject }: ShownOperation) =>
    step === 'consent'
      ? 'Approve the Windows prompt. Not visible? Look for the shield in the taskbar.'
      : `${step ? STEPS[step] : OPERATIONS[verb]}${subject === undefined ? '' : ` (${subject})`}…`,
  action,
  /** The accessible name of an action, which mentions that Windows will ask for an administrator. */
  actionLabel: ({ verb, elevated }: PhaseAction, phase: Phase) =>
    elevated ? `${action(verb, phase)} (asks for an administrator)` : action(verb, phase),
  error: explainError,
  problem: explainProblem,
  /** The accessible name of the link to the documentation of a problem. */
  learnMore: (problem: string) => `Learn more: ${problem}`,
  /** What helps after a recognised end that needs the user; undefined after every other one. The sentence of an ended gateway says why. */
  help: (status: Status, canUpdateHermes?: true): string | undefined => {
    const explained = explainEnd(endToExplain(status));
    // Between two crashes the sentence does not say it.
    const what = isCrashLoop(status) && !ENDED_PHASES.has(status.phase) ? explained?.message : undefined;
    const { row, below } = offerOf({ status, canUpdateHermes });
    const after = [...(below?.actions ?? []), row].map(each => each && AFTER_REMEDY[each.verb]);
    return explained && [what, explained.remedy, ...after].filter(Boolean).join(' ');
  },

  confirm,
  /** Before a restart that would interrupt the agent. */
  restartQuestion: {
    text: ({ active }: AgentWork) =>
      `The agent is at work${active > 1 ? ` on ${active} tasks` : ''}. A restart gives it 45 seconds to finish.`,
    whenIdle: 'When the agent has finished',
    now: 'Restart now',
    cancel: 'Cancel',
  },
  /** How soon the gateway was back in the test of the recovery. */
  recovered: (ms: number) => `Back in ${formats.precise(ms)}.`,
  /** What a line of the receipt does, without its target: "Create folder". */
  receiptWhat,
  /** What the target becomes; undefined where the target is enough. */
  receiptDetail: ({ detail }: ReceiptRow) => detail,
  receiptLine: (row: ReceiptRow) => `${receiptWhat(row)} ${row.target}${row.detail ? `: ${row.detail}` : ''}`,

  historyLine: (record: HistoryRecord): string => {
    switch (record.kind) {
      case 'started':
        return CAUSES[record.cause];
      case 'ended':
        // Without a PID no process was started; the reason contains the cause.
        if (record.pid === null) return ended(record.reason);
        return `Ended ${record.uptimeMs < AT_ONCE_MS ? 'at once' : `after ${formats.duration(record.uptimeMs)}`}: ${explained(record)}`;
      case 'noted':
        return noted(record);
    }
  },
  // The reason contains the exit code.
  lastExit: (exit: LastExit, now: number) => `${formats.time(exit.at, now)}: ${explained(exit)}`,
  restarts: ({ restarts }: Status, now: number) =>
    restarts.lastAt === undefined
      ? 'None since you last started it'
      : `${restarts.count === 1 ? '1 restart' : `${restarts.count} restarts`}, last ${formats.time(restarts.lastAt, now)}`,
  ladderDot: ({ delayMs, remainingMs }: LadderDot) =>
    remainingMs === undefined ? formats.seconds(delayMs) : formats.seconds(Math.ceil(remainingMs / 1_000) * 1_000),
  ladder: ({ phase, restarts: { attempt }, recovery }: Status) => {
    const reset = `After ${formats.duration(recovery.resetMs)} without a failure, the first delay applies again.`;
    if (phase !== 'restarting' || attempt === undefined) return `It is restarted with these delays after failures. ${reset}`;
    return `${attempt === 1 ? '1 failure' : `${attempt} failures in a row`}. ${reset}`;
  },
  /** A duration without seconds. */
  uptime: (ms: number) => (ms < MINUTE_MS ? 'Less than a minute' : formats.duration(ms)),
  /** What the gateway reports of its platforms; undefined where it reports none. */
  platforms: ({ platforms }: Status) => describePlatforms(platforms),
  time: formats.time,
  /** How long the gateway was so within the last 24 hours. */
  span: (state: SpanState, ms: number) => `${SPANS[state]}: ${formats.duration(ms)}`,
  /** All of the last 24 hours. */
  crashes: crashCount,
  /** Crashes that are close to each other; the log is shown at the last one. */
  crash: (crash: Crash, now: number) => `${crashCount(crash.count)}, ${formats.time(crash.at, now)}${because(crash)}`,
  pid: (pid: number) => String(pid),
  /** How many lines of the log pass the filter. */
  logCount: (shown: number, all: number) => `${shown} of ${all}`,

  /** Shown until the first snapshot arrives. */
  asking: 'Reading its state…',
  /** The main process has a newer schema. */
  outdated: 'The gateway service is newer than this app. Update the app to manage it.',
  update: updateEn,
  keepLogs: { title: 'Keep history and logs', on: 'They are there when you turn it on again.', off: 'They are deleted.' },
  details: detailsEn,
};
