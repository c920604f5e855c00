/** The identity of one gateway in CLI, services, IPC and panel. Apart from `home.ts`, which finds it, so that the browser needs no Node. */

import type { Profile } from './profile.ts';

/** The service of the default profile; every other one is `HermesGateway-<id>`. */
export const SERVICE_NAME = 'HermesGateway';

/** The id of the default profile where an MSIX package of Hermes has, or may claim, the plain name. No named profile can have it. */
export const DEFAULT_ID = 'default';

/** The name of the default profile's service where the plain one is not ours. */
export const OTHER_NAME = `${SERVICE_NAME}-${DEFAULT_ID}` as const;

/** The name of a gateway service, as the SCM, the state folder and the control pipe use it. Not the service id and not the display name. */
export type ServiceName = typeof SERVICE_NAME | `${typeof SERVICE_NAME}-${string}`;

const SERVICE_PATTERN = new RegExp(`^${SERVICE_NAME}(-[a-z0-9][a-z0-9_-]{0,63})?$`);

/** Whether a service of this name can be ours. Such a name means the same in a command line, a registry path and a batch file. */
export function isServiceName(text: string): text is ServiceName {
  return SERVICE_PATTERN.test(text);
}

/** The plain name of the default profile's service for both of its names; every other name as it is. */
export function plainName(service: ServiceName): ServiceName {
  return service === OTHER_NAME ? SERVICE_NAME : service;
}

export interface GatewayIdentity {
  readonly profile: Profile;
  /** The Hermes root, as configured. */
  readonly root: string;
  /** The profile's own HERMES_HOME: the root, or `<root>/profiles/<name>`. */
  readonly home: string;
  /** For the default profile of the standard root empty, or `default`; the profile's name there, else a hash of the home. */
  readonly serviceId: string;
  readonly service: ServiceName;
}

/** The identity in a record that contains more. */
export function identityOf({ profile, root, home, serviceId, service }: GatewayIdentity): GatewayIdentity {
  return { profile, root, home, serviceId, service };
}
