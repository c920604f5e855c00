/** The setting "Open this app when you sign in": read from the system each time, because a user can turn it off in Task Manager too. */

import type { Reply } from '../src/desktop/ipc.ts';
import { LOGIN_ITEM_GET, LOGIN_ITEM_SET, type LoginItem } from '../src/desktop/login-item.ts';
import { shownError } from '../src/desktop/shown-error.ts';
import { GatewayServiceError } from '../src/model/errors.ts';
import type { IpcEventPort, IpcMainPort } from './electron-parts.ts';
import { type IsTrustedSender, isTrustedPage } from './sender-check.ts';
import { HIDDEN } from './window-policy.ts';

interface LoginItemApp {
  readonly isPackaged: boolean;
  getLoginItemSettings(options: { args: string[] }): { readonly openAtLogin: boolean; readonly executableWillLaunchAtLogin?: boolean };
  setLoginItemSettings(settings: { openAtLogin: boolean; args: string[] }): void;
}

export interface LoginItemOptions {
  readonly ipcMain: Pick<IpcMainPort, 'handle' | 'removeHandler'>;
  readonly app: LoginItemApp;
  readonly platform: NodeJS.Platform;
  readonly isTrustedSender: IsTrustedSender;
}

/** Opens the tray only, without a window. */
const ARGS = [HIDDEN];

/** Returns the function that removes the handlers. */
export function registerLoginItemIpc({ ipcMain, app, platform, isTrustedSender }: LoginItemOptions): () => void {
  const supported = app.isPackaged && (platform === 'win32' || platform === 'darwin');

  function read(): LoginItem {
    if (!supported) return { openAtLogin: false, supported };
    const { openAtLogin, executableWillLaunchAtLogin = true } = app.getLoginItemSettings({ args: ARGS });
    return { openAtLogin: openAtLogin && executableWillLaunchAtLogin, supported };
  }

  function write(openAtLogin: unknown): LoginItem {
    if (typeof openAtLogin !== 'boolean') throw new GatewayServiceError('bad-request', '(login-item: true or false)');
    if (!supported) throw new GatewayServiceError('unsupported', '(this app cannot open at sign-in)');
    app.setLoginItemSettings({ openAtLogin, args: ARGS });
    return read();
  }

  const answer = (work: (payload: unknown) => LoginItem) => async (event: IpcEventPort, payload: unknown) => {
    try {
      if (!isTrustedPage(event.sender, event.senderFrame, isTrustedSender)) throw new GatewayServiceError('sender-refused');
      return { ok: true, value: work(payload) } satisfies Reply<LoginItem>;
    } catch (thrown) {
      return { ok: false, error: shownError(thrown) } satisfies Reply<LoginItem>;
    }
  };
  ipcMain.handle(LOGIN_ITEM_GET, answer(read));
  ipcMain.handle(LOGIN_ITEM_SET, answer(write));
  return () => {
    for (const channel of [LOGIN_ITEM_GET, LOGIN_ITEM_SET]) ipcMain.removeHandler(channel);
  };
}
