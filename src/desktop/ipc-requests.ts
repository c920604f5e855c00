/**
 * Run-time parsing of every payload that a renderer sends. A renderer is never trusted: what does not fit is refused with `bad-request`
 * and touches nothing.
 */

import * as v from 'valibot';
import { GatewayServiceError } from '../model/errors.ts';
import type { Verb, Verbs } from './ipc.ts';

const profile = v.pipe(v.string(), v.maxLength(64));
const named = v.strictObject({ profile });
const switched = v.strictObject({ profile, on: v.boolean(), mechanism: v.optional(v.picklist(['service', 'startup', 'embedded'])) });

const REQUESTS = {
  get: v.strictObject({ profile: v.optional(profile) }),
  set: switched,
  preview: switched,
  start: named,
  stop: named,
  restart: named,
  examine: named,
  repair: named,
  logs: v.strictObject({ profile, lines: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(2_000))) }),
  reveal: named,
  dismiss: v.strictObject({ profile, update: v.pipe(v.string(), v.maxLength(64)) }),
} as const satisfies Record<Verb, v.GenericSchema>;

export const VERBS = Object.keys(REQUESTS) as readonly Verb[];

export function isVerb(name: string): name is Verb {
  return Object.hasOwn(REQUESTS, name);
}

/** @throws GatewayServiceError `bad-request` that names the first field at fault. */
export function parseRequest<V extends Verb>(verb: V, payload: unknown): Verbs[V]['request'] {
  // Arrays, maps and the like are objects to the schema, too, and some of them would pass for an empty one.
  const kind = Object.prototype.toString.call(payload);
  if (kind !== '[object Object]') throw new GatewayServiceError('bad-request', `(${verb}: payload: ${kind.slice(8, -1)})`);
  const result = v.safeParse(REQUESTS[verb], payload);
  if (result.success) return result.output as Verbs[V]['request'];
  const [issue] = result.issues;
  throw new GatewayServiceError('bad-request', `(${verb}: ${v.getDotPath(issue) ?? 'payload'}: ${issue.message})`);
}
