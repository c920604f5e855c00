/**
 * The user's own Startup folder, wherever a policy or the user has moved it, and Windows' own switch for its entries (Settings, Apps,
 * Startup; Task Manager). The switch is the user's: it is read here and never written. Its bytes are not documented; only the first one is
 * read.
 */
import { knownFolder } from './known-folder.ts';
import { readValue } from './registry.ts';

const APPROVED = 'HKCU\\Software\\Microsoft\\Windows\\CurrentVersion\\Explorer\\StartupApproved\\StartupFolder';

/** The folder need not exist. @throws GatewayServiceError for a failed call */
export const startupFolder = (): string => knownFolder('startup');

/** The meaning of the switch's bytes: an odd first byte means that the user has switched the entry off. */
export function isSwitchedOn(bytes: Buffer): boolean {
  return ((bytes[0] ?? 0) & 1) === 0;
}

/** Whether Windows opens an entry of the Startup folder at sign-in; an entry without a value was never switched and is opened. */
export function isStartupEntryEnabled(fileName: string): boolean {
  const value = readValue(APPROVED, fileName);
  return !Buffer.isBuffer(value) || isSwitchedOn(value);
}
