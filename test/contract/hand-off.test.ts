// The app quits in the middle of an update: the gateways are stopped before, and the relaunched app reports how the update ended.

import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type HandOffResult, resumeAtStart } from '../../main/updater/resume.ts';
import { gatewayIdentity } from '../../src/gateway/home.ts';
import { posixProcesses } from '../../src/gateway/process-start-time.ts';
import type { GatewayIdentity } from '../../src/model/identity.ts';
import { poll } from '../../src/model/poll.ts';
import { parseProfile } from '../../src/model/profile.ts';
import type { UpdateJournal } from '../../src/update/journal.ts';
import { APP, type LeavingApp, startLeavingApp } from '../support/leaving-app.ts';
import { DEADLINE_MS, endProcess } from '../support/sandbox.ts';
import { ServiceUnderTest } from '../support/service.ts';
import { updatePorts } from '../support/update-ports.ts';
import { leftOfUpdates } from '../support/updater.ts';

let service: ServiceUnderTest;
let neighbour: GatewayIdentity;
const stops: (() => unknown)[] = [];
beforeEach(async () => {
  service = new ServiceUnderTest();
  const { root } = service.identity;
  mkdirSync(path.join(root, 'profiles', 'work'), { recursive: true });
  neighbour = gatewayIdentity({ root, standard: false, profile: parseProfile('work') });
  await service.install();
  await service.manager.install(neighbour, service.sandbox.installOptions());
});
afterEach(async () => {
  for (const stop of stops.splice(0).reverse()) stop();
  expect(await service.dispose(), 'gateways of one home at once').toBeLessThanOrEqual(1);
});

const until = (what: string, holds: () => unknown) => poll(holds, { what, deadlineMs: DEADLINE_MS, everyMs: 20 });
const phases = async () => {
  const statuses = await Promise.all([service.identity, neighbour].map(identity => service.manager.status(identity)));
  return statuses.map(({ phase }) => phase);
};

function leavingApp(startUpdaterAndQuit: string, request?: string): LeavingApp {
  const app = startLeavingApp(service.sandbox, [service.identity, neighbour], { startUpdaterAndQuit, ...(request && { request }) });
  stops.push(() => endProcess(app.process.pid));
  return app;
}
const gone = ({ process }: LeavingApp) => process.exitCode ?? process.signalCode ?? once(process, 'exit');

/** The app is there again. */
function relaunched(version: string, handOffResult?: HandOffResult, onLook = (_pid: number): void => undefined): UpdateJournal[] {
  const ended: UpdateJournal[] = [];
  const log = { info: () => undefined, warn: () => undefined, error: () => undefined };
  const isAlive = (pid: number) => {
    onLook(pid);
    return posixProcesses.isAlive(pid);
  };
  const updates = updatePorts(service.manager, service.sandbox.stateRoot);
  const engine = Promise.resolve({ updates: { ...updates, processes: { ...posixProcesses, isAlive } } });
  stops.push(
    resumeAtStart({
      engine,
      who: APP,
      version,
      log,
      onEnded: journal => ended.push(journal),
      ...(handOffResult && { handOffResult: Promise.resolve(handOffResult) }),
    }),
  );
  return ended;
}
const noted = async () => (await service.manager.history(service.identity)).findLast(record => record.kind === 'noted' && record.update);

describe('hand-off of an update', () => {
  it.each([
    ['0.20', undefined, { outcome: 'updated' }],
    ['0.19', undefined, { outcome: 'not-updated', why: 'update-not-installed' }],
    ['0.19', { outcome: 'failed', why: 'update-unverified', code: 8 } as const, { outcome: 'failed', why: 'update-unverified', code: 8 }],
  ] as const)('keeps the gateways stopped until the app is back as %s with the verdict %j', async (version, verdict, result) => {
    const app = leavingApp('process.exit(0);');
    await gone(app);
    expect(app.lines).toEqual(['leaving held-for-update,held-for-update']);
    expect(service.gateways()).toEqual([]);

    const ended = relaunched(version, verdict);
    await until('the end of the update', () => ended.length === 1);
    expect(ended).toMatchObject([{ step: 'done', result, profiles: [{ state: 'up' }, { state: 'up' }] }]);
    expect(await phases()).toEqual(['running', 'running']);
    expect(await noted()).toMatchObject({
      update: { what: 'Hermes', from: '0.19', to: '0.20', ...('why' in result && { why: result.why }) },
    });
    expect(leftOfUpdates(service.sandbox)).toEqual([]);
  });

  it('ends the update only after the installer process has ended', async () => {
    const script = JSON.stringify(['-e', 'setInterval(() => {}, 1000)']);
    const app = leavingApp(`
      const { spawn } = await import('node:child_process');
      const child = spawn(process.execPath, ${script}, { stdio: 'ignore' });
      console.log(child.pid);
      setTimeout(() => process.exit(0), 500);
      return child.pid;`);
    await gone(app);
    const installer = Number(app.lines[1]);
    stops.push(() => endProcess(installer));
    let looks = 0;
    const ended = relaunched('0.20', undefined, pid => {
      if (pid === installer) looks += 1;
    });
    await until('a second look', () => looks >= 2);
    expect(ended).toEqual([]);
    expect(await phases()).toEqual(['held-for-update', 'held-for-update']);
    endProcess(installer);
    await until('the end of the update', () => ended.length === 1);
    expect(ended).toMatchObject([{ result: { outcome: 'updated' } }]);
    expect(await phases()).toEqual(['running', 'running']);
  });
});

describe('app that cannot quit', () => {
  it.each([
    ['the installer does not start', "throw Object.assign(new Error('no installer'), { code: 'ENOENT' });", '', 'ENOENT'],
    ['the app does not quit', '', 'quitTimeoutMs: 200,', 'app-did-not-quit'],
    ['the installer never answers', 'await new Promise(() => {});', 'quitTimeoutMs: 200,', 'app-did-not-quit'],
  ])('starts the gateways again where %s', async (_name, startUpdaterAndQuit, request, code) => {
    const app = leavingApp(startUpdaterAndQuit, request);
    await until('the end', () => app.lines.length === 2);
    expect(app.lines).toEqual(['leaving held-for-update,held-for-update', `failed ${code} running,running`]);
    expect(await noted()).toMatchObject({ what: 'not-updated' });
    expect(leftOfUpdates(service.sandbox)).toEqual([]);
  });

  it('starts the gateways again when the killed app is running again', async () => {
    const app = leavingApp('await new Promise(() => {});');
    await until('the hand-off', () => app.lines.length === 1);
    endProcess(app.process.pid);
    await gone(app);
    const ended = relaunched('0.19');
    await until('the end of the update', () => ended.length === 1);
    expect(await phases()).toEqual(['running', 'running']);
  });
});
