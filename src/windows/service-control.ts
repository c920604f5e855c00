/**
 * The controls that the SCM sends to a running service, as values. The numbers are those of winsvc.h and winuser.h; the rest is `unknown`.
 * Source: LPHANDLER_FUNCTION_EX, WM_WTSSESSION_CHANGE (Microsoft Learn).
 */

export type ServiceControl =
  | { readonly kind: 'stop' }
  /** Windows is shutting down; it waits for the service as long as its preshutdown time. */
  | { readonly kind: 'preshutdown' }
  /** Something happened to a session: a logon, or another change. */
  | { readonly kind: 'session'; readonly logon: boolean; readonly session: number };

const CONTROL = { stop: 1, interrogate: 4, sessionChange: 14, preshutdown: 15 } as const;
/** winuser.h: the changes of a session are 1 to 11. */
const WTS_SESSION_LOGON = 5;
const WTS_SESSION_TERMINATE = 11;

/**
 * The control that was received; `interrogate` needs only an answer, `unknown` is answered with ERROR_CALL_NOT_IMPLEMENTED.
 * @param sessionOf Reads the session from the event's data, which is valid only while the handler runs.
 */
export function toControl(control: number, eventType: number, sessionOf: () => number): ServiceControl | 'interrogate' | 'unknown' {
  if (control === CONTROL.stop) return { kind: 'stop' };
  if (control === CONTROL.preshutdown) return { kind: 'preshutdown' };
  if (control === CONTROL.interrogate) return 'interrogate';
  if (control !== CONTROL.sessionChange || eventType > WTS_SESSION_TERMINATE) return 'unknown';
  return { kind: 'session', logon: eventType === WTS_SESSION_LOGON, session: sessionOf() };
}
