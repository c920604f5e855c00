// From the bridge of a page to the manager and back, over a bus that clones: every verb, invalid payloads, untrusted senders.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CHANNEL_PREFIX, type Reply, type Snapshot, VERB_NAMES, type Verb } from '../../src/desktop/ipc.ts';
import { configurationOf } from '../../src/gateway/home.ts';
import { problemPage } from '../../src/model/problem-page.ts';
import { FakeElectron, OWN_PAGE } from '../support/fake-electron.ts';
import { IDENTITIES, registered } from '../support/registered.ts';

const [DEFAULT] = IDENTITIES;
function answered<T>(reply: Reply<T>): T {
  if (!reply.ok) throw new Error(`${reply.error.code}: ${reply.error.message}`);
  return reply.value;
}

describe('every verb', () => {
  it('passes every verb from the bridge to the manager and its result back', async () => {
    const { electron } = registered();
    const { bridge } = electron.openPage();

    expect(answered(await bridge.get({})).status.phase).toBe('not-installed');
    expect(answered(await bridge.preview({ profile: 'default', on: true })).verb).toBe('install');
    expect(answered(await bridge.set({ profile: 'default', on: true })).status.phase).toBe('running');
    expect(answered(await bridge.stop({ profile: 'default' })).status.phase).toBe('stopped');
    expect(answered(await bridge.start({ profile: 'default' })).status.phase).toBe('running');
    const before = answered(await bridge.get({ profile: 'default' })).status.gatewayPid;
    expect(answered(await bridge.restart({ profile: 'default' })).status.gatewayPid).not.toBe(before);
    expect(answered(await bridge.repair({ profile: 'default' })).status.phase).toBe('running');
    expect(answered(await bridge.logs({ profile: 'default', lines: 5 }))).toEqual({
      path: '/memory/HermesGateway/gateway.log',
      lines: [],
      stamp: '',
      canReveal: true,
    });
    expect(answered(await bridge.reveal({ profile: 'default' }))).toBeNull();
    expect(electron.revealed).toEqual(['/memory/HermesGateway/gateway.log']);
    expect(answered(await bridge.showConfiguration({ profile: 'default' }))).toBeNull();
    expect(electron.revealed.slice(1)).toEqual([configurationOf(DEFAULT.home)]);
    expect(answered(await bridge.openSignInOptions({ profile: 'default' }))).toBeNull();
    expect(answered(await bridge.learnMore({ profile: 'default', problem: 'crash-loop' }))).toBeNull();
    const address = { profile: 'default', problem: 'https://example.org/' as 'crash-loop' };
    expect(await bridge.learnMore(address)).toMatchObject({ ok: false, error: { code: 'bad-request' } });
    expect(electron.opened).toEqual(['ms-settings:signinoptions', problemPage('crash-loop')]);
    expect(answered(await bridge.get({})).canUpdateHermes).toBe(true);
    expect(answered(await bridge.updateHermes({ profile: 'default' }))).toBeNull();
    expect(electron.opened.slice(2)).toEqual(['update of Hermes']);
    expect(answered(await bridge.set({ profile: 'default', on: false })).status.phase).toBe('not-installed');
  });

  it('applies every verb to the named profile and no other', async () => {
    const { electron, manager } = registered();
    const { bridge } = electron.openPage();
    expect(answered(await bridge.set({ profile: 'work', on: true })).profile).toBe('work');
    expect(manager.registered).toEqual(['HermesGateway-work']);
    expect(answered(await bridge.get({})).status.phase).toBe('not-installed');
  });

  it('answers a failure as a value with its code', async () => {
    const { electron } = registered();
    const { bridge } = electron.openPage();
    expect(await bridge.start({ profile: 'default' })).toMatchObject({ ok: false, error: { code: 'not-installed' } });
    expect(await bridge.get({ profile: 'nobody' })).toMatchObject({ ok: false, error: { code: 'profile-missing' } });
  });

  it('answers every verb with the reason why there is no engine', async () => {
    const { electron, registration } = registered();
    await registration.dispose();
    const { register } = await import('../../main/registration.ts');
    const { GatewayServiceError } = await import('../../src/model/errors.ts');
    const log = { info() {}, warn() {}, error() {} };
    const second = register(electron, { isTrustedSender: () => true, openPanel() {}, log, tray: false }, () =>
      Promise.reject(new GatewayServiceError('service-program-missing')),
    );
    expect(await electron.openPage().bridge.get({})).toMatchObject({ ok: false, error: { code: 'service-program-missing' } });
    await expect(second.status()).rejects.toMatchObject({ code: 'service-program-missing' });
    await second.dispose();
  });
});

describe('invalid payloads', () => {
  const verbs = fc.constantFrom(...VERB_NAMES);
  /** What structured clone carries, and names that would reach into objects. */
  const garbage = fc.oneof(
    fc.anything({ withBigInt: true, withDate: true, withMap: true, withSet: true, withTypedArray: true, withNullPrototype: true }),
    fc.record({ profile: fc.constantFrom('__proto__', 'constructor', '../..', 'default\0', ' ', 'x'.repeat(65)), on: fc.anything() }),
    fc.record({ profile: fc.constant('default'), on: fc.boolean(), lines: fc.anything(), command: fc.string() }),
    fc.array(fc.anything()),
  );

  it('refuses an invalid payload of every verb and changes nothing', async () => {
    const { electron, manager } = registered();
    const page = electron.openPage();
    await fc.assert(
      fc.asyncProperty(verbs, garbage, async (verb, payload) => {
        const reply = (await page.ipcRenderer.invoke(CHANNEL_PREFIX + verb, payload)) as Reply<unknown>;
        // Only `get` takes an empty object; nothing else that is drawn here is a request.
        if (reply.ok) expect([verb, payload]).toEqual(['get', {}]);
        else expect(['bad-request', 'profile-missing']).toContain(reply.error.code);
        expect(manager.registered).toEqual([]);
      }),
      { numRuns: 300 },
    );
  });

  it('ignores an invalid payload of a subscription', () => {
    const { electron, registration } = registered();
    const page = electron.openPage();
    for (const wanted of [1, 'true', null, undefined, {}, [true]]) page.ipcRenderer.send(`${CHANNEL_PREFIX}subscribe`, wanted);
    registration.onStatus(() => undefined);
    expect(page.window.eventNames()).toEqual([]);
  });
});

describe('untrusted senders', () => {
  const subframe = { url: OWN_PAGE, parent: {} };
  const cases = [
    ['a page of another origin', 'https://example.org/', undefined],
    ['a page that only begins alike', `${OWN_PAGE}.example.org/`, undefined],
    ['a subframe, even of an own page', OWN_PAGE, subframe],
    ['a frame that is gone', OWN_PAGE, null],
  ] as const;

  it.each(cases)('refuses %s', async (_name, url, frame) => {
    const { electron, manager, lines } = registered();
    const page = electron.openPage(url);
    const event = page.event(frame === undefined ? page.mainFrame : frame);
    for (const verb of VERB_NAMES) {
      const reply = await electron.ipcMain.invoke(event, CHANNEL_PREFIX + verb, [{ profile: 'default', on: true }]);
      expect(reply, verb).toMatchObject({ ok: false, error: { code: 'sender-refused' } });
    }
    electron.ipcMain.emit(`${CHANNEL_PREFIX}subscribe`, event, true);
    expect(manager.registered).toEqual([]);
    expect(page.heard).toEqual([]);
    expect(lines.filter(line => line.startsWith('refused'))).toHaveLength(VERB_NAMES.length + 1);
  });

  it('logs the origin of an untrusted sender without the rest of its address', async () => {
    const { electron, lines } = registered();
    const page = electron.openPage('https://example.org/?token=1234567:abcdefghijklmnopqrstuvwxyz0123456789');
    await page.bridge.get({});
    expect(lines).toEqual(['refused get of https://example.org']);
  });

  it('sends nothing to an untrusted page that has replaced a page of the app', async () => {
    const { electron, manager, controller } = registered();
    const page = electron.openPage();
    page.bridge.onChanged(() => undefined);
    page.mainFrame.url = 'https://example.org/';
    await controller.handle('set', { profile: 'default', on: true });
    expect(manager.registered).toEqual(['HermesGateway']);
    expect(page.heard).toEqual([]);
  });
});

describe('registration of the IPC handlers', () => {
  it('refuses a second registration before it adds any handler', () => {
    const electron = new FakeElectron();
    registered({}, electron);
    const handlers = electron.ipcMain.handlers.size;
    expect(() => registered({}, electron)).toThrow(expect.objectContaining({ code: 'registered-already' }));
    expect(electron.ipcMain.handlers.size).toBe(handlers);
    expect(electron.powerMonitor.listenerCount('resume')).toBe(1);
  });

  it('removes every handler and listener at its disposal, so that another registration can follow', async () => {
    const electron = new FakeElectron();
    const first = registered({}, electron);
    const page = electron.openPage();
    page.bridge.onChanged(() => undefined);
    await first.registration.dispose();

    expect(electron.ipcMain.handlers.size).toBe(0);
    expect(electron.ipcMain.eventNames()).toEqual([]);
    expect(electron.powerMonitor.eventNames()).toEqual([]);
    expect(electron.nativeTheme.eventNames()).toEqual([]);
    expect(page.window.eventNames()).toEqual([]);
    await first.controller.handle('set', { profile: 'default', on: true });
    expect(page.heard).toEqual([]);

    registered({}, electron);
    await first.registration.dispose();
    expect(answered(await page.bridge.get({})).status.phase).toBe('not-installed');
    expect(() => registered({}, electron)).toThrow(expect.objectContaining({ code: 'registered-already' }));
  });

  it('adds one handler for each verb of the schema and no other', () => {
    const { electron } = registered();
    const names: Verb[] = [
      'get',
      'set',
      'preview',
      'start',
      'stop',
      'stopNow',
      'restart',
      'restartWhenIdle',
      'cancelRestart',
      'agentWork',
      'cancelConsent',
      'testRecovery',
      'previewRepair',
      'repair',
      'logs',
      'reveal',
      'showConfiguration',
      'openSignInOptions',
      'learnMore',
      'updateHermes',
      'dismiss',
      'setWatchdog',
    ];
    expect([...electron.ipcMain.handlers.keys()].sort()).toEqual(names.map(name => `hermes:gateway-service:${name}`).sort());
  });

  it('reports the status and every change of it to the host app', async () => {
    const { registration, controller } = registered();
    const seen: string[] = [];
    const leave = registration.onStatus(({ profile, phase }) => seen.push(`${profile} ${phase}`));
    expect((await registration.status('work')).phase).toBe('not-installed');
    await controller.handle('set', { profile: 'work', on: true });
    await expect.poll(() => seen.at(-1)).toBe('work running');
    leave();
    await controller.handle('stop', { profile: 'work' });
    expect(seen.at(-1)).toBe('work running');
    expect((await registration.status()).profile).toBe('default');
    await expect(registration.status('nobody')).rejects.toMatchObject({ code: 'profile-missing' });
  });

  it('stops the gateways for an update and starts them again even if the update fails', async () => {
    const { registration, controller, manager } = registered();
    await controller.handle('set', { profile: 'default', on: true });
    const during = async () => {
      const { status, operation } = answered((await controller.handle('get', { profile: 'default' })) as Reply<Snapshot>);
      return `${status.phase} ${operation?.verb}`;
    };
    expect(await registration.update(during)).toBe('held-for-update update');
    expect((await manager.status(DEFAULT)).phase).toBe('running');

    await expect(registration.update(() => Promise.reject(new Error('the disk is full')))).rejects.toThrow('the disk is full');
    expect((await manager.status(DEFAULT)).phase).toBe('running');
  });
});
