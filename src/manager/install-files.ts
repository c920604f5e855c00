/**
 * The files of a Hermes install that must not be in use when an update replaces them: the programs beside the one that starts a gateway.
 * A program outside the Hermes root is not part of the install.
 */

import { existsSync } from 'node:fs';
import path from 'node:path';
import type { GatewayIdentity } from '../model/identity.ts';
import { StateFolder } from '../state/state-folder.ts';
import type { InstallFiles } from '../update/ports.ts';

export interface InstallFilesOptions {
  readonly stateRoot: string;
  /** The command that would be started. May throw. */
  readonly command: (identity: GatewayIdentity, override: readonly string[] | undefined) => readonly string[];
  /** Whether a program has this file open; never on POSIX, where a file that runs can be replaced. */
  readonly isInUse: (file: string) => boolean;
}

/** Programs of Hermes' installations; the launcher of a virtual environment keeps its own file open. */
const PROGRAMS = ['python.exe', 'pythonw.exe', 'hermes.exe', 'hermes-acp.exe'] as const;

export function installFiles(options: InstallFilesOptions): InstallFiles {
  return { inUse: async identity => (await programsOf(identity, options)).find(options.isInUse) };
}

async function programsOf(identity: GatewayIdentity, { stateRoot, command }: InstallFilesOptions): Promise<readonly string[]> {
  const definition = await new StateFolder(path.join(stateRoot, identity.service)).definition().catch(() => undefined);
  let program: string | undefined;
  try {
    [program] = command(identity, definition?.gatewayCommand);
  } catch {
    // Without a program no file is in use.
  }
  if (program === undefined || !isBelow(identity.root, program)) return [];
  const folder = path.dirname(program);
  return [...new Set([program, ...PROGRAMS.map(name => path.join(folder, name))])].filter(existsSync);
}

function isBelow(folder: string, file: string): boolean {
  const relative = path.relative(folder, file);
  return relative !== '' && !relative.startsWith('..') && !path.isAbsolute(relative);
}
