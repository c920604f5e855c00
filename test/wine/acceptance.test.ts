// The acceptance criteria as far as Wine can show them: the real Windows service, below an SCM that is rebuilt with failure actions of our
// own (test/wine/scm). Every respawn that is reported here is the work of that SCM, not of Windows'.
import { readdirSync, readFileSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect } from 'vitest';
import { processesOf } from '../../main/story/trial-processes.ts';
import type { GatewayIdentity } from '../../src/gateway/identity.ts';
import type { Status } from '../../src/service/status.ts';
import { itProves } from '../acceptance/it-proves.ts';
import { commandLine, watchCount } from '../support/sandbox.ts';
import { call } from './call.ts';
import { RemoteManager, sampleGatewayIn } from './remote-manager.ts';
import { available, WineRig } from './rig.ts';
import { RIG_START_MS, until } from './suite.ts';

const wine = available();
const skipped = wine.ok ? undefined : wine.reason;
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

describe.skipIf(skipped !== undefined)('acceptance, below the rebuilt SCM', () => {
  let rig: WineRig;
  let manager: RemoteManager;
  let of: GatewayIdentity;
  let installed: Status;
  let census: ReturnType<typeof watchCount>;
  let tests = 0;
  beforeAll(async () => {
    rig = await WineRig.start();
    manager = await RemoteManager.start(rig);
  }, RIG_START_MS);
  afterAll(async () => {
    manager?.close();
    await rig?.dispose();
  });
  beforeEach(() => {
    tests += 1;
    census = watchCount(() => gateways().length);
  });
  afterEach(async () => {
    census.stop();
    finish();
    await manager.uninstall(of);
  });

  itProves(
    'respawn-wine',
    async () => {
      await install(`C:\\homes\\${tests}`);
      expect((await rig.run(['taskkill', '/F', '/PID', String(installed.gatewayPid)])).code).toBe(0);
      const again = await back();
      const backAt = Date.now();
      expect(again).toMatchObject({ desired: 'running', restarts: { count: 1 } });
      expect(again.servicePid).not.toBe(installed.servicePid);
      expect(rig.recoveryLog()).toEqual([expect.objectContaining({ service: of.serviceName, failure: 1, restartInMs: 1_000 })]);
      expect(census.most).toBe(1);
      const ended = (await manager.history(of)).find(({ kind }) => kind === 'ended');
      return `back ${seconds(backAt - Date.parse(ended?.at ?? ''))} after its end, by the rebuilt SCM`;
    },
    { skipped },
  );

  itProves(
    'update-wine',
    async () => {
      await install(`C:\\homes\\${tests}`);
      const { ended } = await beginUpdate();
      expect(await manager.status(of)).toMatchObject({ phase: 'held-for-update', desired: 'running', servicePid: installed.servicePid });
      expect(gateways()).toEqual([]);
      const finishedAt = performance.now();
      finish();
      expect(await ended).toMatchObject({ code: 0 });
      const tookMs = performance.now() - finishedAt;
      const after = await manager.status(of);
      expect(after).toMatchObject({
        phase: 'running',
        desired: 'running',
        gatewayPid: expect.any(Number),
        servicePid: installed.servicePid,
      });
      expect(after.gatewayPid).not.toBe(installed.gatewayPid);
      expect(census.most).toBe(1);
      return `up ${seconds(tookMs)} after the update had ended`;
    },
    { skipped },
  );

  itProves(
    'update-killed-wine',
    async () => {
      await install(`C:\\homes\\${tests}`);
      const { ended, pid } = await beginUpdate();
      expect(gateways()).toEqual([]);
      const killedAt = performance.now();
      await manager.kill(pid);
      await back();
      const tookMs = performance.now() - killedAt;
      // Its code says nothing: a program that is killed under Wine may end with 0.
      await ended;
      expect(census.most).toBe(1);
      return `back ${seconds(tookMs)} after the kill`;
    },
    { skipped },
  );

  itProves(
    'switch-wine',
    async () => {
      await install(STANDARD_HOME);
      await expectRegistered('HermesGateway');
      return '1, 2, 4, 9, 16, 25, 36, 49, 64 s, reset after 60 s, flag set';
    },
    { skipped },
  );

  itProves(
    'profile-wine',
    async () => {
      await install(`${STANDARD_HOME}\\profiles\\work`);
      await expectRegistered('HermesGateway-work');
      return 'HermesGateway-work';
    },
    { skipped },
  );

  /** As the switch does, with the ladder that is ours by default. */
  async function install(home: string): Promise<void> {
    of = await manager.identity(home);
    installed = await manager.install(of, { gatewayCommand: sampleGatewayIn(rig) });
  }

  /** What the service's key holds when the service runs. */
  async function expectRegistered(service: string): Promise<void> {
    expect(installed).toMatchObject({ service, mechanism: 'service', phase: 'running' });
    const key = await call(rig, 'registry', 'readKey', `HKLM\\SYSTEM\\CurrentControlSet\\Services\\${service}`);
    expect(key).toMatchObject({
      Start: SERVICE_AUTO_START,
      ObjectName: 'LocalSystem',
      FailureActionsOnNonCrashFailures: 1,
      FailureActions: { data: [...Buffer.from(Uint32Array.from(FAILURE_ACTIONS).buffer)] },
    });
  }

  /** The status when another gateway than the installed one runs. */
  const back = () =>
    until('another gateway', async () => {
      const now = await manager.status(of);
      return now.phase === 'running' && now.gatewayPid !== installed.gatewayPid && now;
    });

  /** Living gateways of this Windows, by the process list of Linux. */
  const gateways = () => processesOf(rig.prefix).filter(({ pid }) => threadsOf(pid) > 1 && isGateway(commandLine(pid)));

  const folder = () => `C:\\updates\\${tests}`;

  /** `hermes-gateway update`, as users run it; resolves when its command is at work, with the updater's PID. */
  async function beginUpdate() {
    const script = `${folder()}\\update.mjs`;
    rig.write(script, SLOW_UPDATE);
    const program = [rig.node, rig.host, '--home', of.home];
    const ended = rig.run([...program, 'update', '--', rig.node, script, folder(), '0']);
    const pid = await until('the update to be at work', () => Number(rig.read(`${folder()}\\began`)));
    return { ended, pid };
  }

  /** Also ends a command whose updater was killed. */
  function finish(): void {
    rig.write(`${folder()}\\finish`, '');
  }
});

const isGateway = (argv: readonly string[]) => argv[1]?.endsWith('\\gateway.mjs') === true && !argv.includes('--help');

/** Node has several. What Wine forks of a process to start another one looks like it until then, and has one: ask for this first. */
function threadsOf(pid: number): number {
  try {
    return readdirSync(`/proc/${pid}/task`).length;
  } catch {
    return 0;
  }
}

function seconds(ms: number): string {
  return `${(ms / 1_000).toFixed(2)} s`;
}
