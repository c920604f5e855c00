/**
 * The controls that the SCM sends to a running service, as values. The numbers are those of winsvc.h and winuser.h; the rest is `unknown`.
 * Source: LPHANDLER_FUNCTION_EX, WM_WTSSESSION_CHANGE (Microsoft Learn).
 */

/** What happened to a session (winuser.h: WTS_CONSOLE_CONNECT is 1). Lock, unlock and disconnect end nothing; logon and logoff do. */
const SESSION_CHANGES = [
  'console-connect',
  'console-disconnect',
  'remote-connect',
  'remote-disconnect',
  'logon',
  'logoff',
  'lock',
  'unlock',
  'remote-control',
  'create',
  'terminate',
] as const;
type SessionChange = (typeof SESSION_CHANGES)[number];

export type ServiceControl =
  | { readonly kind: 'stop' }
  /** Windows is shutting down; it waits for the service as long as its preshutdown time. */
  | { readonly kind: 'preshutdown' }
  | { readonly kind: 'session'; readonly change: SessionChange; readonly session: number };

const CONTROL = { stop: 1, interrogate: 4, sessionChange: 14, preshutdown: 15 } as const;

/**
 * The control that was received; `interrogate` needs only an answer, `unknown` is answered with ERROR_CALL_NOT_IMPLEMENTED.
 * @param sessionOf Reads the session from the event's data, which is valid only while the handler runs.
 */
export function toControl(control: number, eventType: number, sessionOf: () => number): ServiceControl | 'interrogate' | 'unknown' {
  if (control === CONTROL.stop) return { kind: 'stop' };
  if (control === CONTROL.preshutdown) return { kind: 'preshutdown' };
  if (control === CONTROL.interrogate) return 'interrogate';
  const change = control === CONTROL.sessionChange ? SESSION_CHANGES[eventType - 1] : undefined;
  return change ? { kind: 'session', change, session: sessionOf() } : 'unknown';
}
