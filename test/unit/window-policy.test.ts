// What the app's window may do, and what closing it means.

import { EventEmitter } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { openPages } from '../../main/app-pages.ts';
import { appPaths } from '../../main/app-paths.ts';
import { type AppWindowPort, appWindow } from '../../main/app-window.ts';
import { type ContentsPort, lockDownContents, lockDownSession, type SessionPort } from '../../main/lock-down.ts';
import { showOnce } from '../../main/show-once.ts';
import { isOwnPage, isOwnUrl, mayUse, onClose, PAGE_URL, startsHidden } from '../../main/window-policy.ts';
import { REPOSITORY } from '../support/sandbox.ts';

const STRANGERS = [
  'https://example.org/index.html',
  'file:///C:/app/index.html',
  'app://hermes-gateway.example.org/index.html',
  'app://user@hermes-gateway/index.html',
  'app2://hermes-gateway/index.html',
  'http://hermes-gateway/index.html',
  'about:blank',
  'data:text/html,hello',
  'no address',
  '',
];

describe('page', () => {
  it.each(STRANGERS)('is no other than the own one: %s', url => {
    expect(isOwnUrl(url)).toBe(false);
    expect(isOwnPage({ url })).toBe(false);
    expect(mayUse('clipboard-sanitized-write', url)).toBe(false);
  });

  it('accepts its own page with any query, and no other file of the same host', () => {
    expect(isOwnPage({ url: PAGE_URL })).toBe(true);
    expect(isOwnPage({ url: `${PAGE_URL}?profile=work#details` })).toBe(true);
    expect(isOwnPage({ url: PAGE_URL.replace('index', 'other') })).toBe(false);
  });

  it('lets the page write text into the clipboard and nothing else', () => {
    expect(mayUse('clipboard-sanitized-write', PAGE_URL)).toBe(true);
    for (const permission of ['clipboard-read', 'media', 'geolocation', 'notifications', 'openExternal', 'fileSystem', 'usb', 'unknown'])
      expect(mayUse(permission, PAGE_URL), permission).toBe(false);
  });

  it('serves the page from a fixed table of files, with its own policy', async () => {
    const serve = openPages(path.join(REPOSITORY, 'renderer'));
    const page = serve({ method: 'GET', url: PAGE_URL });
    expect(page.status).toBe(200);
    expect(page.headers.get('content-type')).toContain('text/html');
    expect(page.headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(await page.text()).toContain('<div id="root">');
  });

  it.each([
    ['another method', 'POST', PAGE_URL],
    ['another host', 'GET', 'app://elsewhere/index.html'],
    ['a path out of the folder', 'GET', 'app://hermes-gateway/../../package.json'],
    ['an encoded path out of the folder', 'GET', 'app://hermes-gateway/..%2f..%2fpackage.json'],
    ['a file that does not belong to the page', 'GET', 'app://hermes-gateway/index.d.ts'],
  ])('returns nothing for %s', (_what, method, url) => {
    expect(openPages(path.join(REPOSITORY, 'renderer'))({ method, url }).status).toBe(404);
  });
});

describe('locked-down page', () => {
  it('prevents the page from navigating away and from embedding or opening another page', () => {
    let handler = (): { action: string } => ({ action: 'allow' });
    const contents = Object.assign(new EventEmitter(), { setWindowOpenHandler: (given: typeof handler) => (handler = given) });
    lockDownContents(contents as unknown as ContentsPort);
    for (const event of ['will-navigate', 'will-frame-navigate', 'will-redirect', 'will-attach-webview']) {
      let prevented = 0;
      contents.emit(event, { preventDefault: () => (prevented += 1) });
      expect(prevented, event).toBe(1);
    }
    expect(handler()).toEqual({ action: 'deny' });
  });

  it('grants permissions to the page by its address, and loads from nowhere else', () => {
    const handlers: unknown[] = [];
    const take = (handler: unknown) => void handlers.push(handler);
    const session: SessionPort = {
      setPermissionRequestHandler: take,
      setPermissionCheckHandler: take,
      webRequest: { onBeforeRequest: take },
    };
    lockDownSession(session);
    const [request, check, load] = handlers as [
      Parameters<SessionPort['setPermissionRequestHandler']>[0],
      Parameters<SessionPort['setPermissionCheckHandler']>[0],
      Parameters<SessionPort['webRequest']['onBeforeRequest']>[0],
    ];

    const answers: unknown[] = [];
    request({}, 'clipboard-sanitized-write', granted => answers.push(granted), { requestingUrl: PAGE_URL });
    request({}, 'media', granted => answers.push(granted), { requestingUrl: PAGE_URL });
    request({}, 'clipboard-sanitized-write', granted => answers.push(granted), { requestingUrl: 'https://example.org/' });
    load({ url: PAGE_URL }, ({ cancel }) => answers.push(cancel));
    load({ url: 'https://example.org/x.js' }, ({ cancel }) => answers.push(cancel));
    expect(answers).toEqual([true, false, false, false, true]);
    expect(check(null, 'clipboard-sanitized-write', 'app://hermes-gateway')).toBe(true);
    expect(check(null, 'notifications', 'app://hermes-gateway')).toBe(false);
  });
});

describe('closing the window', () => {
  it('hides the window only when the tray can show it again and the app is not quitting', () => {
    fc.assert(
      fc.property(fc.boolean(), fc.boolean(), fc.boolean(), (trayAvailable, quitting, sessionEnding) => {
        const hides = trayAvailable && !quitting && !sessionEnding;
        expect(onClose({ trayAvailable, quitting, sessionEnding })).toBe(hides ? 'hide' : 'close');
      }),
    );
  });

  function openWindow(facts = { trayAvailable: true, quitting: false }) {
    const made: (EventEmitter & { calls: string[] })[] = [];
    let hidden = 0;
    const open = appWindow({
      create: () => {
        const calls: string[] = [];
        const call = (name: string) => () => void calls.push(name);
        const one = Object.assign(new EventEmitter(), {
          calls,
          loadURL: async (url: string) => void calls.push(`load ${url}`),
          show: call('show'),
          hide: call('hide'),
          focus: call('focus'),
          restore: call('restore'),
          isMinimized: () => calls.at(-1) === 'minimized',
        });
        made.push(one);
        return one as AppWindowPort & typeof one;
      },
      title: 'Hermes',
      preload: '/preload.cjs',
      closingFacts: () => facts,
      onHidden: () => (hidden += 1),
      onLoadFailed: () => undefined,
    });
    const close = () => {
      let prevented = false;
      made.at(-1)?.emit('close', { preventDefault: () => (prevented = true) });
      if (!prevented) made.at(-1)?.emit('closed');
      return prevented ? 'kept' : 'closed';
    };
    return { window: { open }, made, close, facts, hiddenTimes: () => hidden };
  }

  it('keeps one window, and shows the same one again', () => {
    const { window, made, close, hiddenTimes } = openWindow();
    window.open();
    made[0]?.emit('ready-to-show');
    expect(close()).toBe('kept');
    window.open();
    expect(made).toHaveLength(1);
    expect(made[0]?.calls).toEqual([`load ${PAGE_URL}`, 'show', 'hide', 'show', 'focus']);
    expect(hiddenTimes()).toBe(1);
  });

  it('closes the window without a tray, and creates another one on request', () => {
    const { window, made, close, hiddenTimes } = openWindow({ trayAvailable: false, quitting: false });
    window.open();
    expect(close()).toBe('closed');
    window.open();
    expect(made).toHaveLength(2);
    expect(hiddenTimes()).toBe(0);
  });

  it('delays neither quitting nor the end of the session', () => {
    const { window, made, close, facts } = openWindow();
    window.open();
    made[0]?.emit('query-session-end');
    expect(close()).toBe('closed');
    window.open();
    expect(close()).toBe('kept');
    facts.quitting = true;
    expect(close()).toBe('closed');
  });

  it('explains the hiding once in the life of an installation', () => {
    const folder = mkdtempSync(path.join(os.tmpdir(), 'hg-told-'));
    try {
      let told = 0;
      const tell = () => {
        told += 1;
      };
      for (let time = 0; time < 3; time += 1) showOnce(folder, 'closed-to-tray', tell);
      expect(told).toBe(1);
      showOnce(folder, 'something-else', tell);
      expect(told).toBe(2);
      showOnce(path.join(folder, 'missing'), 'closed-to-tray', tell);
      expect(told).toBe(3);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

describe('parts of the app', () => {
  it('finds the parts beside the archive when packaged, so that Windows can start them', () => {
    const paths = appPaths({ packaged: true, resources: '/opt/app/resources', mainDir: '/opt/app/resources/app.asar/dist/main' });
    expect([paths.hostDir, paths.iconsDir]).toEqual(['/opt/app/resources/host', '/opt/app/resources/icons']);
    expect([paths.pages, paths.preload].every(each => each.includes('app.asar'))).toBe(true);
  });

  it('finds the parts in the project otherwise', () => {
    const { iconsDir, hostDir } = appPaths({ packaged: false, resources: '', mainDir: '/project/dist/main' });
    expect([hostDir, iconsDir]).toEqual(['/project/dist/host', '/project/build/icons']);
  });

  it('starts hidden on request', () => {
    expect(startsHidden(['app.exe', '--hidden'])).toBe(true);
    expect(startsHidden(['app.exe'])).toBe(false);
  });
});
