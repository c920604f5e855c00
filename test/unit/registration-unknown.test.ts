// What is shown of a gateway service while the system does not say what is registered, and how often it is asked again.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { gatewayIdentity } from '../../src/gateway/home.ts';
import { posixProcesses } from '../../src/gateway/process-start-time.ts';
import { HostedManager } from '../../src/manager/hosted-manager.ts';
import type { HostPort } from '../../src/mechanisms/host-port.ts';
import { GatewayServiceError } from '../../src/model/errors.ts';
import type { Registration } from '../../src/model/facts.ts';
import { poll, retryDelayMs } from '../../src/model/poll.ts';
import type { Status } from '../../src/model/status.ts';

const never = async (): Promise<never> => {
  throw new Error('must not be reached');
};
/** "The RPC server is unavailable", as OpenSCManagerW fails while the service control manager does not answer. */
const rpcUnavailable = () => new GatewayServiceError('windows-refused', '(OpenSCManagerW: Windows error 1722.)', { win32: 1722 });

const hostThat = (registration: () => Promise<Registration>, mechanism: 'service' | 'startup' = 'service'): HostPort => ({
  mechanism,
  elevated: true,
  registration,
  hostFacts: async () => undefined,
  trustsServer: never,
  receipt: async () => [],
  checkRights: async () => undefined,
  register: never,
  unregister: never,
  start: never,
  stop: never,
  isGone: async () => true,
});

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'gateway-unknown-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const managerOf = (...hosts: [HostPort, ...HostPort[]]) =>
  new HostedManager(hosts, { stateRoot: folder, processes: posixProcesses, checkCommand: (_identity, override) => override ?? [] });
const identityOf = () => gatewayIdentity({ root: folder, standard: false });
const failing = (error: Error) => async (): Promise<Registration> => {
  throw error;
};
const absent = async (): Promise<Registration> => ({ state: 'absent' });

describe('unknown registration on Windows', () => {
  it('reports the phase unknown, with the reason and a problem', async () => {
    expect(await managerOf(hostThat(failing(rpcUnavailable()))).status(identityOf())).toMatchObject({
      phase: 'unknown',
      detail: expect.stringContaining('1722'),
      problems: [{ code: 'registration-unreadable' }],
    });
  });

  it('fails an operation with that reason before it changes anything', async () => {
    const manager = managerOf(hostThat(failing(rpcUnavailable())));
    for (const verb of ['start', 'stop', 'restart'] as const) {
      await expect(manager[verb](identityOf())).rejects.toMatchObject({ code: 'windows-refused', win32: 1722 });
    }
  });

  it('shows another mechanism that is registered', async () => {
    const registered = hostThat(async () => ({ state: 'registered', host: 'stopped' }), 'startup');
    expect(await managerOf(hostThat(failing(rpcUnavailable())), registered).status(identityOf())).toMatchObject({
      mechanism: 'startup',
      problems: [{ code: 'definition-missing' }, { code: 'registration-unreadable' }],
    });
  });

  it('reports unknown once in a watch, checks again after growing intervals, and reports the result', async () => {
    let asked = 0;
    const manager = managerOf(hostThat(async () => (++asked <= 2 ? failing(rpcUnavailable())() : { state: 'absent' })));
    const reported: Status['phase'][] = [];
    const beganMs = performance.now();
    const end = manager.watch(identityOf(), ({ phase }) => reported.push(phase));
    try {
      await poll(() => reported.includes('not-installed'), { what: 'the answer', deadlineMs: 10_000 });
    } finally {
      end();
    }
    expect(reported).toEqual(['unknown', 'not-installed']);
    expect(performance.now() - beganMs).toBeGreaterThan(2_900);
  });
});

describe('unsupported mechanism', () => {
  const unsupported = hostThat(failing(new GatewayServiceError('unsupported', '(OpenSCManagerW is not in advapi32.dll)')));

  it('sets the phase to unsupported and refuses an installation when no mechanism is supported', async () => {
    const manager = managerOf(unsupported);
    expect(await manager.status(identityOf())).toMatchObject({ phase: 'unsupported', problems: [] });
    await expect(manager.install(identityOf())).rejects.toMatchObject({ code: 'unsupported' });
  });

  it('uses the next mechanism when the first is not supported', async () => {
    const manager = managerOf(unsupported, hostThat(absent, 'startup'));
    expect(await manager.status(identityOf())).toMatchObject({ phase: 'not-installed' });
    expect(await manager.preview('install', identityOf())).toMatchObject({ mechanism: 'startup' });
  });
});

it.each([
  [0, 1_000],
  [1, 2_000],
  [2, 4_000],
  [5, 32_000],
  [6, 60_000],
  [7, 60_000],
  [2_000, 60_000],
])('waits after %i failed tries for %i ms', (failed, delayMs) => {
  expect(retryDelayMs(failed)).toBe(delayMs);
});
