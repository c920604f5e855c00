// Obstacles in the Startup folder: foreign entries, no folder, no shortcuts, a switch that the user turned off, a deleted copy of the
// host. Foreign entries and the user's switch are not changed, everything is reported, and a repair restores our own files.
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { isOwnSocket } from '../../src/control/pipe-address.ts';
import { type GatewayIdentity, profileIdentity } from '../../src/gateway/home.ts';
import { posixProcesses } from '../../src/gateway/process-start-time.ts';
import { HostedManager } from '../../src/manager/hosted-manager.ts';
import { entryFileName } from '../../src/mechanisms/startup-entry.ts';
import { startupHost } from '../../src/mechanisms/startup-host.ts';
import { startDetached } from '../../src/process/detach.ts';
import { stateRoot } from '../../src/state/state-folder.ts';
import { commandOfShortcut } from '../../src/windows/argv.ts';
import { makeSurroundings, PROGRAM, type Surroundings, sampleGateway } from '../support/embedded-harness.ts';
import { canMount, mountTmpfs, NEEDS_MOUNT } from '../support/mount.ts';
import { FolderShell } from '../support/startup-shell.ts';

let surroundings: Surroundings;
let states: string;
let startup: string;
let shell: FolderShell;
let manager: HostedManager;
let identity: GatewayIdentity;
let work: GatewayIdentity;
let shortcut: string;

const trustsServer = async ({ pipe }: { pipe: string }) => isOwnSocket(pipe);

function managerOf(program: string): HostedManager {
  const host = startupHost({ hostCommand: [process.execPath, program], stateRoot: states, processes: posixProcesses, shell, trustsServer });
  return new HostedManager([host], { stateRoot: states, processes: posixProcesses, checkCommand: (_identity, override) => override ?? [] });
}

const install = (of = identity) => manager.install(of, { gatewayCommand: sampleGateway() });
const problems = async () => (await manager.status(identity)).problems.map(({ code }) => code);
const inFolder = (folder: string) => (fs.existsSync(folder) ? fs.readdirSync(folder).sort() : []);
const copies = () => path.join(states, 'host');

beforeEach(() => {
  surroundings = makeSurroundings();
  for (const [name, value] of Object.entries(surroundings.env)) vi.stubEnv(name, value);
  states = stateRoot(process.platform, process.env, os.homedir());
  startup = path.join(surroundings.folder, 'Start Menu', 'Startup');
  shell = new FolderShell(startup);
  manager = managerOf(PROGRAM);
  const root = { root: surroundings.home, standard: false };
  identity = profileIdentity(root, 'default', 'linux');
  work = profileIdentity(root, 'work', 'linux');
  fs.mkdirSync(work.home, { recursive: true });
  shortcut = path.join(startup, entryFileName(identity.service, 'lnk'));
});
afterEach(async () => {
  for (const each of [identity, work]) await manager.uninstall(each);
  vi.unstubAllEnvs();
  surroundings.dispose();
});

describe('foreign Startup entry with our name', () => {
  const others = JSON.stringify({ program: '/opt/other', parameters: 'supervise --service HermesGateway', cwd: '/', description: '' });
  it('refuses to install the sign-in start over a foreign entry, and does not change that entry', async () => {
    fs.mkdirSync(startup, { recursive: true });
    fs.writeFileSync(shortcut, others);
    await expect(install()).rejects.toMatchObject({ code: 'startup-entry-taken' });
    expect(fs.readFileSync(shortcut, 'utf8')).toBe(others);
    expect(inFolder(states)).toEqual([]);
  });

  it('reports a foreign entry that was added later, and keeps it at the uninstall', async () => {
    await install();
    fs.writeFileSync(shortcut, others);
    expect(await problems()).toEqual(['startup-entry-taken']);
    await manager.uninstall(identity);
    expect(fs.readFileSync(shortcut, 'utf8')).toBe(others);
    expect(inFolder(states)).toEqual([]);
  });

  it('refuses to install over an entry that cannot be read', async () => {
    fs.mkdirSync(startup, { recursive: true });
    fs.writeFileSync(shortcut, 'no shortcut at all');
    await expect(install()).rejects.toMatchObject({ code: 'startup-entry-taken' });
  });
});

describe('Startup folder', () => {
  it('creates a missing Startup folder', async () => {
    await install();
    expect(inFolder(startup)).toEqual([path.basename(shortcut)]);
    expect(await problems()).toEqual([]);
  });

  it('reports a Startup folder that cannot be written, and leaves nothing over', async () => {
    fs.writeFileSync(path.dirname(startup), 'a file where a folder should be');
    await expect(install()).rejects.toMatchObject({ code: 'startup-folder-unavailable' });
    expect(inFolder(states)).toEqual([]);
    expect(await manager.status(identity)).toMatchObject({ phase: 'not-installed' });
  });

  it.skipIf(!canMount())(
    `reports a read-only Startup folder, and leaves nothing over${canMount() ? '' : ` (skipped: ${NEEDS_MOUNT})`}`,
    async () => {
      using disk = mountTmpfs(surroundings.folder, '16k');
      disk.makeReadOnly();
      const redirected = vi.spyOn(shell, 'folder').mockReturnValue(disk.path);
      await expect(install()).rejects.toMatchObject({ code: 'startup-folder-unavailable', message: expect.stringContaining('read-only') });
      expect(inFolder(states)).toEqual([]);
      redirected.mockRestore();
    },
  );

  it('reports a redirected Startup folder, and creates the entry there by the next repair', async () => {
    await install();
    const elsewhere = path.join(surroundings.folder, 'OneDrive', 'Startup');
    const redirected = vi.spyOn(shell, 'folder').mockReturnValue(elsewhere);
    expect(await problems()).toEqual(['startup-entry-missing']);
    expect(await manager.repair(identity)).toMatchObject({ repaired: [{ problem: { code: 'startup-entry-missing' } }], left: [] });
    expect(inFolder(elsewhere)).toEqual([path.basename(shortcut)]);
    await manager.uninstall(identity);
    expect(inFolder(elsewhere)).toEqual([]);
    redirected.mockRestore();
  });

  it('reports a Startup folder whose path Windows does not return, and leaves nothing over', async () => {
    const told = vi.spyOn(shell, 'folder').mockImplementation(() => {
      throw new Error('the path is not available');
    });
    await expect(install()).rejects.toMatchObject({ code: 'startup-folder-unavailable' });
    expect(inFolder(states)).toEqual([]);
    told.mockRestore();
  });
});

describe('process with administrator rights', () => {
  beforeEach(() => {
    shell.moreRights = true;
  });

  it('starts no supervisor with administrator rights when Explorer does not run, and leaves the start to the next sign-in', async () => {
    await expect(install()).rejects.toMatchObject({ code: 'started-elevated' });
    expect(inFolder(startup)).toEqual([path.basename(shortcut)]);
    expect(await manager.status(identity)).toMatchObject({ mechanism: 'startup', desired: 'running', problems: [] });
    expect((await manager.status(identity)).servicePid).toBeUndefined();
    await expect(manager.start(identity)).rejects.toMatchObject({ code: 'started-elevated' });
    shell.moreRights = false;
    expect(await manager.start(identity)).toMatchObject({ phase: 'running' });
  });

  it('starts the supervisor through the running Explorer', async () => {
    const explorer = vi.spyOn(shell, 'start').mockImplementation(async asked => {
      await startDetached(commandOfShortcut(asked), asked.cwd);
      return true;
    });
    expect(await install()).toMatchObject({ phase: 'running' });
    expect(explorer).toHaveBeenCalledOnce();
  });
});

describe('shortcut that cannot be created', () => {
  it('creates and reports a command file instead of a shortcut, and replaces it as soon as a shortcut can be created', async () => {
    shell.refusesShortcuts = true;
    await install();
    expect(inFolder(startup)).toEqual([entryFileName(identity.service, 'cmd')]);
    expect(await problems()).toEqual(['startup-flashes']);
    shell.refusesShortcuts = false;
    await install();
    expect(inFolder(startup)).toEqual([path.basename(shortcut)]);
    expect(await problems()).toEqual([]);
  });
});

describe("the user's own switch in Windows", () => {
  it('reports a Startup entry that the user has switched off, and never switches it on by a repair', async () => {
    await install();
    shell.off.add(path.basename(shortcut));
    expect(await problems()).toEqual(['startup-disabled']);
    await install();
    expect(await problems()).toEqual(['startup-disabled']);
  });

  it('creates an entry that the user has removed again only by an installation', async () => {
    await install();
    fs.rmSync(shortcut);
    expect(await problems()).toEqual(['startup-entry-missing']);
    await manager.stop(identity);
    await manager.start(identity);
    expect(inFolder(startup)).toEqual([]);
    await install();
    expect(await problems()).toEqual([]);
  });
});

describe('copy of the host', () => {
  it('reports a deleted copy of the host, and repairs it at the next start', async () => {
    await install();
    await manager.stop(identity);
    fs.rmSync(copies(), { recursive: true });
    expect(await problems()).toEqual(['startup-host-damaged']);
    expect(await manager.start(identity)).toMatchObject({ phase: 'running', problems: [] });
  });

  it('reports a deleted copy of a running host, and replaces that host when the gateway is restarted', async () => {
    const { servicePid } = await install();
    fs.rmSync(copies(), { recursive: true });
    expect(await problems()).toEqual(['startup-host-damaged', 'host-moved']);
    const restarted = await manager.restart(identity);
    expect(restarted).toMatchObject({ phase: 'running', problems: [] });
    expect(restarted.servicePid).not.toBe(servicePid);
  });

  it('shares one copy between the profiles, and keeps it until the last profile is removed', async () => {
    await install();
    await install(work);
    expect(inFolder(copies())).toHaveLength(1);
    await manager.uninstall(identity);
    expect(inFolder(copies())).toHaveLength(1);
    expect(await manager.status(work)).toMatchObject({ phase: 'running', problems: [] });
    await manager.uninstall(work);
    expect(inFolder(states)).toEqual([]);
    expect(inFolder(startup)).toEqual([]);
  });

  it('replaces a supervisor of an older copy at an installation, and removes that copy at the next', async () => {
    const { servicePid } = await install();
    const newer = path.join(surroundings.folder, 'newer', 'hermes-gateway.cjs');
    fs.cpSync(path.dirname(PROGRAM), path.dirname(newer), { recursive: true });
    fs.appendFileSync(newer, '\n// newer\n');
    manager = managerOf(newer);
    const replaced = await install();
    expect(replaced).toMatchObject({ phase: 'running', problems: [] });
    expect(replaced.servicePid).not.toBe(servicePid);
    expect(inFolder(copies())).toHaveLength(2);
    expect(await install()).toMatchObject({ servicePid: replaced.servicePid });
    expect(inFolder(copies())).toHaveLength(1);
  });
});

describe('killed installation', () => {
  it('completes an installation without its entry by the next one, and removes all of it by an uninstall', async () => {
    await install();
    await manager.stop(identity);
    fs.rmSync(shortcut);
    fs.rmSync(copies(), { recursive: true });
    expect(await problems()).toEqual(['startup-entry-missing']);
    expect(await install()).toMatchObject({ phase: 'running', problems: [] });
    fs.rmSync(shortcut);
    await manager.uninstall(identity);
    expect(inFolder(states)).toEqual([]);
  });

  it('removes an installation of which only the entry is left by an uninstall', async () => {
    await install();
    await manager.stop(identity);
    fs.rmSync(path.join(states, identity.service), { recursive: true });
    expect(await manager.status(identity)).toMatchObject({ mechanism: 'startup' });
    await manager.uninstall(identity);
    expect(inFolder(startup)).toEqual([]);
    expect(inFolder(states)).toEqual([]);
  });
});
