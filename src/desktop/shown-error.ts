/** A failure as the windows of an app show it: by its id they know whether they have shown it already. */

import { type ErrorValue, toGatewayServiceError } from '../model/errors.ts';
import type { Operation } from '../model/operation-steps.ts';

export interface ShownError extends ErrorValue {
  /** The same in every reply, push and window; another one for the next failure, also of the same kind. */
  readonly id: string;
  /** The operation that failed; absent where something else did. */
  readonly verb?: Operation;
}

/** By what was thrown. */
const known = new WeakMap<object, Pick<ShownError, 'id' | 'verb'>>();
let count = 0;

export function shownError(thrown: unknown, verb?: Operation): ShownError {
  const error = toGatewayServiceError(thrown);
  const key = typeof thrown === 'object' && thrown !== null ? thrown : error;
  const shown = known.get(key) ?? { id: `${Date.now()}-${count++}`, ...(verb && { verb }) };
  known.set(key, shown);
  return { ...error.toValue(), ...shown };
}
