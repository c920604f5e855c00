// A registration over the fake Electron and managers in memory, with two profiles. Each is taken away after its test.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach } from 'vitest';
import { type RegistrationOptions, register } from '../../main/registration.ts';
import { GatewayServiceController } from '../../src/desktop/controller.ts';
import type { GatewayIdentity } from '../../src/gateway/home.ts';
import { parseProfile } from '../../src/model/profile.ts';
import { FakeElectron, OWN_PAGE } from './fake-electron.ts';
import { ManualClock, MemoryManager } from './memory-manager.ts';
import { updatePorts } from './update-ports.ts';

const identity = (name: string): GatewayIdentity => ({
  profile: parseProfile(name),
  root: '/hermes',
  home: name === 'default' ? '/hermes' : `/hermes/profiles/${name}`,
  serviceId: name === 'default' ? '' : name,
  service: name === 'default' ? 'HermesGateway' : `HermesGateway-${name}`,
});

export const IDENTITIES = [identity('default'), identity('work')] as const;

const endings: (() => void)[] = [];
afterEach(() => {
  for (const end of endings.splice(0).reverse()) end();
});

/** @param prepare what is in the state root before the engine is there */
export function registered(
  options: Partial<RegistrationOptions> = {},
  electron = new FakeElectron(),
  prepare: (stateRoot: string) => Promise<void> = async () => undefined,
) {
  const clock = new ManualClock(Date.now());
  const manager = new MemoryManager({ clock });
  const controller = new GatewayServiceController({
    manager,
    identities: IDENTITIES,
    reveal: file => electron.shell.showItemInFolder(file),
    openExternal: address => electron.shell.openExternal(address),
    updateHermes: () => electron.shell.openExternal('update of Hermes'),
  });
  const stateRoot = mkdtempSync(path.join(tmpdir(), 'hg-registered-'));
  endings.push(() => rmSync(stateRoot, { recursive: true, force: true }));
  const lines: string[] = [];
  const log = {
    info: (line: string) => lines.push(line),
    warn: (line: string) => lines.push(line),
    error: (line: string) => lines.push(line),
  };
  let opened = 0;
  const registration = register(
    electron,
    { isTrustedSender: ({ url }) => url === OWN_PAGE, openPanel: () => (opened += 1), log, tray: false, ...options },
    async () => {
      await prepare(stateRoot);
      return { controller, manager, identities: IDENTITIES, updates: updatePorts(manager, stateRoot) };
    },
  );
  endings.push(() => registration.dispose());
  return {
    electron,
    clock,
    manager,
    controller,
    registration,
    lines,
    get opened() {
      return opened;
    },
  };
}
