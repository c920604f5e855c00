/**
 * One gateway for many profiles: since 0.22 the first gateway of a user serves every profile of its home, and says so in
 * `host-gateway.json` (`gateway/host_rendezvous.py`). A gateway of a profile that is served ends at once.
 */

import path from 'node:path';
import type { GatewayIdentity } from '../model/identity.ts';
import type { ProcessTable } from '../model/process-ref.ts';
import { DEFAULT_PROFILE } from '../model/profile.ts';
import { type Environment, variable } from './environment.ts';
import { sameFolder } from './home.ts';
import { livingGateway } from './identity-files.ts';
import { startTimesMatch } from './process-start-time.ts';
import { asPid, asText, asTexts, readJsonObject, readTextFile } from './tolerant-json.ts';

/** The gateway that serves a profile in the place of its own. */
export interface ServingGateway {
  /** The profile that it was started for. */
  readonly profile: string;
  /** Absent where it does not run now. */
  readonly pid?: number;
}

/** The folder of the locks that all gateways of a user share (`gateway/status.py`). */
export function lockFolder(platform: NodeJS.Platform, env: Environment, homedir: string): string {
  const named = variable(env, 'HERMES_GATEWAY_LOCK_DIR', platform);
  if (named) return named;
  const { join } = platform === 'win32' ? path.win32 : path.posix;
  return join(variable(env, 'XDG_STATE_HOME', platform) || join(homedir, '.local', 'state'), 'hermes', 'gateway-locks');
}

/**
 * The other gateway that serves this profile now, if any. A record of a process that has ended, or of another Hermes root, counts for
 * nothing.
 */
export function servingGateway(identity: GatewayIdentity, locks: string, processes: ProcessTable): ServingGateway | undefined {
  const { root, home, profile } = identity;
  const host = readHost(locks, processes);
  const hostProfile = host && profileOf(host.home, root);
  if (host && hostProfile !== undefined && !sameFolder(host.home, home) && host.profiles.includes(profile)) {
    return { profile: hostProfile, pid: host.pid };
  }
  if (profile === DEFAULT_PROFILE) return undefined;
  const serving = livingGateway(root, processes);
  return serving?.state?.servedProfiles.includes(profile) ? { profile: DEFAULT_PROFILE, pid: serving.pid } : undefined;
}

/**
 * Whether the configuration of a profile may say `gateway.standalone: true`, so that it gets a gateway of its own. Decided by the text
 * alone: where it is not so, Hermes refuses the start, and says why.
 */
export function mayBeStandalone(home: string): boolean {
  return /^[^#]*\bstandalone\b["']?\s*:\s*["']?(?:true|yes|on)\b/im.test(readTextFile(path.join(home, 'config.yaml')) ?? '');
}

interface Host {
  readonly pid: number;
  readonly home: string;
  readonly profiles: readonly string[];
}

function readHost(locks: string, processes: ProcessTable): Host | undefined {
  const json = readJsonObject(path.join(locks, 'host-gateway.json'));
  const pid = asPid(json?.['pid']);
  const home = asText(json?.['home']);
  if (json === undefined || pid === undefined || !home || !processes.isAlive(pid)) return undefined;
  const [written, live] = [json['startTime'], processes.startTime(pid)];
  // Without both start times the gateway's own files must name the same process.
  const known = typeof written === 'number' && live !== undefined;
  const isSame = known ? startTimesMatch(written, live) : livingGateway(home, processes)?.pid === pid;
  return isSame ? { pid, home, profiles: asTexts(json['profiles']) } : undefined;
}

/** The profile of a home below this root; undefined for another root. */
function profileOf(home: string, root: string): string | undefined {
  if (sameFolder(home, root)) return DEFAULT_PROFILE;
  const profiles = path.dirname(home);
  return path.basename(profiles) === 'profiles' && sameFolder(path.dirname(profiles), root) ? path.basename(home) : undefined;
}
