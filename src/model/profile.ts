/** The name of a Hermes profile: the rule of `hermes_cli/profiles.py`, without the names that Windows reserves for devices. */

import { GatewayServiceError } from './errors.ts';

/** A name that `parseProfile` accepted: lower case, safe in a path, a service name and a command line. */
export type Profile = string;

/** The profile that lives in the root folder itself. */
export const DEFAULT_PROFILE: Profile = 'default';

const PATTERN = /^[a-z0-9][a-z0-9_-]{0,63}$/;
/** Names that Hermes refuses to create; a folder from before that rule still works. */
const RESERVED: ReadonlySet<string> = new Set(['hermes', 'test', 'tmp', 'root', 'sudo']);
/** https://learn.microsoft.com/windows/win32/fileio/naming-a-file */
const DEVICE = /^(con|prn|aux|nul|com[1-9]|lpt[1-9])$/;

/**
 * The profile of this name, trimmed and in lower case as Hermes does it.
 * @param exists the profile's folder exists already, which lifts Hermes' reservation of a few names
 * @throws GatewayServiceError `profile-invalid`, with the name quoted and a remedy that fits
 */
export function parseProfile(name: string, { exists = false } = {}): Profile {
  const profile = name.trim().toLowerCase();
  if (profile === DEFAULT_PROFILE) return DEFAULT_PROFILE;
  if (!PATTERN.test(profile)) throw invalid(name);
  if (DEVICE.test(profile)) throw invalid(name, 'Windows reserves this name for a device. Give the profile another name.');
  if (RESERVED.has(profile) && !exists) throw invalid(name, 'Hermes reserves this name. Give the profile another name.');
  return profile;
}

function invalid(name: string, remedy?: string): GatewayServiceError {
  // Control characters are made visible, and a long name is cut to a line.
  const given = JSON.stringify(name.length > 80 ? `${name.slice(0, 80)}…` : name);
  return new GatewayServiceError('profile-invalid', `Given: ${given}.`, remedy === undefined ? {} : { remedy });
}
