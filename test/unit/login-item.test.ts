// "Open when I sign in" of the app itself: what the system says counts, only the own page may ask, and it opens no window.
import { describe, expect, it } from 'vitest';
import { registerLoginItemIpc } from '../../main/login-item.ts';
import { loginItemBridge } from '../../src/desktop/login-item.ts';
import { FakeElectron, OWN_PAGE } from '../support/fake-electron.ts';

interface Asked {
  readonly openAtLogin: boolean;
  readonly args: string[];
}

function open({ isPackaged = true, platform = 'win32' as NodeJS.Platform, url = OWN_PAGE, turnedOffBySystem = false } = {}) {
  const electron = new FakeElectron();
  const asked: Asked[] = [];
  const app = {
    isPackaged,
    getLoginItemSettings: () => ({ openAtLogin: asked.at(-1)?.openAtLogin ?? false, executableWillLaunchAtLogin: !turnedOffBySystem }),
    setLoginItemSettings: (settings: Asked) => void asked.push(settings),
  };
  const withdraw = registerLoginItemIpc({ ipcMain: electron.ipcMain, app, platform, isTrustedSender: page => page.url === OWN_PAGE });
  return { asked, withdraw, electron, bridge: loginItemBridge(electron.openPage(url).ipcRenderer) };
}

describe('setting "open when I sign in"', () => {
  it('reads and sets the login item of the system, which opens the app without a window', async () => {
    const { bridge, asked } = open();
    expect(await bridge.get()).toEqual({ ok: true, value: { openAtLogin: false, supported: true } });
    expect(await bridge.set(true)).toEqual({ ok: true, value: { openAtLogin: true, supported: true } });
    expect(asked).toEqual([{ openAtLogin: true, args: ['--hidden'] }]);
  });

  it('shows the setting as off when the system blocks it, whatever was requested', async () => {
    const { bridge } = open({ turnedOffBySystem: true });
    expect(await bridge.set(true)).toEqual({ ok: true, value: { openAtLogin: false, supported: true } });
  });

  it.each([
    ['in development', { isPackaged: false }],
    ['where the system has none', { platform: 'linux' as NodeJS.Platform }],
  ])('does not offer the setting %s', async (_where, options) => {
    const { bridge, asked } = open(options);
    expect(await bridge.get()).toEqual({ ok: true, value: { openAtLogin: false, supported: false } });
    expect(await bridge.set(true)).toMatchObject({ ok: false, error: { code: 'unsupported' } });
    expect(asked).toEqual([]);
  });

  it('accepts calls only from the own page, and only the values true and false', async () => {
    const stranger = open({ url: 'https://example.org/' });
    expect(await stranger.bridge.get()).toMatchObject({ ok: false, error: { code: 'sender-refused' } });
    expect(await stranger.bridge.set(true)).toMatchObject({ ok: false, error: { code: 'sender-refused' } });
    const { bridge, asked } = open();
    for (const garbage of ['true', 1, null, { openAtLogin: true }] as unknown as boolean[])
      expect(await bridge.set(garbage)).toMatchObject({ ok: false, error: { code: 'bad-request' } });
    expect([...stranger.asked, ...asked]).toEqual([]);
  });

  it('removes its handlers at the end', () => {
    const { electron, withdraw } = open();
    withdraw();
    expect(electron.ipcMain.handlers.size).toBe(0);
  });
});
