/** A status as text: the sentence, facts, and every problem with its remedy. Pure; the texts are those of the shared catalogue. */

import { en } from '../desktop/messages-en.ts';
import { type ActionVerb, offeredAction, type Tone, toneOf } from '../desktop/views.ts';
import type { Status } from '../model/status.ts';
import { indented } from './output.ts';
import type { Paint, Style } from './terminal.ts';

const STYLE_OF_TONE: Readonly<Record<Tone, Style>> = { ok: 'green', busy: 'blue', idle: 'bold', warn: 'yellow', error: 'red' };

/** The verb for an offered action. */
const COMMANDS: Readonly<Record<ActionVerb, string>> = {
  start: 'start',
  stop: 'stop',
  stopNow: 'stop --now',
  restart: 'restart',
  repair: 'doctor --fix',
  refresh: 'status',
};

export interface StatusTextOptions {
  readonly now: number;
  readonly logPath: string;
  readonly paint: Paint;
  /** `--profile` and `--home` as they were given, for the command that is offered. */
  readonly selection: string;
}

export function statusText(status: Status, { now, logPath, paint, selection }: StatusTextOptions): string {
  const installed = status.mechanism !== 'none';
  const title = paint(STYLE_OF_TONE[toneOf({ status })], `${status.service}: ${en.phase[status.phase]}`);
  const rows = installed ? statusRows(status, now, logPath) : [];
  const width = Math.max(...rows.map(([label]) => label.length));
  return [
    title,
    indented(en.sentence(status, now)),
    ...(status.detail === undefined ? [] : [indented(status.detail)]),
    ...(rows.length > 0 ? [''] : []),
    ...rows.map(([label, value]) => `  ${paint('dim', label.padEnd(width))}  ${value}`),
    ...problemTexts(status, paint).flatMap(text => ['', text]),
    ...next(status, selection),
  ].join('\n');
}

/** Each problem with its remedy. */
export function problemTexts({ problems }: Status, paint: Paint): string[] {
  return problems.map(
    ({ code, message, remedy }) => `${paint('yellow', '!')} ${message} ${paint('dim', `(${code})`)}\n${indented(remedy)}`,
  );
}

function statusRows(status: Status, now: number, logPath: string): [string, string][] {
  const { gatewayPid, servicePid, startedAt, restarts, lastExit, session, startType, automaticSignIn } = status;
  const rows: [string, string | undefined][] = [
    [en.details.profile, status.profile],
    [en.details.gatewayPid, gatewayPid === undefined ? undefined : en.pid(gatewayPid)],
    [en.details.started, startedAt && en.time(startedAt, now)],
    [en.details.mechanism, `${en.mechanism[status.mechanism]}${servicePid === undefined ? '' : ` (PID ${en.pid(servicePid)})`}`],
    [en.details.startType, startType && en.startType[startType]],
    [en.details.session, session && `${session.id} (${session.user})`],
    [en.details.afterUpdate, automaticSignIn && en.automaticSignIn[automaticSignIn]],
    [en.details.restarts, en.restarts(status, now)],
    [en.details.ladder, restarts.nextAt === undefined ? undefined : en.ladder(status)],
    [en.details.lastExit, lastExit && en.lastExit(lastExit, now)],
    [en.details.logPath, logPath],
  ];
  return rows.filter((row): row is [string, string] => row[1] !== undefined);
}

function next(status: Status, selection: string): string[] {
  if (status.servedBy) return [];
  if (status.phase === 'not-installed') return ['', `Next: hermes-gateway install${selection}`];
  const action = status.phase === 'running' ? undefined : offeredAction({ status });
  return action ? ['', `Next: hermes-gateway ${COMMANDS[action.verb]}${selection}`] : [];
}
