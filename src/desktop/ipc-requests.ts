/** Parses every payload that a renderer sends. A renderer is never trusted: invalid payloads are refused with `bad-request`. */

import * as v from 'valibot';
import { GatewayServiceError } from '../model/errors.ts';
import { PROBLEMS, type ProblemCode } from '../model/problems.ts';
import { type RequestKind, type RequestOf, VERBS, type Verb } from './ipc.ts';

const shortText = v.pipe(v.string(), v.maxLength(100));
const profile = v.pipe(v.string(), v.maxLength(64));

const SCHEMAS = {
  anyProfile: v.strictObject({ profile: v.optional(profile) }),
  profile: v.strictObject({ profile }),
  switch: v.strictObject({
    profile,
    on: v.boolean(),
    mechanism: v.optional(v.picklist(['service', 'startup', 'embedded'])),
    beforeSignIn: v.optional(v.boolean()),
    keepLogs: v.optional(v.boolean()),
  }),
  log: v.strictObject({
    profile,
    lines: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(2_000))),
    end: v.optional(v.strictObject({ at: shortText, cause: v.optional(v.pipe(v.string(), v.maxLength(1_000))) })),
    known: v.optional(shortText),
  }),
  watchdog: v.strictObject({ profile, on: v.boolean() }),
  problem: v.strictObject({ profile, problem: v.picklist(Object.keys(PROBLEMS) as ProblemCode[]) }),
  update: v.strictObject({ profile, update: v.optional(v.pipe(v.string(), v.maxLength(64))) }),
} as const satisfies Record<RequestKind, v.GenericSchema>;

/** @throws GatewayServiceError `bad-request`, which names the first invalid field */
export function parseRequest<V extends Verb>(verb: V, payload: unknown): RequestOf<V> {
  // The schema accepts arrays, maps and the like as objects, and an empty one would be a valid request.
  const kind = Object.prototype.toString.call(payload);
  if (kind !== '[object Object]') throw new GatewayServiceError('bad-request', `(${verb}: payload: ${kind.slice(8, -1)})`);
  const result = v.safeParse(SCHEMAS[VERBS[verb][0]], payload);
  if (result.success) return result.output as RequestOf<V>;
  const [issue] = result.issues;
  throw new GatewayServiceError('bad-request', `(${verb}: ${v.getDotPath(issue) ?? 'payload'}: ${issue.message})`);
}
