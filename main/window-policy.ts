/** Pure decisions about windows: Electron's security checklist, and hiding a window only where the tray can open it again. */

export const SCHEME = 'app';
const HOST = 'hermes-gateway';
export const PAGE_URL = `${SCHEME}://${HOST}/index.html`;

/** The rights of an https page and no others. Its code cache, which https pages have as well, makes the next window open faster. */
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

/** Whether this is an address of the app's own scheme. */
export function isOwnUrl(url: string): boolean {
  if (!URL.canParse(url)) return false;
  const { protocol, host, username, password } = new URL(url);
  return protocol === `${SCHEME}:` && host === HOST && username === '' && password === '';
}

/** The one page that may manage the gateway. */
export function isOwnPage({ url }: { readonly url: string }): boolean {
  return isOwnUrl(url) && new URL(url).pathname === '/index.html';
}

/** "Copy details" writes text to the clipboard; every other permission is denied. */
export function mayUse(permission: string, requestingUrl: string): boolean {
  return permission === 'clipboard-sanitized-write' && isOwnUrl(requestingUrl);
}

export interface ClosingFacts {
  /** Whether the tray icon is shown. */
  readonly trayAvailable: boolean;
  /** The user has chosen Quit, or an update quits the app. */
  readonly quitting: boolean;
  /** Windows is signing out or shutting down, and would name the app as the one that prevents it. */
  readonly sessionEnding: boolean;
}

export type Closing = 'hide' | 'close';

export function onClose({ trayAvailable, quitting, sessionEnding }: ClosingFacts): Closing {
  return trayAvailable && !quitting && !sessionEnding ? 'hide' : 'close';
}

/** The argument that starts the app with its tray only. */
export const HIDDEN = '--hidden';

/** Whether the app starts with its tray only, as at sign-in. */
export function startsHidden(argv: readonly string[]): boolean {
  return argv.includes(HIDDEN);
}
