// What goes wrong, and how the gateway comes back: real processes below Wine's SCM. Every restart that is reported here is the work of the
// rebuilt SCM (test/wine/scm), which keeps failure actions as Microsoft describes them; it is not Windows'.
import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { sampleGatewayIn } from './remote-manager.ts';
import { QUICK } from './service-on-wine.ts';
import { describeServiceOnWine, until } from './suite.ts';

/** The first three steps of the ladder as they are, the other six a hundredth of them. */
const LADDER = { delaysMs: [1_000, 2_000, 4_000, 90, 160, 250, 360, 490, 640], resetMs: 60_000 };
const ROLES = ['gateway', 'runner', 'broker'] as const;

describeServiceOnWine('a service below the rebuilt SCM', service => {
  it('uses all nine restart delays while gateway, runner and broker are killed in turn, and never has two gateways', async () => {
    let now = await service.install({ recovery: LADDER });
    const census = service.census();
    try {
      for (const [step, delayMs] of LADDER.delaysMs.entries()) {
        const role = ROLES[step % ROLES.length] ?? 'gateway';
        const pids = { gateway: now.gatewayPid, runner: await service.manager.runnerPid(service.of), broker: now.servicePid };
        expect(await service.tool('taskkill', '/F', '/PID', String(pids[role]))).toBe(0);
        const back = await service.another(now);
        const failure = service.failures().at(-1);
        expect(failure, `killed ${role}`).toMatchObject({ failure: step + 1, restartInMs: delayMs });
        expect(Date.parse(back.startedAt ?? '') - Date.parse(failure?.at ?? ''), `step ${step + 1}`).toBeGreaterThanOrEqual(delayMs);
        expect(back.servicePid).not.toBe(now.servicePid);
        now = back;
      }
    } finally {
      census.stop();
    }
    expect(census.most).toBe(1);
    expect(service.failures()).toHaveLength(LADDER.delaysMs.length);
    expect(await service.manager.stop(service.of)).toMatchObject({ phase: 'stopped' });
    expect(service.gateways()).toEqual([]);
  });

  it('continues to restart a gateway that fails every time, and reports it', async () => {
    const { delaysMs } = QUICK;
    const install = service.install({ gatewayCommand: sampleGatewayIn(service.rig, '--exit-at-once', '9') });
    await expect(install).rejects.toMatchObject({ code: 'gateway-not-up', message: expect.stringContaining('9') });
    const log = await until('four failures', () => service.failures().length > 3 && service.failures());
    expect(log.map(({ restartInMs }) => restartInMs).slice(0, 4)).toEqual([...delaysMs, delaysMs.at(-1)]);
    await service.phase('restarting', ({ problems }) => problems.some(({ code }) => code === 'crash-loop'));
  });

  describe('intentional exits of the gateway', () => {
    it('restarts the gateway in place after 75, without a report to the SCM', async () => {
      const before = await service.install();
      service.tell('test-exit 75');
      expect((await service.another(before)).servicePid).toBe(before.servicePid);
      expect(service.failures()).toEqual([]);
    });

    it('stays stopped after 78, and reports that it needs attention', async () => {
      await service.install();
      service.tell('test-exit 78');
      const after = await service.phase('needs-attention');
      expect(after).not.toHaveProperty('servicePid');
      expect(after.problems).toMatchObject([{ code: 'configuration' }]);
      expect(service.failures()).toEqual([]);
    });
  });

  it('ends a gateway that hangs as a failure, which the SCM restarts', async () => {
    const before = await service.install({ probeMs: 500, watchdogMs: 2_000 });
    // Before the runner has had an answer, no silence means anything.
    await until('the runner to have an answer of the gateway', async () => {
      const answer = await service.manager.askGateway(service.of, 'status');
      return answer.ok && Number(answer.result['identified']) >= 2;
    });
    service.tell('test-hang');
    await service.another(before);
    expect((await service.manager.history(service.of)).find(({ kind }) => kind === 'ended')).toMatchObject({
      outcome: 'failure',
      reason: expect.stringMatching(/^The gateway did not answer for 2 s \(/),
    });
    expect(service.failures()).toHaveLength(1);
  });

  it('captures the output of its gateway through pipes and without a console, also after a program has moved the log away', async () => {
    const before = await service.install();
    const log = service.manager.logPath(service.of);
    const hasOutput = () => existsSync(log) && readFileSync(log, 'utf8').includes('externally supervised');
    await until('the output', hasOutput);
    // A rename and no removal: below Wine the name of a removed file stays until its last handle is closed.
    const inside = log.replace(/.*drive_c/, 'C:');
    expect(await service.tool(service.rig.node, '-e', `fs.renameSync('${inside}', '${inside}.kept')`)).toBe(0);
    service.tell('test-exit 75');
    await service.another(before);
    await until('the output of the next gateway', hasOutput);
    expect(readFileSync(log, 'utf8')).toMatch(/^--- \S+ log continues here, /);
  });
});
