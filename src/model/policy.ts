/**
 * What an administrator has decided about the switch for every user of this computer, by Group Policy or by other means of writing registry
 * values (build/policy, docs/roll-out.md). Such a switch may only be moved to where the policy has it. Pure.
 */

import { GatewayServiceError } from './errors.ts';

/** Only administrators can write below it; the policies of a user (HKCU) are not read, because a user may be able to change them. */
export const POLICY_KEY = 'HKLM\\SOFTWARE\\Policies\\NousResearch\\HermesGatewayService';
/** Names of the values: a number (0 off, 1 on), and one of `POLICY_MECHANISMS`. */
const POLICY_VALUES = { on: 'RunAsService', mechanism: 'Mechanism' } as const;
const POLICY_MECHANISMS = ['service', 'startup'] as const;

/** At least one of both. */
export interface Policy {
  /** Whether the switch is on; absent where users decide. */
  readonly on?: boolean;
  /** The only mechanism that may be installed; absent where any may be. */
  readonly mechanism?: (typeof POLICY_MECHANISMS)[number];
}

/** The policy in the values of its key, by their names. A value of another type or meaning counts for nothing. */
export function policyOf(values: Readonly<Record<string, unknown>> = {}): Policy | undefined {
  const on = ([false, true] as const).find(each => Number(each) === values[POLICY_VALUES.on]);
  const mechanism = POLICY_MECHANISMS.find(name => name === values[POLICY_VALUES.mechanism]);
  return on === undefined && mechanism === undefined ? undefined : { ...(on !== undefined && { on }), ...(mechanism && { mechanism }) };
}

/** The part of the policy that forbids to install this mechanism (without one: any), or to remove the installed one. */
export function forbiddenBy(policy: Policy | undefined, verb: 'install' | 'uninstall', mechanism?: string): keyof Policy | undefined {
  const isOther = mechanism !== undefined && policy?.mechanism !== undefined && policy.mechanism !== mechanism;
  if (verb === 'uninstall') return policy?.on && !isOther ? 'on' : undefined;
  if (policy?.on === false) return 'on';
  return isOther ? 'mechanism' : undefined;
}

/** @throws GatewayServiceError `managed`, with the name of the value */
export function requirePermitted(policy: Policy | undefined, verb: 'install' | 'uninstall', mechanism?: string): void {
  const part = forbiddenBy(policy, verb, mechanism);
  if (part) throw new GatewayServiceError('managed', `(${POLICY_KEY}, ${POLICY_VALUES[part]})`);
}
