/** Failures as values: a code of the table, a sentence, a remedy, a detail and a Win32 number. */

import type { ExitCode } from './cli-exit-codes.ts';
import { ERRORS, type ErrorCode, type ErrorRow } from './error-table.ts';

/** A failure as it crosses processes, the IPC and `--json`. */
export interface ErrorValue {
  readonly code: ErrorCode;
  readonly message: string;
  readonly remedy: string;
  /** What the failure is about (a path, a name, a PID); `message` contains it too. */
  readonly detail?: string;
  readonly win32?: number;
}

/** Whether a value from another process is an `ErrorValue`. */
export function isErrorValue(value: unknown): value is ErrorValue {
  const { code, message, remedy, detail, win32 } = (value ?? {}) as Partial<Record<keyof ErrorValue, unknown>>;
  const isText = typeof message === 'string' && typeof remedy === 'string' && (detail === undefined || typeof detail === 'string');
  return typeof code === 'string' && Object.hasOwn(ERRORS, code) && isText && (win32 === undefined || typeof win32 === 'number');
}

/**
 * A failure with a code of the table. `detail` names what it is about (a path, a name, a PID) and is added to the sentence.
 */
export class GatewayServiceError extends Error {
  override readonly name = 'GatewayServiceError';
  readonly code: ErrorCode;
  readonly remedy: string;
  readonly detail: string | undefined;
  readonly win32: number | undefined;

  constructor(code: ErrorCode, detail?: string, options: { cause?: unknown; win32?: number; remedy?: string } = {}) {
    const entry: ErrorRow = ERRORS[code];
    super(detail ? `${entry.message} ${detail}` : entry.message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.detail = detail;
    this.remedy = options.remedy ?? entry.remedy;
    this.win32 = options.win32 ?? entry.win32;
  }

  /** The failure that another process reported. */
  static fromValue({ code, detail, remedy, win32 }: ErrorValue): GatewayServiceError {
    return new GatewayServiceError(code, detail, { remedy, ...(win32 !== undefined && { win32 }) });
  }

  get exit(): ExitCode {
    return ERRORS[this.code].exit;
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
