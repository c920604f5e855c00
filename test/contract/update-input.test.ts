// Unusual update commands and surroundings: the gateways are started again, and the result is reported.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { profileIdentity, resolveHermesRoot } from '../../src/gateway/home.ts';
import { EXIT } from '../../src/model/cli-exit-codes.ts';
import type { OperationProgress } from '../../src/model/operation-steps.ts';
import { poll } from '../../src/model/poll.ts';
import type { Phase } from '../../src/model/status.ts';
import { resultOf } from '../../src/update/ending.ts';
import { Update } from '../../src/update/update.ts';
import { canMount, mountTmpfs, NEEDS_MOUNT } from '../support/mount.ts';
import { commandLine, DEADLINE_MS, HOST_COMMAND } from '../support/sandbox.ts';
import { ServiceUnderTest } from '../support/service.ts';
import { updatePorts } from '../support/update-ports.ts';
import { leftOfUpdates } from '../support/updater.ts';

/** A runner may be looking at it just now. */
const nothingLeft = () =>
  poll(() => leftOfUpdates(service.sandbox).length === 0, {
    what: 'nothing to be left of the update',
    deadlineMs: DEADLINE_MS,
    everyMs: 20,
  });

let service: ServiceUnderTest;
beforeEach(() => {
  service = new ServiceUnderTest();
});
afterEach(async () => {
  expect(await service.dispose(), 'gateways of one home at once').toBeLessThanOrEqual(1);
});

const inside = (name: string) => path.join(service.sandbox.path, name);
/** `hermes-gateway update -- <command>` for this home, its output in files. */
function startUpdate(command: readonly string[], cwd = service.sandbox.path) {
  const [out, err] = [inside('out'), inside('err')];
  const files = [out, err].map(file => openSync(file, 'w'));
  const argv = [...HOST_COMMAND.slice(1), 'update', '--json', '--home', service.home, '--', ...command];
  const child = spawn(HOST_COMMAND[0], argv, { cwd, stdio: ['ignore', ...files] });
  for (const file of files) closeSync(file);
  return {
    child,
    said: () => readFileSync(err, 'utf8'),
    ended: once(child, 'exit').then(([code]) => ({ code, document: JSON.parse(readFileSync(out, 'utf8')) })),
  };
}
const node = (script: string) => [process.execPath, '-e', script];

describe('update command', () => {
  beforeEach(async () => void (await service.install()));
  afterEach(() => nothingLeft());

  it('passes on all 100 MB that a command prints, with a constant amount of memory', async () => {
    const peak = inside('peak');
    // The last thing that it does is to look at the memory of the program that runs it.
    const script = `
      const line = 'x'.repeat(1_023) + '\\n';
      const print = left => {
        if (left > 0) return process.stdout.write(line.repeat(64), () => print(left - 1));
        const status = require('fs').readFileSync('/proc/' + process.ppid + '/status', 'utf8');
        require('fs').writeFileSync(${JSON.stringify(peak)}, /VmHWM:\\s+(\\d+)/.exec(status)[1]);
      };
      print(1_600);`;
    const { code, document } = await startUpdate(node(script)).ended;
    expect(code).toBe(EXIT.done);
    expect(document).toMatchObject({ ok: true, statuses: [{ phase: 'running' }] });
    expect(readFileSync(inside('err')).length).toBeGreaterThan(100 * 1024 * 1024);
    expect(Number(readFileSync(peak, 'utf8')), 'largest memory in kB').toBeLessThan(250_000);
  });

  it('survives a command that deletes the folder it was started in', async () => {
    const folder = inside('checkout');
    mkdirSync(folder);
    const { code, document } = await startUpdate(['sh', '-c', 'rm -rf "$PWD"'], folder).ended;
    expect(existsSync(folder)).toBe(false);
    expect(code).toBe(EXIT.done);
    expect(document).toMatchObject({ ok: true, statuses: [{ phase: 'running' }] });
  });

  it('reports a gateway that refuses its configuration after the update, with the update', async () => {
    const refusal = path.join(service.home, 'state', 'sample-gateway.refuse');
    const { code, document } = await startUpdate(node(`require('fs').writeFileSync(${JSON.stringify(refusal)}, '')`)).ended;
    expect(code).toBe(EXIT.failed);
    expect(document).toMatchObject({
      ok: false,
      error: { code: 'gateway-configuration', message: expect.stringContaining('The update command succeeded') },
    });
    expect(await service.untilPhase('needs-attention')).toMatchObject({ detail: expect.stringContaining('since the update of node') });
    rmSync(refusal);
    expect(await service.manager.start(service.identity)).toMatchObject({ phase: 'running' });
  });

  it('starts no second gateway when the command starts one, and none before its end', async () => {
    const seen = inside('seen');
    const again = [...HOST_COMMAND, 'start', '--json', '--home', service.home].map(word => JSON.stringify(word)).join(' ');
    const { code, document } = await startUpdate(['sh', '-c', `${again} > ${seen}`]).ended;
    expect(JSON.parse(readFileSync(seen, 'utf8'))).toMatchObject({ ok: true, status: { phase: 'held-for-update' } });
    expect(code).toBe(EXIT.done);
    expect(document.statuses).toMatchObject([{ phase: 'running' }]);
    expect(service.gateways()).toHaveLength(1);
  });

  it('refuses an update inside an update, and continues the outer one', async () => {
    const seen = inside('seen');
    const again = [...HOST_COMMAND, 'update', '--json', '--home', service.home, '--', 'true'].map(word => JSON.stringify(word)).join(' ');
    const { code } = await startUpdate(['sh', '-c', `${again} > ${seen} || true`]).ended;
    expect(JSON.parse(readFileSync(seen, 'utf8'))).toMatchObject({
      ok: false,
      error: {
        code: 'update-running',
        message: expect.stringContaining('hermes-gateway update, PID'),
        remedy: expect.stringMatching(/\w/),
      },
    });
    expect(code).toBe(EXIT.done);
  });

  it('keeps the gateway stopped when the command stops it permanently', async () => {
    const stop = [...HOST_COMMAND, 'stop', '--home', service.home];
    expect(await startUpdate(stop).ended).toMatchObject({
      code: EXIT.done,
      document: { statuses: [{ phase: 'stopped', desired: 'stopped' }] },
    });
    expect(service.gateways()).toEqual([]);
  });

  it('passes Ctrl+C on to a command that hangs, and starts the gateway again', async () => {
    const update = startUpdate(node("console.error('at work'); process.on('SIGINT', () => process.exit(3)); setInterval(() => {}, 1_000)"));
    await poll(() => update.said().includes('at work'), { what: 'the command to run', deadlineMs: DEADLINE_MS });
    expect(service.gateways()).toEqual([]);
    update.child.kill('SIGINT');
    expect(await update.ended).toMatchObject({ code: EXIT.interrupted, document: { ok: false, error: { code: 'interrupted' } } });
    expect(await service.status()).toMatchObject({ phase: 'running' });
  });

  it('starts the gateway although an orphaned program keeps the output of the command open', async () => {
    const update = startUpdate(['sh', '-c', 'sleep 1000 & echo $! > left']);
    expect(await update.ended).toMatchObject({ code: EXIT.done, document: { statuses: [{ phase: 'running' }] } });
    const pid = Number(readFileSync(inside('left'), 'utf8'));
    expect(commandLine(pid)[0]).toBe('sleep');
    process.kill(pid, 'SIGKILL');
  });

  it('reports an update step by step with the versions that it changes', async () => {
    const steps: string[] = [];
    const update = await Update.begin(updatePorts(service.manager, service.sandbox.stateRoot), {
      who: 'a test',
      what: 'Hermes',
      versions: { from: '0.19', to: '0.20' },
      identities: [service.identity],
      onChange: ({ step, progress }) => steps.push(progress ? `${step}: ${progress}` : step),
    });
    update.reportProgress('x'.repeat(1_000));
    await poll(() => steps.some(step => step.startsWith('updating: x')), { what: 'the progress', deadlineMs: DEADLINE_MS });
    await update.end(resultOf('updated', 'Hermes is 0.20 now.', 0));
    expect([...new Set(steps.map(step => step.split(':')[0]))]).toEqual(['planned', 'stopping', 'updating', 'starting', 'done']);
    expect(steps.find(step => step.includes('x'))?.length).toBeLessThan(250);
    const history = await service.manager.history(service.identity);
    expect(history.at(-2)).toMatchObject({
      kind: 'noted',
      what: 'updated',
      reason: 'Hermes is 0.20 now.',
      update: { what: 'Hermes', from: '0.19', to: '0.20' },
    });
    expect(history.at(-1)).toMatchObject({ kind: 'started', cause: 'released' });
  });
});

describe("Hermes' own updater", () => {
  const marker = (root: string) => path.join(root, '.hermes-update-in-progress');
  const born = () => (Date.now() - process.uptime() * 1_000) / 1_000;

  it("waits for Hermes' own updater, and reports that", async () => {
    await service.install();
    writeFileSync(marker(service.identity.root), `${process.pid}\n${born()}\n`);
    const said: OperationProgress[] = [];
    const beginning = Update.begin(updatePorts(service.manager, service.sandbox.stateRoot), {
      who: 'a test',
      what: 'something',
      identities: [service.identity],
      report: progress => said.push(progress),
    });
    await poll(() => said.length > 0, { what: 'the report', deadlineMs: DEADLINE_MS });
    expect(said).toMatchObject([{ step: 'hermes-updater', subject: `PID ${process.pid}` }]);
    expect(service.gateways()).toHaveLength(1);
    rmSync(marker(service.identity.root));
    await (await beginning).end(resultOf('updated', 'Done.'));
    expect(await service.status()).toMatchObject({ phase: 'running' });
  });

  it('holds a profile below the root by the marker in the root, records it, and ignores a recycled PID', async () => {
    mkdirSync(path.join(service.home, 'profiles', 'work'), { recursive: true });
    const root = resolveHermesRoot({ platform: process.platform, env: {}, homedir: service.sandbox.path, home: service.home });
    const work = profileIdentity(root, 'work', process.platform);
    const before = await service.manager.install(work, service.sandbox.installOptions());
    const phase = (wanted: Phase) =>
      poll(async () => (await service.manager.status(work)).phase === wanted, { what: wanted, deadlineMs: DEADLINE_MS, everyMs: 20 });

    writeFileSync(marker(service.home), `${process.pid}\n${born()}\n`);
    process.kill(before.gatewayPid ?? 0, 'SIGKILL');
    await phase('held-for-update');
    rmSync(marker(service.home));
    await phase('running');
    const history = await service.manager.history(work);
    expect(history.find(record => record.kind === 'noted' && record.update)).toMatchObject({ what: 'updated', update: { what: 'Hermes' } });

    writeFileSync(marker(service.home), `${process.pid}\n${born() - 3_600}\n`);
    process.kill((await service.manager.status(work)).gatewayPid ?? 0, 'SIGKILL');
    await phase('restarting');
    await phase('running');
    rmSync(marker(service.home));
  });
});

describe('gateway broken by an update', () => {
  /** The first start after the update may have failed before the update requests one, which counts from the beginning. */
  async function failuresSinceRequest(): Promise<number> {
    const history = await service.manager.history(service.identity);
    const requested = history.findLastIndex(each => each.kind === 'started' && (each.cause === 'asked' || each.cause === 'released'));
    return history.slice(requested).filter(each => each.kind === 'ended' && each.outcome === 'failure').length;
  }

  it('stops restarting a gateway broken by an update, reports since when, and restarts it on a start', async () => {
    await service.install();
    const sound = readFileSync(service.sandbox.gatewayScript, 'utf8');
    const script = `require('fs').writeFileSync(${JSON.stringify(service.sandbox.gatewayScript)}, 'process.exit(9)')`;
    const { code, document } = await startUpdate(node(script)).ended;
    expect(code).toBe(EXIT.failed);
    expect(document).toMatchObject({ ok: false, error: { code: 'gateway-not-up' } });

    const failed = await service.untilPhase('failed');
    expect(failed).toMatchObject({ desired: 'running', detail: expect.stringContaining('since the update of node') });
    expect(failed.problems).toMatchObject([{ code: 'bad-update', message: expect.stringContaining('since the update of node') }]);
    expect(await failuresSinceRequest()).toBe(5);
    await poll(() => service.sandbox.hosts('supervise').length === 0, { what: 'the end of the supervisor', deadlineMs: 10_000 });

    await expect(service.manager.start(service.identity)).rejects.toMatchObject({ code: 'gateway-not-up' });
    await service.untilPhase('failed');
    expect(await failuresSinceRequest()).toBe(5);

    writeFileSync(service.sandbox.gatewayScript, sound);
    expect(await service.manager.start(service.identity)).toMatchObject({ phase: 'running', problems: [] });
  });

  it('starts the other gateways, and reports the failure of the broken one separately', async () => {
    await service.install();
    const neighbour = service.sandbox.identity('neighbour');
    const broken = inside('broken.mjs');
    writeFileSync(broken, readFileSync(service.sandbox.gatewayScript));
    const gatewayCommand = [process.execPath, broken, 'gateway', 'run'];
    await service.manager.install(neighbour, { ...service.sandbox.installOptions(), gatewayCommand });
    const update = await Update.begin(updatePorts(service.manager, service.sandbox.stateRoot), {
      who: 'a test',
      what: 'one of two',
      identities: [neighbour, service.identity],
    });
    writeFileSync(broken, 'process.exit(9)');
    const { journal } = await update.end(resultOf('updated', 'Done.'));
    expect(journal.profiles).toMatchObject([{ state: 'failed', error: { code: 'gateway-not-up' } }, { state: 'up' }]);
    expect(await service.status()).toMatchObject({ phase: 'running' });
  });
});

describe.skipIf(!canMount())(`separate disk${canMount() ? '' : ` (skipped: ${NEEDS_MOUNT})`}`, () => {
  const begin = (onStep: (step: string) => void) =>
    Update.begin(updatePorts(service.manager, service.sandbox.stateRoot), {
      who: 'a test',
      what: 'something',
      identities: [service.identity],
      onChange: ({ step }) => onStep(step),
    });

  async function installOnDisk() {
    const disk = mountTmpfs(service.sandbox.path, '4m');
    symlinkSync(disk.path, service.sandbox.stateRoot);
    const { gatewayPid } = await service.install();
    return { disk, gatewayPid };
  }

  it('refuses an update on a full disk before it stops anything', async () => {
    const { disk, gatewayPid } = await installOnDisk();
    using _ = disk;
    disk.fill();
    await expect(begin(() => undefined)).rejects.toMatchObject({ code: 'disk-full' });
    expect(await service.status()).toMatchObject({ phase: 'running', gatewayPid });
    disk.empty();
    await service.manager.uninstall(service.identity);
  });

  it('refuses an update on a read-only disk before it stops anything', async () => {
    const { gatewayPid } = await service.install();
    using disk = mountTmpfs(service.sandbox.path, '64k');
    disk.makeReadOnly();
    const beginning = Update.begin(updatePorts(service.manager, disk.path), {
      who: 'a test',
      what: 'something',
      identities: [service.identity],
    });
    await expect(beginning).rejects.toMatchObject({ code: 'state-unwritable' });
    expect(await service.status()).toMatchObject({ phase: 'running', gatewayPid });
  });

  it.each(['stopping', 'updating', 'starting'])('starts every gateway again when the disk is full from the step "%s" on', async full => {
    const { disk } = await installOnDisk();
    using _ = disk;
    const update = await begin(step => step === full && disk.fill()).catch((error: unknown) => error);
    if (update instanceof Update) expect((await update.end(resultOf('updated', 'Done.'))).statuses).toMatchObject([{ phase: 'running' }]);
    else expect(update).toMatchObject({ code: 'disk-full' });
    expect(await service.untilPhase('running')).toMatchObject({ desired: 'running' });
    disk.empty();
    await nothingLeft();
    await service.manager.uninstall(service.identity);
  });
});
