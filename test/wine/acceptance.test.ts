// The acceptance criteria as far as Wine can show them: the real Windows service, below an SCM that is rebuilt with failure actions of our
// own (test/wine/scm). Every respawn that is reported here is the work of that SCM, not of Windows'.
import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, expect } from 'vitest';
import type { Status } from '../../src/service/status.ts';
import { itProves } from '../acceptance/it-proves.ts';
import { call } from './call.ts';
import { sampleGatewayIn } from './remote-manager.ts';
import { describeServiceOnWine, until } from './suite.ts';

const SLOW_UPDATE = readFileSync(new URL('../acceptance/slow-update.mjs', import.meta.url), 'utf8');
/** The home of Hermes on Windows, which the service without a suffix is for. */
const STANDARD_HOME = 'C:\\users\\hermes\\AppData\\Local\\hermes';

const SC_ACTION_RESTART = 1;
const SERVICE_AUTO_START = 2;
/** The registry's value as Windows keeps it: reset period in seconds, two pointers, count, offset; then type and delay of each action. */
const FAILURE_ACTIONS = [
  ...[60, 0, 0, 9, 20],
  ...[1_000, 2_000, 4_000, 9_000, 16_000, 25_000, 36_000, 49_000, 64_000].flatMap(delayMs => [SC_ACTION_RESTART, delayMs]),
];

describeServiceOnWine('acceptance, below the rebuilt SCM', service => {
  let installed: Status;
  let census: ReturnType<typeof service.census>;
  let tests = 0;
  beforeEach(() => {
    tests += 1;
    census = service.census();
  });
  afterEach(() => {
    census.stop();
    finish();
  });

  itProves('respawn-wine', async () => {
    await install();
    expect(await service.tool('taskkill', '/F', '/PID', String(installed.gatewayPid))).toBe(0);
    const again = await service.another(installed);
    const backAt = Date.now();
    expect(again).toMatchObject({ desired: 'running', restarts: { count: 1 } });
    expect(again.servicePid).not.toBe(installed.servicePid);
    expect(service.failures()).toMatchObject([{ failure: 1, restartInMs: 1_000 }]);
    expect(census.most).toBe(1);
    const ended = (await service.manager.history(service.of)).find(({ kind }) => kind === 'ended');
    return `back ${seconds(backAt - Date.parse(ended?.at ?? ''))} after its end, by the rebuilt SCM`;
  });

  itProves('update-wine', async () => {
    await install();
    const { ended } = await beginUpdate();
    const { servicePid } = installed;
    expect(await service.status()).toMatchObject({ phase: 'held-for-update', desired: 'running', servicePid });
    expect(service.gateways()).toEqual([]);
    const finishedAt = performance.now();
    finish();
    expect(await ended).toMatchObject({ code: 0 });
    const tookMs = performance.now() - finishedAt;
    const after = await service.status();
    expect(after).toMatchObject({ phase: 'running', desired: 'running', gatewayPid: expect.any(Number), servicePid });
    expect(after.gatewayPid).not.toBe(installed.gatewayPid);
    expect(census.most).toBe(1);
    return `up ${seconds(tookMs)} after the update had ended`;
  });

  itProves('update-killed-wine', async () => {
    await install();
    const { ended, pid } = await beginUpdate();
    expect(service.gateways()).toEqual([]);
    const killedAt = performance.now();
    await service.manager.kill(pid);
    await service.another(installed);
    const tookMs = performance.now() - killedAt;
    // Its code says nothing: a program that is killed under Wine may end with 0.
    await ended;
    expect(census.most).toBe(1);
    return `back ${seconds(tookMs)} after the kill`;
  });

  itProves('switch-wine', async () => {
    await install(STANDARD_HOME);
    await expectRegistered('HermesGateway');
    return '1, 2, 4, 9, 16, 25, 36, 49, 64 s, reset after 60 s, flag set';
  });

  itProves('profile-wine', async () => {
    await install(`${STANDARD_HOME}\\profiles\\work`);
    await expectRegistered('HermesGateway-work');
    return 'HermesGateway-work';
  });

  /** As the switch does, with the ladder that is ours by default. */
  async function install(home = `C:\\homes\\${tests}`): Promise<void> {
    await service.fresh(home);
    installed = await service.manager.install(service.of, { gatewayCommand: sampleGatewayIn(service.rig) });
  }

  /** What the service's key holds when the service runs. */
  async function expectRegistered(name: string): Promise<void> {
    expect(installed).toMatchObject({ service: name, mechanism: 'service', phase: 'running' });
    const key = await call(service.rig, 'registry', 'readKey', `HKLM\\SYSTEM\\CurrentControlSet\\Services\\${name}`);
    expect(key).toMatchObject({
      Start: SERVICE_AUTO_START,
      ObjectName: 'LocalSystem',
      FailureActionsOnNonCrashFailures: 1,
      FailureActions: { data: [...Buffer.from(Uint32Array.from(FAILURE_ACTIONS).buffer)] },
    });
  }

  const folder = () => `C:\\updates\\${tests}`;

  /** `hermes-gateway update`, as users run it; resolves when its command is at work, with the updater's PID. */
  async function beginUpdate() {
    const { rig, of } = service;
    const script = `${folder()}\\update.mjs`;
    rig.write(script, SLOW_UPDATE);
    const program = [...rig.program, '--home', of.home];
    const ended = rig.run([...program, 'update', '--', rig.node, script, folder(), '0']);
    const pid = await until('the update to be at work', () => Number(rig.read(`${folder()}\\began`)));
    return { ended, pid };
  }

  /** Also ends a command whose updater was killed. */
  function finish(): void {
    service.rig.write(`${folder()}\\finish`, '');
  }
});

function seconds(ms: number): string {
  return `${(ms / 1_000).toFixed(2)} s`;
}
