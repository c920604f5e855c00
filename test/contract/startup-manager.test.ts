// The sign-in start keeps the manager's contract with real processes and a Startup folder of the test; with Windows' own folder and
// shortcuts it does in test/wine.
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { vi } from 'vitest';
import { isOwnSocket } from '../../src/control/pipe-address.ts';
import { gatewayIdentity } from '../../src/gateway/home.ts';
import { posixProcesses } from '../../src/gateway/process-start-time.ts';
import { HostedManager } from '../../src/manager/hosted-manager.ts';
import { startupHost } from '../../src/mechanisms/startup-host.ts';
import { stateRoot } from '../../src/state/state-folder.ts';
import { makeSurroundings, PROGRAM, sampleGateway } from '../support/embedded-harness.ts';
import { FolderShell } from '../support/startup-shell.ts';
import { managerContract } from './manager-contract.ts';

managerContract('startup', () => {
  const surroundings = makeSurroundings();
  for (const [name, value] of Object.entries(surroundings.env)) vi.stubEnv(name, value);
  const identity = gatewayIdentity({ root: surroundings.home, standard: false });
  const folder = path.join(surroundings.folder, 'Startup');
  const states = stateRoot(process.platform, process.env, os.homedir());
  const host = startupHost({
    hostCommand: [process.execPath, PROGRAM],
    stateRoot: states,
    processes: posixProcesses,
    shell: new FolderShell(folder),
    trustsServer: async ({ pipe }) => isOwnSocket(pipe),
  });
  const manager = new HostedManager([host], {
    stateRoot: states,
    processes: posixProcesses,
    checkCommand: (_identity, override) => override ?? [],
  });
  return {
    manager,
    identity,
    options: { gatewayCommand: sampleGateway(), recovery: { delaysMs: [200, 400, 800], resetMs: 60_000 } },
    kill: pid => {
      process.kill(pid, 'SIGKILL');
    },
    leftovers: () => [...surroundings.files(), ...(fs.existsSync(folder) ? fs.readdirSync(folder) : [])],
    dispose: async () => {
      await manager.uninstall(identity);
      vi.unstubAllEnvs();
      surroundings.dispose();
    },
  };
});
