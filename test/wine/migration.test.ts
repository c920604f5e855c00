// The whole takeover inside Wine: a Startup entry of Hermes and a service that nssm would start give way to the real service, and what the
// user may have back comes back. Scheduled tasks take part on Windows only, because Wine lists none.
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { expect, it } from 'vitest';
import { cmdLauncher, launcherOf, pythonOf, vbsEntry, vbsLauncher } from '../support/hermes-autostarts.ts';
import { call } from './call.ts';
import { sampleGatewayIn } from './remote-manager.ts';
import { describeServiceOnWine, until } from './suite.ts';

const KEY = 'HKLM\\SYSTEM\\CurrentControlSet\\Services\\gateway-by-hand';

describeServiceOnWine('what started the gateway before', service => {
  it('removes the old autostart for the service, and restores it after the removal', async () => {
    const { manager, rig } = service;
    await service.fresh();
    const identity = service.of;
    const { home } = identity;
    const startup = await call(rig, 'startup-folder', 'startupFolder');
    const entry = `${startup}\\Hermes_Gateway.vbs`;
    const other = `${startup}\\Hermes_Gateway_other.cmd`;
    rig.write(launcherOf(home, 'Hermes_Gateway.vbs'), vbsLauncher(home));
    rig.write(entry, vbsEntry(launcherOf(home, 'Hermes_Gateway.vbs')));
    rig.write(other, cmdLauncher('C:\\another home'));
    await rig.run(['sc', 'create', 'gateway-by-hand', 'binPath=', 'C:\\nssm\\nssm.exe', 'start=', 'auto']);
    const set = (name: string, type: string, data: string) =>
      rig.run(['reg', 'add', `${KEY}\\Parameters`, '/v', name, '/t', type, '/d', data, '/f']);
    await set('Application', 'REG_EXPAND_SZ', pythonOf(home));
    await set('AppParameters', 'REG_SZ', '-m hermes_cli.main gateway run');
    await set('AppEnvironmentExtra', 'REG_MULTI_SZ', `HERMES_HOME=${home}`);
    const startType = async () => /0x(\d)/.exec((await rig.run(['reg', 'query', KEY, '/v', 'Start'])).stdout)?.[1];
    try {
      const options = { mechanism: 'service', gatewayCommand: sampleGatewayIn(rig) } as const;
      const { rows } = await manager.preview('install', identity, options);
      const codes = rows.flatMap(({ target, note }) => (note?.code.startsWith('autostart') ? [`${target}: ${note.code}`] : []));
      expect(codes).toEqual(['Hermes_Gateway.vbs: autostart-taken', 'gateway-by-hand: autostart-disabled']);
      expect(await startType()).toBe('2');

      expect(await manager.install(identity, options)).toMatchObject({ mechanism: 'service', phase: 'running', problems: [] });
      expect([existsSync(rig.onLinux(entry)), existsSync(rig.onLinux(other))]).toEqual([false, true]);
      expect(await startType()).toBe('4');

      await manager.uninstall(identity);
      expect(readFileSync(rig.onLinux(entry), 'utf8')).toBe(vbsEntry(launcherOf(home, 'Hermes_Gateway.vbs')));
      expect(await startType()).toBe('4');
    } finally {
      await rig.run(['sc', 'delete', 'gateway-by-hand']);
      for (const file of [entry, other]) rmSync(rig.onLinux(file), { force: true });
    }
  });

  it("takes over from Hermes' own packaged service under another name, and leaves that service off", async () => {
    const { manager, rig } = service;
    const home = `${(await rig.run(['cmd', '/c', 'echo %LOCALAPPDATA%'])).stdout.trim()}\\hermes`;
    const image = '"C:\\Program Files\\WindowsApps\\Nous.Hermes_1.0.0.0_x64__abc\\hermes.exe" gateway run --service';
    await service.fresh(home);
    expect(service.of.service).toBe('HermesGateway');
    await rig.run(['sc', 'create', 'HermesGateway', 'binPath=', image, 'start=', 'demand']);
    try {
      const before = await call(rig, 'scm', 'queryConfig', 'HermesGateway');
      expect(before).toMatchObject({ binaryPath: image, startType: 'manual' });
      await service.fresh(home);
      expect(service.of.service).toBe('HermesGateway-default');
      // The status does not wait for a slow task scheduler.
      const status = await until('the status to name it', async () => {
        const read = await manager.status(service.of);
        return read.problems.length > 0 && read;
      });
      expect(status).toMatchObject({ phase: 'not-installed', problems: [{ code: 'packaged-service' }] });
      expect(status.problems[0]?.message).toContain('(HermesGateway: stopped)');

      const options = { mechanism: 'service', gatewayCommand: sampleGatewayIn(rig) } as const;
      const installed = await manager.install(service.of, options);
      expect(installed).toMatchObject({ service: 'HermesGateway-default', phase: 'running', problems: [] });
      const config = (name: string) => call(rig, 'scm', 'queryConfig', name);
      expect(await config('HermesGateway')).toMatchObject({ ...before, startType: 'disabled' });
      expect(await config('HermesGateway-default')).toMatchObject({ startType: 'automatic', displayName: 'Hermes Gateway "default"' });
      // Its own name, also where the other service is removed with its package.
      await rig.run(['sc', 'delete', 'HermesGateway']);
      expect((await manager.identity(home)).service).toBe('HermesGateway-default');
    } finally {
      await rig.run(['sc', 'delete', 'HermesGateway']);
    }
  });
});
