// The fake keeps the contract of the port, so tests that use it speak about the real ones.
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
