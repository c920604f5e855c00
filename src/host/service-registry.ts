/**
 * The values below a service's own key of the registry: its owner (written by the elevated installer, readable by every signed-in user) and
 * the facts of its broker (volatile: gone after a reboot). Invalid values are ignored, because other programs could have written them.
 */

import { type BeforeSignIn, isBeforeSignIn } from '../model/before-sign-in.ts';
import { type HostFacts, parseHostFacts } from '../model/facts.ts';
import type { ServiceName } from '../model/identity.ts';
import type { RecoveryLadder } from '../model/ladder.ts';
import { dangerousAmong } from '../process/dangerous-variables.ts';
import { parseFailureActions } from '../windows/failure-actions.ts';
import { type RegistryPath, readValue, writeValues } from '../windows/registry.ts';
import { serviceKey } from '../windows/scm.ts';
import { parseSid, type Sid } from '../windows/sddl.ts';

const parametersOf = (service: ServiceName): RegistryPath => `${serviceKey(service)}\\Parameters`;
const factsOf = (service: ServiceName): RegistryPath => `${serviceKey(service)}\\State`;

/** SYSTEM and administrators write, every signed-in user reads: the tray of the owner is not elevated. */
const READABLE = 'D:P(A;OICI;KA;;;SY)(A;OICI;KA;;;BA)(A;OICI;KR;;;AU)';

/** The SID of the only user whose token the broker uses; undefined where no valid one is recorded. */
export function readOwner(service: ServiceName): Sid | undefined {
  const text = readValue(parametersOf(service), 'Owner');
  try {
    return typeof text === 'string' ? parseSid(text) : undefined;
  } catch {
    return undefined;
  }
}

/** The registered program, for users who may not query the service because its rights were changed. */
export function readBinaryPath(service: ServiceName): string | undefined {
  const path = readValue(serviceKey(service), 'ImagePath');
  return typeof path === 'object' && 'expand' in path ? path.expand : typeof path === 'string' ? path : undefined;
}

export interface OwnerValues {
  readonly owner: Sid;
  /** The start type with which the service is installed. Without it the recorded one stays. */
  readonly startType?: string | undefined;
  readonly beforeSignIn: BeforeSignIn;
}

export function writeOwner(service: ServiceName, { owner, startType, beforeSignIn }: OwnerValues): void {
  const values = { Owner: owner, ...(startType !== undefined && { StartType: startType }), BeforeSignIn: beforeSignIn };
  writeValues(parametersOf(service), values, { sddl: READABLE });
}

/** Anything but a valid value is "no". */
export function readBeforeSignIn(service: ServiceName): BeforeSignIn {
  const text = readValue(parametersOf(service), 'BeforeSignIn');
  return isBeforeSignIn(text) ? text : 'no';
}

/** The start type with which the service was installed. Another one was set by an administrator. */
export function readInstalledStartType(service: ServiceName): string | undefined {
  const text = readValue(parametersOf(service), 'StartType');
  return typeof text === 'string' ? text : undefined;
}

/** The broker's environment, set over the machine's variables so that they cannot load other code. */
export function writeEnvironment(service: ServiceName): void {
  writeValues(serviceKey(service), { Environment: dangerousAmong([]).map(name => `${name}=`) });
}

export function readHostFacts(service: ServiceName): HostFacts | undefined {
  const text = readValue(factsOf(service), 'Facts');
  if (typeof text !== 'string') return undefined;
  try {
    return parseHostFacts(JSON.parse(text));
  } catch {
    return undefined;
  }
}

export function writeHostFacts(service: ServiceName, facts: HostFacts): void {
  writeValues(factsOf(service), { Facts: JSON.stringify(facts) }, { volatile: true, sddl: READABLE });
}

export function readLadder(service: ServiceName): RecoveryLadder | undefined {
  const bytes = readValue(serviceKey(service), 'FailureActions');
  return Buffer.isBuffer(bytes) ? parseFailureActions(bytes) : undefined;
}
