/** `explain`: the tables of errors, problems, recognised ends and Windows events, all rows or those of one code. */

import { explainEnd } from '../desktop/messages-en-ends.ts';
import { EXIT } from '../model/cli-exit-codes.ts';
import { ERRORS, type ErrorRow } from '../model/error-table.ts';
import { GatewayServiceError } from '../model/errors.ts';
import { EVENT_SOURCE, EVENTS, type EventRow } from '../model/events.ts';
import { KNOWN_ENDS } from '../model/known-end.ts';
import { problemPage } from '../model/problem-page.ts';
import { PROBLEMS, type ProblemCode, type ProblemRow } from '../model/problems.ts';
import { indented } from './output.ts';
import type { Paint } from './terminal.ts';

interface Explanation extends Partial<ErrorRow & ProblemRow & EventRow> {
  /** Where the documentation explains it. */
  readonly page?: string;
  /** An error ends a command, a problem and the end of a gateway are parts of a status, and an event is written to Windows' event log. */
  readonly kind: 'error' | 'problem' | 'end' | 'event';
  readonly code: string;
}

const ALL: readonly Explanation[] = [
  ...Object.entries(ERRORS).map(([code, row]) => ({ kind: 'error', code, exit: EXIT.failed, ...row }) as const),
  ...Object.entries(PROBLEMS).map(
    ([code, row]) =>
      ({ kind: 'problem', code, severity: 'warning', elevated: false, ...row, page: problemPage(code as ProblemCode) }) as const,
  ),
  ...KNOWN_ENDS.map(code => ({ kind: 'end', code, ...explainEnd({ known: code }) }) as const),
  ...Object.entries(EVENTS).map(([code, row]) => ({ kind: 'event', code, ...row }) as const),
];

/**
 * @param code A code, the number of a Windows error, or that of an event.
 * @throws GatewayServiceError `usage` for one that is in no table.
 */
export function explanations(code?: string): readonly Explanation[] {
  if (code === undefined) return ALL;
  const found = ALL.filter(each => each.code === code.toLowerCase() || String(each.win32) === code || String(each.id) === code);
  if (found.length === 0) {
    throw new GatewayServiceError('usage', `There is no code ${JSON.stringify(code)}.`, {
      remedy: 'List all codes with "hermes-gateway explain".',
    });
  }
  return found;
}

/** One line for each code. */
export function overviewText(entries: readonly Explanation[], paint: Paint): string {
  const width = Math.max(...entries.map(({ code }) => code.length));
  const lines = entries.map(
    ({ kind, code, message }) => `${paint('bold', code.padEnd(width))}  ${paint('dim', kind.padEnd(7))}  ${message}`,
  );
  return [...lines, '', 'Remedies: "hermes-gateway explain CODE".'].join('\n');
}

export function explanationText(entries: readonly Explanation[], paint: Paint): string {
  return entries
    .map(({ kind, code, severity, message, remedy, exit, win32, id, elevated, page }) => {
      const facts = [
        ...(id === undefined ? [severity ?? kind] : [`event ${id} of the source "${EVENT_SOURCE}"`]),
        ...(exit === undefined ? [] : [`exit code ${exit}`]),
        ...(win32 === undefined ? [] : [`Windows error ${win32}`]),
        ...(elevated ? ['needs an administrator'] : []),
      ];
      return `${paint('bold', code)} ${paint('dim', `(${facts.join(', ')})`)}\n${indented([message, remedy, page].filter(Boolean).join('\n'))}`;
    })
    .join('\n\n');
}
