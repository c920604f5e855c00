/** The messages between the hidden window's thread and its owner, and the messages of Windows that both use (winuser.h). */

export const SESSION_END_CLASS = 'HermesGatewayServiceSessionEnd';

export const WM_CLOSE = 0x0010;
export const WM_QUERYENDSESSION = 0x0011;
export const WM_ENDSESSION = 0x0016;

/** Why Windows ends this process: the user signs out, Windows shuts down or restarts, or an installer needs the program's files. */
export type EndReason = 'sign-out' | 'shutdown' | 'close-requested';

export interface ThreadData {
  /** What Windows shows to a user who waits for the stop, for example `The Hermes gateway is saving its work.` */
  readonly blockReason: string;
  /** Windows gets its answer after this time at the latest. */
  readonly maxHoldMs: number;
  /** Two shared numbers, each 1 when it is set; see `FLAG`. */
  readonly flags: Int32Array<SharedArrayBuffer>;
}

/** The gateway has stopped, so Windows may get its answer; the window is closed, so the process may end. */
export const FLAG = { stopped: 0, gone: 1 } as const;

export function raise(flags: Int32Array<SharedArrayBuffer>, flag: number): void {
  Atomics.store(flags, flag, 1);
  Atomics.notify(flags, flag);
}

export type FromThread = { readonly kind: 'listening'; readonly window: bigint } | { readonly kind: 'ending'; readonly reason: EndReason };
