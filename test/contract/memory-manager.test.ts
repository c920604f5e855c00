// The fake manager passes the contract, so tests that use it are valid for the real managers.
import { gatewayIdentityFor } from '../support/identity.ts';
import { MemoryManager } from '../support/memory-manager.ts';
import { managerContract } from './manager-contract.ts';

managerContract('in memory', () => {
  const manager = new MemoryManager();
  return {
    manager,
    identity: gatewayIdentityFor('/homes/hermes', 'work'),
    options: { recovery: { delaysMs: [10, 20], resetMs: 60_000 } },
    kill: pid => manager.crash(pid),
    leftovers: () => manager.registered,
    dispose: async () => {},
  };
});
