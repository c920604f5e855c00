/** Schemas that several records share. What any program may have written is ignored where it does not match its schema. */

import * as v from 'valibot';
import { GatewayServiceError } from './errors.ts';
import { isServiceName, type ServiceName } from './identity.ts';

/** ISO 8601, UTC, as `Date.toISOString` writes it: such times are compared as texts. */
export const isoTime = v.pipe(
  v.string(),
  v.regex(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
  v.check(text => Number.isFinite(Date.parse(text))),
);
export const wholeNumber = v.pipe(v.number(), v.safeInteger());
/** A whole number from 0. */
export const count = v.pipe(wholeNumber, v.minValue(0));
/** A PID of a process that can exist: 0 and negative numbers mean groups of processes. */
export const pid = v.pipe(wholeNumber, v.minValue(1));
/** The start time of a process, as `process-ref.ts` says. */
export const startTime = v.pipe(v.number(), v.finite());
/** A duration in milliseconds. */
export const milliseconds = v.pipe(v.number(), v.finite(), v.minValue(0));
export const serviceName = v.custom<ServiceName>(
  value => typeof value === 'string' && isServiceName(value),
  'not the name of a gateway service',
);

/** A line of JSON. */
export const jsonLine = <T extends v.GenericSchema<unknown, unknown>>(schema: T) => v.pipe(v.string(), v.parseJson(), schema);

/** A document with a `schema` number. @throws GatewayServiceError `state-newer`, or `state-corrupt` naming the field at fault */
export function versioned<T extends v.GenericSchema<unknown, unknown>>(schema: T, value: unknown, file: string): v.InferOutput<T> {
  const result = v.safeParse(schema, value);
  if (result.success) return result.output;
  const { schema: version } = (value ?? {}) as { schema?: unknown };
  if (typeof version === 'number' && version > 1) throw new GatewayServiceError('state-newer', file);
  const [issue] = result.issues;
  throw new GatewayServiceError('state-corrupt', `${file} (${v.getDotPath(issue) ?? 'document'}: ${issue.message})`);
}

/** The value where it matches; undefined where it does not. */
export function matching<T extends v.GenericSchema<unknown, unknown>>(schema: T, value: unknown): v.InferOutput<T> | undefined {
  const result = v.safeParse(schema, value);
  return result.success ? result.output : undefined;
}
