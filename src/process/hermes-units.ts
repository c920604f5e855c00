/**
 * Hermes' own services where there is no SCM: systemd units and launchd agents that run its gateway (`hermes gateway install`). They are
 * known by what they start and for which home, not by their names, and nothing is ever changed there: whoever has one keeps it.
 */

import { execFile } from 'node:child_process';
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { sameFolder } from '../gateway/home.ts';
import type { GatewayIdentity } from '../gateway/identity.ts';
import { DEFAULT_PROFILE } from '../gateway/profile.ts';
import { readTextFile } from '../gateway/tolerant-json.ts';
import { type GatewayUnit, parseLaunchAgent, parseSystemdUnit } from './unit-file.ts';

/** A service of Hermes' own that is in charge of a gateway. */
export interface HermesUnit {
  readonly kind: 'systemd' | 'launchd';
  /** Unit or label. */
  readonly name: string;
  readonly file: string;
  /** How it is, in the words of its manager: "active (running), enabled". */
  readonly state: string;
}

/** Finds the service of Hermes' own that is in charge of a gateway, if there is one. Never rejects. */
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

/** A manager that hangs must not hold up a status, in milliseconds. */
const ASK_MS = 2_000;
const SHOWN = ['ActiveState', 'SubState', 'UnitFileState'] as const;

export function hermesUnits(options: HermesUnitsOptions): FindHermesUnit {
  if (options.platform === 'linux') return identity => systemdUnit(identity, options);
  if (options.platform === 'darwin') return identity => launchAgent(identity, options);
  return async () => undefined;
}

interface FoundUnit {
  readonly name: string;
  readonly file: string;
}

async function systemdUnit(
  identity: GatewayIdentity,
  { homedir, control = 'systemctl', systemUnits = '/etc/systemd/system' }: HermesUnitsOptions,
) {
  const folders = [
    { folder: path.posix.join(homedir, '.config/systemd/user'), scope: ['--user'] },
    { folder: systemUnits, scope: [] },
  ];
  for (const { folder, scope } of folders) {
    const parse = (text: string) => parseSystemdUnit(text, homedir);
    for (const { name, file } of unitsOf(identity, { folder, ending: '.service', parse, homedir })) {
      const shown = await ask(control, [...scope, 'show', name, `--property=${SHOWN.join()}`]);
      const values = new Map(shown?.split('\n').map(line => line.split('=', 2) as [string, string]));
      const [active = '', sub = '', start = ''] = SHOWN.map(property => values.get(property));
      const asleep = (active === 'inactive' || active === 'failed') && !start.startsWith('enabled');
      if (asleep) continue;
      return { kind: 'systemd', name, file, state: shown === undefined ? 'unknown' : `${active} (${sub}), ${start}` } as const;
    }
  }
  return undefined;
}

async function launchAgent(identity: GatewayIdentity, { homedir, control = 'launchctl' }: HermesUnitsOptions) {
  const folder = path.posix.join(homedir, 'Library/LaunchAgents');
  const [found] = unitsOf(identity, { folder, ending: '.plist', parse: parseLaunchAgent, homedir });
  if (!found) return undefined;
  const name = found.name.slice(0, -'.plist'.length);
  const printed = await ask(control, ['print', `gui/${process.getuid?.() ?? 0}/${name}`]);
  const state = printed === undefined ? 'not loaded' : (/^\s*state = (.+)$/m.exec(printed)?.[1] ?? 'loaded');
  return { kind: 'launchd', name, file: found.file, state } as const;
}

interface Kind {
  readonly folder: string;
  readonly ending: string;
  readonly parse: (text: string) => GatewayUnit | undefined;
  readonly homedir: string;
}

/** The files of a folder that run the gateway of this home. */
function unitsOf(identity: GatewayIdentity, { folder, ending, parse, homedir }: Kind): FoundUnit[] {
  let names: string[];
  try {
    names = readdirSync(folder).filter(name => name.endsWith(ending));
  } catch {
    return [];
  }
  return names.sort().flatMap(name => {
    const file = path.posix.join(folder, name);
    const text = readTextFile(file);
    // Only files that speak of Hermes are worth reading closely.
    const unit = text?.includes('gateway') && /hermes/i.test(text) ? parse(text) : undefined;
    return unit && isFor(unit, identity, homedir) ? [{ name, file }] : [];
  });
}

function isFor({ home, profile }: GatewayUnit, identity: GatewayIdentity, homedir: string): boolean {
  if (profile !== undefined && profile !== identity.profile) return false;
  // The oldest units name no home: it is the usual one.
  const named = home ?? path.posix.join(homedir, '.hermes');
  if (sameFolder(named, identity.home)) return true;
  return profile !== undefined && profile !== DEFAULT_PROFILE && sameFolder(named, identity.root);
}

/** What the manager of services prints; undefined where it is not there, or does not know. */
function ask(program: string, args: readonly string[]): Promise<string | undefined> {
  return new Promise(resolve => {
    execFile(program, args, { timeout: ASK_MS, env: { ...process.env, LC_ALL: 'C' } }, (error, stdout) =>
      resolve(error ? undefined : stdout),
    );
  });
}
