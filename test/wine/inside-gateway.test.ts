// An agent runs our command line from below its own gateway, in the gateway's job: on Windows every process of it ends with the gateway.
// Every restart by the SCM is the work of the rebuilt one (test/wine/scm), not of Windows'.
import { existsSync, readFileSync, renameSync, rmSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { EXIT } from '../../src/model/cli-exit-codes.ts';
import type { Status } from '../../src/model/status.ts';
import { REPOSITORY } from '../support/sandbox.ts';
import { QUICK } from './service-on-wine.ts';
import { describeServiceOnWine, until } from './suite.ts';

const GATEWAY = 'C:\\gateway-with-shell.mjs';

describeServiceOnWine('a command below its own gateway', service => {
  const install = async (mechanism: 'service' | 'startup'): Promise<Status> => {
    await service.fresh();
    const { rig, manager, of } = service;
    rig.write(GATEWAY, readFileSync(path.join(REPOSITORY, 'test/support/gateway-with-shell.mjs'), 'utf8'));
    const gatewayCommand = [rig.node, GATEWAY, rig.sampleGateway(), 'gateway', 'run'];
    return manager.install(of, { mechanism, gatewayCommand, recovery: QUICK });
  };
  const inHome = (name: string) => `${service.of.home}\\${name}`;
  const tellAgent = (...commands: readonly { readonly argv: readonly string[] }[]) => {
    service.rig.write(inHome('shell.json.tmp'), JSON.stringify(commands));
    renameSync(service.rig.onLinux(inHome('shell.json.tmp')), service.rig.onLinux(inHome('shell.json')));
  };
  /** Has the agent run these, one after the other; resolves with their answers. */
  const agentRuns = async (...commands: readonly { readonly argv: readonly string[] }[]) => {
    tellAgent(...commands);
    const text = await until('the answers', () => service.rig.read(inHome('shell-answer.json')));
    rmSync(service.rig.onLinux(inHome('shell-answer.json')));
    return (JSON.parse(text) as { code: number; stdout: string; stderr: string }[]).map(({ code, stdout, stderr }) => {
      expect(stdout, stderr).toMatch(/^\{/);
      return { code, ...(JSON.parse(stdout) as { ok: boolean; status?: Status; error?: { code: string }; outside?: { output: string } }) };
    });
  };
  const ours = (...argv: readonly string[]) => ({ argv: [...service.rig.program, '--json', ...argv] });
  const outsideLog = () =>
    until('the end of the process outside', () => {
      const file = path.join(path.dirname(service.manager.logPath(service.of)), 'outside.log');
      const text = existsSync(file) ? readFileSync(file, 'utf8') : '';
      return /^Exit code/m.test(text) && text;
    });

  describe.each(['service', 'startup'] as const)('%s', mechanism => {
    it('restarts the gateway from outside of its job, and answers before the gateway ends', async () => {
      const before = await install(mechanism);
      const [answer] = await agentRuns(ours('restart'));
      expect(answer).toMatchObject({ code: EXIT.done, ok: true, outside: { service: service.of.service } });
      await service.another(before);
      expect(await outsideLog()).toMatch(/"ok":true.*\r?\nExit code 0\.\n$/);
      expect(service.gateways()).toHaveLength(1);
      expect(service.failures()).toEqual([]);
    });

    it('runs the whole command of an update while the gateway is stopped, and starts it again', async () => {
      const before = await install(mechanism);
      const census = service.census();
      const script = `const fs = require('fs'); setTimeout(() => fs.appendFileSync('C:\\\\proof-${mechanism}', 'done'), 1_000)`;
      const [answer] = await agentRuns(ours('update', '--', service.rig.node, '-e', script));
      expect(answer).toMatchObject({ code: EXIT.done, ok: true, outside: { service: service.of.service } });
      expect(await outsideLog()).toMatch(/Exit code 0\.\n$/);
      await service.another(before).finally(() => census.stop());
      expect(service.rig.read(`C:\\proof-${mechanism}`)).toBe('done');
      expect(census.most).toBe(1);
      expect(service.failures()).toEqual([]);
    });

    it('refuses "stop" and "uninstall" before anything is changed, so that "stop; start" keeps the gateway', async () => {
      const before = await install(mechanism);
      const [stop, start, uninstall] = await agentRuns(ours('stop'), ours('start'), ours('uninstall'));
      for (const refused of [stop, uninstall]) {
        expect(refused).toMatchObject({ code: EXIT.failed, ok: false, error: { code: 'inside-gateway' } });
      }
      expect(start).toMatchObject({ code: EXIT.done, status: { phase: 'running' } });
      expect(await service.status()).toMatchObject({ phase: 'running', desired: 'running', startedAt: before.startedAt });
    });

    it('starts the gateway again after a "hermes gateway stop" below it', async () => {
      const before = await install(mechanism);
      const script = `
        const fs = require('fs');
        const home = process.env.HERMES_HOME;
        const { pid, start_time } = JSON.parse(fs.readFileSync(home + '/gateway.pid'));
        const text = JSON.stringify({ target_pid: pid, target_start_time: start_time, stopper_pid: process.pid, written_at: new Date().toISOString() });
        fs.writeFileSync(home + '/stop.tmp', text);
        fs.renameSync(home + '/stop.tmp', home + '/.gateway-planned-stop.json');
        setInterval(() => {}, 1_000);`;
      tellAgent({ argv: [service.rig.node, '-e', script, '--', 'gateway', 'stop'] });
      expect(await service.another(before)).toMatchObject({ desired: 'running' });
      expect(service.failures()).toEqual([]);
    });
  });
});
