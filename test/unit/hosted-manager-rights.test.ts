// What happens without the rights of an administrator where a mechanism asks for them: nothing is written, and the user is told how.
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { posixProcesses } from '../../src/gateway/process-start-time.ts';
import { HostedManager } from '../../src/manager/hosted-manager.ts';
import type { HostPort } from '../../src/mechanisms/host-port.ts';
import { EXIT } from '../../src/model/cli-exit-codes.ts';
import { GatewayServiceError } from '../../src/model/errors.ts';
import { MemoryCli } from '../support/memory-cli.ts';

const refuse = async (): Promise<never> => {
  throw new GatewayServiceError('needs-administrator', '(HermesGateway)');
};
const never = async (): Promise<never> => {
  throw new Error('must not be reached');
};

/** A host as the SCM is to a user who is no administrator: it may be looked at, and refuses to be changed. */
const unelevated: HostPort = {
  mechanism: 'service',
  elevated: true,
  registration: async () => ({ state: 'absent' }),
  hostFacts: async () => undefined,
  trustsServer: never,
  receipt: async () => [],
  checkRights: refuse,
  register: never,
  unregister: never,
  start: never,
  stop: never,
  isGone: async () => true,
};

const INSTALL = ['install', '--gateway-command', JSON.stringify([process.execPath])];

let folder: string;
let cli: MemoryCli;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'gateway-rights-'));
  cli = new MemoryCli(
    new HostedManager([unelevated], {
      stateRoot: folder,
      processes: posixProcesses,
      checkCommand: (_identity, override) => override ?? [],
    }),
  );
});
afterEach(() => {
  cli.dispose();
  rmSync(folder, { recursive: true, force: true });
});

it('refuses to install without administrator rights, with exit code 5 and a remedy, and writes nothing', async () => {
  const { exit, err } = await cli.run(INSTALL);
  expect(exit).toBe(EXIT.needsAdministrator);
  expect(err).toContain('Run as administrator');
  expect(err).toContain('hermes-gateway install --mechanism startup');
  expect(existsSync(folder)).toBe(false);
});

it('shows without any rights what would be installed, and that it needs an administrator', async () => {
  const { exit, out } = await cli.run([...INSTALL, '--dry-run', '--json']);
  expect(exit).toBe(EXIT.done);
  expect(JSON.parse(out)).toMatchObject({ ok: true, receipt: { elevated: true } });
});
