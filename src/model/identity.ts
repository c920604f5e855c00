/**
 * The one gateway a command is about, as everybody names it: CLI, services, IPC and panel. It stands apart from `home.ts`, which finds
 * it, so that code for the browser can speak of it without Node.
 */

import type { Profile } from './profile.ts';

/** The service of the default profile; every other one is `HermesGateway-<id>`. */
export const SERVICE_NAME = 'HermesGateway';

export interface GatewayIdentity {
  readonly profile: Profile;
  /** The Hermes root, as configured. */
  readonly root: string;
  /** The profile's own HERMES_HOME: the root, or `<root>/profiles/<name>`. */
  readonly home: string;
  /** Empty for the default profile of the standard root, the profile's name there, else a hash of the home. */
  readonly serviceId: string;
  readonly serviceName: string;
}
