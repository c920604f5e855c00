/** `explain`: the one table of errors and problems, as a list or one entry in detail. */

import { ERRORS, type ExitCode, GatewayServiceError } from '../service/errors.ts';
import { PROBLEMS } from '../service/problems.ts';
import { indented } from './output.ts';
import type { Paint } from './terminal.ts';

export interface Explanation {
  /** An error ends a command; a problem stands beside a status. */
  readonly kind: 'error' | 'problem';
  readonly code: string;
  readonly message: string;
  readonly remedy: string;
  readonly exit?: ExitCode;
  readonly win32?: number;
  readonly elevated?: boolean;
}

const ALL: readonly Explanation[] = [
  ...Object.entries(ERRORS).map(([code, entry]) => ({ kind: 'error', code, ...entry }) as const),
  ...Object.entries(PROBLEMS).map(([code, entry]) => ({ kind: 'problem', code, ...entry }) as const),
];

/** @throws GatewayServiceError `usage` for a code that is in neither table. */
export function explanations(code?: string): readonly Explanation[] {
  if (code === undefined) return ALL;
  const found = ALL.filter(entry => entry.code === code.toLowerCase());
  if (found.length === 0) {
    throw new GatewayServiceError('usage', `There is no code ${JSON.stringify(code)}.`, {
      remedy: 'List all codes with "hermes-gateway explain".',
    });
  }
  return found;
}

export function explanationText(entries: readonly Explanation[], paint: Paint): string {
  return entries
    .map(({ kind, code, message, remedy, exit, win32, elevated }) => {
      const facts = [
        kind,
        ...(exit === undefined ? [] : [`exit code ${exit}`]),
        ...(win32 === undefined ? [] : [`Windows error ${win32}`]),
        ...(elevated ? ['asks for an administrator'] : []),
      ];
      return `${paint('bold', code)} ${paint('dim', `(${facts.join(', ')})`)}\n${indented(`${message}\n${remedy}`)}`;
    })
    .join('\n\n');
}
