/**
 * Looks at documents field by field: state files outlive versions, disks and the hands of people, and a control pipe says what its other end
 * likes. What does not fit its type is passed over where it is read, so that nobody behind that has to wonder.
 */

export type Fits = (value: unknown) => boolean;

/** The fields of an object; none of anything else. */
export const fieldsOf = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : {};

export const isText: Fits = value => typeof value === 'string';
/** A whole number from 0. */
export const isCount: Fits = value => Number.isSafeInteger(value) && Number(value) >= 0;
export const isWhole: Fits = value => Number.isSafeInteger(value);
/** A PID of a process that can exist: 0 and negative numbers mean groups of processes. */
export const isPid: Fits = value => isCount(value) && value !== 0;
/** ISO 8601, UTC, as `Date.toISOString` writes it: such times are compared as texts. */
export const isTime: Fits = value =>
  typeof value === 'string' && /^\d{4}-\d\d-\d\dT[\d:.]+Z$/.test(value) && Number.isFinite(Date.parse(value));
/** A PID, and a start time where it is known. */
export const isProcessRef: Fits = value => fits(value, { pid: isPid, startTime: orMissing(Number.isFinite) });

export const orMissing =
  (each: Fits): Fits =>
  value =>
    value === undefined || each(value);
export const orNull =
  (each: Fits): Fits =>
  value =>
    value === null || each(value);
export const oneOf =
  (...values: readonly unknown[]): Fits =>
  value =>
    values.includes(value);

/** Whether every field of the shape is what it must be; other fields do not matter. */
export function fits(value: unknown, shape: Readonly<Record<string, Fits>>): boolean {
  const fields = fieldsOf(value);
  return Object.entries(shape).every(([name, each]) => each(fields[name]));
}
