// The command line on Windows as users get it, an executable, below Wine's SCM; from a folder and for a home whose names ask for quotes.
// Its respawn is the work of the rebuilt SCM (test/wine/scm), not of Windows'.
import { appendFileSync, cpSync, existsSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { EXIT } from '../../src/model/cli-exit-codes.ts';
import { POLICY_KEY } from '../../src/model/policy.ts';
import type { Status } from '../../src/model/status.ts';
import { splitCommandLine } from '../../src/windows/argv.ts';
import { REPOSITORY } from '../support/sandbox.ts';
import { call } from './call.ts';
import { sampleGatewayIn } from './remote-manager.ts';
import type { WineRun } from './rig.ts';
import { describeOnWine, until } from './suite.ts';

const FOLDER = 'C:\\Program Files\\Hermes & Söhne (1)';
const HOME = "C:\\users\\hermes\\Jo's 100% home";

describeOnWine(
  'hermes-gateway, below the rebuilt SCM',
  rig => {
    let program: readonly string[];
    beforeAll(() => {
      program = rig().copyApp(FOLDER).program;
      rig().write(`${HOME}\\config.yaml`, '');
    });

    const run = (...argv: string[]) => rig().run([...program, ...argv], { env: { HERMES_HOME: HOME } });
    const asked = async (...argv: string[]) => {
      const { stdout, stderr, code } = await run(...argv, '--json');
      if (stdout === '') throw new Error(`${argv.join(' ')}: nothing but exit code ${code}: ${stderr}`);
      return { ...(JSON.parse(stdout) as { ok: boolean; status: Status; error: { code: string } }), code };
    };
    const installArgs = () => ['install', '--gateway-command', JSON.stringify(sampleGatewayIn(rig()))];

    it('reports no service before an installation', async () => {
      expect(await run('status')).toMatchObject({ code: EXIT.notInstalled, stdout: expect.stringContaining('hermes-gateway install') });
      expect(await asked('start')).toMatchObject({ ok: false, code: EXIT.notInstalled, error: { code: 'not-installed' } });
    });

    it('runs as the npm package, packed on Linux: it finds the koffi that npm installs on Windows, and loads no other', async () => {
      const modules = 'C:\\npm\\node_modules';
      const host = `${modules}\\hermes-gateway-service\\dist\\host`;
      const binary = rig().onLinux(`${modules}\\@koromix\\koffi-win32-x64\\win32_x64\\koffi.node`);
      const put = (from: string, to: string) => cpSync(path.join(REPOSITORY, from), rig().onLinux(to), { recursive: true });
      put('dist/host', host);
      put('node_modules/koffi', `${modules}\\koffi`);
      put('test/wine/node_modules/@koromix', `${modules}\\@koromix`);
      const status = () => rig().run([rig().node, `${host}\\hermes-gateway.cjs`, 'status'], { env: { HERMES_HOME: HOME } });
      expect(await status()).toMatchObject({ code: EXIT.notInstalled, stderr: '' });
      appendFileSync(binary, 'changed');
      expect(await status()).toMatchObject({ code: EXIT.failed, stderr: expect.stringContaining('koffi.node') });
    });

    it('refuses an installation without administrator rights, names a remedy, and writes nothing', async () => {
      const unelevated = (...argv: string[]) => rig().ask<WineRun>('unelevated', rig().host, ...argv, '--home', HOME);
      expect(await unelevated('status')).toMatchObject({ code: EXIT.notInstalled });
      const refused = await unelevated(...installArgs());
      expect(refused).toMatchObject({ code: EXIT.needsAdministrator, stdout: '' });
      expect(refused.stderr).toContain('Run the command from an elevated prompt ("Run as administrator")');
      expect(await call(rig(), 'scm', 'enumerateServices', 'HermesGateway')).toEqual([]);
      expect(existsSync(rig().onLinux('C:\\users\\hermes\\AppData\\Local\\HermesGatewayService'))).toBe(false);
    });

    it('shows what would be installed, to the last key, and changes nothing', async () => {
      const { code, stdout } = await run(...installArgs(), '--dry-run');
      expect(code).toBe(EXIT.done);
      for (const said of [
        'HermesGateway-',
        '1, 2, 4, 9, 16, 25, 36, 49, 64 s',
        'Hermes Gateway Service',
        '"C:\\Program Files\\Hermes Gateway Service\\',
      ]) {
        expect(stdout).toContain(said);
      }
      expect((await run('status')).code).toBe(EXIT.notInstalled);
    });

    const setPolicy = (values: Readonly<Record<string, string | number>>) => call(rig(), 'registry', 'writeValues', POLICY_KEY, values);

    it('refuses what a policy of the computer forbids, with its registry value, and shows the policy to a user without rights', async () => {
      await setPolicy({ RunAsService: 0 });
      const refused = await asked(...installArgs());
      expect(refused).toMatchObject({ ok: false, code: EXIT.needsAdministrator, error: { code: 'managed' } });
      await setPolicy({ RunAsService: 1, Mechanism: 'service' });
      const { stdout } = await rig().ask<WineRun>('unelevated', rig().host, 'status', '--home', HOME);
      expect(stdout).toContain('Managed by your organisation: on, Windows service.');
    });

    it('keeps a gateway running from install to uninstall, and after a kill', async () => {
      const installed = await asked(...installArgs());
      expect(installed).toMatchObject({
        ok: true,
        code: EXIT.done,
        status: { mechanism: 'service', phase: 'running', startType: 'automatic' },
      });
      const { service, gatewayPid, servicePid } = installed.status;

      const config = await call(rig(), 'scm', 'queryConfig', service);
      const [host = '', ...args] = splitCommandLine(config?.binaryPath ?? '');
      expect(host).toMatch(/^C:\\Program Files\\Hermes Gateway Service\\[0-9a-f]{16}\\hermes-gateway-host\.exe$/);
      expect(args).toEqual(['service', '--service', service]);
      expect(config?.binaryPath).toMatch(/^"/);

      expect((await rig().run(['taskkill', '/F', '/PID', String(gatewayPid)])).code).toBe(0);
      const { status: again } = await until('another gateway', async () => {
        const now = await asked('status');
        return now.status.phase === 'running' && now.status.restarts.count === 1 && now;
      });
      expect(again.servicePid).not.toBe(servicePid);
      // Windows does not tell these homes apart, so there is one service for both.
      expect(await asked('status', '--home', HOME.toUpperCase())).toMatchObject({ ok: true, status: { service, phase: 'running' } });

      expect(await asked('restart')).toMatchObject({ ok: true, status: { phase: 'running', restarts: { count: 0 } } });
      expect((await run('logs', '-n', '50')).stdout).toContain('gateway started');
      expect(await asked('doctor')).toMatchObject({ ok: true, healthy: true });
      expect(await asked('stop')).toMatchObject({ ok: true, status: { phase: 'stopped', desired: 'stopped' } });
      expect((await run('logs', '-n', '500')).stdout).toContain('externally supervised');
      expect((await run('status')).code).toBe(EXIT.notRunning);
      const doctor = await run('doctor', '--json');
      expect(JSON.parse(doctor.stdout)).toMatchObject({ ok: true, healthy: true });
      // What Wine's SCM does not keep is told as such.
      expect(doctor.stdout).toMatch(/Wine \d\S* does not keep of a service the privileges that it is reduced to\./);
      expect(await asked('start')).toMatchObject({ ok: true, status: { phase: 'running' } });
      expect((await run('update', '--', rig().node, '-e', '0')).code).toBe(EXIT.done);
      expect((await run('explain', 'needs-administrator')).code).toBe(EXIT.done);
      // In the foreground the service is in charge already.
      expect((await run('supervise')).code).toBe(EXIT.failed);
      // The elevated step asks the policy itself, because its caller is a program of a user.
      expect(await asked('uninstall')).toMatchObject({ ok: false, code: EXIT.needsAdministrator, error: { code: 'managed' } });
      const step = await run('elevated', 'uninstall', '--service', service);
      expect(JSON.parse(step.stdout)).toMatchObject({ ok: false, error: { code: 'managed' } });
      expect(await asked('status')).toMatchObject({ status: { phase: 'running', policy: { on: true, mechanism: 'service' } } });
      await call(rig(), 'registry', 'deleteKey', POLICY_KEY);
      expect(await asked('uninstall')).toMatchObject({ ok: true, status: { phase: 'not-installed' } });
      expect(await call(rig(), 'scm', 'queryStatus', service)).toBeUndefined();
      expect((await run('status')).code).toBe(EXIT.notInstalled);
    });
  },
  { built: true },
);
