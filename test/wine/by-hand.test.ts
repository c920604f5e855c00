// What people and other programs do to the service behind our back, with Windows' own tools, and how it bears it. Every restart that is
// reported here is the work of the rebuilt SCM (test/wine/scm), not of Windows'.
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { EVENT_SOURCE } from '../../src/model/events.ts';
import type { RunnerRecord } from '../../src/model/records.ts';
import { splitCommandLine } from '../../src/windows/argv.ts';
import type { RegistryValue } from '../../src/windows/registry.ts';
import { serviceKey } from '../../src/windows/scm.ts';
import { attempt, call } from './call.ts';
import { sampleGatewayIn } from './remote-manager.ts';
import { QUICK } from './service-on-wine.ts';
import { describeServiceOnWine, until } from './suite.ts';

const SLOW = { delaysMs: [7_000], resetMs: 60_000 };
const SOMEBODY = 'S-1-5-21-1-2-3-1002';

describeServiceOnWine('a service below the rebuilt SCM, handled', service => {
  const key = () => serviceKey(service.of.service);
  const write = (values: Record<string, RegistryValue>, below: '' | '\\Parameters' | '\\State' = '') =>
    call(service.rig, 'registry', 'writeValues', `${key()}${below}`, values);

  describe('sc and net', () => {
    it('reports running to sc, stays stopped until it is started by hand, and counts no failure', async () => {
      await service.install();
      const name = service.of.service;
      for (const tool of ['sc', 'net']) {
        expect((await service.rig.run(['sc', 'query', name])).stdout).toMatch(/STATE\s*: 4 {2}RUNNING/);
        expect(await service.tool(tool, 'stop', name)).toBe(0);
        expect(await service.phase('stopped')).toMatchObject({ desired: 'running', detail: expect.any(String) });
        expect(service.gateways()).toEqual([]);
        expect(await service.manager.facts(service.of)).toMatchObject({ phase: 'stopped', lastStop: { reason: expect.any(String) } });
        expect((await service.rig.run(['sc', 'query', name])).stdout).toMatch(/STATE\s*: 1 {2}STOPPED\s*WIN32_EXIT_CODE\s*: 0 /);
        expect(await service.tool(tool, 'start', name)).toBe(0);
        await service.phase('running');
      }
      expect(service.failures()).toEqual([]);
    });

    it('does not start a stopped service by a restart that the SCM had queued before', async () => {
      const before = await service.install({ recovery: SLOW });
      await service.manager.kill(before.gatewayPid ?? 0);
      await service.phase('restarting');
      // Somebody starts it by hand meanwhile, and stops it; the restart comes all the same.
      expect(await service.tool('net', 'start', service.of.service)).toBe(0);
      expect(await service.tool('net', 'stop', service.of.service)).toBe(0);
      await service.phase('stopped');
      const undone = await until('the queued restart to come to nothing', async () => {
        const facts = await service.manager.facts(service.of);
        return facts?.lastStop?.reason.includes('before the restart') && facts;
      });
      expect(undone.phase).toBe('stopped');
      expect(await service.phase('stopped')).not.toHaveProperty('servicePid');
      expect(service.gateways()).toEqual([]);
    });
  });

  describe('child of the gateway that stops and starts the service', () => {
    const updateItself = async (how: 'leaves' | 'stays') => {
      const name = await service.fresh();
      const { manager, rig, of } = service;
      const gatewayCommand = [rig.node, rig.probe('updating-gateway'), name, how, rig.sampleGateway(), 'gateway', 'run'];
      const before = await manager.install(of, { gatewayCommand, recovery: QUICK });
      rig.write('C:\\update.log', '');
      const census = service.census();
      rig.write('C:\\update-now', '');
      await service.another(before).finally(() => census.stop());
      expect(census.most).toBe(1);
      expect(service.gateways()).toHaveLength(1);
      return rig.read('C:\\update.log');
    };

    it('leaves one gateway when the child leaves the job', async () => {
      expect(await updateItself('leaves')).toBe('stops it\nstarts it\n');
      expect(service.failures()).toEqual([]);
    });

    it('leaves one gateway when the child ends with the job, because the SCM starts it', async () => {
      expect(await updateItself('stays')).toBe('stops it\n');
      expect(service.failures()).toMatchObject([{ failure: 1, restartInMs: QUICK.delaysMs[0] }]);
    });
  });

  describe('changes by other programs', () => {
    /** What `sc config NAME start= disabled` does; Wine's sc does not know it. */
    const disable = async () => {
      const { value } = await attempt(service.rig, 'service-install', 'readInstalled', service.of.service);
      const [program = '', ...args] = splitCommandLine(value?.config.binaryPath ?? '');
      await call(service.rig, 'service-install', 'installService', {
        name: service.of.service,
        displayName: value?.config.displayName ?? '',
        description: '',
        program,
        args,
        owner: await call(service.rig, 'security', 'currentUser'),
        recovery: QUICK,
        preshutdownTimeoutMs: 20_000,
        startType: 'disabled',
      });
    };

    it('reports a start type "disabled", refuses a start, and is repaired by an installation', async () => {
      await service.install();
      await service.manager.stop(service.of);
      await disable();
      expect(await service.status()).toMatchObject({ phase: 'stopped', startType: 'disabled' });
      await expect(service.manager.start(service.of)).rejects.toMatchObject({ code: 'service-disabled' });
      expect(await service.manager.install(service.of)).toMatchObject({ phase: 'running', startType: 'automatic' });
    });

    it('continues to run when it is deleted by another program, is gone after its stop, and can be installed again', async () => {
      await service.install();
      expect(await service.tool('sc', 'delete', service.of.service)).toBe(0);
      expect(await service.phase('removal-pending')).toMatchObject({ problems: [] });
      expect(service.gateways()).toHaveLength(1);
      expect(await service.tool('sc', 'stop', service.of.service)).toBe(0);
      await service.phase('not-installed');
      expect(service.gateways()).toEqual([]);
      expect(await service.manager.install(service.of)).toMatchObject({ phase: 'running' });
    });

    it('reports a pending removal while another process has the service open', async () => {
      await service.install();
      const { manager, rig, of } = service;
      await manager.stop(of);
      const holder = rig.run([rig.node, rig.probe('hold'), of.service]);
      await until('a holder', () => rig.read('C:\\held') !== '');
      expect(await manager.uninstall(of)).toMatchObject({ phase: 'removal-pending' });
      await expect(manager.install(of, { gatewayCommand: sampleGatewayIn(rig) })).rejects.toMatchObject({ code: 'removal-pending' });
      rig.write('C:\\let-go', '');
      expect((await holder).code).toBe(0);
      await service.phase('not-installed');
    });

    it('leaves a service of the same name unchanged when it is not ours', async () => {
      const name = await service.fresh();
      const { manager, of } = service;
      expect(await service.tool('sc', 'create', name, 'binPath=', 'C:\\other\\other.exe')).toBe(0);
      expect(await service.status()).toMatchObject({ phase: 'foreign', takenBy: 'C:\\other\\other.exe' });
      for (const verb of ['install', 'start', 'stop', 'restart', 'uninstall'] as const) {
        await expect(manager[verb](of), verb).rejects.toMatchObject({ code: 'foreign' });
      }
      expect(await call(service.rig, 'scm', 'queryConfig', name)).toMatchObject({ binaryPath: 'C:\\other\\other.exe' });
      expect(await service.tool('sc', 'delete', name)).toBe(0);
    });

    it('leaves the service of another Windows user unchanged, and that service accepts no other owner', async () => {
      await service.install();
      const { manager, of } = service;
      await manager.stop(of);
      await write({ Owner: SOMEBODY }, '\\Parameters');
      expect(await service.status()).toMatchObject({ phase: 'foreign', detail: expect.stringContaining('another Windows user') });
      for (const verb of ['install', 'start', 'stop', 'restart', 'uninstall'] as const) {
        await expect(manager[verb](of), verb).rejects.toMatchObject({ code: 'foreign' });
      }
      // Only ours is signed in: its token is the wrong one, and nothing is launched with it.
      expect(await service.tool('net', 'start', of.service)).toBe(0);
      await until('the wait for its owner', async () => (await manager.facts(of))?.phase === 'waiting-for-sign-in');
      expect(await manager.runnerPid(of)).toBeUndefined();
      expect(service.gateways()).toEqual([]);
      expect(await service.tool('net', 'stop', of.service)).toBe(0);
      await write({ Owner: await call(service.rig, 'security', 'currentUser') }, '\\Parameters');
    });

    it('starts nothing with an invalid owner, ignores invalid data, and lets an installation repair both', async () => {
      await service.install();
      const { manager, of } = service;
      await manager.stop(of);
      for (const rubbish of ['Everybody', 7, ['S-1-5-18']]) {
        await write({ Owner: rubbish }, '\\Parameters');
        await write({ Facts: '{"phase":"flying"' }, '\\State');
        expect(await service.status()).toMatchObject({ phase: 'stopped' });
        expect(await service.tool('net', 'start', of.service)).toBe(0);
        const facts = await until('the refusal', () => manager.facts(of));
        expect(facts).toMatchObject({ phase: 'stopped', launchError: { code: 'service-owner-missing' } });
        expect(service.gateways()).toEqual([]);
      }
      expect(await manager.install(of)).toMatchObject({ phase: 'running' });
    });

    it('is stopped gracefully before it is removed with all others, and no gateway runs on', async () => {
      await service.install();
      await service.install();
      const { rig, manager, of } = service;
      const answer = await rig.run([rig.node, rig.host, 'elevated', 'uninstall', '--all']);
      expect(answer).toMatchObject({ code: 0, stdout: '{"ok":true}\n' });
      expect(await service.tool('sc', 'query', of.service)).not.toBe(0);
      expect(service.gateways()).toEqual([]);
      expect((await manager.history(of)).at(-1)).toMatchObject({ kind: 'ended', outcome: 'stopped' });
    });

    it('stays stopped without a definition and says why, and lets an installation write it again', async () => {
      await service.install();
      const { manager, of } = service;
      expect(await service.tool('net', 'stop', of.service)).toBe(0);
      await service.phase('stopped');
      rmSync(path.join(path.dirname(manager.logPath(of)), '..', 'definition.json'));
      // Its exit code depends on whether the service has ended before Wine looks.
      await service.tool('net', 'start', of.service);
      const reason = 'no definition says what to start';
      await until('the end of the broker', async () => (await manager.facts(of))?.lastStop?.reason === reason);
      expect(await service.phase('stopped')).toMatchObject({ detail: reason, problems: [{ code: 'definition-missing' }] });
      expect(service.failures()).toEqual([]);
      await expect(manager.start(of)).rejects.toMatchObject({ code: 'state-corrupt' });
      const gatewayCommand = sampleGatewayIn(service.rig);
      expect(await manager.install(of, { gatewayCommand })).toMatchObject({ phase: 'running', problems: [] });
    });

    it('runs despite invalid data in all of its values, and lets an installation repair the restart delays', async () => {
      await service.install();
      const { manager, of } = service;
      await manager.stop(of);
      for (const facts of ['null', '7', '{"phase":"running","since":"now"}', RUBBISH_FACTS]) {
        await write({ Facts: facts }, '\\State');
        expect(await service.status()).toMatchObject({ phase: 'stopped' });
      }
      await write({ FailureActions: 'no ladder', FailureActionsOnNonCrashFailures: 'yes', Description: 7 });
      expect(await manager.start(of)).toMatchObject({ phase: 'running' });
      expect(await manager.install(of)).toMatchObject({ phase: 'running' });
      const { settings } = (await call(service.rig, 'service-install', 'readInstalled', of.service)) ?? {};
      expect(settings).toMatchObject({ kept: { recovery: QUICK, failuresWithoutCrash: true } });
    });
  });

  it('trusts no pipe of another program that claims to be the runner, even when the state folder names it', async () => {
    await service.install();
    const { manager, rig, of } = service;
    const record = path.join(path.dirname(manager.logPath(of)), '..', 'runner.json');
    const named = JSON.parse(readFileSync(record, 'utf8')) as RunnerRecord;
    const pipe = String.raw`\\.\pipe\hermes-gateway-service-squatted`;
    rig.begin(rig.probe('squatter'), pipe, String(named.process.pid));
    const squatter = await until('the squatter', () => /serves as (\d+)/.exec(rig.read('C:\\visits'))?.[1]);
    const phases = new Set<string>();
    await until('its visitor', async () => {
      // The runner writes its own record again.
      writeFileSync(record, JSON.stringify({ ...named, pipe }));
      phases.add((await service.status()).phase);
      return rig.read('C:\\visits').includes('came');
    });
    expect([...phases]).not.toContain('degraded');
    expect(rig.read('C:\\visits')).not.toContain('said');
    await manager.kill(Number(squatter));
    writeFileSync(record, JSON.stringify(named));
    expect(await service.phase('running')).toMatchObject({ gatewayPid: expect.any(Number) });
  });

  it(`keeps the source "${EVENT_SOURCE}" of the event log as long as one of our services is installed`, async () => {
    const source = () => service.manager.leftovers().then(found => found.includes('event source'));
    expect(await source()).toBe(false);
    await service.install();
    expect(await source()).toBe(true);
    await service.clear();
    expect(await source()).toBe(false);
  });
});

/** Every field is there, and none is what it should be. */
const RUBBISH_FACTS = JSON.stringify({
  phase: 'stopped',
  since: '2026-01-01T00:00:00.000Z',
  lastStop: 'yesterday',
  lastRunnerExit: { at: 5, code: 'none' },
  failures: 'many',
  nextTry: [],
  launchError: { code: 'flying' },
  session: null,
});
