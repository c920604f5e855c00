// The acceptance criteria as far as the embedded mechanism can show them: a supervisor of our own stands where the SCM is on Windows.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect } from 'vitest';
import { poll } from '../../src/model/poll.ts';
import { EmbeddedGateway } from '../support/embedded-gateway.ts';
import { HOST_COMMAND, watchGateways } from '../support/sandbox.ts';
import { itProves } from './it-proves.ts';

const skipped = process.platform === 'linux' ? undefined : 'gateways are counted by /proc, on Linux only';
const SLOW_UPDATE = fileURLToPath(new URL('slow-update.mjs', import.meta.url));

describe.skipIf(skipped !== undefined)('acceptance of the embedded mechanism', () => {
  let gateway: EmbeddedGateway;
  let census: ReturnType<typeof watchGateways>;
  beforeEach(async () => {
    gateway = await EmbeddedGateway.install();
    census = watchGateways(gateway.sandbox, gateway.identity.home);
  });
  afterEach(async () => {
    census.stop();
    finish();
    await gateway.dispose();
  });

  itProves(
    'respawn-embedded',
    async () => {
      const { status, afterMs } = await gateway.killAndAwaitReturn('gateway');
      expect(status).toMatchObject({ phase: 'running', desired: 'running', restarts: { count: 1 } });
      expect(census.most).toBe(1);
      return `back after ${seconds(afterMs)}`;
    },
    { skipped },
  );

  itProves(
    'update-embedded',
    async () => {
      const { gatewayPid: before } = await gateway.status();
      const update = await beginUpdate(0);
      expect(await gateway.status()).toMatchObject({ phase: 'held-for-update', desired: 'running' });
      expect(gateway.sandbox.gateways(gateway.identity.home)).toEqual([]);
      const startedAt = performance.now();
      finish();
      expect(await once(update, 'exit')).toEqual([0, null]);
      const after = await gateway.status();
      expect(after).toMatchObject({ phase: 'running', desired: 'running', gatewayPid: expect.any(Number) });
      expect(after.gatewayPid).not.toBe(before);
      expect(census.most).toBe(1);
      return `up ${seconds(performance.now() - startedAt)} after the update had ended`;
    },
    { skipped },
  );

  itProves(
    'update-failed-embedded',
    async () => {
      const update = await beginUpdate(3);
      finish();
      expect(await once(update, 'exit')).toEqual([1, null]);
      expect(await gateway.status()).toMatchObject({ phase: 'running', desired: 'running' });
      expect(census.most).toBe(1);
      return undefined;
    },
    { skipped },
  );

  itProves(
    'update-killed-embedded',
    async () => {
      const update = await beginUpdate(0);
      expect(gateway.sandbox.gateways(gateway.identity.home)).toEqual([]);
      const back = gateway.until('the gateway to be up again', ({ phase }) => phase === 'running');
      const killedAt = performance.now();
      const began = readFileSync(path.join(gateway.sandbox.path, 'began'), 'utf8');
      for (const pid of [update.pid, ...began.split(' ')].map(Number)) process.kill(pid, 'SIGKILL');
      await back;
      expect(census.most).toBe(1);
      return `back ${seconds(performance.now() - killedAt)} after the kill`;
    },
    { skipped },
  );

  /** `hermes-gateway update`, as users run it; resolves when its command is at work, which ends with `code` once `finish` was called. */
  async function beginUpdate(code: number): Promise<ChildProcess> {
    const command = [process.execPath, SLOW_UPDATE, gateway.sandbox.path, String(code)];
    const [node, program] = HOST_COMMAND;
    const update = spawn(node, [program, '--home', gateway.identity.home, 'update', '--', ...command], { stdio: 'ignore' });
    const began = () => existsSync(path.join(gateway.sandbox.path, 'began'));
    await poll(() => began() || update.exitCode !== null, { what: 'the update to be at work', deadlineMs: 30_000 });
    expect(update.exitCode).toBeNull();
    return update;
  }

  /** Also ends a command whose updater was killed. */
  function finish(): void {
    writeFileSync(path.join(gateway.sandbox.path, 'finish'), '');
  }
});

function seconds(ms: number): string {
  return `${(ms / 1_000).toFixed(2)} s`;
}
