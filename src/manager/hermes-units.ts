/**
 * Hermes' own services where there is no SCM: systemd units and launchd agents that run its gateway (`hermes gateway install`). They are
 * recognized by what they start and for which home, not by their names, and never changed.
 */

import { execFile } from 'node:child_process';
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { sameFolder } from '../gateway/home.ts';
import { readTextFile } from '../gateway/tolerant-json.ts';
import type { GatewayIdentity } from '../model/identity.ts';
import { DEFAULT_PROFILE } from '../model/profile.ts';
import { type GatewayUnit, parseLaunchAgent, parseSystemdUnit } from './unit-file.ts';

/** A service of Hermes that keeps a gateway running. */
export interface HermesUnit {
  readonly kind: 'systemd' | 'launchd';
  /** Unit or label. */
  readonly name: string;
  readonly file: string;
  /** Its state as its manager reports it: "active (running), enabled". */
  readonly state: string;
}

/** Finds the service of Hermes that keeps a gateway running. Never rejects. */
export type FindHermesUnit = (identity: GatewayIdentity) => Promise<HermesUnit | undefined>;

export interface HermesUnitsOptions {
  readonly platform: NodeJS.Platform;
  /** The user's folder. */
  readonly homedir: string;
  /** `systemctl` or `launchctl`; default: the one on PATH. */
  readonly control?: string;
  /** Default: `/etc/systemd/system`. */
  readonly systemUnits?: string;
}

/** How long a service manager may take to answer, so that a status is never late, in milliseconds. */
const ASK_MS = 2_000;
const SHOWN = ['ActiveState', 'SubState', 'UnitFileState'] as const;

export function hermesUnits(options: HermesUnitsOptions): FindHermesUnit {
  const unitsIn = remembered(gatewayUnitsIn);
  if (options.platform === 'linux') return identity => systemdUnit(identity, options, unitsIn);
  if (options.platform === 'darwin') return identity => launchAgent(identity, options, unitsIn);
  return async () => undefined;
}

interface FoundUnit extends GatewayUnit {
  readonly name: string;
  readonly file: string;
}

type UnitsIn = (folder: string, ending: string, parse: (text: string) => GatewayUnit | undefined) => readonly FoundUnit[];

/** How long units that were read are used again: statuses of many profiles read the folders once, in milliseconds. */
const LOOK_MS = 1_000;

async function systemdUnit(identity: GatewayIdentity, options: HermesUnitsOptions, unitsIn: UnitsIn): Promise<HermesUnit | undefined> {
  const { homedir, control = 'systemctl', systemUnits = '/etc/systemd/system' } = options;
  const folders = [
    { folder: path.posix.join(homedir, '.config/systemd/user'), scope: ['--user'] },
    { folder: systemUnits, scope: [] },
  ];
  for (const { folder, scope } of folders) {
    const units = unitsIn(folder, '.service', text => parseSystemdUnit(text, homedir));
    for (const { name, file } of units.filter(unit => isFor(unit, identity, homedir))) {
      const shown = await ask(control, [...scope, 'show', name, `--property=${SHOWN.join()}`]);
      const values = new Map(shown?.split('\n').map(line => line.split('=', 2) as [string, string]));
      const [active = '', sub = '', start = ''] = SHOWN.map(property => values.get(property));
      const asleep = (active === 'inactive' || active === 'failed') && !start.startsWith('enabled');
      if (asleep) continue;
      return { kind: 'systemd', name, file, state: shown === undefined ? 'unknown' : `${active} (${sub}), ${start}` };
    }
  }
  return undefined;
}

async function launchAgent(identity: GatewayIdentity, options: HermesUnitsOptions, unitsIn: UnitsIn): Promise<HermesUnit | undefined> {
  const { homedir, control = 'launchctl' } = options;
  const agents = unitsIn(path.posix.join(homedir, 'Library/LaunchAgents'), '.plist', parseLaunchAgent);
  const found = agents.find(agent => isFor(agent, identity, homedir));
  if (!found) return undefined;
  const name = found.name.slice(0, -'.plist'.length);
  const printed = await ask(control, ['print', `gui/${process.getuid?.() ?? 0}/${name}`]);
  const state = printed === undefined ? 'not loaded' : (/^\s*state = (.+)$/m.exec(printed)?.[1] ?? 'loaded');
  return { kind: 'launchd', name, file: found.file, state };
}

/** The files of a folder that run a gateway of Hermes, by name. */
const gatewayUnitsIn: UnitsIn = (folder, ending, parse) => {
  let names: string[];
  try {
    names = readdirSync(folder).filter(name => name.endsWith(ending));
  } catch {
    return [];
  }
  return names.sort().flatMap(name => {
    const file = path.posix.join(folder, name);
    const text = readTextFile(file);
    const unit = text?.includes('gateway') && /hermes/i.test(text) ? parse(text) : undefined;
    return unit ? [{ ...unit, name, file }] : [];
  });
};

function remembered(look: UnitsIn): UnitsIn {
  const known = new Map<string, { readonly units: readonly FoundUnit[]; readonly atMs: number }>();
  return (folder, ...how) => {
    const last = known.get(folder);
    if (last && performance.now() - last.atMs < LOOK_MS) return last.units;
    const units = look(folder, ...how);
    known.set(folder, { units, atMs: performance.now() });
    return units;
  };
}

function isFor({ home, profile }: GatewayUnit, identity: GatewayIdentity, homedir: string): boolean {
  if (profile !== undefined && profile !== identity.profile) return false;
  // The oldest units name no home: it is the usual one.
  const named = home ?? path.posix.join(homedir, '.hermes');
  if (sameFolder(named, identity.home)) return true;
  return profile !== undefined && profile !== DEFAULT_PROFILE && sameFolder(named, identity.root);
}

/** What the service manager prints; undefined where it is missing or fails. */
function ask(program: string, args: readonly string[]): Promise<string | undefined> {
  return new Promise(resolve => {
    execFile(program, args, { timeout: ASK_MS, env: { ...process.env, LC_ALL: 'C' } }, (error, stdout) =>
      resolve(error ? undefined : stdout),
    );
  });
}
