/**
 * Where Hermes is, and which service that makes. The order is that of the desktop app (`apps/desktop/electron/data-paths.ts`), so that both
 * use the same home. The configured spelling is kept: a junction is never resolved in a stored path, only in the hash of a home.
 */

import { createHash } from 'node:crypto';
import { existsSync, readdirSync, realpathSync, statSync } from 'node:fs';
import path from 'node:path';
import { GatewayServiceError } from '../model/errors.ts';
import { DEFAULT_ID, type GatewayIdentity, plainName, SERVICE_NAME } from '../model/identity.ts';
import { DEFAULT_PROFILE, type Profile, parseProfile } from '../model/profile.ts';
import { type Environment, variable } from './environment.ts';

export type { GatewayIdentity } from '../model/identity.ts';

export interface HermesRoot {
  readonly root: string;
  /** The root is the one that Hermes uses on this system when nothing is configured. */
  readonly standard: boolean;
  /** The profile whose home was named instead of the root, if any. */
  readonly profile?: Profile;
  /** The plain name of the default profile's service is not ours. */
  readonly nameTaken?: true;
}

export interface HomeSources {
  readonly platform: NodeJS.Platform;
  readonly env: Environment;
  /** The user's profile folder, from `os.homedir()`. */
  readonly homedir: string;
  /** `--home DIR`. */
  readonly home?: string | undefined;
  /** A variable of the user's environment in the registry, expanded: Explorer may still hold an old environment. */
  readonly readUserEnvironment?: ((name: string) => string | undefined) | undefined;
  /** Whether an MSIX package of Hermes has, or may claim, the plain name of a service. */
  readonly isNameTaken?: (() => boolean) | undefined;
  readonly isFolder?: (folder: string) => boolean;
  readonly resolve?: ResolvePath;
}

/** A path with links and junctions followed, as in Python's `Path.resolve()`: parts that do not exist are kept. */
export type ResolvePath = (folder: string, platform: NodeJS.Platform) => string;

/**
 * The root of Hermes: `--home`, HERMES_HOME, HERMES_DESKTOP_USER_DATA_DIR, the registry, the system's default, the legacy folder. It need
 * not exist (see `requireHome`).
 * @throws GatewayServiceError `home-invalid` for a relative path
 */
export function resolveHermesRoot(sources: HomeSources): HermesRoot {
  const { platform, env, homedir, isFolder = isExistingFolder, resolve = resolvedPath } = sources;
  const paths = pathsOf(platform);
  const get = (name: string) => variable(env, name, platform)?.trim() || undefined;

  const plainDefault =
    platform === 'win32'
      ? paths.join(get('LOCALAPPDATA') ?? paths.join(homedir, 'AppData', 'Local'), 'hermes')
      : paths.join(homedir, '.hermes');
  const suffix = get('HERMES_DATA_DIR_SUFFIX') ?? '';
  const named = (folder: string): HermesRoot => {
    const found = rootAndProfile(absoluteFolder(folder, platform), platform);
    const standard = sameFolder(found.root, plainDefault, platform, resolve);
    return { ...found, standard, ...(standard && sources.isNameTaken?.() && { nameTaken: true }) };
  };

  if (sources.home !== undefined) return named(sources.home);
  const fromEnvironment = get('HERMES_HOME');
  if (fromEnvironment !== undefined) return named(fromEnvironment);
  const desktopData = get('HERMES_DESKTOP_USER_DATA_DIR');
  if (desktopData !== undefined) return named(paths.join(absoluteFolder(desktopData, platform), 'hermes-home'));
  const fromRegistry = platform === 'win32' ? sources.readUserEnvironment?.('HERMES_HOME')?.trim() : undefined;
  if (fromRegistry) return named(fromRegistry);

  const legacy = paths.join(homedir, '.hermes');
  if (platform === 'win32' && suffix === '' && !isFolder(plainDefault) && isFolder(legacy)) return named(legacy);
  return named(plainDefault + suffix);
}

/**
 * The service of this profile's gateway. The id of a home that is not the standard one is the suffix of Hermes' `_profile_suffix`
 * (`sha256(resolved home)[:8]`), so that two custom homes never share a service, a state folder or a pipe.
 */
export function gatewayIdentity(
  { root, standard, profile = DEFAULT_PROFILE, nameTaken }: HermesRoot,
  platform: NodeJS.Platform = process.platform,
  resolve: ResolvePath = resolvedPath,
): GatewayIdentity {
  const home = profile === DEFAULT_PROFILE ? root : pathsOf(platform).join(root, 'profiles', profile);
  const defaultId = nameTaken ? DEFAULT_ID : '';
  const serviceId = standard ? (profile === DEFAULT_PROFILE ? defaultId : profile) : sha256(resolve(home, platform)).slice(0, 8);
  return { profile, root, home, serviceId, service: serviceId === '' ? SERVICE_NAME : `${SERVICE_NAME}-${serviceId}` };
}

/** The identity of a profile of this root by its name, as a user writes it. @throws GatewayServiceError `profile-invalid` */
export function profileIdentity(found: HermesRoot, name: string, platform: NodeJS.Platform = process.platform): GatewayIdentity {
  const exists = existsSync(path.join(found.root, 'profiles', name.trim().toLowerCase()));
  return gatewayIdentity({ ...found, profile: parseProfile(name, { exists }) }, platform);
}

/**
 * Checks that the home exists and may be used; a deleted profile has a tombstone and must never be created again.
 * @throws GatewayServiceError `home-missing`, `profile-missing`
 */
export function requireHome({ root, home, profile }: GatewayIdentity): void {
  if (!isExistingFolder(root)) throw new GatewayServiceError('home-missing', root);
  if (profile === DEFAULT_PROFILE) return;
  const deleted = existsSync(path.join(root, 'profiles', '.deleted', profile));
  if (deleted || !isExistingFolder(home)) throw new GatewayServiceError('profile-missing', `"${profile}" in ${root}`);
}

/** The identity of another profile of the same root. */
export function siblingOf({ root, profile, service }: GatewayIdentity, other: Profile, isNameTaken?: () => boolean): GatewayIdentity {
  const standard = profileIdentity({ root, standard: true }, profile).service === plainName(service);
  return profileIdentity({ root, standard, ...(isNameTaken?.() && { nameTaken: true }) }, other);
}

/** The configuration file of a home; the home where it has none. */
export function configurationOf(home: string): string {
  const file = path.join(home, 'config.yaml');
  return existsSync(file) ? file : home;
}

/** The default profile and the named ones of this root, sorted, without deleted ones and folders that are no profile. */
export function listProfiles(root: string, platform: NodeJS.Platform = process.platform): Profile[] {
  const folder = path.join(root, 'profiles');
  let names: string[];
  try {
    names = readdirSync(folder);
  } catch {
    return [DEFAULT_PROFILE];
  }
  // Where the file system ignores the case of names, the profile of a folder "Work" is "work".
  const known = platform === 'win32' ? names.map(name => name.toLowerCase()) : names;
  const found = [...new Set(known)].filter(name => isProfileFolder(folder, name)).sort();
  return [DEFAULT_PROFILE, ...found];
}

function isProfileFolder(folder: string, name: string): boolean {
  if (name === DEFAULT_PROFILE || !isExistingFolder(path.join(folder, name))) return false;
  try {
    return parseProfile(name, { exists: true }) === name && !existsSync(path.join(folder, '.deleted', name));
  } catch {
    return false;
  }
}

/** `<root>/profiles/<name>` is the home of a profile: its root is two folders up. */
function rootAndProfile(folder: string, platform: NodeJS.Platform): { root: string; profile?: Profile } {
  const paths = pathsOf(platform);
  const parent = paths.dirname(folder);
  if (normalizeCase(paths.basename(parent), platform) !== 'profiles') return { root: folder };
  try {
    return { root: paths.dirname(parent), profile: parseProfile(paths.basename(folder), { exists: true }) };
  } catch {
    return { root: folder };
  }
}

/** The folder as it was spelled, without a slash at its end. On Windows `\folder` and `C:folder` depend on the current drive: refused. */
function absoluteFolder(folder: string, platform: NodeJS.Platform): string {
  const absolute = platform === 'win32' ? /^([a-z]:[\\/]|[\\/]{2}[^\\/])/i.test(folder) : folder.startsWith('/');
  if (!absolute || folder.includes('\0')) throw new GatewayServiceError('home-invalid', `Given: ${JSON.stringify(folder)}.`);
  const { root } = pathsOf(platform).parse(folder);
  const trimmed = platform === 'win32' ? folder.replace(/[\\/]+$/, '') : folder.replace(/\/+$/, '');
  return trimmed.length < root.length ? root : trimmed;
}

/** Whether two spellings (another case on Windows, a link, a junction) are one folder. */
export function sameFolder(
  one: string,
  other: string,
  platform: NodeJS.Platform = process.platform,
  resolve: ResolvePath = resolvedPath,
): boolean {
  if (one === other) return true;
  return normalizeCase(resolve(one, platform), platform) === normalizeCase(resolve(other, platform), platform);
}

/** Python's `os.path.normcase`: on Windows lower case and backslashes, elsewhere the path itself. */
export function normalizeCase(folder: string, platform: NodeJS.Platform): string {
  return platform === 'win32' ? folder.replaceAll('/', '\\').toLowerCase() : folder;
}

export function resolvedPath(folder: string, platform: NodeJS.Platform): string {
  const paths = pathsOf(platform);
  const lexical = paths.normalize(folder);
  let existing = lexical;
  for (;;) {
    try {
      return paths.join(realpathSync.native(existing), paths.relative(existing, lexical));
    } catch {
      const parent = paths.dirname(existing);
      if (parent === existing) return lexical;
      existing = parent;
    }
  }
}

function isExistingFolder(folder: string): boolean {
  try {
    return statSync(folder).isDirectory();
  } catch {
    return false;
  }
}

function pathsOf(platform: NodeJS.Platform): path.PlatformPath {
  return platform === 'win32' ? path.win32 : path.posix;
}

function sha256(text: string): string {
  return createHash('sha256').update(text, 'utf8').digest('hex');
}
