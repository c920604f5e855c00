// The acceptance criteria of the Windows service, the same for every Windows that it can be shown on: test/wine and test/windows bring a
// stage, and this does what a user does on it.
import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, expect } from 'vitest';
import type { Status } from '../../src/model/status.ts';
import type { ProofId } from './criteria.ts';
import { itProves } from './it-proves.ts';
import { another, type ServiceStage, until } from './service-stage.ts';

const SLOW_UPDATE = readFileSync(new URL('slow-update.mjs', import.meta.url), 'utf8');
const SC_ACTION_RESTART = 1;
const SERVICE_AUTO_START = 2;
/** What we register, in milliseconds. */
export const LADDER_MS = [1_000, 2_000, 4_000, 9_000, 16_000, 25_000, 36_000, 49_000, 64_000];
/** The registry's value as Windows keeps it: reset period in seconds, two pointers, count, offset; then type and delay of each action. */
const FAILURE_ACTIONS = [...[60, 0, 0, 9, 20], ...LADDER_MS.flatMap(delayMs => [SC_ACTION_RESTART, delayMs])];

export interface ServiceProofs {
  readonly respawn: ProofId;
  readonly update: ProofId;
  readonly updateKilled: ProofId;
  readonly held: ProofId;
  readonly registered: ProofId;
  readonly profile: ProofId;
}

export interface CriteriaOptions {
  /** What "about 2 s" is held to, where the machine is what users have, in milliseconds. */
  readonly respawnWithinMs?: number;
  /** The gateway that is installed; the sample gateway without it. */
  readonly gateway?: (stage: ServiceStage) => readonly string[];
}

export function acceptService(stage: ServiceStage, proofs: ServiceProofs, { respawnWithinMs, gateway }: CriteriaOptions = {}): void {
  let installed: Status;
  let census: ReturnType<ServiceStage['census']>;
  let tests = 0;
  beforeEach(() => {
    tests += 1;
    census = stage.census();
  });
  afterEach(() => {
    census.stop();
    finish();
  });

  itProves(proofs.respawn, async () => {
    await install();
    expect((await taskkill(installed)).code).toBe(0);
    const again = await another(stage, installed);
    expect(again).toMatchObject({ desired: 'running', restarts: { count: 1 } });
    expect(again.servicePid).not.toBe(installed.servicePid);
    expect(await stage.failures()).toMatchObject([{ failure: 1, restartInMs: 1_000 }]);
    expect(census.most).toBe(1);
    const backMs = await downtimeMs();
    if (respawnWithinMs !== undefined) expect(backMs).toBeLessThanOrEqual(respawnWithinMs);
    return `back ${seconds(backMs)} after its end, by ${stage.scm}`;
  });

  itProves(proofs.update, async () => {
    await install();
    const { ended } = await beginUpdate();
    const { servicePid } = installed;
    expect(await stage.status()).toMatchObject({ phase: 'held-for-update', desired: 'running', servicePid });
    expect(await stage.gateways()).toEqual([]);
    const finishedAt = performance.now();
    finish();
    expect(await ended).toMatchObject({ code: 0 });
    const tookMs = performance.now() - finishedAt;
    const after = await stage.status();
    expect(after).toMatchObject({ phase: 'running', desired: 'running', gatewayPid: expect.any(Number), servicePid });
    expect(after.gatewayPid).not.toBe(installed.gatewayPid);
    expect(census.most).toBe(1);
    return `up ${seconds(tookMs)} after the update had ended`;
  });

  itProves(proofs.updateKilled, async () => {
    await install();
    const { ended, pid } = await beginUpdate();
    expect(await stage.gateways()).toEqual([]);
    const killedAt = performance.now();
    await stage.kill(pid);
    await another(stage, installed);
    const tookMs = performance.now() - killedAt;
    // Its code says nothing: a program that is killed under Wine may end with 0.
    await ended;
    expect(census.most).toBe(1);
    return `back ${seconds(tookMs)} after the kill`;
  });

  itProves(
    proofs.held,
    async () => {
      await install();
      // Two rungs are climbed, so that the third failure leaves the time to begin an update before the queued restart.
      for (const _rung of [1, 2]) {
        await taskkill(installed);
        installed = await another(stage, installed);
      }
      await taskkill(installed);
      const { ended } = await beginUpdate();
      // The SCM starts the service in mid-update, and it waits.
      const held = await until('the queued restart to have been held', async () => {
        const now = await stage.status();
        return now.phase === 'held-for-update' && now.servicePid !== undefined && now.servicePid !== installed.servicePid && now;
      });
      expect(held.desired).toBe('running');
      expect(await stage.gateways()).toEqual([]);
      finish();
      expect(await ended).toMatchObject({ code: 0 });
      expect(await stage.status()).toMatchObject({ phase: 'running', desired: 'running' });
      expect((await stage.failures()).map(({ restartInMs }) => restartInMs)).toEqual(LADDER_MS.slice(0, 3));
      expect(census.most).toBe(1);
      return 'held after 1, 2 and 4 s of the ladder';
    },
    { timeoutMs: 180_000 },
  );

  itProves(proofs.registered, async () => {
    await install(stage.standardHome);
    await expectRegistered('HermesGateway');
    return '1, 2, 4, 9, 16, 25, 36, 49, 64 s, reset after 60 s, flag set';
  });

  itProves(proofs.profile, async () => {
    await install(`${stage.standardHome}\\profiles\\work`);
    await expectRegistered('HermesGateway-work');
    return 'HermesGateway-work';
  });

  /** As the switch does, with the ladder that is ours by default. */
  async function install(home?: string): Promise<void> {
    await stage.fresh(home);
    installed = await stage.install(gateway?.(stage) ?? stage.sampleGateway());
  }

  const taskkill = ({ gatewayPid }: Status) => stage.run(['taskkill', '/F', '/PID', String(gatewayPid)]);

  /** From the end of a gateway to the start of the next one, as the runners wrote them down. */
  async function downtimeMs(): Promise<number> {
    const history = await stage.history();
    const end = history.findLastIndex(({ kind }) => kind === 'ended');
    const start = history.slice(end).find(({ kind }) => kind === 'started');
    return Date.parse(start?.at ?? '') - Date.parse(history[end]?.at ?? '');
  }

  /** What the service's key holds when the service runs. */
  async function expectRegistered(name: string): Promise<void> {
    expect(installed).toMatchObject({ service: name, mechanism: 'service', phase: 'running' });
    expect(await stage.serviceKey(name)).toMatchObject({
      Start: SERVICE_AUTO_START,
      ObjectName: 'LocalSystem',
      FailureActionsOnNonCrashFailures: 1,
      FailureActions: [...Buffer.from(Uint32Array.from(FAILURE_ACTIONS).buffer)],
    });
  }

  const folder = () => `${stage.folder}\\update-${tests}`;

  /** `hermes-gateway update`, as users run it; resolves when its command is at work, with the updater's PID. */
  async function beginUpdate() {
    const script = `${folder()}\\update.mjs`;
    stage.write(script, SLOW_UPDATE);
    const command = [stage.node, script, folder(), '0'];
    const ended = stage.run([...stage.program, '--home', stage.of.home, 'update', '--', ...command]);
    const pid = await until('the update to be at work', () => Number(stage.read(`${folder()}\\began`).split(' ')[0]));
    return { ended, pid };
  }

  /** Also ends a command whose updater was killed. */
  function finish(): void {
    stage.write(`${folder()}\\finish`, '');
  }
}

function seconds(ms: number): string {
  return `${(ms / 1_000).toFixed(2)} s`;
}
