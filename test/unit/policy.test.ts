// What an administrator has decided about the switch: how it is read, what it forbids, and how people learn of it.
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { statusText } from '../../src/cli/status-text.ts';
import { en } from '../../src/desktop/messages-en.ts';
import { canSwitch, offersService, offersSignIn } from '../../src/desktop/views.ts';
import { posixProcesses } from '../../src/gateway/process-start-time.ts';
import { HostedManager } from '../../src/manager/hosted-manager.ts';
import type { HostPort } from '../../src/mechanisms/host-port.ts';
import { EXIT } from '../../src/model/cli-exit-codes.ts';
import { forbiddenBy, POLICY_KEY, type Policy, policyOf } from '../../src/model/policy.ts';
import { NOW, statusIn } from '../renderer/snapshots.ts';
import { MemoryCli } from '../support/memory-cli.ts';

describe('policy in the registry', () => {
  it.each<[Record<string, unknown> | undefined, Policy | undefined]>([
    [undefined, undefined],
    [{}, undefined],
    [{ RunAsService: 1 }, { on: true }],
    [{ RunAsService: 0 }, { on: false }],
    [
      { RunAsService: 0, Mechanism: 'startup' },
      { on: false, mechanism: 'startup' },
    ],
    [{ Mechanism: 'service', another: 1 }, { mechanism: 'service' }],
    [{ RunAsService: 2, Mechanism: 'embedded' }, undefined],
    [{ RunAsService: '1', Mechanism: 1 }, undefined],
    [{ RunAsService: '', Mechanism: '' }, undefined],
  ])('reads %j as %j', (values, policy) => {
    expect(policyOf(values)).toEqual(policy);
  });

  it.each<[Policy | undefined, readonly string[]]>([
    [undefined, []],
    [{ on: true }, ['uninstall service', 'uninstall startup']],
    [{ on: false }, ['install', 'install service', 'install startup']],
    [{ mechanism: 'service' }, ['install startup']],
    // The other mechanism must be removed before that of the policy can be installed.
    [{ on: true, mechanism: 'startup' }, ['install service', 'uninstall startup']],
    [{ on: false, mechanism: 'startup' }, ['install', 'install service', 'install startup']],
  ])('forbids under %j: %j', (policy, forbidden) => {
    const changes = ['install', 'install service', 'install startup', 'uninstall service', 'uninstall startup'];
    const isForbidden = (change: string) => {
      const [verb, mechanism] = change.split(' ');
      return forbiddenBy(policy, verb as 'install' | 'uninstall', mechanism) !== undefined;
    };
    expect(changes.filter(isForbidden)).toEqual(forbidden);
  });
});

describe('switch of an organisation', () => {
  const off = (policy?: Policy) => statusIn('not-installed', policy && { policy });
  const on = (policy?: Policy) => statusIn('running', policy && { policy });

  it('moves only to where the policy has it', () => {
    const movable = (policy?: Policy) => [off(policy), on(policy)].map(status => canSwitch({ status }));
    expect(movable()).toEqual([true, true]);
    expect(movable({ on: true })).toEqual([true, false]);
    expect(movable({ on: false })).toEqual([false, true]);
    expect(movable({ mechanism: 'service' })).toEqual([true, true]);
    expect(movable({ on: true, mechanism: 'startup' })).toEqual([true, true]);
  });

  it('offers no mechanism that the policy forbids', () => {
    const mechanisms = ['service', 'startup'] as const;
    const declined = { code: 'consent-declined' };
    const offers = (policy: Policy) => [
      offersSignIn({ status: off(policy), mechanisms }, declined),
      offersService({ status: { ...on(policy), mechanism: 'startup' }, mechanisms }),
    ];
    expect(offers({ on: true })).toEqual([true, true]);
    expect(offers({ mechanism: 'service' })).toEqual([false, true]);
    expect(offers({ mechanism: 'startup' })).toEqual([true, false]);
  });

  it('is named in the status of the command line, which then offers no installation that is refused', () => {
    const text = (policy: Policy) => statusText(off(policy), { now: NOW, logPath: '/log', paint: (_style, text) => text, selection: '' });
    expect(text({ on: false })).toContain('Managed by your organisation: off.');
    expect(text({ on: false })).not.toContain('hermes-gateway install');
    expect(text({ mechanism: 'startup' })).toContain(en.managed({ mechanism: 'startup' }));
    expect(text({ mechanism: 'startup' })).toContain('hermes-gateway install');
  });
});

describe('command line under a policy', () => {
  let folder: string;
  let registered: boolean;
  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'gateway-policy-'));
    registered = false;
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const never = async (): Promise<never> => {
    throw new Error('must not be reached');
  };
  const host = (mechanism: HostPort['mechanism']): HostPort => ({
    mechanism,
    elevated: mechanism === 'service',
    registration: async () => (registered && mechanism === 'service' ? { state: 'registered', host: 'running' } : { state: 'absent' }),
    hostFacts: async () => undefined,
    trustsServer: never,
    receipt: async () => [],
    checkRights: never,
    register: never,
    unregister: never,
    start: never,
    stop: never,
    isGone: async () => true,
  });
  const under = async (policy: Policy, ...args: string[]) => {
    const checkCommand = (_identity: unknown, override: readonly string[] | undefined) => override ?? [];
    const options = { stateRoot: folder, processes: posixProcesses, checkCommand, policy: () => policy };
    const cli = new MemoryCli(new HostedManager([host('service'), host('startup')], options));
    const { exit, out } = await cli.run([...args, '--json']);
    cli.dispose();
    return { exit, ...(JSON.parse(out) as { error?: { code: string; message: string; remedy: string }; receipt?: unknown }) };
  };
  const INSTALL = ['install', '--gateway-command', JSON.stringify([process.execPath])];

  it.each<[string, Policy, readonly string[], string]>([
    ['an installation', { on: false }, INSTALL, 'RunAsService'],
    ['its preview', { on: false }, [...INSTALL, '--dry-run'], 'RunAsService'],
    ['another mechanism', { mechanism: 'service' }, [...INSTALL, '--mechanism', 'startup'], 'Mechanism'],
  ])('refuses %s, names the value of the policy, and writes nothing', async (_what, policy, args, value) => {
    const { exit, error } = await under(policy, ...args);
    expect(exit).toBe(EXIT.needsAdministrator);
    expect(error).toMatchObject({ code: 'managed', message: expect.stringContaining(`(${POLICY_KEY}, ${value})`) });
    expect(error?.remedy).toContain('policy of Hermes Gateway Service');
    expect(existsSync(folder) ? readdirSync(folder) : []).toEqual([]);
  });

  it('refuses a removal, and leaves the gateway alone', async () => {
    registered = true;
    expect(await under({ on: true }, 'uninstall')).toMatchObject({ exit: EXIT.needsAdministrator, error: { code: 'managed' } });
    expect(await under({ on: true }, 'uninstall', '--dry-run')).toMatchObject({ error: { code: 'managed' } });
  });

  it('installs by the mechanism of the policy where none is named', async () => {
    expect(await under({ mechanism: 'startup' }, ...INSTALL, '--dry-run')).toMatchObject({ receipt: { mechanism: 'startup' } });
  });
});
