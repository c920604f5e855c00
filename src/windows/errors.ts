/**
 * Win32 error numbers as failures of this module: the number decides, because the texts of Windows are localized. Numbers and meanings:
 * "System Error Codes" (winerror.h); which service function gives which: the pages of OpenServiceW, StartServiceW, ControlService,
 * CreateServiceW, DeleteService and StartServiceCtrlDispatcherW.
 */

import { ERRORS, type ErrorCode } from '../model/error-table.ts';
import { GatewayServiceError } from '../model/errors.ts';
import type { Outcome } from './library.ts';

export const ERROR = {
  success: 0,
  fileNotFound: 2,
  pathNotFound: 3,
  accessDenied: 5,
  notSupported: 50,
  invalidParameter: 87,
  brokenPipe: 109,
  callNotImplemented: 120,
  invalidLevel: 124,
  pipeBusy: 231,
  noData: 232,
  moreData: 234,
  badExeFormat: 193,
  noMoreItems: 259,
  noToken: 1008,
  serviceDatabaseLocked: 1055,
  serviceAlreadyRunning: 1056,
  serviceDoesNotExist: 1060,
  serviceCannotAcceptControl: 1061,
  serviceNotActive: 1062,
  failedServiceControllerConnect: 1063,
  serviceMarkedForDelete: 1072,
  privilegeNotHeld: 1314,
} as const;

/** Further numbers with the same meaning for a user as one in the table of errors. */
const SAME_MEANING: Readonly<Record<number, ErrorCode>> = {
  39: 'disk-full',
  740: 'needs-administrator',
  1051: 'service-dependency',
  1052: 'service-busy',
  1070: 'service-unresponsive',
  1075: 'service-dependency',
  1385: 'service-logon-failed',
  [ERROR.callNotImplemented]: 'unsupported',
  [ERROR.invalidLevel]: 'unsupported',
};

const byNumber = new Map<number, ErrorCode>();
for (const [code, error] of Object.entries(ERRORS)) {
  if ('win32' in error) byNumber.set(error.win32, code as ErrorCode);
}
for (const [number, code] of Object.entries(SAME_MEANING)) byNumber.set(Number(number), code);

/**
 * The failure for a Win32 error number: `windows-refused` where the table has none.
 * @param win32 GetLastError(), or the result of a registry function
 * @param step The call and its subject, for the details: `OpenServiceW HermesGateway`
 */
export function win32Error(win32: number, step: string): GatewayServiceError {
  return new GatewayServiceError(byNumber.get(win32) ?? 'windows-refused', `(${step}: Windows error ${win32}.)`, { win32 });
}

/** The failure of a call, by its last error. @param subject What the call was for: a service, a file */
export function callError({ name, lastError }: Outcome<unknown>, subject?: string | number): GatewayServiceError {
  return win32Error(lastError, subject === undefined ? name : `${name} ${subject}`);
}

/** Throws the failure of a call that returns FALSE. */
export function checkCall(outcome: Outcome<number>, subject?: string | number): void {
  if (!outcome.result) throw callError(outcome, subject);
}
