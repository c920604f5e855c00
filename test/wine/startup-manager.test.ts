// The sign-in start keeps the manager's contract below Wine: a real shortcut in the Startup folder, a copy of the host in the owner's state
// folder, and the supervisor that both start. Wine's Explorer shows no desktop without a screen, so the first start is a detached one here;
// that Explorer is its parent, and no job of the app holds it, is proved on Windows only.
import { expect, it } from 'vitest';
import { itProves } from '../acceptance/it-proves.ts';
import { managerContract } from '../contract/manager-contract.ts';
import { call } from './call.ts';
import { sampleGatewayIn } from './remote-manager.ts';
import { describeServiceOnWine } from './suite.ts';

describeServiceOnWine(
  'from the Startup folder',
  service => {
    managerContract('startup, through Wine', async () => {
      await service.fresh();
      const { manager, of, rig } = service;
      return {
        manager,
        identity: of,
        options: { mechanism: 'startup', gatewayCommand: sampleGatewayIn(rig), recovery: { delaysMs: [200, 400, 800], resetMs: 60_000 } },
        kill: manager.kill,
        leftovers: manager.leftovers,
        dispose: () => service.clear(),
      };
    });
  },
  { shared: true },
);

describeServiceOnWine('the sign-in start', service => {
  const entry = async () => {
    const name = `Hermes Gateway Service (${service.of.serviceId}).lnk`;
    return call(service.rig, 'shortcut', 'readShortcut', `${await call(service.rig, 'startup-folder', 'startupFolder')}\\${name}`);
  };

  itProves('sign-in-wine', async () => {
    await service.install({ mechanism: 'startup' });
    const { program, parameters, cwd } = await entry();
    expect(program).toBe(service.rig.node);
    expect(parameters).toMatch(
      /^"?C:\\users\\hermes\\AppData\\Local\\HermesGatewayService\\host\\[0-9a-f]{16}\\hermes-gateway\.cjs"? supervise /,
    );
    expect(cwd).toBe('C:\\users\\hermes\\AppData\\Local\\HermesGatewayService');
    await service.reboot();
    expect((await service.status()).gatewayPid).toBeUndefined();
    expect(await service.rig.ask('shell', program, parameters)).toBe('started');
    expect(await service.phase('running')).toMatchObject({ mechanism: 'startup', desired: 'running', problems: [] });
    return undefined;
  });

  it('replaces the Startup entry completely by the service, and does not restore it when that is removed', async () => {
    const before = await service.install({ mechanism: 'startup' });
    const after = await service.manager.install(service.of, { mechanism: 'service' });
    expect(after).toMatchObject({ mechanism: 'service', phase: 'running', problems: [] });
    expect(after.gatewayPid).not.toBe(before.gatewayPid);
    const left = await service.manager.leftovers();
    expect(left).toContain(`service ${service.of.service}`);
    expect(left.filter(name => name.startsWith('Startup entry') || name.startsWith('host'))).toEqual([]);
    expect(service.gateways()).toHaveLength(1);
  });
});
