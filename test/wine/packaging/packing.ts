// Packs the app as electron-builder is configured to, with its own code and templates, where nothing that it downloads can be had:
// Electron, the plugins of NSIS and 7za have stand-ins (the files here), makensis is Debian's. A packed app can be read; an installer runs
// under Wine.
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, copyFileSync, existsSync, mkdirSync, openSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { stage } from '../../../build/stage.mjs';
import { REPOSITORY } from '../../support/sandbox.ts';
import type { Availability, WineRig } from '../rig.ts';

const here = path.join(REPOSITORY, 'test/wine/packaging');
const COMPILER = 'x86_64-w64-mingw32-gcc';
const RESOURCES = 'x86_64-w64-mingw32-windres';
const PLUGINS = ['StdUtils', 'UAC', 'WinShell', 'Nsis7z'];

/** Whether an app can be packed here; an installer needs a makensis as well. */
export function canPack(what: 'app' | 'installer'): Availability {
  if (!existsSync(path.join(REPOSITORY, 'build/node_modules/electron-builder')))
    return { ok: false, reason: 'electron-builder is missing; "npm ci --prefix build" installs it' };
  if (!hasTool(COMPILER)) return { ok: false, reason: 'mingw is missing; "bash test/wine/setup.sh" installs it' };
  if (what === 'installer' && !hasTool('makensis'))
    return { ok: false, reason: 'makensis is missing; "bash test/wine/setup.sh" installs it' };
  return { ok: true };
}

const hasTool = (name: string): boolean => spawnSync(name, ['--version']).error === undefined;

/** Packs the app into `folder`; gives the folder that would be installed. */
export async function packApp(folder: string): Promise<string> {
  await run(folder, [], standIns(folder));
  return path.join(folder, 'win-unpacked');
}

/**
 * Makes an installer of each version, whose host is the one that is built into this rig; gives their paths. The file resources/marker.txt
 * of an installed app names its version.
 */
export async function packInstallers(rig: WineRig, versions: readonly string[]): Promise<readonly string[]> {
  const folder = rig.onLinux('C:\\packaging');
  const tools = standIns(folder);
  const [program = ''] = rig.program;
  compile(tools, 'hermes-gateway.exe', 'host.c', `-DPROGRAM=L"${program.replaceAll('\\', '\\\\')}"`);
  mkdirSync(path.join(tools, 'wine/lib'), { recursive: true });
  symlinkSync(rig.prefix, path.join(tools, 'wine/wine-home'));
  // Wine's own is shared with other rigs.
  const powershell = rig.onLinux('C:\\windows\\system32\\WindowsPowerShell\\v1.0\\powershell.exe');
  rmSync(powershell);
  compile(tools, 'powershell.exe', 'powershell.c');
  copyFileSync(path.join(tools, 'powershell.exe'), powershell);
  await run(folder, versions, tools, path.join(tools, 'hermes-gateway.exe'));
  return versions.map(version => `C:\\packaging\\Hermes Gateway Setup ${version}.exe`);
}

function compile(tools: string, output: string, ...args: readonly string[]): void {
  execFileSync(COMPILER, ['-O1', '-s', '-o', path.join(tools, output), ...args], { cwd: here });
}

/** What stands in for what electron-builder downloads. */
function standIns(folder: string): string {
  const tools = path.join(folder, 'tools');
  const inTools = (...names: readonly string[]) => path.join(tools, ...names);
  for (const name of ['electron', 'nsis', 'plugins', 'resources/plugins/x86-unicode', 'wine/bin']) {
    mkdirSync(inTools(name), { recursive: true });
  }
  execFileSync(RESOURCES, ['program.rc', '-O', 'coff', '-o', inTools('program.o')], { cwd: here });
  compile(tools, 'electron/electron.exe', 'program.c', inTools('program.o'));
  copyFileSync(inTools('electron/electron.exe'), inTools('nsis/elevate.exe'));
  compile(tools, 'plugins.dll', '-shared', 'plugins.c');
  for (const name of PLUGINS) copyFileSync(inTools('plugins.dll'), inTools('plugins', `${name}.dll`));
  copyFileSync(path.join(here, 'makensis.sh'), inTools('nsis/makensis'));
  copyFileSync(path.join(here, 'process-info.nsh'), inTools('process-info.nsh'));
  symlinkSync(path.join(here, 'wine.sh'), inTools('wine/bin/wine'));
  copyFileSync(path.join(here, 'archive.mjs'), inTools('7za'));
  for (const name of ['nsis/makensis', 'wine/bin/wine', '7za']) chmodSync(inTools(name), 0o755);
  return tools;
}

async function run(output: string, versions: readonly string[], tools: string, host = path.join(tools, 'nsis/elevate.exe')): Promise<void> {
  const app = path.join(output, 'app');
  stage(app);
  const hosts = path.join(app, 'dist/windows-host');
  mkdirSync(hosts, { recursive: true });
  for (const name of ['hermes-gateway.exe', 'hermes-gateway-host.exe']) copyFileSync(host, path.join(hosts, name));
  const request = path.join(output, 'request.json');
  writeFileSync(request, JSON.stringify({ app, output, electron: path.join(tools, 'electron'), versions }));
  const log = path.join(output, 'log.txt');
  const said = openSync(log, 'w');
  const child = spawn(process.execPath, [path.join(here, 'pack.mjs'), request], {
    env: {
      ...process.env,
      STAND_INS: tools,
      ELECTRON_BUILDER_NSIS_DIR: path.join(tools, 'nsis'),
      ELECTRON_BUILDER_NSIS_RESOURCES_DIR: path.join(tools, 'resources'),
      ELECTRON_BUILDER_7ZIP_PATH: path.join(tools, '7za'),
      ELECTRON_BUILDER_WINE_TOOLSET_DIR: path.join(tools, 'wine'),
    },
    stdio: ['ignore', said, said],
  });
  const [code] = await once(child, 'exit');
  if (code !== 0) throw new Error(`electron-builder ended with exit code ${code}:\n${readFileSync(log, 'utf8')}`);
}
