/**
 * What the hidden window's thread and its owner say to each other, and the messages of Windows that both know (winuser.h).
 */

export const SESSION_END_CLASS = 'HermesGatewayServiceSessionEnd';

export const WM_CLOSE = 0x0010;
export const WM_QUERYENDSESSION = 0x0011;
export const WM_ENDSESSION = 0x0016;

/** Why Windows ends this process: the user signs out, Windows goes down or restarts, or an installer wants the program's files. */
export type EndReason = 'sign-out' | 'shutdown' | 'close-requested';

export interface ThreadData {
  /** What Windows shows to a user who waits for the stop. */
  readonly blockReason: string;
  readonly maxHoldMs: number;
  /** One shared number: 1 when the gateway has stopped. */
  readonly stopped: Int32Array<SharedArrayBuffer>;
}

export type FromThread = { readonly kind: 'listening'; readonly window: bigint } | { readonly kind: 'ending'; readonly reason: EndReason };
