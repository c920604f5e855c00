// The facts about this Windows that checks.ts judges, read without a change to anything.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, realpathSync, statfsSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { APPS_LIST_KEY } from '../../src/mechanisms/apps-list.ts';
import { hostsFolder } from '../../src/mechanisms/installed-host.ts';
import { attempt } from '../../src/model/attempt.ts';
import { stateRoot } from '../../src/state/state-folder.ts';
import { EVENT_SOURCE_KEY } from '../../src/windows/event-log.ts';
import { declare, systemDirectory } from '../../src/windows/library.ts';
import { listProcesses, startTime } from '../../src/windows/process-info.ts';
import { readKey, readValue } from '../../src/windows/registry.ts';
import { enumerateServices, queryStatus, withManager } from '../../src/windows/scm.ts';
import { currentSession, currentUser, isElevated, isElevatedByConsent, userOfSession } from '../../src/windows/security.ts';
import { startupFolder } from '../../src/windows/startup-folder.ts';
import { POINTER } from '../../src/windows/types.ts';
import type { MachineFacts } from './checks.ts';
import { type Made, stillThere } from './made.ts';
import { isThere } from './remove-made.ts';

const POLICIES = 'HKLM\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Policies\\System';
const DEFENDER = 'HKLM\\SOFTWARE\\Microsoft\\Windows Defender\\Real-Time Protection';
const CODE_INTEGRITY = 'HKLM\\SYSTEM\\CurrentControlSet\\Control\\CI\\Policy';
/** VerifiedAndReputablePolicyState: Smart App Control is on (2 is its evaluation, which blocks nothing). */
const SMART_APP_CONTROL_ON = 1;
const CONSOLES = /^(conhost|OpenConsole)\.exe$/i;
const PROGRAMS = ['cmd', 'icacls', 'net', 'sc', 'taskkill', 'wevtutil'];
export const BROKER = 'HermesGateway';

const user32 = declare('user32.dll', { GetShellWindow: [POINTER] });

/** The home of Hermes that the service without a suffix is for. */
export const standardHome = (): string => path.join(process.env['LOCALAPPDATA'] ?? '', 'hermes');
export const states = (): string => stateRoot('win32', process.env, os.homedir());
/** What a Hermes has in its home and this suite never makes: a Hermes that was installed after an aborted run must not be removed with it. */
const OF_HERMES = ['hermes-agent', 'config.yaml', '.env'];

/** The folder of the app that the installer installs. */
export const installedApp = (): string => path.join(process.env['LOCALAPPDATA'] ?? '', 'Programs', 'Hermes Gateway');
/** What an installation makes for all users. */
export const SHARED_KEYS = [EVENT_SOURCE_KEY, APPS_LIST_KEY];

/**
 * @param checkout the project's folder
 * @param former the record of an earlier run
 * @param more folders that must not be there either
 */
export function readMachineFacts(checkout: string, former: Made | undefined, more: readonly string[] = []): MachineFacts {
  const session = currentSession();
  const running = former && startTime(former.pid) === former.startTime ? former.pid : undefined;
  return {
    windows: `${os.version()} ${os.release()}`,
    architecture: process.env['PROCESSOR_ARCHITEW6432'] ?? process.env['PROCESSOR_ARCHITECTURE'] ?? process.arch,
    node: process.version,
    startedBy: starters().join(' < '),
    elevated: isElevated(),
    elevatedByConsent: isElevatedByConsent(),
    uac: { enabled: numberAt(POLICIES, 'EnableLUA'), consent: numberAt(POLICIES, 'ConsentPromptBehaviorAdmin') },
    session,
    sessionUser: attempt(() => userOfSession(session).sid),
    user: currentUser(),
    explorer: (attempt(() => user32.GetShellWindow().result) ?? null) !== null,
    consoles: listProcesses().filter(({ program }) => CONSOLES.test(program)).length,
    defender: defender(),
    signedOnly:
      numberAt(CODE_INTEGRITY, 'VerifiedAndReputablePolicyState') === SMART_APP_CONTROL_ON ||
      numberAt(POLICIES, 'ValidateAdminCodeSignatures') === 1,
    mayCreateServices: attempt(() => withManager(['connect', 'createService'], () => true)) ?? false,
    eventLog: attempt(() => queryStatus('EventLog')?.state) === 'running',
    missing: PROGRAMS.filter(name => !existsSync(path.join(systemDirectory(), `${name}.exe`))),
    temporary: { named: os.tmpdir(), full: fullPath(os.tmpdir()) },
    checkout: { named: path.resolve(checkout), full: fullPath(checkout) },
    freeBytes: freeBytes(os.tmpdir()),
    nodeStartMs: nodeStartMs(),
    foreign: foreign(former, more),
    leftovers: former && running === undefined ? stillThere(former, isThere) : [],
    otherRun: running,
  };
}

/** The long names of a path: TEMP may name the user's folder in the short form of MS-DOS, such as RUNNER~1. */
export const fullPath = (folder: string): string => attempt(() => realpathSync.native(folder)) ?? path.resolve(folder);

function foreign(former: Made | undefined, more: readonly string[]): string[] {
  const isNew = (kind: 'services' | 'entries' | 'folders' | 'keys') => (name: string) =>
    !former?.[kind].some(known => known.toLowerCase() === name.toLowerCase());
  const startup = startupFolder();
  const entries = existsSync(startup) ? readdirSync(startup).filter(name => /hermes/i.test(name)) : [];
  return [
    ...enumerateServices(BROKER)
      .filter(isNew('services'))
      .map(name => `service ${name}`),
    ...entries.filter(isNew('entries')).map(name => `Startup entry ${name}`),
    ...[states(), standardHome(), hostsFolder(), ...more]
      .filter(hasContent)
      .filter(isNew('folders'))
      .map(name => `folder ${name}`),
    ...OF_HERMES.map(name => path.join(standardHome(), name))
      .filter(file => existsSync(file))
      .map(name => `file ${name}`),
    ...SHARED_KEYS.filter(key => readKey(key) !== undefined)
      .filter(isNew('keys'))
      .map(name => `key ${name}`),
  ];
}

/** An empty state folder is what an uninstall may leave. */
const hasContent = (folder: string): boolean => existsSync(folder) && readdirSync(folder).length > 0;

/** The programs that started this process, nearest first: the shell, and what opened it. */
function starters(): string[] {
  const all = new Map(listProcesses().map(each => [each.pid, each]));
  const found: string[] = [];
  for (let at = all.get(process.ppid); at && found.length < 6; at = all.get(at.parentPid)) found.push(at.program);
  return found;
}

function numberAt(...[key, name]: Parameters<typeof readValue>): number | undefined {
  const value = attempt(() => readValue(key, name));
  return typeof value === 'number' ? value : undefined;
}

function defender(): MachineFacts['defender'] {
  const state = attempt(() => queryStatus('WinDefend')?.state);
  if (state === undefined) return 'absent';
  return state === 'running' && numberAt(DEFENDER, 'DisableRealtimeMonitoring') !== 1 ? 'on' : 'off';
}

function freeBytes(folder: string): number {
  const { bavail, bsize } = statfsSync(folder);
  return bavail * bsize;
}

/** The quicker of two starts: the first one reads the disk. */
function nodeStartMs(): number {
  const once = () => {
    const begun = performance.now();
    spawnSync(process.execPath, ['-e', '0'], { windowsHide: true, stdio: 'ignore' });
    return performance.now() - begun;
  };
  return Math.round(Math.min(once(), once()));
}
