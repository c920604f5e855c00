// An agent runs our command line from below its own gateway, in the gateway's job: on Windows every process of it ends with the gateway.
// Every restart by the SCM is the work of the rebuilt one (test/wine/scm), not of Windows'.
import { readFileSync } from 'node:fs';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { EXIT } from '../../src/model/cli-exit-codes.ts';
import type { Status } from '../../src/model/status.ts';
import { agentRuns as agentOf, type Command, GATEWAY_WITH_SHELL, outsideLog, stopsGateway, tellAgent } from '../support/agent-shell.ts';
import { QUICK, type ServiceOnWine } from './service-on-wine.ts';
import { describeServiceOnWine } from './suite.ts';

const GATEWAY = 'C:\\gateway-with-shell.mjs';

/** An installation on a busy machine. */
const INSTALL_MS = 120_000;

const tests = (service: ServiceOnWine) => {
  const home = () => service.rig.onLinux(service.of.home);
  /** Has the agent run these, one after the other; resolves with their answers. */
  const agentRuns = async (...commands: readonly Command[]) =>
    (await agentOf(home(), ...commands)).map(({ code, stdout, stderr }) => {
      expect(stdout, stderr).toMatch(/^\{/);
      return { code, ...(JSON.parse(stdout) as { ok: boolean; status?: Status; error?: { code: string }; outside?: { output: string } }) };
    });
  const ours = (...argv: readonly string[]) => ({ argv: [...service.rig.program, '--json', ...argv] });
  const outsideOutput = () => outsideLog(service.manager.logPath(service.of));

  // One service of each mechanism for all tests: after each of them its gateway runs.
  describe.each(['service', 'startup'] as const)('%s', mechanism => {
    let before: Status;
    beforeAll(async () => {
      await service.clear();
      await service.fresh();
      const { rig, manager, of } = service;
      rig.write(GATEWAY, readFileSync(GATEWAY_WITH_SHELL, 'utf8'));
      const gatewayCommand = [rig.node, GATEWAY, rig.sampleGateway(), 'gateway', 'run'];
      await manager.install(of, { mechanism, gatewayCommand, recovery: QUICK });
    }, INSTALL_MS);
    beforeEach(async () => {
      before = await service.phase('running');
    });
    it('restarts the gateway from outside of its job, and answers before the gateway ends', async () => {
      const [answer] = await agentRuns(ours('restart'));
      expect(answer).toMatchObject({ code: EXIT.done, ok: true, outside: { service: service.of.service } });
      await service.another(before);
      expect(await outsideOutput()).toMatch(/"ok":true.*\r?\nExit code 0\.\n$/);
      expect(service.gateways()).toHaveLength(1);
      expect(service.failures()).toEqual([]);
    });

    it('runs the whole command of an update while the gateway is stopped, and starts it again', async () => {
      const census = service.census();
      const script = `const fs = require('fs'); setTimeout(() => fs.appendFileSync('C:\\\\proof-${mechanism}', 'done'), 1_000)`;
      const [answer] = await agentRuns(ours('update', '--', service.rig.node, '-e', script));
      expect(answer).toMatchObject({ code: EXIT.done, ok: true, outside: { service: service.of.service } });
      expect(await outsideOutput()).toMatch(/Exit code 0\.\n$/);
      await service.another(before).finally(() => census.stop());
      expect(service.rig.read(`C:\\proof-${mechanism}`)).toBe('done');
      expect(census.most).toBe(1);
      expect(service.failures()).toEqual([]);
    });

    it('refuses "stop" and "uninstall" before anything is changed, so that "stop; start" keeps the gateway', async () => {
      const [stop, start, uninstall] = await agentRuns(ours('stop'), ours('start'), ours('uninstall'));
      for (const refused of [stop, uninstall]) {
        expect(refused).toMatchObject({ code: EXIT.failed, ok: false, error: { code: 'inside-gateway' } });
      }
      expect(start).toMatchObject({ code: EXIT.done, status: { phase: 'running' } });
      expect(await service.status()).toMatchObject({ phase: 'running', desired: 'running', startedAt: before.startedAt });
    });

    it.each(['stop', 'restart'])('starts the gateway again after a "hermes gateway %s" below it', async verb => {
      const script = stopsGateway('setInterval(() => {}, 1_000);');
      tellAgent(home(), { argv: [service.rig.node, '--input-type=module', '-e', script, '--', 'gateway', verb] });
      expect(await service.another(before)).toMatchObject({ desired: 'running' });
      expect(service.failures()).toEqual([]);
    });

    it('starts the gateway again after an updater below it, which ends with it before it has replaced anything', async () => {
      const marks =
        "fs.writeFileSync(process.env.HERMES_HOME + '/.hermes-update-in-progress', process.pid + '\\n' + Date.now() / 1_000 + '\\n');";
      const replaces =
        "while (fs.existsSync(home + '/gateway.pid')) await new Promise(done => setTimeout(done, 20)); setTimeout(() => fs.writeFileSync('C:/replaced', ''), 5_000);";
      tellAgent(home(), {
        argv: [service.rig.node, '--input-type=module', '-e', stopsGateway(replaces).replace(/;/, `; ${marks}`), '--', 'update'],
      });
      expect(await service.another(before)).toMatchObject({ desired: 'running' });
      expect(service.rig.read('C:\\replaced')).toBe('');
      expect(service.gateways()).toHaveLength(1);
    });

    // A Startup entry has no SCM.
    if (mechanism === 'startup') return;

    it('finishes an update whose command stops and starts the service, and with it everything in the jobs of the service', async () => {
      const { service: name } = service.of;
      const script = `
        const sc = verb => require('child_process').spawnSync('sc.exe', [verb, '${name}']).stdout.toString();
        sc('stop');
        while (!sc('query').includes('STOPPED'));
        sc('start');
        require('fs').writeFileSync('C:/proof-sc', 'done');`;
      await agentRuns(ours('update', '--', service.rig.node, '-e', script));
      expect(await outsideOutput()).toMatch(/Exit code 0\.\n$/);
      expect(service.rig.read('C:\\proof-sc')).toBe('done');
      expect(await service.another(before)).toMatchObject({ desired: 'running' });
      expect(service.gateways()).toHaveLength(1);
    });

    it('refuses a restart and an update where a job lets no process leave it', async () => {
      const inJob = (...argv: readonly string[]) => ({ argv: [service.rig.node, service.rig.probe('strict-job'), ...ours(...argv).argv] });
      const answers = await agentRuns(inJob('restart'), inJob('update', '--', service.rig.node, '-e', ''));
      for (const answer of answers) expect(answer).toMatchObject({ code: EXIT.failed, error: { code: 'inside-gateway' } });
      expect(await service.status()).toMatchObject({ phase: 'running', startedAt: before.startedAt });
    });
  });
};

describeServiceOnWine('a command below its own gateway', tests, { shared: true });
