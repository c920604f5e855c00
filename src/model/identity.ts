/** The identity of one gateway in CLI, services, IPC and panel. Apart from `home.ts`, which finds it, so that the browser needs no Node. */

import type { Profile } from './profile.ts';

/** The service of the default profile; every other one is `HermesGateway-<id>`. */
export const SERVICE_NAME = 'HermesGateway';

/** The name of a gateway service, as the SCM, the state folder and the control pipe use it. Not the service id and not the display name. */
export type ServiceName = typeof SERVICE_NAME | `${typeof SERVICE_NAME}-${string}`;

const SERVICE_PATTERN = new RegExp(`^${SERVICE_NAME}(-[a-z0-9][a-z0-9_-]{0,63})?$`);

/** Whether a service of this name can be ours. Such a name means the same in a command line, a registry path and a batch file. */
export function isServiceName(text: string): text is ServiceName {
  return SERVICE_PATTERN.test(text);
}

export interface GatewayIdentity {
  readonly profile: Profile;
  /** The Hermes root, as configured. */
  readonly root: string;
  /** The profile's own HERMES_HOME: the root, or `<root>/profiles/<name>`. */
  readonly home: string;
  /** Empty for the default profile of the standard root, the profile's name there, else a hash of the home. */
  readonly serviceId: string;
  readonly service: ServiceName;
}

/** The identity in a record that contains more. */
export function identityOf({ profile, root, home, serviceId, service }: GatewayIdentity): GatewayIdentity {
  return { profile, root, home, serviceId, service };
}
