/**
 * The `.env` of a profile: its tokens and keys. It is read only to find variables of this environment that came from another profile,
 * because a gateway that inherits them takes over that profile's bots.
 */

import path from 'node:path';
import { DEFAULT_PROFILE } from '../model/profile.ts';
import type { Environment } from './environment.ts';
import { type GatewayIdentity, listProfiles } from './home.ts';
import { readTextFile } from './tolerant-json.ts';

const ASSIGNMENT = /^\s*(?:export\s+)?([A-Za-z_][A-Za-z0-9_]*)\s*=\s*(.*?)\s*$/;
const QUOTED = /^(["'])(.*)\1(?:\s+#.*)?$/;
const COMMENT = /\s+#.*$/;

/** The variables that a `.env` sets, without quotes and comments, as python-dotenv reads them; empty values are left out. */
export function parseDotenv(text: string): Record<string, string> {
  const found: Record<string, string> = {};
  for (const line of text.split(/\r?\n/)) {
    const [, name, raw = ''] = ASSIGNMENT.exec(line) ?? [];
    const value = QUOTED.exec(raw)?.[2] ?? raw.replace(COMMENT, '');
    if (name !== undefined && value !== '' && !raw.startsWith('#')) found[name] = value;
  }
  return found;
}

/** The variables of the other profiles of the same root. */
export function variablesOfOthers({ root, profile }: GatewayIdentity): Environment[] {
  return listProfiles(root)
    .filter(other => other !== profile)
    .map(other => (other === DEFAULT_PROFILE ? root : path.join(root, 'profiles', other)))
    .map(home => parseDotenv(readTextFile(path.join(home, '.env')) ?? ''));
}
