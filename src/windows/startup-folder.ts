/**
 * The user's own Startup folder, wherever a policy or the user has put it, and Windows' own switch for what lies in it (Settings, Apps,
 * Startup; Task Manager). The switch is the user's: it is read here and never written.
 * The switch's bytes are not documented; only their first one is read.
 */
import { knownFolder } from './known-folder.ts';
import { readValue } from './registry.ts';

const APPROVED = 'HKCU\\Software\\Microsoft\\Windows\\CurrentVersion\\Explorer\\StartupApproved\\StartupFolder';

/** The folder need not exist. @throws GatewayServiceError what Windows says */
export const startupFolder = (): string => knownFolder('startup');

/** What the bytes of the switch say: an odd first one means that the user has switched the entry off. */
export function isSwitchedOn(bytes: Buffer): boolean {
  return ((bytes[0] ?? 0) & 1) === 0;
}

/** Whether Windows opens an entry of the Startup folder at sign-in; one that the user never switched has no value, and is opened. */
export function isStartupEntryEnabled(fileName: string): boolean {
  const value = readValue(APPROVED, fileName);
  return !Buffer.isBuffer(value) || isSwitchedOn(value);
}
