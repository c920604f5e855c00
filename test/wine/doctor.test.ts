// What the doctor finds of a service below the rebuilt SCM after somebody broke it by hand with Windows' own tools or in the registry, what
// it repairs, and what it keeps. Wine keeps no DACL of a service: that part is tested as bytes, and proved on Windows only.
import { existsSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import type { ProblemCode } from '../../src/model/problems.ts';
import type { FoundProblem, Repair } from '../../src/model/repair.ts';
import type { Status } from '../../src/model/status.ts';
import { splitCommandLine } from '../../src/windows/argv.ts';
import { EVENT_SOURCE_KEY } from '../../src/windows/event-log.ts';
import { serviceKey } from '../../src/windows/scm.ts';
import type { ServiceSpec } from '../../src/windows/service-install.ts';
import { call } from './call.ts';
import { sampleGatewayIn } from './remote-manager.ts';
import { QUICK } from './service-on-wine.ts';
import { describeServiceOnWine } from './suite.ts';

describeServiceOnWine('the doctor of a service below the rebuilt SCM', service => {
  const name = () => service.of.service;
  const write = (values: Record<string, string | number>, below: '' | '\\Parameters' = '') =>
    call(service.rig, 'registry', 'writeValues', `${serviceKey(name())}${below}`, values);
  const state = (file: string) => path.join(path.dirname(service.manager.logPath(service.of)), '..', file);
  const installed = async () => {
    const found = await call(service.rig, 'service-install', 'readInstalled', name());
    if (!found) throw new Error('there is no such service');
    return found;
  };
  const codesOf = (foundProblems: readonly FoundProblem[]): ProblemCode[] => foundProblems.map(({ problem: { code } }) => code).sort();
  const codes = async () => codesOf(await service.manager.examine(service.of));

  /** What `sc config` does; Wine's sc does not know it. */
  const configure = async (changed: Partial<ServiceSpec>) => {
    const { config, settings } = await installed();
    const [program = '', ...args] = splitCommandLine(config.binaryPath);
    await call(service.rig, 'service-install', 'installService', {
      name: name(),
      displayName: config.displayName,
      description: 'Keeps the Hermes gateway of its owner running, and starts it again when it fails.',
      program,
      args,
      owner: await call(service.rig, 'security', 'currentUser'),
      recovery: QUICK,
      preshutdownTimeoutMs: settings.answered.preshutdownTimeoutMs ?? 0,
      ...changed,
    });
  };

  /** Breaks one thing, sees the doctor find and repair it, and the gateway run on. */
  const repairs = async (code: ProblemCode, hurt: () => Promise<unknown>) => {
    const before = await service.status();
    await hurt();
    const [foundProblem, ...others] = await service.manager.examine(service.of);
    expect(codesOf(others), code).toEqual([]);
    expect(foundProblem, code).toMatchObject({ problem: { code, elevated: true }, changes: [expect.anything()] });
    const { receipt, repaired, left, refused, status } = await service.manager.repair(service.of);
    expect({ refused, left: codesOf(left), repaired: codesOf(repaired) }, code).toEqual({ refused: undefined, left: [], repaired: [code] });
    expect(receipt).toMatchObject({ verb: 'repair', elevated: true, rows: foundProblem?.changes });
    expect(status, code).toMatchObject({ phase: 'running', gatewayPid: before.gatewayPid, problems: [] });
  };

  describe('running service', () => {
    it('finds no problem, then each problem made by hand; a repair fixes it and does not disturb the gateway', async () => {
      await service.install();
      expect(await codes()).toEqual([]);
      await repairs('ladder-changed', async () =>
        expect(await service.tool('sc', 'failure', name(), 'reset=', '10', 'actions=', 'restart/5000')).toBe(0),
      );
      await repairs('failure-flag-off', () => write({ FailureActionsOnNonCrashFailures: 0 }));
      await repairs('service-changed', () => configure({ displayName: 'Somebody’s own name' }));
      await repairs('owner-missing', () => write({ Owner: 'Everybody' }, '\\Parameters'));
      await repairs('event-source-missing', () => call(service.rig, 'event-log', 'unregisterEventSource'));
      expect(await call(service.rig, 'registry', 'readKey', EVENT_SOURCE_KEY)).toMatchObject({ CustomSource: 1 });
      expect((await installed()).settings.kept).toMatchObject({ recovery: QUICK, failuresWithoutCrash: true });
      await repairs('host-outdated', () =>
        configure({ args: ['C:\\app\\other.cjs', ...splitArgs(name())], program: service.rig.node }).then(() =>
          service.rig.write('C:\\app\\other.cjs', ''),
        ),
      );
    });

    it('keeps a start type that a user selected, and reports it', async () => {
      await service.install();
      await configure({ startType: 'manual' });
      await write({ FailureActionsOnNonCrashFailures: 0 });
      expect(await codes()).toEqual(['failure-flag-off', 'start-type-chosen']);
      const { left, receipt } = await service.manager.repair(service.of);
      expect(codesOf(left)).toEqual(['start-type-chosen']);
      expect(receipt.rows).toHaveLength(1);
      expect((await installed()).config.startType).toBe('manual');
      // An installation that comes later takes it for what is wished.
      await service.manager.install(service.of, {});
      expect(await codes()).toEqual([]);
      expect((await installed()).config.startType).toBe('manual');
    });
  });

  it('finds a service that its owner may not query, and restores the rights after consent', async () => {
    const { status, foundProblems, repair } = await service.rig.ask<Denied>('denied', JSON.stringify(sampleGatewayIn(service.rig)));
    expect(status).toMatchObject({ mechanism: 'service', phase: 'running', problems: [{ code: 'rights-changed' }] });
    expect(codesOf(foundProblems)).toEqual(['rights-changed']);
    expect(repair).toMatchObject({ receipt: { elevated: true }, repaired: [{ problem: { code: 'rights-changed' } }], left: [] });
  });

  describe('stopped service', () => {
    it('keeps "disabled", reports it, and repairs the other problems', async () => {
      await service.install();
      await service.manager.stop(service.of);
      await configure({ startType: 'disabled', displayName: 'Somebody’s own name' });
      const foundProblems = await service.manager.examine(service.of);
      expect(codesOf(foundProblems)).toEqual(['service-changed', 'start-disabled']);
      expect(foundProblems.find(({ kept }) => kept)?.changes).toMatchObject([{ action: 'keep' }]);
      const { left, status } = await service.manager.repair(service.of);
      expect(codesOf(left)).toEqual(['start-disabled']);
      expect(status).toMatchObject({ phase: 'stopped', desired: 'stopped', startType: 'disabled' });
      expect(await service.manager.install(service.of)).toMatchObject({ phase: 'running', startType: 'automatic' });
    });

    it('restores a deleted program and a missing definition, and removes the files of dead processes', async () => {
      await service.install();
      await service.manager.stop(service.of);
      await configure({ program: 'C:\\gone\\hermes-gateway-host.exe', args: splitArgs(name()) });
      rmSync(state('definition.json'));
      writeFileSync(state('runner.lock'), JSON.stringify({ pid: 4_000_000, startTime: 1, mark: 'x' }));
      expect(await service.status()).toMatchObject({
        problems: expect.arrayContaining([expect.objectContaining({ code: 'host-missing' })]),
      });
      // Without the definition the ladder is the usual one.
      expect(await codes()).toEqual(['definition-missing', 'host-missing', 'ladder-changed', 'lock-stale']);
      const { left, repaired } = await service.manager.repair(service.of);
      expect({ left: codesOf(left), repaired: codesOf(repaired).length }).toEqual({ left: [], repaired: 4 });
      expect(existsSync(state('runner.lock'))).toBe(false);
      expect(splitCommandLine((await installed()).config.binaryPath)[0]).toBe(service.rig.node);
    });
  });
});

interface Denied {
  readonly status: Status;
  readonly foundProblems: readonly FoundProblem[];
  readonly repair: Repair;
}

const splitArgs = (name: string): string[] => ['service', '--service', name];
