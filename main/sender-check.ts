/**
 * Whether a message comes from a page that may manage the gateway service. Anything that a window shows can send on any channel, so the
 * frame must be a top one and the host must isTrustedSender for its address.
 */

import type { FramePort, WebContentsPort } from './electron-parts.ts';

export interface Sender {
  readonly webContentsId: number;
  /** Address of the top frame now. */
  readonly url: string;
}

/** The host's own judgement: whether this page is its own. Electron's `file:` pages all share one origin, so compare the whole address. */
export type IsTrustedSender = (sender: Sender) => boolean;

export function isTrustedPage(webContents: WebContentsPort, frame: FramePort | null, isTrustedSender: IsTrustedSender): boolean {
  if (webContents.isDestroyed() || frame?.parent !== null) return false;
  return isTrustedSender({ webContentsId: webContents.id, url: frame.url });
}
