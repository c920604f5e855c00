/**
 * A status as text: the sentence, facts, and every problem with its remedy. Nothing is said twice. Pure; the texts are those of the shared
 * catalogue.
 */

import { en } from '../desktop/messages-en.ts';
import { helpfulActions, type Tone, toneOf } from '../desktop/views.ts';
import { PROBLEMS, type ProblemAction, type ProblemCode, type Severity } from '../model/problems.ts';
import type { Status } from '../model/status.ts';
import { indented } from './output.ts';
import type { Paint, Style } from './terminal.ts';

export const STYLE_OF_TONE: Readonly<Record<Tone, Style>> = { ok: 'green', busy: 'blue', idle: 'bold', warn: 'yellow', error: 'red' };

/** The command for an action. */
const COMMANDS: Readonly<Record<ProblemAction, string | undefined>> = {
  start: 'start',
  restart: 'restart',
  repair: 'doctor --fix',
  refresh: 'status',
  showLog: 'logs',
  showConfiguration: undefined,
  updateHermes: undefined,
  turnOn: 'install',
  turnOff: 'uninstall',
};

/** What the sentence of a phase says already, so that only its remedy is new. */
const IN_SENTENCE: ReadonlySet<ProblemCode> = new Set<ProblemCode>([
  'crash-loop',
  'configuration',
  'gateway-silent',
  'gateway-degraded',
  'taken-over',
  'platform-down',
  'profile-served',
  'kept-by-hermes',
]);

export interface StatusTextOptions {
  readonly now: number;
  readonly logPath: string;
  readonly paint: Paint;
  /** `--profile` and `--home` as they were given, for the command that is offered. */
  readonly selection: string;
}

export function statusText(status: Status, { now, logPath, paint, selection }: StatusTextOptions): string {
  const sentence = en.sentence(status, now);
  const help = en.help(status);
  const problems = problemTexts(status, paint, sentence);
  const said = [sentence, ...problems];
  const elsewhere = [...said, status.lastExit?.reason ?? ''];
  // The sentence says that a restart was requested.
  const isNew = status.detail !== undefined && !status.restartRequested && !contains(elsewhere, status.detail);
  const detail = isNew ? status.detail : undefined;
  const rows = status.mechanism === 'none' ? [] : statusRows(status, now, logPath, detail === undefined ? said : [...said, detail]);
  const width = Math.max(...rows.map(([label]) => label.length));
  return [
    `${paint(STYLE_OF_TONE[toneOf({ status })], `${status.service}:`)} ${sentence}`,
    ...(help === undefined ? [] : [indented(help)]),
    ...(status.policy ? [indented(en.managed(status.policy))] : []),
    ...(detail === undefined ? [] : [indented(detail)]),
    ...(rows.length > 0 ? [''] : []),
    ...rows.map(([label, value]) => `  ${paint('dim', label.padEnd(width))}  ${value}`),
    ...problems.flatMap(text => ['', text]),
    ...next(status, selection),
  ].join('\n');
}

const MARKS: Readonly<Record<Severity, readonly [Style, string]>> = { info: ['blue', 'i'], warning: ['yellow', '!'], error: ['red', '✗'] };

/** Each problem with its remedy; only the remedy of one that the sentence of the phase, where it is shown, contains. */
export function problemTexts({ problems }: Status, paint: Paint, sentence?: string): string[] {
  return problems.map(({ code, severity, message, remedy }) => {
    const isSaid = sentence !== undefined && IN_SENTENCE.has(code) && message === PROBLEMS[code].message;
    const title = (text: string) => `${paint(...MARKS[severity])} ${text} ${paint('dim', `(${code})`)}`;
    return isSaid ? title(remedy) : `${title(message)}\n${indented(remedy)}`;
  });
}

/** Whether one of the texts contains the phrase, whatever its full stop. */
function contains(texts: readonly string[], phrase: string): boolean {
  return texts.some(text => text.includes(phrase.replace(/\.$/, '')));
}

function statusRows(status: Status, now: number, logPath: string, said: readonly string[]): [string, string][] {
  const { gatewayPid, servicePid, startedAt, restarts, session, startType, automaticSignIn } = status;
  const platforms = en.platforms(status);
  const rows: [string, string | undefined][] = [
    [en.details.profile, status.profile],
    [en.details.gatewayPid, gatewayPid === undefined ? undefined : en.pid(gatewayPid)],
    [en.details.started, startedAt && en.time(startedAt, now)],
    [en.details.mechanism, `${en.mechanism[status.mechanism]}${servicePid === undefined ? '' : ` (PID ${en.pid(servicePid)})`}`],
    [en.details.startType, startType && en.startType[startType]],
    [en.details.platforms, platforms !== undefined && contains(said, platforms) ? undefined : platforms],
    [en.details.session, session && en.session(session)],
    [en.details.afterUpdate, automaticSignIn && en.automaticSignIn[automaticSignIn]],
    [en.details.restarts, restarts.lastAt && en.restarts(status, now)],
    [en.details.ladder, restarts.nextAt === undefined ? undefined : en.ladder(status)],
    [en.details.lastExit, lastExit(status, now, said)],
    [en.details.logPath, logPath],
  ];
  return rows.filter((row): row is [string, string] => row[1] !== undefined);
}

/** The reason of the last end, and its cause unless that is shown already; the sentence leaves out the class of a Python error. */
function lastExit({ lastExit: exit }: Status, now: number, said: readonly string[]): string | undefined {
  if (!exit) return undefined;
  const { cause, ...withoutCause } = exit;
  const isSaid = cause !== undefined && contains(said, cause.slice(cause.indexOf(': ') + 1).trim());
  return en.lastExit(isSaid ? withoutCause : exit, now);
}

function next(status: Status, selection: string): string[] {
  const command = nextCommand(status);
  return command === undefined ? [] : ['', `Next: hermes-gateway ${command}${selection}`];
}

function nextCommand(status: Status): string | undefined {
  if (status.servedBy || status.restartRequested) return undefined;
  // The action of a phase that is as it should be is no advice.
  if (toneOf({ status }) === 'ok') return undefined;
  if (status.finishingWorkSince !== undefined) return 'stop --now';
  return helpfulActions({ status })
    .map(action => COMMANDS[action])
    .find(Boolean);
}
