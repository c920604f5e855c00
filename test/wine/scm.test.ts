// The SCM's wrappers against Wine's SCM. Its failure actions are those of the rebuilt services.exe (test/wine/scm), not of Windows.
import { expect, it } from 'vitest';
import { wineMajor } from '../../scripts/windows-node.mjs';
import { parseSid, rightsMask } from '../../src/windows/sddl.ts';
import { type InstalledService, type ServiceSpec, unknownSettings } from '../../src/windows/service-install.ts';
import { attempt, call } from './call.ts';
import { describeOnWine, until } from './suite.ts';

/** winsvc.h and winnt.h. */
const RIGHTS = { queryConfig: 1, queryStatus: 4, start: 0x10, stop: 0x20, delete: 0x1_0000, readControl: 0x2_0000 };
const [CONNECT, CREATE, ENUMERATE] = [1, 2, 4];
const DEADLINE = { deadlineMs: 20_000 };

describeOnWine('the SCM, through Wine', rig => {
  /** A service whose program is the probe `service`, doing as `how` says. */
  const spec = (name: string, how: string, changes: Partial<ServiceSpec> = {}): ServiceSpec => ({
    name,
    displayName: `Hermes Gateway "${name}"`,
    description: 'Keeps the gateway running.',
    program: rig().node,
    args: [rig().probe('service'), name, how],
    owner: parseSid('S-1-5-21-1-2-3-1001'),
    recovery: { delaysMs: [300, 600], resetMs: 60_000 },
    preshutdownTimeoutMs: 20_000,
    ...changes,
  });
  const install = (...args: Parameters<typeof spec>) => call(rig(), 'service-install', 'installService', spec(...args));
  const status = (name: string) => call(rig(), 'scm', 'queryStatus', name);
  const config = (name: string) => call(rig(), 'scm', 'queryConfig', name);

  it('requests only the rights that each call needs', async () => {
    const { code, stderr } = await rig().run([rig().node, rig().probe('rights')], { env: { WINEDEBUG: 'trace+service' } });
    expect(code).toBe(0);
    // Other programs of the session are traced, too.
    const [, self = ''] = /^(\w+:)trace:service:OpenServiceW \S+ L"queryStatus"/m.exec(stderr) ?? [];
    const traced = stderr.split('\n').filter(line => line.startsWith(self));
    const found = (pattern: RegExp) => traced.flatMap(line => pattern.exec(line)?.slice(1) ?? []);
    const asked = found(/OpenServiceW \S+ L"(\w+)" (0x[0-9a-f]+)/);
    const { queryConfig, queryStatus, start, stop, readControl } = RIGHTS;
    const update = rightsMask(['queryConfig', 'changeConfig', 'start', 'readControl', 'writeDac']);
    const wanted = [
      ['queryStatus', queryStatus],
      ['queryConfig', queryConfig],
      ['queryService', queryConfig | queryStatus],
      ['readInstalled', queryConfig | readControl],
      ['requestStart', start],
      ['requestStop', stop],
      ['requestDelete', RIGHTS.delete],
      ['installService', update],
      ['installService', update],
      ['installService', RIGHTS.delete],
    ] as const;
    expect(asked).toEqual(wanted.flatMap(([call, mask]) => [call, `0x${mask.toString(16)}`]));
    const manager = found(/OpenSCManagerW \(null\) \(null\) (0x[0-9a-f]+)/).map(Number);
    expect(new Set(manager)).toEqual(new Set([CONNECT, CONNECT | ENUMERATE, CONNECT | CREATE]));
  });

  it('finds no service that does not exist', async () => {
    expect(await status('HermesGateway-none')).toBeUndefined();
    expect(await config('HermesGateway-none')).toBeUndefined();
    for (const request of ['requestStart', 'requestStop'] as const) {
      expect((await attempt(rig(), 'scm', request, 'HermesGateway-none')).error).toMatchObject({ code: 'not-installed', win32: 1060 });
    }
    expect(await call(rig(), 'scm', 'requestDelete', 'HermesGateway-none')).toBe(false);
  });

  it('creates a service as specified, and reports what this system does not support', async () => {
    await install('HermesGateway-made', 'steady');
    const installed = (await call(rig(), 'service-install', 'readInstalled', 'HermesGateway-made')) as InstalledService;
    const knowsDelay = wineMajor() >= 10;
    const unknown = ['requiredPrivileges', 'security', 'serviceSid'];
    expect([...unknownSettings(installed)].sort()).toEqual(knowsDelay ? unknown : ['delayedStart', ...unknown]);
    expect(installed.config).toEqual({
      binaryPath: `"${rig().node}" ${rig().probe('service')} HermesGateway-made steady`,
      startType: 'automatic',
      displayName: 'Hermes Gateway "HermesGateway-made"',
      account: 'LocalSystem',
      serviceType: 0x10,
    });
    expect(installed.settings.answered).toEqual({
      description: 'Keeps the gateway running.',
      preshutdownTimeoutMs: 20_000,
      ...(knowsDelay && { delayedStart: false }),
    });
    expect(installed.settings.kept).toEqual({ recovery: { delaysMs: [300, 600], resetMs: 60_000 }, failuresWithoutCrash: true });
  });

  it('updates a service in place and keeps the start type that the user selected', async () => {
    await install('HermesGateway-updated', 'steady', { startType: 'disabled' });
    await install('HermesGateway-updated', 'dies', { description: 'New.' });
    expect(await config('HermesGateway-updated')).toMatchObject({ startType: 'disabled', binaryPath: expect.stringMatching(/ dies$/) });
    expect((await attempt(rig(), 'scm', 'requestStart', 'HermesGateway-updated')).error).toMatchObject({
      code: 'service-disabled',
      win32: 1058,
    });
  });

  it('lists our services in one call, and no other', async () => {
    await install('HermesGateway', 'steady');
    await install('HermesGatewayOfSomebodyElse', 'steady');
    const names = await call(rig(), 'scm', 'enumerateServices', 'HermesGateway');
    expect(names).toContain('HermesGateway');
    expect(names).toContain('HermesGateway-made');
    expect(names).not.toContain('HermesGatewayOfSomebodyElse');
    expect(names.every(name => /^HermesGateway(-|$)/.test(name))).toBe(true);
  });

  it('refuses a display name that another service has', async () => {
    const answer = await attempt(rig(), 'service-install', 'installService', {
      ...spec('HermesGateway-twin', 'steady'),
      displayName: 'Hermes Gateway "HermesGateway-made"',
    });
    expect(answer.error).toMatchObject({ code: 'service-name-taken', win32: 1078 });
    expect(await status('HermesGateway-twin')).toBeUndefined();
  });

  it('removes a new service when a setting was not kept', async () => {
    // A ladder without a step is written and cannot be read back.
    const answer = await attempt(
      rig(),
      'service-install',
      'installService',
      spec('HermesGateway-undone', 'steady', { recovery: { delaysMs: [], resetMs: 0 } }),
    );
    expect(answer.error).toMatchObject({ code: 'service-readback', message: expect.stringContaining('recovery') });
    expect(await status('HermesGateway-undone')).toBeUndefined();
  });

  it('restores the previous settings of a service when a new setting was not kept', async () => {
    await install('HermesGateway-restored', 'steady');
    const before = await call(rig(), 'service-install', 'readInstalled', 'HermesGateway-restored');
    const bad = spec('HermesGateway-restored', 'dies', {
      description: 'Other.',
      displayName: 'Other',
      recovery: { delaysMs: [], resetMs: 0 },
    });
    expect((await attempt(rig(), 'service-install', 'installService', bad)).error).toMatchObject({ code: 'service-readback' });
    expect(await call(rig(), 'service-install', 'readInstalled', 'HermesGateway-restored')).toEqual(before);
  });

  it('starts a service with the given arguments, shows progress while it stops, and stops it', async () => {
    const name = 'HermesGateway-steady';
    const more = ['two words', 'a "quoted" word', 'C:\\ends with\\', ''];
    await install(name, 'steady', { args: [rig().probe('service'), name, 'steady', ...more] });
    const running = await call(rig(), 'scm-wait', 'startService', name, DEADLINE);
    expect(running).toMatchObject({ state: 'running', checkPoint: 0, pid: expect.any(Number) });
    expect((await attempt(rig(), 'scm', 'requestStart', name)).error).toMatchObject({ code: 'service-running', win32: 1056 });
    expect(await call(rig(), 'scm-wait', 'startService', name, DEADLINE)).toEqual(running);

    await call(rig(), 'scm', 'requestStop', name);
    const pending = await until('stop pending', async () => {
      const now = await status(name);
      return now?.state === 'stop-pending' && now;
    });
    expect(pending).toMatchObject({ waitHintMs: 8000 });
    expect((await attempt(rig(), 'scm', 'requestStop', name)).error).toMatchObject({ code: 'service-busy', win32: 1061 });
    await until('a checkpoint that moved', async () => ((await status(name))?.checkPoint ?? 0) > pending.checkPoint);

    rig().write(`C:\\${name}.go`, '');
    const stopped = await call(rig(), 'scm-wait', 'stopService', name, DEADLINE);
    expect(stopped).toMatchObject({ state: 'stopped', win32ExitCode: 0, checkPoint: 0 });
    expect((await attempt(rig(), 'scm', 'requestStop', name)).error).toMatchObject({ code: 'service-not-running', win32: 1062 });
    expect(await call(rig(), 'scm-wait', 'stopService', name, DEADLINE)).toEqual(stopped);
    const heard = await until('the end of the service process', () => {
      const log = rig().read(`C:\\${name}.log`);
      return log.includes('dispatcher returned') && log;
    });
    expect(heard).toContain('{"kind":"stop"}');
    expect(heard).toContain(JSON.stringify(more));
    expect(
      rig()
        .recoveryLog()
        .filter(({ service }) => service === name),
    ).toEqual([]);
  });

  it('reports why a starting service stopped', async () => {
    await install('HermesGateway-missing', 'steady', { program: 'C:\\no\\such.exe' });
    expect((await attempt(rig(), 'scm', 'requestStart', 'HermesGateway-missing')).error).toMatchObject({
      code: 'service-program-missing',
      win32: 2,
    });
  });

  it('restarts a service that died, with its restart delays (the rebuilt SCM does)', async () => {
    const name = 'HermesGateway-dies';
    await install(name, 'dies');
    await call(rig(), 'scm', 'requestStart', name);
    const failures = await until('three failures', () => {
      const found = rig()
        .recoveryLog()
        .filter(({ service }) => service === name);
      return found.length >= 3 && found.slice(0, 3);
    });
    expect(failures.map(({ failure, exitCode, restartInMs }) => ({ failure, exitCode, restartInMs }))).toEqual([
      { failure: 1, exitCode: 1067, restartInMs: 300 },
      { failure: 2, exitCode: 1067, restartInMs: 600 },
      { failure: 3, exitCode: 1067, restartInMs: 600 },
    ]);
    const pids = new Set(
      rig()
        .read(`C:\\${name}.log`)
        .split('\n')
        .filter(Boolean)
        .map(line => line.split(' ')[0]),
    );
    expect(pids.size).toBeGreaterThanOrEqual(3);
    await install(name, 'dies', { startType: 'disabled' });
  });

  it('restarts a service that reported a failure, because the flag is set (the rebuilt SCM does)', async () => {
    const name = 'HermesGateway-fails';
    await install(name, 'fails');
    await call(rig(), 'scm', 'requestStart', name);
    const [first] = await until('two failures', () => {
      const found = rig()
        .recoveryLog()
        .filter(({ service }) => service === name);
      return found.length >= 2 && found;
    });
    expect(first).toMatchObject({ failure: 1, exitCode: 1066, restartInMs: 300 });
    await install(name, 'fails', { startType: 'disabled' });
  });

  it('restarts a killed child with the token of the user, and stops service and child together (the rebuilt SCM restarts)', async () => {
    const name = 'HermesGateway-parent';
    await install(name, '', { args: [rig().probe('parent-service'), name] });
    await call(rig(), 'scm-wait', 'startService', name, DEADLINE);
    const log = (): string => rig().read(`C:\\${name}.log`);
    const children = (): string[] => [...log().matchAll(/^child (\d+) up$/gm)].map(match => match[1] ?? '');
    const first = await until('the first child', () => children()[0]);
    await rig().run([rig().node, '-e', `process.kill(${first})`]);
    await until('the second child', () => children()[1]);
    expect(await call(rig(), 'scm-wait', 'stopService', name, DEADLINE)).toMatchObject({ state: 'stopped', win32ExitCode: 0 });
    await until('the end of the service process', () => log().includes('stopped'));
    expect(log()).toContain('heard {"verb":"stop"}');
    expect(
      rig()
        .recoveryLog()
        .filter(({ service }) => service === name),
    ).toHaveLength(1);
    expect(children()).toHaveLength(2);
  });

  it('deletes a service and waits until its name is gone', async () => {
    await install('HermesGateway-deleted', 'steady');
    await call(rig(), 'scm-wait', 'deleteService', 'HermesGateway-deleted', DEADLINE);
    expect(await status('HermesGateway-deleted')).toBeUndefined();
    await call(rig(), 'scm-wait', 'deleteService', 'HermesGateway-deleted', DEADLINE);
  });

  it('reports a pending removal while another process has the service open, and completes it afterwards', async () => {
    const name = 'HermesGateway-held';
    await install(name, 'steady');
    const holder = rig().run([rig().node, rig().probe('hold'), name]);
    await until('a holder', () => rig().read('C:\\held') !== '');
    const answer = await attempt(rig(), 'scm-wait', 'deleteService', name, { deadlineMs: 1000 });
    expect(answer.error).toMatchObject({ code: 'removal-pending', win32: 1072 });
    expect((await attempt(rig(), 'service-install', 'installService', spec(name, 'steady'))).error).toMatchObject({
      code: 'removal-pending',
    });
    rig().write('C:\\let-go', '');
    expect((await holder).code).toBe(0);
    await until('the name to be gone', async () => (await status(name)) === undefined);
    await install(name, 'steady');
    expect(await status(name)).toMatchObject({ state: 'stopped' });
  });

  it('detects a process that the SCM did not start', async () => {
    const { code } = await rig().run([rig().node, rig().probe('service'), 'HermesGateway-nobody']);
    expect(code).toBe(3);
    expect(rig().read('C:\\HermesGateway-nobody.log')).toContain('Only Windows may run this command');
  });
});
