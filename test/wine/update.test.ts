// Updates and the Windows service: Hermes' own updater stops and starts it with sc.exe, as it does in the field, and our own update finds
// files that a program has open. Every restart that the SCM does here is the work of the rebuilt SCM (test/wine/scm), not of Windows'.
import { copyFileSync, mkdirSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { call } from './call.ts';
import { QUICK } from './service-on-wine.ts';
import { describeServiceOnWine, until } from './suite.ts';

describeServiceOnWine('an update of Hermes below a service', service => {
  /** Another reader may look for updates at this moment, and holds the lock while it does. */
  afterEach(() => expect.poll(leftOfUpdates, { timeout: 10_000 }).toEqual([]));

  /** Journals, holds and locks, as Linux sees them. */
  const leftOfUpdates = () => {
    const states = path.dirname(path.dirname(path.dirname(service.manager.logPath(service.of))));
    const names = readdirSync(states, { recursive: true, encoding: 'utf8' });
    return names.filter(name => /^(update-.*|update\.lock.*|hold-.*)$/.test(path.basename(name)));
  };
  const updater = (...args: string[]) =>
    service.rig.run([service.rig.node, service.rig.probe('hermes-updater'), service.of.service, ...args]);
  const cli = async (...args: string[]) => {
    const { code, stdout } = await service.rig.run([...service.rig.program, '--json', '--home', service.of.home, ...args]);
    return { code, document: JSON.parse(stdout) };
  };
  const notes = async () =>
    (await service.manager.history(service.of)).flatMap(record => (record.kind === 'noted' && record.update ? [record.what] : []));

  it.each([
    ['in a terminal, without its marker', () => []],
    ['with its marker until its own check that the gateway lives', (home: string) => [home]],
  ])('finds the service with the expected commands, stops it and starts it again in time, %s', async (_what, args) => {
    const before = await service.install();
    const { code, stdout, stderr } = await updater(...args(service.of.home));
    expect(code, stderr).toBe(0);
    const seen = JSON.parse(stdout);
    expect(seen).toMatchObject({ state: 'running' });
    // Broker, runner and gateway, each below the one before.
    expect(seen.treeSize).toBeGreaterThanOrEqual(3);
    expect(await service.another(before)).toMatchObject({ desired: 'running', restarts: { count: 0 } });
    expect(service.failures()).toEqual([]);
  });

  it('records an update with its marker, so that a bad one can be recognized', async () => {
    const before = await service.install();
    expect(await updater(service.of.home)).toMatchObject({ code: 0 });
    await service.another(before);
    expect(await notes()).toEqual(['updated']);
  });

  it('saves the desired state when the update dies between stop and start, and the next reader starts the gateway', async () => {
    const before = await service.install();
    expect(await updater(service.of.home, 'dies')).toMatchObject({ code: 0 });
    expect(service.gateways()).toEqual([]);
    expect(leftOfUpdates()).not.toEqual([]);
    const { code, document } = await cli('status');
    expect(code).toBe(0);
    expect(document).toMatchObject({ ok: true, status: { phase: 'running', desired: 'running' } });
    expect(document.status.startedAt).not.toBe(before.startedAt);
    expect(await notes()).toEqual(['update-interrupted']);
  });

  it('holds back a restart that the SCM had queued while the update is running', async () => {
    const before = await service.install();
    const marker = `${service.of.home}\\.hermes-update-in-progress`;
    const script = 'C:\\updater.mjs';
    service.rig.write(script, 'console.log(process.pid); setInterval(() => undefined, 1_000);');
    const { out: said } = service.rig.begin(script);
    const pid = await until('an updater', () => said().trim());
    service.rig.write(marker, `${pid}\n${Date.now() / 1_000}\n`);
    await service.manager.kill(before.gatewayPid ?? 0);
    await service.phase('held-for-update');
    // Wine's killed process may take a moment to go.
    await until('the end of the killed gateway', () => service.gateways().length === 0);
    service.rig.write(marker, 'done');
    await service.another(before);
    await service.manager.kill(Number(pid));
  });

  it('keeps the gateway running after an update from a chat that ends with the gateway', async () => {
    const name = await service.fresh();
    const { manager, rig, of } = service;
    const gatewayCommand = [rig.node, rig.probe('updating-gateway'), name, 'marks', rig.sampleGateway(), 'gateway', 'run'];
    const before = await manager.install(of, { gatewayCommand, recovery: QUICK });
    rig.write('C:\\update.log', '');
    const census = service.census();
    rig.write('C:\\update-now', '');
    await service.another(before).finally(() => census.stop());
    expect(census.most).toBe(1);
    expect(rig.read('C:\\update.log')).toBe('stops it\n');
    // Nobody was left to start it but the SCM.
    expect(service.failures()).toHaveLength(1);
  });

  it('waits for a program that has a file of the installation open, names it, and updates nothing before', async () => {
    await service.fresh();
    const { rig, manager, of } = service;
    const program = `${of.home}\\hermes-agent\\venv\\Scripts\\python.exe`;
    mkdirSync(path.dirname(rig.onLinux(program)), { recursive: true });
    // A true copy: a file that runs is known by what it is, not by its name.
    copyFileSync(rig.onLinux(rig.node), rig.onLinux(program));
    const before = await manager.install(of, { gatewayCommand: [program, rig.sampleGateway(), 'gateway', 'run'], recovery: QUICK });
    const script = 'C:\\holds-python.mjs';
    rig.write(script, "import fs from 'node:fs'; setInterval(() => fs.existsSync('C:\\\\let-python-go') && process.exit(), 100);");
    const holder = rig.run([program, script], { timeoutMs: 120_000 });
    await until('the file to be in use', () => call(rig, 'file', 'isInUse', program));

    const refused = await cli('update', '--', rig.node, '-e', 'process.exit(7)');
    expect(refused.document).toMatchObject({ ok: false, error: { code: 'files-in-use', message: expect.stringContaining('python.exe') } });
    const back = await service.another(before);

    rig.write('C:\\let-python-go', '');
    await holder;
    const done = await cli('update', '--', rig.node, '-e', '');
    expect(done.document, JSON.stringify(done)).toMatchObject({ ok: true, statuses: [{ phase: 'running' }] });
    await service.another(back);
    expect(await notes()).toEqual(['not-updated', 'updated']);
    expect(await call(rig, 'file', 'isInUse', 'C:\\no such file')).toBe(false);
  });
});
