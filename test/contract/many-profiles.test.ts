// Five profiles of one user, handled together by the built command line, with real processes.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { EXIT } from '../../src/model/cli-exit-codes.ts';
import type { ErrorValue } from '../../src/model/errors.ts';
import type { Status } from '../../src/model/status.ts';
import { ManyProfiles } from '../support/many-profiles.ts';

let many: ManyProfiles;
beforeEach(() => {
  many = new ManyProfiles(5);
});
afterEach(() => many.dispose());

interface Answer {
  readonly ok: boolean;
  readonly statuses: readonly Status[];
  readonly error?: ErrorValue;
  readonly errors?: readonly (ErrorValue & { readonly service: string })[];
}

const ask = async (...args: readonly string[]) => {
  const { exit, stdout } = await many.cli(...args, '--json');
  return { exit, answer: JSON.parse(stdout) as Answer };
};
const phases = (statuses: readonly Status[]) => statuses.map(({ profile, phase }) => `${profile} ${phase}`).sort();
const all = (phase: string) => many.names.map(name => `${name} ${phase}`).sort();
const pidsOf = (statuses: readonly Status[]) => new Map(statuses.map(({ profile, gatewayPid }) => [profile, gatewayPid]));

describe('five profiles', { timeout: 120_000 }, () => {
  it('installs, lists, restarts, stops, starts and uninstalls all profiles together', async () => {
    const installed = await ask('install', '--all');
    expect(installed).toMatchObject({ exit: EXIT.done, answer: { ok: true } });
    expect(phases(installed.answer.statuses)).toEqual(all('running'));
    // Every one has its own gateway, runner and supervisor.
    expect(new Set(pidsOf(installed.answer.statuses).values()).size).toBe(5);
    for (const name of many.names) expect(many.sandbox.gateways(many.home(name))).toHaveLength(1);
    expect([many.sandbox.hosts('run').length, many.sandbox.hosts('supervise').length]).toEqual([5, 5]);

    const restarted = await ask('restart', '--all');
    expect(phases(restarted.answer.statuses)).toEqual(all('running'));
    for (const [name, pid] of pidsOf(restarted.answer.statuses)) expect(pid).not.toBe(pidsOf(installed.answer.statuses).get(name));

    expect(phases((await ask('stop', '--all')).answer.statuses)).toEqual(all('stopped'));
    expect(await ask('status', '--all')).toMatchObject({ exit: EXIT.notRunning });
    expect(many.sandbox.hosts('run')).toEqual([]);
    expect(phases((await ask('start', '--all')).answer.statuses)).toEqual(all('running'));
    expect(await ask('status', '--all')).toMatchObject({ exit: EXIT.done });

    const { stdout: lines } = await many.cli('logs', '--all', '-n', '1');
    const services = lines
      .trim()
      .split('\n')
      .map(line => line.split(' | ')[0]);
    expect(services.sort()).toEqual(many.names.map(name => many.identity(name).service).sort());

    expect(phases((await ask('uninstall', '--all')).answer.statuses)).toEqual(all('not-installed'));
    expect(many.sandbox.leftovers()).toEqual([]);
    expect(await ask('status', '--all')).toMatchObject({ exit: EXIT.notInstalled, answer: { statuses: [] } });
  });

  it('restarts only the profile whose gateway was killed', async () => {
    await many.install();
    const before = await many.statuses();
    const killed = before[2];
    if (!killed) throw new Error('There is no third gateway.');
    await many.killAndAwaitReturn(killed);
    for (const status of await many.statuses()) {
      if (status.profile === killed.profile) expect(status.restarts.count).toBe(1);
      else expect(status).toMatchObject({ phase: 'running', restarts: { count: 0 }, gatewayPid: pidsOf(before).get(status.profile) });
    }
  });

  it('starts every profile except the one with a problem, and exits with the worst exit code', async () => {
    await many.install();
    await many.cli('stop', '--all');
    many.sandbox.breakLauncher(many.root, many.home('p02'), 78);
    const { exit, answer } = await ask('start', '--all');
    expect(exit).toBe(EXIT.failed);
    expect(answer).toMatchObject({ ok: false, error: { code: 'gateway-configuration' } });
    expect(answer.errors).toMatchObject([{ service: many.identity('p02').service, code: 'gateway-configuration' }]);
    expect(phases(answer.statuses)).toEqual(all('running').filter(line => !line.startsWith('p02 ')));
  });

  it('never passes the tokens of one profile to another, even when the environment of the default gateway starts them', async () => {
    many.writeDotenv('default', 'TELEGRAM_BOT_TOKEN=111:default\nexport OPENAI_API_KEY="sk-default"\n');
    many.writeDotenv('p01', 'TELEGRAM_BOT_TOKEN=222:p01\n');
    const ofDefault = {
      TELEGRAM_BOT_TOKEN: '111:default',
      OPENAI_API_KEY: 'sk-default',
      HERMES_HOME: many.root,
      HERMES_PROFILE: 'default',
      _HERMES_GATEWAY: '1',
      LANG: 'C',
    };
    expect((await many.cliIn(ofDefault, 'install', '--all')).exit).toBe(EXIT.done);
    for (const status of await many.statuses()) {
      const { profile, gatewayPid } = status;
      const environ = readFileSync(path.join('/proc', String(gatewayPid), 'environ'), 'utf8').split('\0');
      expect(environ).toContain(`HERMES_HOME=${many.home(profile)}`);
      expect(environ).toContain('LANG=C');
      if (profile === 'default') continue;
      for (const secret of ['111:default', 'sk-default', 'HERMES_PROFILE'])
        expect(
          environ.filter(line => line.includes(secret)),
          profile,
        ).toEqual([]);
    }
  });
});
