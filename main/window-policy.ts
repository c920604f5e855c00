/**
 * What the app's windows may do and what closing one means, as pure decisions: Electron's checklist for security, and one rule of our own:
 * a window is hidden only where the tray can bring it back. Closing, quitting and signing out never touch the gateway.
 */

export const SCHEME = 'app';
const HOST = 'hermes-gateway';
export const PAGE_URL = `${SCHEME}://${HOST}/index.html`;

/**
 * For `protocol.registerSchemesAsPrivileged`: a secure context, like https, with no right that a page of the web would not have. Compiled
 * scripts are kept, as those of a page of the web are, so that the next window opens sooner.
 */
export const SCHEME_PRIVILEGES = { scheme: SCHEME, privileges: { standard: true, secure: true, codeCache: true } } as const;

export const WEB_PREFERENCES = {
  sandbox: true,
  contextIsolation: true,
  nodeIntegration: false,
  nodeIntegrationInWorker: false,
  nodeIntegrationInSubFrames: false,
  webSecurity: true,
  webviewTag: false,
  spellcheck: false,
} as const;

/** Any address of this app; a page of it, whatever its query. */
export function isOwnUrl(url: string): boolean {
  if (!URL.canParse(url)) return false;
  const { protocol, host, username, password } = new URL(url);
  return protocol === `${SCHEME}:` && host === HOST && username === '' && password === '';
}

/** The one page that may manage the gateway. */
export function isOwnPage({ url }: { readonly url: string }): boolean {
  return isOwnUrl(url) && new URL(url).pathname === '/index.html';
}

/** "Copy details" writes text into the clipboard; nothing else of what Electron would grant is needed. */
export function mayUse(permission: string, requestingUrl: string): boolean {
  return permission === 'clipboard-sanitized-write' && isOwnUrl(requestingUrl);
}

export interface ClosingFacts {
  /** Whether the tray icon is there. */
  readonly trayAvailable: boolean;
  /** Quit was chosen, or an update ends the app. */
  readonly quitting: boolean;
  /** Windows is signing out or shutting down: who holds it up is named as the culprit. */
  readonly sessionEnding: boolean;
}

export type Closing = 'hide' | 'close';

export function onClose({ trayAvailable, quitting, sessionEnding }: ClosingFacts): Closing {
  return trayAvailable && !quitting && !sessionEnding ? 'hide' : 'close';
}

/** The argument with which the app starts for the tray alone. */
export const HIDDEN = '--hidden';

/** Started at sign-in, or for the tray alone. */
export function startsHidden(argv: readonly string[]): boolean {
  return argv.includes(HIDDEN);
}
