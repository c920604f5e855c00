/**
 * Whether the default profile's service may have the plain name: an MSIX package of Hermes can declare a service of that name, now or with
 * its next update, and Windows lets only one of them have it.
 */

import path from 'node:path';
import { readBinaryPath } from '../host/service-registry.ts';
import { packagedCommand } from '../migration/wrapped-service.ts';
import { DEFINITION } from '../model/definition.ts';
import { OTHER_NAME, SERVICE_NAME, type ServiceName } from '../model/identity.ts';
import { matching } from '../model/schemas.ts';
import type { Mechanism } from '../model/status.ts';
import { readJsonNow } from '../state/files.ts';

export interface NameFacts {
  /** Whether this program runs in a package. */
  readonly inPackage: boolean;
  /** The command line of the service that has the plain name. */
  readonly image: string | undefined;
  /** What keeps the gateway with a name of ours running; undefined where it is not installed. */
  mechanism(service: ServiceName): Mechanism | undefined;
}

/** Pure. A gateway that is installed keeps its name, except where a package has taken it from a service. */
export function isNameTaken({ inPackage, image, mechanism }: NameFacts): boolean {
  if (mechanism(OTHER_NAME)) return true;
  const installed = mechanism(SERVICE_NAME);
  if (installed === 'startup') return false;
  return (image !== undefined && packagedCommand(image) !== undefined) || (inPackage && installed === undefined);
}

/** The same with the facts of this computer. */
export function isNameTakenHere(stateRoot: string, inPackage: boolean): boolean {
  const mechanism = (service: ServiceName) => {
    const read = readJsonNow(path.join(stateRoot, service, 'definition.json'));
    return read.state === 'read' ? matching(DEFINITION, read.value)?.mechanism : undefined;
  };
  return isNameTaken({ inPackage, image: readBinaryPath(SERVICE_NAME), mechanism });
}
