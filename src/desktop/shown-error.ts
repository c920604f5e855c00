/** A failure as the windows of an app show it: by its id they know whether they have shown it already. */

import { type ErrorValue, type GatewayServiceError, toGatewayServiceError } from '../model/errors.ts';

export interface ShownError extends ErrorValue {
  /** The same in every reply, push and window; another one for the next failure, also of the same kind. */
  readonly id: string;
}

const ids = new WeakMap<GatewayServiceError, string>();
let count = 0;

export function shownError(thrown: unknown): ShownError {
  const error = toGatewayServiceError(thrown);
  const id = ids.get(error) ?? `${Date.now()}-${count++}`;
  ids.set(error, id);
  return { ...error.toValue(), id };
}
