/**
 * Win32 error numbers as failures of this module: the number decides, because the text of Windows is localized.
 * Numbers and meanings: "System Error Codes" (winerror.h); which service function gives which: the pages of OpenServiceW, StartServiceW,
 * ControlService, CreateServiceW, DeleteService and StartServiceCtrlDispatcherW.
 */

import { ERRORS, type ErrorCode } from '../model/error-table.ts';
import { GatewayServiceError } from '../model/errors.ts';

export const ERROR = {
  success: 0,
  fileNotFound: 2,
  pathNotFound: 3,
  accessDenied: 5,
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

/** Further numbers that mean the same to a user as one that the table of errors names. */
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
for (const [code, entry] of Object.entries(ERRORS)) {
  if ('win32' in entry) byNumber.set(entry.win32, code as ErrorCode);
}
for (const [number, code] of Object.entries(SAME_MEANING)) byNumber.set(Number(number), code);

/** The code of the table that a Win32 error number means; `windows-refused` for a number that the table does not know. */
export function errorCodeOf(win32: number): ErrorCode {
  return byNumber.get(win32) ?? 'windows-refused';
}

/**
 * The failure that a Win32 error number means.
 * @param win32 GetLastError(), or what a registry function returned.
 * @param step What was tried, as Windows names it, and on what: `OpenServiceW HermesGateway`. It goes into the details.
 */
export function win32Error(win32: number, step: string): GatewayServiceError {
  return new GatewayServiceError(errorCodeOf(win32), `(${step}: Windows error ${win32}.)`, { win32 });
}
