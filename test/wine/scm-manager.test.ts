// The SCM mechanism keeps the manager's contract: manager, broker, runner and gateway are real processes of Windows Node below Wine's SCM.
// Every respawn here is the work of the rebuilt SCM (test/wine/scm), not of Windows'.
import { afterAll, beforeAll, describe } from 'vitest';
import { managerContract } from '../contract/manager-contract.ts';
import { RemoteManager, sampleGatewayIn } from './remote-manager.ts';
import { available, WineRig } from './rig.ts';
import { RIG_START_MS } from './suite.ts';

const wine = available();

describe.skipIf(!wine.ok)(wine.ok ? 'below the rebuilt SCM' : `below the rebuilt SCM (skipped: ${wine.reason})`, () => {
  let rig: WineRig;
  let manager: RemoteManager;
  let homes = 0;
  beforeAll(async () => {
    rig = await WineRig.start();
    manager = await RemoteManager.start(rig);
  }, RIG_START_MS);
  afterAll(async () => {
    manager?.close();
    await rig?.dispose();
  });

  managerContract('service, through Wine', async () => {
    homes += 1;
    const identity = await manager.identity(`C:\\homes\\${homes}`);
    return {
      manager,
      identity,
      options: { gatewayCommand: sampleGatewayIn(rig), recovery: { delaysMs: [200, 400, 800], resetMs: 60_000 } },
      kill: manager.kill,
      leftovers: () => manager.leftovers(identity),
      dispose: async () => {
        await manager.uninstall(identity);
      },
    };
  });
});
