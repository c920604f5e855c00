/** Whether a page may manage the gateway service. Every page can send, so it must be a top frame whose address the host trusts. */

import type { FramePort, WebContentsPort } from './electron-parts.ts';

export interface Sender {
  readonly webContentsId: number;
  /** Address of the top frame now. */
  readonly url: string;
}

/** Decides whether a page belongs to the host. All `file:` pages have the same origin in Electron, so compare the whole address. */
export type IsTrustedSender = (sender: Sender) => boolean;

export function isTrustedPage(webContents: WebContentsPort, frame: FramePort | null, isTrustedSender: IsTrustedSender): boolean {
  if (webContents.isDestroyed() || frame?.parent !== null) return false;
  return isTrustedSender({ webContentsId: webContents.id, url: frame.url });
}
