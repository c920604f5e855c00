/** The environment with which a process of this user was started. Linux shows it; macOS and Windows do not. */

import { readFileSync } from 'node:fs';
import type { Environment } from '../gateway/environment.ts';
import { attempt } from '../model/attempt.ts';

/** Undefined where it cannot be read, or the process has ended. */
export function environmentOf(pid: number): Environment | undefined {
  const text = attempt(() => readFileSync(`/proc/${pid}/environ`, 'utf8'));
  // A process that has ended and was not waited for has none.
  if (!text) return undefined;
  const variables = text.split('\0').filter(each => each.includes('='));
  return Object.fromEntries(variables.map(each => [each.slice(0, each.indexOf('=')), each.slice(each.indexOf('=') + 1)]));
}
