/** Many statuses as a table: aligned on a terminal, separated by tabs for a program. Pure. */

import { en } from '../desktop/messages-en.ts';
import { toneOf, uptimeMs } from '../desktop/views.ts';
import type { Status } from '../model/status.ts';
import { STYLE_OF_TONE } from './status-text.ts';
import type { Paint } from './terminal.ts';

const HEADER = ['SERVICE', 'PROFILE', 'STATE', 'UPTIME', 'PID', 'RESTARTS', 'PROBLEM'] as const;
const STATE = HEADER.indexOf('STATE');
const GAP = '  ';
const MINUTE_MS = 60_000;

/** One row for each status: an empty cell is something that is not known or not there. */
export function statusTable(statuses: readonly Status[], { now, columns, paint }: TableOptions): string {
  const rows = statuses.map(status => cells(status, now));
  if (columns === undefined) return rows.map(row => row.join('\t')).join('\n');
  const widths = HEADER.map((title, at) => Math.max(title.length, ...rows.map(row => row[at]?.length ?? 0)));
  const line = (row: readonly string[]) => row.map((cell, at) => cell.padEnd(widths[at] ?? 0)).join(GAP);
  const cut = (text: string) => (text.length > columns ? `${text.slice(0, columns - 1)}…` : text.trimEnd());
  const before = widths.slice(0, STATE).reduce((sum, width) => sum + width + GAP.length, 0);
  const end = before + (widths[STATE] ?? 0);
  const painted = (status: Status, text: string) =>
    `${text.slice(0, before)}${paint(STYLE_OF_TONE[toneOf({ status })], text.slice(before, end))}${text.slice(end)}`;
  return [paint('dim', cut(line(HEADER))), ...statuses.map((status, at) => painted(status, cut(line(rows[at] ?? []))))].join('\n');
}

export interface TableOptions {
  readonly now: number;
  /** Width of the terminal; undefined for a program. */
  readonly columns: number | undefined;
  readonly paint: Paint;
}

function cells(status: Status, now: number): string[] {
  const { service, profile, phase, gatewayPid, restarts, lastExit, problems } = status;
  const uptime = gatewayPid === undefined ? undefined : uptimeMs(status, now);
  const cause = gatewayPid === undefined && status.desired === 'running' ? lastExit?.cause : undefined;
  const problem = [...(cause === undefined ? [] : [cause]), ...problems.map(({ code }) => code)].join(', ');
  return [
    service,
    profile,
    en.phase[phase],
    uptime === undefined ? '' : uptime < MINUTE_MS ? '< 1 min' : en.uptime(uptime),
    gatewayPid === undefined ? '' : String(gatewayPid),
    String(restarts.count),
    problem,
  ].map(cell => cell.replaceAll(/\s+/g, ' '));
}
