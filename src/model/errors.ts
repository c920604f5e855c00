/** Failures as values: a code of the table, a sentence, a remedy, a detail and a Win32 number. */

import type * as v from 'valibot';
import { EXIT, type ExitCode } from './cli-exit-codes.ts';
import { ERRORS, type ErrorCode } from './error-table.ts';
import type { ERROR_VALUE } from './error-value.ts';

/** A failure as it crosses processes, the IPC and `--json`. */
export type ErrorValue = Readonly<v.InferOutput<typeof ERROR_VALUE>>;

/** A failure with a code of the table. `detail` names what it is about (a path, a name, a PID) and is added to the sentence. */
export class GatewayServiceError extends Error {
  override readonly name = 'GatewayServiceError';
  readonly code: ErrorCode;
  readonly remedy: string;
  readonly detail: string | undefined;
  readonly win32: number | undefined;

  constructor(code: ErrorCode, detail?: string, options: { cause?: unknown; win32?: number; remedy?: string } = {}) {
    const row = ERRORS[code];
    super(detail ? `${row.message} ${detail}` : row.message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.detail = detail;
    this.remedy = options.remedy ?? row.remedy;
    this.win32 = options.win32 ?? row.win32;
  }

  /** The failure that another process reported. */
  static fromValue({ code, detail, remedy, win32 }: ErrorValue): GatewayServiceError {
    return new GatewayServiceError(code, detail, { remedy, ...(win32 !== undefined && { win32 }) });
  }

  get exit(): ExitCode {
    return ERRORS[this.code].exit ?? EXIT.failed;
  }

  toValue(): ErrorValue {
    const { code, message, remedy, detail, win32 } = this;
    return { code, message, remedy, ...(detail !== undefined && { detail }), ...(win32 !== undefined && { win32 }) };
  }
}

/** Any thrown value as a failure of the table; errors of the file system and of processes become what they mean to a user. */
export function toGatewayServiceError(thrown: unknown): GatewayServiceError {
  if (thrown instanceof GatewayServiceError) return thrown;
  const { code, path, syscall } = (thrown ?? {}) as { code?: unknown; path?: unknown; syscall?: unknown };
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  const where = typeof path === 'string' ? `(${path})` : undefined;
  const options = { cause: thrown };
  if (code === 'ENOSPC' || code === 'EDQUOT') return new GatewayServiceError('disk-full', where, options);
  if (!isPermissionError(thrown)) return new GatewayServiceError('internal', message, options);
  const spawned = typeof syscall === 'string' && syscall.startsWith('spawn');
  return new GatewayServiceError(spawned ? 'program-not-executable' : 'permission-denied', where ?? `(${message})`, options);
}

/** Whether the system refused something because of a missing permission, or because the disk is read-only. */
export function isPermissionError(thrown: unknown): boolean {
  const { code } = (thrown ?? {}) as { code?: unknown };
  return code === 'EACCES' || code === 'EPERM' || code === 'EROFS';
}
