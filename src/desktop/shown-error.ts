/** A failure as the windows of an app show it: by its id they know whether they have shown it already. */

import { type ErrorValue, toGatewayServiceError } from '../model/errors.ts';

export interface ShownError extends ErrorValue {
  /** The same in every reply, push and window; another one for the next failure, also of the same kind. */
  readonly id: string;
}

/** By what was thrown. */
const ids = new WeakMap<object, string>();
let count = 0;

export function shownError(thrown: unknown): ShownError {
  const error = toGatewayServiceError(thrown);
  const key = typeof thrown === 'object' && thrown !== null ? thrown : error;
  const id = ids.get(key) ?? `${Date.now()}-${count++}`;
  ids.set(key, id);
  return { ...error.toValue(), id };
}
