/** The text of "Copy details" for a bug report: codes, versions, paths and the end of the log, without secrets, user names and addresses. */

import type { HistoryRecord } from '../model/history.ts';
import { redact as withoutSecrets } from '../model/redact.ts';
import type { LogTail, Snapshot, Versions } from './ipc.ts';

/** So much of the log is enough for a traceback; number of lines, and of characters of each. */
const LOG_LINES = 40;
const LOG_LINE_LENGTH = 500;

const NAMES: readonly (readonly [RegExp, string])[] = [
  // Home folders of Windows, Linux and macOS, also with doubled separators as JSON has them. A name may hold spaces, but no separator.
  [/([A-Za-z]:[\\/]{1,2}(?:Users|Documents and Settings)[\\/]{1,2})[^\\/:*?"<>|\r\n]+(?=[\\/]|$)/gim, '$1<user>'],
  [/([A-Za-z]:[\\/]{1,2}(?:Users|Documents and Settings)[\\/]{1,2})[^\s\\/:*?"<>|]+/gi, '$1<user>'],
  [/((?:^|[^\w.])\/(?:home|Users)\/)[^/\s:"']+/gm, '$1<user>'],
  [/[\w.+-]+@[\w-]+\.[\w.-]*\w/g, '<address>'],
];

/** Removes likely secrets, user names in home folders, and mail addresses. Never throws. */
export function redact(text: string): string {
  return NAMES.reduce((rest, [pattern, replacement]) => rest.replace(pattern, replacement), withoutSecrets(text));
}

/** The report as plain text, one fact per line, in English whatever the locale, because developers read it. */
export function formatDetails(snapshot: Snapshot, versions: Versions, log?: LogTail): string {
  const { status, lastError, operation, update, updateEnd } = snapshot;
  const { restarts, lastExit } = status;
  const lines: (string | undefined)[] = [
    `service: ${status.service} (profile ${status.profile})`,
    `phase: ${status.phase}${status.detail ? ` (${status.detail})` : ''}`,
    `desired: ${status.desired}`,
    `mechanism: ${status.mechanism}`,
    status.policy && `policy: ${JSON.stringify(status.policy)}`,
    operation && `operation: ${operation.verb} since ${operation.since}`,
    lastError && `last error: ${lastError.code}${lastError.win32 === undefined ? '' : ` (Win32 ${lastError.win32})`}: ${lastError.message}`,
    update && `update: ${update.what}, ${update.step}, by ${update.who} since ${update.since}`,
    updateEnd &&
      `last update: ${updateEnd.what}, ${updateEnd.outcome}${updateEnd.why ? ` (${updateEnd.why.code})` : ''} at ${updateEnd.at}`,
    status.startType && `start type: ${status.startType}`,
    status.servicePid === undefined ? undefined : `service PID: ${status.servicePid}`,
    status.gatewayPid === undefined ? undefined : `gateway PID: ${status.gatewayPid}`,
    status.startedAt && `started: ${status.startedAt}`,
    status.session && `session: ${status.session.beforeSignIn ? 'before sign-in' : status.session.id}`,
    status.beforeSignIn && `before sign-in: ${status.beforeSignIn}`,
    status.automaticSignIn && `automatic sign-in after an update: ${status.automaticSignIn}`,
    ...(status.platforms ?? []).map(({ name, state, reason }) => `platform ${name}: ${state}${reason === undefined ? '' : `: ${reason}`}`),
    `restarts: ${restarts.count}${restarts.lastAt ? `, last ${restarts.lastAt}` : ''}${restarts.nextAt ? `, next ${restarts.nextAt}` : ''}`,
    lastExit && `last exit: ${lastExit.code ?? 'unknown'} at ${lastExit.at}: ${lastExit.reason}`,
    lastExit?.cause && `cause: ${lastExit.cause}`,
    lastExit?.known && `recognised as: ${lastExit.known}`,
    `ladder: ${status.recovery.delaysMs.join(', ')} ms, reset ${status.recovery.resetMs} ms`,
    status.watchdog === false ? 'watchdog: off' : undefined,
    ...status.problems.map(({ code, severity, message }) => `${severity}: ${code}: ${message}`),
    ...Object.entries({ ...snapshot.versions, ...versions }).map(([name, version]) => `${name}: ${version}`),
    ...snapshot.history.map(historyLine),
    log && `log: ${log.path}`,
    ...(log?.lines.slice(-LOG_LINES).map(logLine) ?? []),
  ];
  const text = lines.filter(line => line !== undefined && line !== '').join('\n');
  return `${redact(withoutUser(text, status.session?.user))}\n`;
}

function historyLine(record: HistoryRecord): string {
  switch (record.kind) {
    case 'started':
      return `${record.at} started (${record.cause}), PID ${record.pid}`;
    case 'ended':
      return `${record.at} ended (${record.outcome}), code ${record.code ?? 'unknown'}, after ${record.uptimeMs} ms: ${record.reason}${record.cause === undefined ? '' : ` ${record.cause}`}`;
    case 'noted':
      return `${record.at} ${record.what}: ${record.reason}`;
  }
}

/** Indented, which distinguishes it from the facts. Redacted before it is cut, because half a secret is not recognised. */
function logLine(line: string): string {
  const shown = redact(line);
  return `  ${shown.length > LOG_LINE_LENGTH ? `${shown.slice(0, LOG_LINE_LENGTH)}…` : shown}`;
}

/** Replaces the signed-in user's name, with or without its domain, wherever it is a whole word. */
function withoutUser(text: string, user: string | undefined): string {
  const name = user?.split(/[\\/]/).at(-1);
  if (!user || !name || name.length < 3) return text;
  const escaped = [user, name].map(part => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  return text.replace(new RegExp(`(?<![\\p{L}\\p{N}])(?:${escaped.join('|')})(?![\\p{L}\\p{N}])`, 'giu'), '<user>');
}
