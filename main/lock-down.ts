/** Denies every page navigation, windows, other origins and permissions: Electron's security checklist, points 5, 12, 13 and 14. */

import type { Preventable } from './electron-parts.ts';
import { isOwnUrl, mayUse } from './window-policy.ts';

export interface ContentsPort {
  on(
    event: 'will-navigate' | 'will-frame-navigate' | 'will-redirect' | 'will-attach-webview',
    listener: (event: Preventable) => void,
  ): unknown;
  setWindowOpenHandler(handler: () => { action: 'deny' }): void;
}

export interface SessionPort {
  setPermissionRequestHandler(
    handler: (
      contents: unknown,
      permission: string,
      answer: (granted: boolean) => void,
      details: { readonly requestingUrl: string },
    ) => void,
  ): void;
  setPermissionCheckHandler(handler: (contents: unknown, permission: string, requestingOrigin: string) => boolean): void;
  readonly webRequest: {
    onBeforeRequest(handler: (details: { readonly url: string }, answer: (response: { cancel: boolean }) => void) => void): void;
  };
}

export function lockDownContents(contents: ContentsPort): void {
  for (const event of ['will-navigate', 'will-frame-navigate', 'will-redirect', 'will-attach-webview'] as const)
    contents.on(event, attempt => attempt.preventDefault());
  contents.setWindowOpenHandler(() => ({ action: 'deny' }));
}

export function lockDownSession(session: SessionPort): void {
  session.setPermissionRequestHandler((_contents, permission, answer, { requestingUrl }) => answer(mayUse(permission, requestingUrl)));
  session.setPermissionCheckHandler((_contents, permission, requestingOrigin) => mayUse(permission, requestingOrigin));
  session.webRequest.onBeforeRequest(({ url }, answer) => answer({ cancel: !isOwnUrl(url) }));
}
