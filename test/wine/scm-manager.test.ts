// The SCM mechanism keeps the manager's contract: manager, broker, runner and gateway are real processes of Windows Node below Wine's SCM.
// Every respawn here is the work of the rebuilt SCM (test/wine/scm), not of Windows'.
import { managerContract } from '../contract/manager-contract.ts';
import { sampleGatewayIn } from './remote-manager.ts';
import { describeServiceOnWine } from './suite.ts';

describeServiceOnWine(
  'below the rebuilt SCM',
  service => {
    managerContract('service, through Wine', async () => {
      await service.fresh();
      const { manager, of, rig } = service;
      return {
        manager,
        identity: of,
        options: { gatewayCommand: sampleGatewayIn(rig), recovery: { delaysMs: [200, 400, 800], resetMs: 60_000 } },
        kill: manager.kill,
        leftovers: manager.leftovers,
        dispose: () => service.clear(),
      };
    });
  },
  { shared: true },
);
