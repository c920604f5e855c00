// The sign-in start keeps the manager's contract below Wine: a real shortcut in the Startup folder, a copy of the host in the owner's state
// folder, and the supervisor that both start. Wine's Explorer shows no desktop without a screen, so the first start is a detached one here;
// that Explorer is its parent, and no job of the app holds it, is proved on Windows only.
import { managerContract } from '../contract/manager-contract.ts';
import { sampleGatewayIn } from './remote-manager.ts';
import { describeServiceOnWine } from './suite.ts';

describeServiceOnWine('from the Startup folder', service => {
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
});
