/** The schema of a failure from another process. Apart from `errors.ts`, so that the panel needs no valibot. */

import * as v from 'valibot';
import { ERRORS, type ErrorCode } from './error-table.ts';

export const errorCode = v.custom<ErrorCode>(code => typeof code === 'string' && Object.hasOwn(ERRORS, code));

export const ERROR_VALUE = v.object({
  code: errorCode,
  message: v.string(),
  remedy: v.string(),
  /** What the failure is about (a path, a name, a PID); `message` contains it too. */
  detail: v.exactOptional(v.string()),
  win32: v.exactOptional(v.number()),
});
