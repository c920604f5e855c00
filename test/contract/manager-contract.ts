// The contract of GatewayManager for every implementation and mechanism. It uses statuses and facts only,
// so the same suite runs against memory, the embedded supervisor with real processes, and the SCM.

import path from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { GatewayIdentity } from '../../src/gateway/home.ts';
import type { GatewayManager, InstallOptions } from '../../src/model/manager.ts';
import { poll } from '../../src/model/poll.ts';
import type { Status } from '../../src/model/status.ts';

export interface ManagerHarness {
  readonly manager: GatewayManager;
  readonly identity: GatewayIdentity;
  /** What `install` is given: the sample gateway's command and a quick ladder, where those are real. */
  readonly options: InstallOptions;
  /** Ends the gateway, or its host, as a crash would. Without it the tests about crashes are skipped. */
  kill?(pid: number): void | Promise<void>;
  /** All that an installation keeps on this system now: files, entries, services, processes. Empty before `install`. */
  leftovers(): readonly string[] | Promise<readonly string[]>;
  dispose(): void | Promise<void>;
}

/** @param canKill whether the harnesses have `kill`; known before one is made, so that a skip is counted. */
export function managerContract(name: string, make: () => ManagerHarness | Promise<ManagerHarness>, canKill = true): void {
  describe(`GatewayManager contract: ${name}`, () => {
    let harness: ManagerHarness;
    let manager: GatewayManager;
    let identity: GatewayIdentity;
    const open = async () => {
      harness = await make();
      ({ manager, identity } = harness);
    };
    const close = () => harness.dispose();

    const install = (options = harness.options) => manager.install(identity, options);
    const until = (what: string, holds: (status: Status) => boolean) =>
      poll(
        async () => {
          const status = await manager.status(identity);
          return holds(status) && status;
        },
        { what, deadlineMs: 20_000 },
      );
    const kill = async (pid: number | undefined) => {
      if (pid === undefined || !harness.kill) throw new Error('There is nothing to kill.');
      await harness.kill(pid);
    };

    describe('from nothing', () => {
      beforeEach(open);
      afterEach(close);

      it('reports "not installed" before the first installation', async () => {
        expect(await manager.status(identity)).toMatchObject({
          schema: 1,
          profile: identity.profile,
          service: identity.service,
          mechanism: 'none',
          phase: 'not-installed',
          desired: 'stopped',
          restarts: { count: 0 },
        });
        expect(await manager.history(identity)).toEqual([]);
      });

      it('installs the service and resolves when the gateway runs', async () => {
        const status = await install();
        expect(status).toMatchObject({
          schema: 1,
          profile: identity.profile,
          service: identity.service,
          mechanism: harness.options.mechanism ?? manager.mechanisms[0],
          phase: 'running',
          desired: 'running',
          gatewayPid: expect.any(Number),
          startedAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
          restarts: { count: 0 },
          problems: [],
        });
        expect(status.uptimeMs).toBeGreaterThanOrEqual(0);
        expect(await manager.status(identity)).toMatchObject({ phase: 'running', gatewayPid: status.gatewayPid });
      });

      it('starts one gateway for two installs at the same time', async () => {
        const [first, second] = await Promise.all([install(), install()]);
        expect(first.phase).toBe('running');
        expect(second).toMatchObject({ phase: 'running', gatewayPid: first.gatewayPid });
      });

      it('previews each row of an installation and changes nothing', async () => {
        const receipt = await manager.preview('install', identity, harness.options);
        expect(receipt).toMatchObject({ schema: 1, verb: 'install', profile: identity.profile, service: identity.service });
        expect(receipt.rows.map(row => row.action)).toContain('create');
        expect(receipt.rows.map(row => row.kind)).toContain('ladder');
        for (const row of receipt.rows) expect(row.target).not.toBe('');
        expect(await manager.status(identity)).toMatchObject({ phase: 'not-installed' });
        expect(await harness.leftovers()).toEqual([]);
      });

      it('uninstalls a running gateway and leaves nothing over', async () => {
        await install();
        expect(await harness.leftovers()).not.toEqual([]);
        const status = await manager.uninstall(identity);
        expect(status).toMatchObject({ phase: 'not-installed', mechanism: 'none', desired: 'stopped' });
        expect(status.gatewayPid).toBeUndefined();
        expect(await harness.leftovers()).toEqual([]);
      });

      it('installs again after an uninstall', async () => {
        await install();
        await manager.uninstall(identity);
        expect(await install()).toMatchObject({ phase: 'running', restarts: { count: 0 } });
      });

      it('refuses to start, stop or restart a gateway that is not installed', async () => {
        await expect(manager.start(identity)).rejects.toMatchObject({ code: 'not-installed' });
        await expect(manager.stop(identity)).rejects.toMatchObject({ code: 'not-installed' });
        await expect(manager.restart(identity)).rejects.toMatchObject({ code: 'not-installed' });
        expect(await harness.leftovers()).toEqual([]);
      });

      it('does nothing when it uninstalls what is not installed', async () => {
        expect(await manager.uninstall(identity)).toMatchObject({ phase: 'not-installed' });
        expect(await harness.leftovers()).toEqual([]);
      });

      it('sends the current status and every change to a watcher until the watcher unsubscribes', async () => {
        const seen: Status[] = [];
        const unsubscribe = manager.watch(identity, status => seen.push(status));
        await poll(() => seen.at(-1)?.phase === 'not-installed', { what: 'the present status', deadlineMs: 5_000 });
        await install();
        await poll(() => seen.at(-1)?.phase === 'running', { what: 'the watcher to hear of the start', deadlineMs: 20_000 });
        await manager.stop(identity);
        await poll(() => seen.at(-1)?.phase === 'stopped', { what: 'the watcher to hear of the stop', deadlineMs: 20_000 });
        unsubscribe();
        const heard = seen.length;
        const later: Status[] = [];
        const unsubscribeLater = manager.watch(identity, status => later.push(status));
        await manager.start(identity);
        await poll(() => later.at(-1)?.phase === 'running', { what: 'the other watcher to hear of the start', deadlineMs: 20_000 });
        unsubscribeLater();
        expect(seen).toHaveLength(heard);
      });

      it('refuses to hold a gateway that is not installed', async () => {
        await expect(manager.hold(identity, { who: 'this test', why: 'nothing' })).rejects.toMatchObject({ code: 'not-installed' });
        expect(await harness.leftovers()).toEqual([]);
      });

      it('writes a history in which every end has a reason', async () => {
        await install();
        await manager.restart(identity);
        await manager.stop(identity);
        const history = await poll(
          async () => {
            const records = await manager.history(identity);
            return records.filter(record => record.kind === 'ended').length === 2 && records;
          },
          { what: 'two ends in the history', deadlineMs: 5_000 },
        );
        expect(history.map(record => record.kind)).toEqual(['started', 'ended', 'started', 'ended']);
        for (const record of history) {
          if (record.kind === 'started') expect(record.cause).toBe('asked');
          if (record.kind === 'ended') expect(record).toMatchObject({ outcome: 'stopped', reason: expect.stringMatching(/\w/) });
        }
        expect((await manager.status(identity)).lastExit?.reason).toMatch(/\w/);
      });

      it('returns the path of the captured output', () => {
        expect(manager.logPath(identity)).toContain(identity.service);
      });

      describe.skipIf(!canKill)(canKill ? 'after a crash' : 'after a crash (skipped: this harness cannot kill)', () => {
        it('restarts a killed gateway with another process, and reports the number of restarts and the reason', async () => {
          const { gatewayPid: killed } = await install();
          await kill(killed);
          const status = await until('another gateway to run', ({ phase, gatewayPid }) => phase === 'running' && gatewayPid !== killed);
          expect(status).toMatchObject({ desired: 'running', restarts: { count: 1, lastAt: expect.any(String) } });
          expect(status.lastExit?.reason).toMatch(/\w/);
          const ends = (await manager.history(identity)).filter(record => record.kind === 'ended');
          expect(ends).toMatchObject([{ pid: killed, outcome: 'failure', reason: expect.stringMatching(/\w/) }]);
        });

        it('keeps the gateway running after its host process has ended', async () => {
          const { servicePid: killed } = await install();
          await kill(killed);
          const status = await until(
            'another host',
            ({ phase, servicePid }) => phase === 'running' && servicePid !== undefined && servicePid !== killed,
          );
          expect(status).toMatchObject({ desired: 'running', gatewayPid: expect.any(Number) });
          expect(await manager.stop(identity)).toMatchObject({ phase: 'stopped' });
        });

        it('reports the time of the next attempt, and does not restart after a stop in between', async () => {
          const { gatewayPid } = await install({ ...harness.options, recovery: { delaysMs: [60_000], resetMs: 120_000 } });
          await kill(gatewayPid);
          const waiting = await until('the recovery delay', ({ phase }) => phase === 'restarting');
          expect(waiting).toMatchObject({ desired: 'running', restarts: { attempt: 1, nextAt: expect.any(String) } });
          expect(await manager.stop(identity)).toMatchObject({ phase: 'stopped', desired: 'stopped' });
        });

        it('starts a gateway at once on request, without the restart delay', async () => {
          const { gatewayPid } = await install({ ...harness.options, recovery: { delaysMs: [60_000], resetMs: 120_000 } });
          await kill(gatewayPid);
          await until('the recovery delay', ({ phase }) => phase === 'restarting');
          expect(await manager.start(identity)).toMatchObject({ phase: 'running', restarts: { count: 0 } });
        });
      });
    });

    describe('with one installation, as the test before has left it', () => {
      beforeAll(open);
      afterAll(close);

      it('has a watchdog that can be turned off and on without a restart of the gateway, and keeps the choice in an installation', async () => {
        const { gatewayPid, watchdog } = await install();
        expect(watchdog).toBe(true);
        await manager.setWatchdog(identity, false);
        expect(await install()).toMatchObject({ gatewayPid, watchdog: false });
        expect(await install({ ...harness.options, watchdog: true })).toMatchObject({ gatewayPid, watchdog: true });
      });

      it('runs before a sign-in only as a service, and keeps the choice in an installation', async () => {
        const { mechanism, gatewayPid } = await install();
        const early = install({ ...harness.options, beforeSignIn: 'yes' });
        if (mechanism !== 'service') return expect(early).rejects.toMatchObject({ code: 'before-sign-in-unavailable' });
        expect(await early).toMatchObject({ beforeSignIn: 'yes', gatewayPid });
        expect(await install()).toMatchObject({ beforeSignIn: 'yes', gatewayPid });
        expect(await install({ ...harness.options, beforeSignIn: 'no' })).toMatchObject({ beforeSignIn: 'no', gatewayPid });
      });

      it('installs again without a restart of the gateway, and saves the new options', async () => {
        const first = await install();
        const recovery = { delaysMs: [3_000, 5_000], resetMs: 30_000 };
        const second = await install({ ...harness.options, recovery });
        expect(second).toMatchObject({ phase: 'running', gatewayPid: first.gatewayPid, recovery });
      });

      it('previews an uninstall and changes nothing', async () => {
        const { gatewayPid } = await install();
        const receipt = await manager.preview('uninstall', identity);
        expect(receipt.verb).toBe('uninstall');
        expect(receipt.rows.map(row => row.action)).toContain('remove');
        expect(await manager.status(identity)).toMatchObject({ phase: 'running', gatewayPid });
      });

      it('stops the gateway and keeps it stopped because the user requested it', async () => {
        await install();
        const status = await manager.stop(identity);
        expect(status).toMatchObject({ phase: 'stopped', desired: 'stopped' });
        expect(status.gatewayPid).toBeUndefined();
        expect(await manager.stop(identity)).toMatchObject({ phase: 'stopped', desired: 'stopped' });
      });

      it('starts the gateway after a stop, and changes nothing when it runs already', async () => {
        const { gatewayPid: before } = await install();
        await manager.stop(identity);
        const status = await manager.start(identity);
        expect(status).toMatchObject({ phase: 'running', desired: 'running', restarts: { count: 0 } });
        expect(status.gatewayPid).toEqual(expect.any(Number));
        expect(status.gatewayPid).not.toBe(before);
        expect(await manager.start(identity)).toMatchObject({ phase: 'running', gatewayPid: status.gatewayPid });
      });

      it('leaves a gateway stopped whose user stops it before the turn of a start that depends on that', async () => {
        await install();
        const stopped = manager.stop(identity);
        const started = manager.start(identity, undefined, { unlessStopped: true });
        expect(await stopped).toMatchObject({ phase: 'stopped' });
        expect(await started).toMatchObject({ phase: 'stopped', desired: 'stopped' });
      });

      it('restarts with a new gateway process', async () => {
        const { gatewayPid: before } = await install();
        const status = await manager.restart(identity);
        expect(status).toMatchObject({ phase: 'running', desired: 'running', gatewayPid: expect.any(Number) });
        expect(status.gatewayPid).not.toBe(before);
      });

      it('starts a stopped gateway by a restart', async () => {
        await install();
        await manager.stop(identity);
        expect(await manager.restart(identity)).toMatchObject({ phase: 'running', desired: 'running' });
      });

      it('keeps the gateway stopped during an update and starts it when the hold is released', async () => {
        const { gatewayPid: before } = await install();
        const release = await manager.hold(identity, { who: 'this test', why: 'replaces a file' });
        const held = await manager.status(identity);
        expect(held).toMatchObject({ phase: 'held-for-update', desired: 'running', detail: expect.stringContaining('replaces a file') });
        expect(held.gatewayPid).toBeUndefined();
        expect(await manager.start(identity)).toMatchObject({ phase: 'held-for-update', desired: 'running' });
        await release();
        const status = await until('the gateway to come up after the hold', ({ phase }) => phase === 'running');
        expect(status.gatewayPid).not.toBe(before);
      });

      it('keeps the gateway stopped after a hold when it was stopped during the hold', async () => {
        await install();
        const release = await manager.hold(identity, { who: 'this test', why: 'replaces a file' });
        await manager.stop(identity);
        await release();
        expect(await manager.status(identity)).toMatchObject({ phase: 'stopped', desired: 'stopped' });
      });

      it('refuses another home under the same service name and does not change the first one', async () => {
        const { gatewayPid } = await install();
        const elsewhere = path.dirname(identity.root);
        const other: GatewayIdentity = { ...identity, root: elsewhere, home: elsewhere };
        expect(await manager.status(other)).toMatchObject({ phase: 'foreign' });
        await expect(manager.install(other, harness.options)).rejects.toMatchObject({ code: 'foreign' });
        await expect(manager.start(other)).rejects.toMatchObject({ code: 'foreign' });
        await expect(manager.stop(other)).rejects.toMatchObject({ code: 'foreign' });
        await expect(manager.uninstall(other)).rejects.toMatchObject({ code: 'foreign' });
        expect(await manager.status(identity)).toMatchObject({ phase: 'running', gatewayPid });
      });
    });
  });
}
