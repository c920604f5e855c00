// What goes wrong, and how the gateway comes back: real processes below Wine's SCM. Every restart that is reported here is the work of the
// rebuilt SCM (test/wine/scm), which keeps failure actions as Microsoft describes them; it is not Windows'.
import { readdirSync, readFileSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { GatewayIdentity } from '../../src/gateway/identity.ts';
import type { InstallOptions } from '../../src/service/manager.ts';
import type { Status } from '../../src/service/status.ts';
import { splitCommandLine } from '../../src/windows/argv.ts';
import { attempt, call } from './call.ts';
import { RemoteManager, sampleGatewayIn } from './remote-manager.ts';
import { available, WineRig } from './rig.ts';
import { RIG_START_MS, until } from './suite.ts';

const wine = available();
const QUICK = { delaysMs: [100, 200, 400], resetMs: 60_000 };
const SLOW = { delaysMs: [4_000], resetMs: 60_000 };

describe.skipIf(!wine.ok)(
  wine.ok ? 'a service below the rebuilt SCM' : `below the rebuilt SCM (skipped: ${wine.reason})`,
  { timeout: 120_000 },
  () => {
    let rig: WineRig;
    let manager: RemoteManager;
    let of: GatewayIdentity;
    let homes = 0;
    beforeAll(async () => {
      rig = await WineRig.start();
      manager = await RemoteManager.start(rig);
    }, RIG_START_MS);
    afterAll(async () => {
      manager?.close();
      await rig?.dispose();
    });
    afterEach(async () => void (of && (await manager.uninstall(of))));

    const home = () => `C:\\homes\\${homes}`;
    const fresh = async () => {
      homes += 1;
      of = await manager.identity(home());
      return of.serviceName;
    };
    const install = async (options: InstallOptions = {}) => {
      await fresh();
      return manager.install(of, { gatewayCommand: sampleGatewayIn(rig), recovery: QUICK, ...options });
    };
    const status = () => manager.status(of);
    const phase = (wanted: Status['phase'], holds: (status: Status) => boolean = () => true) =>
      until(`the phase ${wanted}`, async () => {
        const now = await status();
        return now.phase === wanted && holds(now) && now;
      });
    const tell = (text: string) => rig.write(`${home()}\\state\\sample-gateway.command`, text);
    const failures = () => rig.recoveryLog().filter(({ service }) => service === of.serviceName);
    const tool = (...argv: string[]) => rig.run(argv).then(({ code }) => code);

    /** What `sc config NAME start= disabled` does; Wine's sc does not know it. */
    const disable = async () => {
      const { value } = await attempt(rig, 'service-install', 'readInstalled', of.serviceName);
      const [program = '', ...args] = splitCommandLine(value?.config.binaryPath ?? '');
      await call(rig, 'service-install', 'installService', {
        name: of.serviceName,
        displayName: value?.config.displayName ?? '',
        description: '',
        program,
        args,
        owner: await call(rig, 'security', 'currentUser'),
        recovery: QUICK,
        preshutdownTimeoutMs: 20_000,
        startType: 'disabled',
      });
    };

    /** Living gateways of this rig, as Linux sees them; a birth shows two processes of Wine's loader for a moment. */
    const gateways = () =>
      readdirSync('/proc').filter(pid => {
        if (!/^\d+$/.test(pid)) return false;
        const line = readProc(pid, 'cmdline');
        return line.includes('gateway.mjs') && !line.includes('--help') && readProc(pid, 'environ').includes(rig.prefix);
      });

    /** Counts the gateways that two looks in a row have seen; `most` is the largest number. */
    const census = () => {
      let before = gateways();
      const seen = { most: 0, stop: () => clearInterval(timer) };
      const timer = setInterval(() => {
        const now = gateways();
        seen.most = Math.max(seen.most, now.filter(pid => before.includes(pid)).length);
        before = now;
      }, 20);
      return seen;
    };

    describe('that is killed', () => {
      it.each(['gateway', 'runner', 'broker'] as const)('has another gateway when its %s was killed, and never two', async role => {
        const before = await install();
        const pid = { gateway: before.gatewayPid, broker: before.servicePid, runner: await manager.runnerPid(of) }[role] ?? 0;
        const seen = census();
        try {
          expect(await tool('taskkill', '/F', '/PID', String(pid))).toBe(0);
          await phase('running', now => now.startedAt !== before.startedAt);
        } finally {
          seen.stop();
        }
        expect(seen.most).toBe(1);
        expect(failures()).toMatchObject([{ failure: 1, restartInMs: 100 }]);
        expect(await manager.stop(of)).toMatchObject({ phase: 'stopped' });
        expect(gateways()).toEqual([]);
      });
    });

    it('is restarted after 1, 2 and 4 seconds while its gateway fails every time', async () => {
      const ladder = [1_000, 2_000, 4_000];
      const options = { gatewayCommand: sampleGatewayIn(rig, '--exit-at-once', '9'), recovery: { delaysMs: ladder, resetMs: 60_000 } };
      await expect(install(options)).rejects.toMatchObject({ code: 'gateway-not-up', message: expect.stringContaining('9') });
      const log = await until('four failures', () => failures().length > 3 && failures());
      expect(log.map(({ restartInMs }) => restartInMs).slice(0, 4)).toEqual([...ladder, 4_000]);
      for (const [index, delayMs] of ladder.entries()) {
        expect(Date.parse(log[index + 1]?.at ?? '') - Date.parse(log[index]?.at ?? '')).toBeGreaterThanOrEqual(delayMs);
      }
      expect((await status()).problems.map(({ code }) => code)).toContain('crash-loop');
    });

    describe('whose gateway ends on purpose', () => {
      it('has it again in place after 75, and the SCM hears nothing of it', async () => {
        const before = await install();
        tell('test-exit 75');
        const after = await phase('running', now => now.startedAt !== before.startedAt);
        expect(after.servicePid).toBe(before.servicePid);
        expect(failures()).toEqual([]);
      });

      it('stays stopped after 78, and says that it needs attention', async () => {
        await install();
        tell('test-exit 78');
        const after = await phase('needs-attention');
        expect(after).not.toHaveProperty('servicePid');
        expect(after.problems).toMatchObject([{ code: 'configuration' }]);
        expect(await call(rig, 'scm', 'queryStatus', of.serviceName)).toMatchObject({ state: 'stopped', win32ExitCode: 0 });
        expect(failures()).toEqual([]);
      });
    });

    describe('that is stopped by hand', () => {
      it('by sc and net stays stopped until it is started by hand, and no failure is counted', async () => {
        await install();
        for (const [stop, start] of [
          [
            ['sc', 'stop'],
            ['sc', 'start'],
          ],
          [
            ['net', 'stop'],
            ['net', 'start'],
          ],
        ] as const) {
          expect(await tool(...stop, of.serviceName)).toBe(0);
          const stopped = await phase('stopped');
          expect(stopped).toMatchObject({ desired: 'running', detail: expect.any(String) });
          expect(gateways()).toEqual([]);
          expect(await manager.facts(of)).toMatchObject({ phase: 'stopped', lastStop: { reason: expect.any(String) } });
          expect(await tool(...start, of.serviceName)).toBe(0);
          await phase('running');
        }
        expect(failures()).toEqual([]);
      });

      it('is not started by a restart that the SCM had queued before', async () => {
        const before = await install({ recovery: SLOW });
        await manager.kill(before.gatewayPid ?? 0);
        await phase('restarting');
        // Somebody starts it by hand meanwhile, and stops it; the restart comes all the same.
        expect(await tool('net', 'start', of.serviceName)).toBe(0);
        await phase('running');
        expect(await tool('net', 'stop', of.serviceName)).toBe(0);
        await phase('stopped');
        const undone = await until('the queued restart to come to nothing', async () => {
          const facts = await manager.facts(of);
          return facts?.lastStop?.reason.includes('before the restart') && facts;
        });
        expect(undone.phase).toBe('stopped');
        expect(await phase('stopped')).not.toHaveProperty('servicePid');
        expect(gateways()).toEqual([]);
      });

      it('is stopped and started by a child of its own gateway, as an update does', async () => {
        const name = await fresh();
        const before = await manager.install(of, {
          gatewayCommand: [rig.node, rig.probe('updating-gateway'), name, rig.sampleGateway(), 'gateway', 'run'],
          recovery: QUICK,
        });
        rig.write('C:\\update-now', '');
        await phase('running', now => now.startedAt !== before.startedAt);
        expect(gateways()).toHaveLength(1);
        expect(failures()).toEqual([]);
      });
    });

    describe('that somebody else changes', () => {
      it('tells a start type "disabled", refuses a start, and an installation ends it', async () => {
        await install();
        await manager.stop(of);
        await disable();
        expect(await status()).toMatchObject({ phase: 'stopped', startType: 'disabled' });
        await expect(manager.start(of)).rejects.toMatchObject({ code: 'service-disabled' });
        expect(await manager.install(of)).toMatchObject({ phase: 'running', startType: 'automatic' });
      });

      it('is not installed any more when it was deleted from outside, and can be installed again', async () => {
        await install();
        await manager.stop(of);
        expect(await tool('sc', 'delete', of.serviceName)).toBe(0);
        await phase('not-installed');
        expect(await manager.install(of)).toMatchObject({ phase: 'running' });
      });

      it('says that its removal is pending while somebody has it open', async () => {
        await install();
        await manager.stop(of);
        const holder = rig.run([rig.node, rig.probe('hold'), of.serviceName]);
        await until('a holder', () => rig.read('C:\\held') !== '');
        expect(await manager.uninstall(of)).toMatchObject({ phase: 'removal-pending' });
        await expect(manager.install(of, { gatewayCommand: sampleGatewayIn(rig) })).rejects.toMatchObject({ code: 'removal-pending' });
        rig.write('C:\\let-go', '');
        expect((await holder).code).toBe(0);
        await phase('not-installed');
      });

      it('leaves a service of the same name alone that is none of ours', async () => {
        const name = await fresh();
        expect(await tool('sc', 'create', name, 'binPath=', 'C:\\other\\other.exe')).toBe(0);
        expect(await status()).toMatchObject({ phase: 'foreign', detail: expect.stringContaining('other.exe') });
        await expect(manager.install(of, { gatewayCommand: sampleGatewayIn(rig) })).rejects.toMatchObject({ code: 'foreign' });
        await expect(manager.uninstall(of)).rejects.toMatchObject({ code: 'foreign' });
        expect(await call(rig, 'scm', 'queryConfig', name)).toMatchObject({ binaryPath: 'C:\\other\\other.exe' });
        expect(await tool('sc', 'delete', name)).toBe(0);
      });

      it('starts nothing with an owner that is none, takes rubbish for nothing, and an installation mends both', async () => {
        await install();
        await manager.stop(of);
        const key = `HKLM\\SYSTEM\\CurrentControlSet\\Services\\${of.serviceName}` as const;
        await call(rig, 'registry', 'writeValues', `${key}\\Parameters`, { Owner: 'Everybody' });
        await call(rig, 'registry', 'writeValues', `${key}\\State`, { Facts: '{"phase":"flying"' });
        expect(await status()).toMatchObject({ phase: 'stopped' });
        expect(await tool('net', 'start', of.serviceName)).toBe(0);
        const facts = await until('the refusal', () => manager.facts(of));
        expect(facts).toMatchObject({ phase: 'stopped', launchError: { code: 'service-owner-missing' } });
        expect(gateways()).toEqual([]);
        expect(await manager.install(of)).toMatchObject({ phase: 'running' });
      });
    });

    describe('whose installation is interrupted', () => {
      it('can be installed at any time after it', async () => {
        await fresh();
        const script = `C:\\install-${homes}.mjs`;
        const command = JSON.stringify(sampleGatewayIn(rig));
        for (const afterMs of [0, 40, 80, 160, 320]) {
          rig.write(script, interruptedInstall(rig.host, home(), command, afterMs));
          await rig.run([rig.node, script]);
          expect((await status()).phase, `after ${afterMs} ms`).not.toBe('foreign');
        }
        expect(await manager.install(of, { gatewayCommand: sampleGatewayIn(rig), recovery: QUICK })).toMatchObject({
          phase: 'running',
          problems: [],
        });
        expect(gateways()).toHaveLength(1);
        expect(await attempt(rig, 'service-install', 'readInstalled', of.serviceName)).toMatchObject({
          value: { settings: { kept: { recovery: QUICK } } },
        });
      });
    });
  },
);

/** '' for a process that has ended meanwhile. */
function readProc(pid: string, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8');
  } catch {
    return '';
  }
}

/** Starts `install`, and ends it without a word so long after it has begun to register. */
function interruptedInstall(program: string, home: string, command: string, afterMs: number): string {
  const argv = [program, 'install', '--home', home, '--gateway-command', command];
  return `
    import { spawn } from 'node:child_process';
    const child = spawn(process.execPath, ${JSON.stringify(argv)}, { stdio: ['ignore', 'ignore', 'pipe'] });
    let told = '';
    child.stderr.on('data', text => {
      told += text;
      if (told.includes('Registering')) setTimeout(() => child.kill('SIGKILL'), ${afterMs});
    });
    child.on('exit', () => process.exit(0));
  `;
}
