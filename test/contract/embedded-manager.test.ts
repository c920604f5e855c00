// The embedded manager keeps the contract with real processes: supervisor, runner and sample gateway.
import { existsSync } from 'node:fs';
import os from 'node:os';
import { vi } from 'vitest';
import { resolveGatewayCommand } from '../../src/gateway/command.ts';
import { gatewayIdentity } from '../../src/gateway/home.ts';
import { posixProcesses } from '../../src/gateway/process-start-time.ts';
import { embeddedManager } from '../../src/manager/system-manager.ts';
import { stateRoot } from '../../src/state/state-folder.ts';
import { makeSurroundings, PROGRAM, sampleGateway } from '../support/embedded-harness.ts';
import { managerContract } from './manager-contract.ts';

managerContract('embedded', () => {
  const surroundings = makeSurroundings();
  // The supervisor inherits them.
  for (const [name, value] of Object.entries(surroundings.env)) vi.stubEnv(name, value);
  const identity = gatewayIdentity({ root: surroundings.home, standard: false });
  const manager = embeddedManager({
    stateRoot: stateRoot(process.platform, process.env, os.homedir()),
    hostCommand: [process.execPath, PROGRAM],
    processes: posixProcesses,
    checkCommand: (of, override) =>
      resolveGatewayCommand(of, { platform: process.platform, env: process.env, exists: existsSync, ...(override && { override }) }).argv,
  });
  return {
    manager,
    identity,
    options: { gatewayCommand: sampleGateway(), recovery: { delaysMs: [200, 400, 800], resetMs: 60_000 } },
    kill: pid => {
      process.kill(pid, 'SIGKILL');
    },
    leftovers: () => surroundings.files(),
    dispose: async () => {
      await manager.uninstall(identity);
      vi.unstubAllEnvs();
      surroundings.dispose();
    },
  };
});
