// What a Startup folder may hold against us: somebody else's entries, no folder, no shortcuts, a switch that the user turned off, a copy of
// the host that was deleted. Nothing of others is touched, nothing is overruled, everything is told, and a repair repairs what is ours.
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

describe('an entry that only has our name', () => {
  const others = JSON.stringify({ program: '/opt/other', parameters: 'supervise --service HermesGateway', cwd: '/', description: '' });
  it('keeps the sign-in start from being installed, and is left as it is', async () => {
    fs.mkdirSync(startup, { recursive: true });
    fs.writeFileSync(shortcut, others);
    await expect(install()).rejects.toMatchObject({ code: 'startup-entry-taken' });
    expect(fs.readFileSync(shortcut, 'utf8')).toBe(others);
    expect(inFolder(states)).toEqual([]);
  });

  it('that came later is told, and stays when ours is removed', async () => {
    await install();
    fs.writeFileSync(shortcut, others);
    expect(await problems()).toEqual(['startup-entry-taken']);
    await manager.uninstall(identity);
    expect(fs.readFileSync(shortcut, 'utf8')).toBe(others);
    expect(inFolder(states)).toEqual([]);
  });

  it('is not even one that can be read', async () => {
    fs.mkdirSync(startup, { recursive: true });
    fs.writeFileSync(shortcut, 'no shortcut at all');
    await expect(install()).rejects.toMatchObject({ code: 'startup-entry-taken' });
  });
});

describe('the Startup folder', () => {
  it('is made where it is missing', async () => {
    await install();
    expect(inFolder(startup)).toEqual([path.basename(shortcut)]);
    expect(await problems()).toEqual([]);
  });

  it('that cannot be written is told, and nothing is left', async () => {
    fs.writeFileSync(path.dirname(startup), 'a file where a folder should be');
    await expect(install()).rejects.toMatchObject({ code: 'startup-folder-unavailable' });
    expect(inFolder(states)).toEqual([]);
    expect(await manager.status(identity)).toMatchObject({ phase: 'not-installed' });
  });

  it.skipIf(!canMount())(`that is read-only is told, and nothing is left${canMount() ? '' : ` (skipped: ${NEEDS_MOUNT})`}`, async () => {
    using disk = mountTmpfs(surroundings.folder, '16k');
    disk.makeReadOnly();
    const redirected = vi.spyOn(shell, 'folder').mockReturnValue(disk.path);
    await expect(install()).rejects.toMatchObject({ code: 'startup-folder-unavailable', message: expect.stringContaining('read-only') });
    expect(inFolder(states)).toEqual([]);
    redirected.mockRestore();
  });

  it('that was redirected since is told, and the entry follows it with the next repair', async () => {
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

  it('that Windows cannot tell is told, and nothing is left', async () => {
    const told = vi.spyOn(shell, 'folder').mockImplementation(() => {
      throw new Error('the path is not available');
    });
    await expect(install()).rejects.toMatchObject({ code: 'startup-folder-unavailable' });
    expect(inFolder(states)).toEqual([]);
    told.mockRestore();
  });
});

describe('a process with the rights of an administrator', () => {
  beforeEach(() => {
    shell.moreRights = true;
  });

  it('starts no supervisor with them where no Explorer runs; it is installed, and starts with the next sign-in', async () => {
    await expect(install()).rejects.toMatchObject({ code: 'started-elevated' });
    expect(inFolder(startup)).toEqual([path.basename(shortcut)]);
    expect(await manager.status(identity)).toMatchObject({ mechanism: 'startup', desired: 'running', problems: [] });
    expect((await manager.status(identity)).servicePid).toBeUndefined();
    await expect(manager.start(identity)).rejects.toMatchObject({ code: 'started-elevated' });
    shell.moreRights = false;
    expect(await manager.start(identity)).toMatchObject({ phase: 'running' });
  });

  it('leaves the start to the Explorer that runs', async () => {
    const explorer = vi.spyOn(shell, 'start').mockImplementation(async asked => {
      await startDetached(commandOfShortcut(asked), asked.cwd);
      return true;
    });
    expect(await install()).toMatchObject({ phase: 'running' });
    expect(explorer).toHaveBeenCalledOnce();
  });
});

describe('where Windows makes no shortcut', () => {
  it('a command file is the last resort, which is told, and a shortcut takes its place as soon as it can be made', async () => {
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

describe("the user's own switch", () => {
  it('is told when it is off, and no repair turns it on', async () => {
    await install();
    shell.off.add(path.basename(shortcut));
    expect(await problems()).toEqual(['startup-disabled']);
    await install();
    expect(await problems()).toEqual(['startup-disabled']);
  });

  it('is respected where the user has removed the entry: only an installation writes it anew', async () => {
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

describe('the copy of the host', () => {
  it('that was deleted is told, and repaired by the next start', async () => {
    await install();
    await manager.stop(identity);
    fs.rmSync(copies(), { recursive: true });
    expect(await problems()).toEqual(['startup-host-damaged']);
    expect(await manager.start(identity)).toMatchObject({ phase: 'running', problems: [] });
  });

  it('is shared by the profiles, and stays until the last of them is removed', async () => {
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

  it('that a supervisor runs from stays when a newer one is installed, until that supervisor has ended', async () => {
    const { gatewayPid } = await install();
    const newer = path.join(surroundings.folder, 'newer', 'hermes-gateway.cjs');
    fs.cpSync(path.dirname(PROGRAM), path.dirname(newer), { recursive: true });
    fs.appendFileSync(newer, '\n// newer\n');
    manager = managerOf(newer);
    expect(await install()).toMatchObject({ phase: 'running', gatewayPid });
    expect(inFolder(copies())).toHaveLength(2);
    await manager.stop(identity);
    expect(await install()).toMatchObject({ phase: 'running' });
    expect(inFolder(copies())).toHaveLength(1);
  });
});

describe('an installation that was killed', () => {
  it('between its definition and its entry is repaired by the next one, and removed whole by a removal', async () => {
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

  it('so that only its entry is left is removed whole by a removal', async () => {
    await install();
    await manager.stop(identity);
    fs.rmSync(path.join(states, identity.service), { recursive: true });
    expect(await manager.status(identity)).toMatchObject({ mechanism: 'startup' });
    await manager.uninstall(identity);
    expect(inFolder(startup)).toEqual([]);
    expect(inFolder(states)).toEqual([]);
  });
});
