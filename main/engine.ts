/** The engine behind the app: the managers and service names of the command line, and one controller for all windows. */

import { GatewayServiceController } from '../src/desktop/controller.ts';
import { withServedProfiles } from '../src/desktop/served-profiles.ts';
import { type GatewayIdentity, listProfiles, profileIdentity, resolveHermesRoot } from '../src/gateway/home.ts';
import { readFiles } from '../src/host/host-files.ts';
import { systemManager } from '../src/manager/system-manager.ts';
import { GatewayServiceError } from '../src/model/errors.ts';
import type { GatewayManager } from '../src/model/manager.ts';
import { hostCommandIn } from '../src/process/host-command.ts';
import { stateRoot } from '../src/state/state-folder.ts';
import { userFolder } from '../src/state/user-folder.ts';
import type { UpdatePorts } from '../src/update/ports.ts';
import { loadHostKoffi } from '../src/windows/koffi-of-host.ts';
import { updateFeed } from './updater/update-feed.ts';
import { mainVersions } from './versions.ts';

export interface EngineOptions {
  /** Folder of the host executable (`hermes-gateway-host.exe`), or of its script in development. */
  readonly hostDir: string;
  /** The Hermes root; default: found as Hermes finds it. */
  readonly home?: string | undefined;
  /** Profiles that may be managed, the default one first; default: all profiles of the home. */
  readonly profiles?: readonly string[] | undefined;
  /** Shows a file in the system's file manager. */
  readonly reveal?: (file: string) => void;
  /** Opens a page of the system's settings, or of the documentation, by its address. */
  readonly openExternal?: (address: string) => Promise<void>;
  /** Opens the app's own way to update Hermes, which also repairs it. The panel then offers it where files of Hermes are missing. */
  readonly updateHermes?: () => Promise<void> | void;
  /** A locale of the user's region. */
  readonly region?: string;
}

export interface Engine {
  readonly controller: GatewayServiceController;
  readonly manager: GatewayManager;
  readonly identities: readonly GatewayIdentity[];
  readonly updates: UpdatePorts;
}

/** @throws GatewayServiceError `user-folder-unknown`, `folder-of-another-user`, `service-program-missing`, `service-program-damaged`, `home-invalid`, `profile-invalid` */
export async function openEngine({ hostDir, home, profiles, ...shell }: EngineOptions): Promise<Engine> {
  const { platform, env } = process;
  const homedir = userFolder();
  const hostCommand = hostCommandIn(hostDir);
  // Before the first module that imports koffi.
  if (platform === 'win32') loadHostKoffi(hostDir, readFiles(hostDir));
  const {
    manager: systemOwn,
    readUserEnvironment,
    isNameTaken,
    updates,
  } = await systemManager({
    stateRoot: stateRoot(platform, env, homedir),
    hostCommand,
    // Loaded on Windows only, because it loads koffi.
    ...(platform === 'win32' && { elevation: (await import('../src/elevation/windows-elevation.ts')).windowsElevation(hostCommand) }),
  });
  const root = resolveHermesRoot({ platform, env, homedir, home, readUserEnvironment, isNameTaken });
  const identities = (profiles ?? listProfiles(root.root)).map(profile => profileIdentity(root, profile, platform));
  if (identities.length === 0) throw new GatewayServiceError('profile-missing', '(the list of profiles is empty)');
  const manager = withServedProfiles(systemOwn, identities);
  const feed = updateFeed({ ...updates, root: root.root });
  const versions = mainVersions();
  const controller = new GatewayServiceController({ manager, updates: feed, identities, versions, ...shell });
  return { controller, manager, identities, updates };
}
