// The registration's tray and notifications, over the fake Electron: drawn from the model, obeyed, and never a trap for the window.
import { describe, expect, it, vi } from 'vitest';
import { menuTemplate } from '../../main/register-tray.ts';
import { type TrayParts, trayController } from '../../main/tray.ts';
import type { Show } from '../../src/desktop/ipc.ts';
import type { UpdateState } from '../../src/desktop/shell-messages.ts';
import { systemUptimeMs } from '../../src/state/holds.ts';
import { writeJournal } from '../../src/update/journal.ts';
import { FakeElectron } from '../support/fake-electron.ts';
import { IDENTITIES, registered } from '../support/registered.ts';

const [DEFAULT, WORK] = IDENTITIES;
const PARTS: TrayParts = {
  icon: '/icons/tray-running-light.png',
  tooltip: 'one',
  items: [{ label: 'state', enabled: false }, { type: 'separator' }],
  quitLabel: 'Quit',
};

describe('tray', () => {
  function controller(failure?: Error) {
    const electron = new FakeElectron();
    electron.trayFailure = failure;
    const { trays } = electron;
    const seen = { clicks: 0, unavailable: [] as unknown[] };
    const tray = trayController({
      electron,
      onClick: () => {
        seen.clicks += 1;
      },
      onUnavailable: error => seen.unavailable.push(error),
    });
    return { tray, trays, seen };
  }

  it('is created once, and updates only what has changed, the menu as a whole', () => {
    const { tray, trays } = controller();
    tray.render(PARTS);
    tray.render(structuredClone(PARTS));
    tray.render({ ...PARTS, tooltip: 'two' });
    tray.render({ ...PARTS, tooltip: 'two', icon: '/icons/tray-error-light.png' });
    tray.render({ ...PARTS, tooltip: 'two', icon: '/icons/tray-error-light.png', items: [] });
    const [made] = trays;
    expect(trays).toHaveLength(1);
    expect(made?.drawn).toEqual(['tooltip', 'menu', 'tooltip', 'image', 'menu']);
    expect(made).toMatchObject({ image: '/icons/tray-error-light.png', tooltip: 'two', menu: [] });
  });

  it('passes a click on', () => {
    const { tray, trays, seen } = controller();
    tray.render(PARTS);
    trays[0]?.emit('click');
    expect(seen.clicks).toBe(1);
  });

  it('reports once that the system has no tray, and draws nothing more', () => {
    const { tray, seen } = controller(new Error('no notification area'));
    tray.render(PARTS);
    tray.render({ ...PARTS, tooltip: 'two' });
    expect(seen.unavailable).toHaveLength(1);
    expect(tray.available).toBe(false);
  });

  it('draws nothing after its end', () => {
    const { tray, trays } = controller();
    tray.render(PARTS);
    tray.dispose();
    tray.render({ ...PARTS, tooltip: 'late' });
    expect(trays).toMatchObject([{ destroyed: true, tooltip: 'one' }]);
  });

  it('disables the menu rows that are only read', () => {
    const items = menuTemplate(
      [
        { kind: 'text', label: 'state' },
        { kind: 'separator' },
        { kind: 'menu', label: 'work', items: [{ kind: 'command', label: 'Stop', command: { do: 'stop', profile: 'work' } }] },
      ],
      () => undefined,
    );
    expect(items).toMatchObject([
      { label: 'state', enabled: false },
      { type: 'separator' },
      { label: 'work', submenu: [{ label: 'Stop' }] },
    ]);
  });
});

describe('tray of a registration', () => {
  const iconsDir = '/icons';

  it('shows every profile, follows the theme of the taskbar, and runs the commands that it offers', async () => {
    const { electron, manager } = registered({ tray: { iconsDir } });
    const [tray] = electron.trays;
    await expect.poll(() => tray?.labels).toContain('Hermes gateway (work): Off');
    expect(tray?.image).toMatch(/tray-stopped-light\.(png|ico)$/);
    electron.nativeTheme.shouldUseDarkColorsForSystemIntegratedUI = true;
    electron.nativeTheme.emit('updated');
    expect(tray?.image).toMatch(/tray-stopped-dark\.(png|ico)$/);

    await manager.install(DEFAULT);
    await expect.poll(() => tray?.tooltip).toBe('Hermes gateway (default): Running\nwork: Off');
    tray?.choose('Open logs');
    await expect.poll(() => electron.opened).toEqual(['/memory/HermesGateway']);
    tray?.choose('Copy details');
    await expect
      .poll(() => electron.copied)
      .toEqual([expect.stringMatching(/^service: HermesGateway \(profile default\)\nphase: running\n/)]);
    tray?.choose('Stop');
    await expect.poll(async () => (await manager.status(DEFAULT)).phase).toBe('stopped');
  });

  it('uses no timer while the gateway is healthy and no view is open', async () => {
    const timers = [vi.spyOn(globalThis, 'setTimeout'), vi.spyOn(globalThis, 'setInterval')];
    try {
      const { electron, manager } = registered({ tray: { iconsDir } });
      const page = electron.openPage();
      page.bridge.onChanged(() => undefined);
      page.window.hide();
      await manager.install(DEFAULT);
      await expect.poll(() => electron.trays[0]?.tooltip).toBe('Hermes gateway (default): Running\nwork: Off');
      electron.powerMonitor.emit('unlock-screen');
      for (const timer of timers) expect(timer).not.toHaveBeenCalled();
      expect(page.heard).toEqual([]);
    } finally {
      for (const timer of timers) timer.mockRestore();
    }
  });

  it('opens and quits through the app, and offers no quit when the app provides none', async () => {
    let quits = 0;
    const main = registered({ tray: { iconsDir, quit: () => (quits += 1) } });
    main.electron.trays[0]?.emit('click');
    main.electron.trays[0]?.choose('Open Hermes');
    main.electron.trays[0]?.choose('Quit Hermes');
    expect([main.opened, quits]).toEqual([2, 1]);
    const other = registered({ tray: { iconsDir } });
    expect(other.electron.trays[0]?.labels).not.toContain('Quit Hermes');
  });

  it('reports that there is no tray, so that the app keeps its window', () => {
    const electron = new FakeElectron();
    electron.trayFailure = new Error('no notification area');
    const unavailable: unknown[] = [];
    const { registration, lines } = registered({ tray: { iconsDir, onUnavailable: error => unavailable.push(error) } }, electron);
    expect(unavailable).toEqual([electron.trayFailure]);
    expect(registration.trayAvailable).toBe(false);
    expect(lines.join()).toContain('no notification area');
  });

  function updaterOf(install: () => Promise<void>) {
    const asked: string[] = [];
    let changed = () => {};
    const updater = {
      state: 'none' as UpdateState,
      version: '0.20',
      onChanged: (listener: () => void) => {
        changed = listener;
        return () => undefined;
      },
      check: async () => void asked.push('check'),
      install,
    };
    const ready = () => {
      updater.state = 'ready';
      changed();
    };
    return { updater, asked, ready };
  }

  it('shows and runs the updater of the app, and stops the gateways before anything is installed', async () => {
    const seen: string[] = [];
    const { updater, asked, ready } = updaterOf(async () => {
      seen.push((await manager.status(DEFAULT)).phase);
      throw new Error('the file is gone');
    });
    const { electron, lines, manager } = registered({ tray: { iconsDir }, updater });
    await manager.install(DEFAULT);
    electron.trays[0]?.choose('Check for updates');
    expect(asked).toEqual(['check']);
    ready();
    electron.trays[0]?.choose('Restart to update');
    await expect.poll(() => lines.join()).toContain('the file is gone');
    expect(seen).toEqual(['held-for-update']);
    expect((await manager.status(DEFAULT)).phase).toBe('running');
    expect(electron.notifications).toMatchObject([{ body: expect.stringContaining('Copy') }]);
  });

  it('shows how the previous update of the app ended, and notifies when the user has to act', async () => {
    const electron = new FakeElectron();
    const handedOff = (stateRoot: string) =>
      writeJournal(stateRoot, {
        schema: 1,
        id: 'one',
        what: 'Hermes',
        who: 'Hermes',
        since: new Date().toISOString(),
        owner: { pid: 2 ** 22 + 1 },
        step: 'handed-off',
        versions: { from: electron.app.getVersion(), to: '0.20' },
        handOff: { uptimeMs: systemUptimeMs(), capMs: 600_000 },
        profiles: [],
      });
    registered({ tray: { iconsDir } }, electron, handedOff);
    await expect.poll(() => electron.notifications.length).toBe(1);
    expect(electron.notifications[0]).toMatchObject({
      title: expect.stringMatching(/^The update from 0\.19 to 0\.20 did not happen at .* \(Hermes\): The new version was not installed/),
      body: 'Install the update again, and give consent as an administrator.',
    });
  });

  it('is not created when the app disables it', () => {
    const { electron, registration } = registered({ tray: false });
    expect(electron.trays).toEqual([]);
    expect(registration.trayAvailable).toBe(false);
  });
});

describe('tray of the host', () => {
  const watched = () => {
    const main = registered();
    const shown: TrayParts[] = [];
    const stop = main.registration.onTrayChanged('/icons', parts => shown.push(parts));
    return { ...main, shown, stop };
  };

  it('shows the state of the gateways at once and after every change, without items to open or to quit the app', async () => {
    const { electron, manager, shown } = watched();
    expect(shown).toMatchObject([{ tooltip: 'Reading its state…', items: [{ label: 'Reading its state…', enabled: false }] }]);
    await manager.install(DEFAULT);
    await expect.poll(() => shown.at(-1)?.tooltip).toBe('Hermes gateway (default): Running\nwork: Off');
    const { icon, items, quitLabel } = shown.at(-1) ?? { items: [] };
    expect(icon).toMatch(/[\\/]icons[\\/]tray-running-light\.(png|ico)$/);
    expect(items.map(({ label }) => label)).toEqual(['Hermes gateway (default): Running', 'Hermes gateway (work): Off']);
    expect(quitLabel).toBe('Quit Hermes (the gateway keeps running)');
    expect(electron.trays).toEqual([]);
  });

  it('runs the commands of its items, and shows why one failed', async () => {
    const { electron, manager, shown } = watched();
    await manager.install(DEFAULT);
    await expect.poll(() => shown.at(-1)?.tooltip).toBe('Hermes gateway (default): Running\nwork: Off');
    const choose = (label: string, parts = shown.at(-1)) => parts?.items[0]?.submenu?.find(item => item.label === label)?.click?.();
    choose('Stop');
    await expect.poll(async () => (await manager.status(DEFAULT)).phase).toBe('stopped');
    await expect.poll(() => shown.at(-1)?.tooltip).toBe('Hermes gateway (default): Stopped\nwork: Off');
    const before = shown.at(-1);
    await manager.uninstall(DEFAULT);
    choose('Start', before);
    await expect.poll(() => electron.notifications).toMatchObject([{ body: 'Turn the switch on.' }]);
  });

  it('is called only where something that it shows has changed, and not after its end', async () => {
    const { electron, registration, shown, stop } = watched();
    await expect.poll(() => shown.at(-1)?.items).toHaveLength(2);
    const calls = shown.length;
    electron.nativeTheme.emit('updated');
    expect(shown).toHaveLength(calls);
    electron.nativeTheme.shouldUseDarkColorsForSystemIntegratedUI = true;
    electron.nativeTheme.emit('updated');
    expect(shown).toHaveLength(calls + 1);
    stop();
    registration.dispose();
    electron.nativeTheme.shouldUseDarkColorsForSystemIntegratedUI = false;
    electron.nativeTheme.emit('updated');
    expect(shown).toHaveLength(calls + 1);
    expect(electron.nativeTheme.listenerCount('updated')).toBe(0);
  });
});

describe('notification of a registration', () => {
  async function crashing(times: number) {
    const main = registered();
    await main.controller.handle('set', { profile: 'default', on: true });
    for (let time = 0; time < times; time += 1) {
      const { gatewayPid = 0, recovery } = await main.manager.status(DEFAULT);
      main.manager.crash(gatewayPid);
      if (time < times - 1) main.clock.advance(recovery.delaysMs[time] ?? 0);
    }
    return main;
  }

  it('appears once when the gateway keeps failing, and opens the window at a click', async () => {
    const main = await crashing(3);
    await expect.poll(() => main.electron.notifications.length).toBe(1);
    const [notification] = main.electron.notifications;
    expect(notification).toMatchObject({
      title: 'Hermes gateway (default) keeps failing',
      id: 'hermes-gateway-default',
      groupId: 'hermes-gateway',
    });
    notification?.click();
    await expect.poll(() => main.opened).toBe(1);
  });

  it('opens its own profile at its log, in the next page that becomes visible', async () => {
    const profiles: (string | undefined)[] = [];
    const main = registered({ openPanel: profile => profiles.push(profile) });
    const page = main.electron.openPage();
    page.window.hide();
    const asked: [string, Show | undefined][] = [];
    page.bridge.onChanged(({ profile }, show) => asked.push([profile, show]));
    await main.controller.handle('set', { profile: 'work', on: true });
    for (const delayMs of [1_000, 2_000, 0]) {
      main.manager.crash((await main.manager.status(WORK)).gatewayPid ?? 0);
      main.clock.advance(delayMs);
    }
    await expect.poll(() => main.electron.notifications.length).toBe(1);
    main.electron.notifications[0]?.click();
    await expect.poll(() => profiles).toEqual(['work']);
    expect(asked).toEqual([]);
    page.window.show();
    expect(asked).toEqual([
      ['default', undefined],
      ['work', 'log'],
    ]);
    // Once: a page that is shown again shows what it showed.
    page.window.show();
    expect(asked.slice(2).map(([, show]) => show)).toEqual([undefined, undefined]);
    const late = main.electron.openPage();
    late.bridge.onChanged(() => undefined);
    expect(late.heard).toEqual([]);
  });

  it('does not appear for a crash that is followed by a restart', async () => {
    const { electron, manager, registration } = await crashing(1);
    const phases: string[] = [];
    registration.onStatus(({ phase }) => phases.push(phase));
    await expect.poll(() => phases).toContain('restarting');
    expect((await manager.status(DEFAULT)).problems).toEqual([]);
    expect(electron.notifications).toEqual([]);
  });

  it('does not appear while the window that shows it is in front', async () => {
    const main = registered();
    const page = main.electron.openPage();
    page.window.focused = true;
    const phases: string[] = [];
    page.bridge.onChanged(({ status }) => phases.push(`${status.phase} ${status.problems.length}`));
    await main.controller.handle('set', { profile: 'default', on: true });
    for (const delayMs of [1_000, 2_000, 0]) {
      main.manager.crash((await main.manager.status(DEFAULT)).gatewayPid ?? 0);
      main.clock.advance(delayMs);
    }
    await expect.poll(() => phases).toContain('restarting 1');
    expect(main.electron.notifications).toEqual([]);
  });

  it('shows why a command of the tray failed', async () => {
    const { electron, manager } = registered({ tray: { iconsDir: '/icons' } });
    await manager.install(DEFAULT);
    const [tray] = electron.trays;
    await expect.poll(() => tray?.tooltip).toBe('Hermes gateway (default): Running\nwork: Off');
    const shownMenu = tray?.menu;
    await manager.uninstall(DEFAULT);
    tray?.choose('Restart', shownMenu);
    await expect.poll(() => electron.notifications).toMatchObject([{ body: 'Turn the switch on.' }]);
  });

  it('is removed when the registration ends', async () => {
    const main = await crashing(3);
    await expect.poll(() => main.electron.notifications.length).toBe(1);
    await main.registration.dispose();
    expect(main.electron.notifications).toMatchObject([{ closed: true }]);
  });
});
