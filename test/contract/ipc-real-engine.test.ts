// The public entry of the main process with real processes: the CLI finds what the app installed, and it runs on without the app.
import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { registerGatewayService } from '../../main/register.ts';
import type { Reply, Snapshot } from '../../src/desktop/ipc.ts';
import type { Status } from '../../src/model/status.ts';
import { FakeElectron, OWN_PAGE } from '../support/fake-electron.ts';
import { DEADLINE_MS, HOST_COMMAND, REPOSITORY, Sandbox } from '../support/sandbox.ts';

const [NODE, SCRIPT] = HOST_COMMAND;
const run = promisify(execFile);

describe('desktop app with a real gateway', () => {
  let sandbox: Sandbox;
  let home: string;
  beforeEach(() => {
    sandbox = new Sandbox();
    ({ home } = sandbox.identity());
    sandbox.putLauncher(home);
  });
  afterEach(() => sandbox.dispose());

  function openApp(hostDir = path.join(REPOSITORY, 'dist/host')) {
    const electron = new FakeElectron();
    const log = { info() {}, warn() {}, error() {} };
    const openPanel = () => undefined;
    const registration = registerGatewayService(electron, {
      hostDir,
      home,
      isTrustedSender: ({ url }) => url === OWN_PAGE,
      openPanel,
      log,
      tray: false,
    });
    return { registration, bridge: electron.openPage().bridge };
  }

  const phaseOf = (reply: Reply<Snapshot>) => (reply.ok ? reply.value.status.phase : reply.error.code);

  async function cliStatus(): Promise<Status> {
    // `status` tells what is so by its exit code, too.
    const { stdout } = await run(NODE, [SCRIPT, 'status', '--home', home, '--json']).catch((error: { stdout: string }) => error);
    return (JSON.parse(stdout) as { status: Status }).status;
  }

  it('installs a service that the CLI finds, keeps it running after the app ends, and finds it at the next start', {
    timeout: 2 * DEADLINE_MS,
  }, async () => {
    const first = openApp();
    expect(phaseOf(await first.bridge.set({ profile: 'default', on: true }))).toBe('running');
    const { gatewayPid } = await first.registration.status();
    expect(await cliStatus()).toMatchObject({ phase: 'running', gatewayPid });
    await first.registration.dispose();
    expect(sandbox.gateways(home)).toEqual([gatewayPid]);

    const second = openApp();
    expect((await second.registration.status()).gatewayPid).toBe(gatewayPid);
    expect(phaseOf(await second.bridge.set({ profile: 'default', on: false }))).toBe('not-installed');
    await second.registration.dispose();
    expect(sandbox.gateways(home)).toEqual([]);
    expect(sandbox.leftovers()).toEqual([]);
  });

  it('answers every verb that the host program is missing, and starts nothing', async () => {
    const { bridge, registration } = openApp(sandbox.path);
    expect(phaseOf(await bridge.get({}))).toBe('service-program-missing');
    expect(phaseOf(await bridge.set({ profile: 'default', on: true }))).toBe('service-program-missing');
    await registration.dispose();
    expect(sandbox.leftovers()).toEqual([]);
  });
});
