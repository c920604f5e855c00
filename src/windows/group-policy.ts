/** Reads the policy of this computer, which every user may do. */
import { POLICY_KEY, type Policy, policyOf } from '../model/policy.ts';
import { readKey } from './registry.ts';

/** @throws GatewayServiceError where the registry cannot be read */
export const computerPolicy = (): Policy | undefined => policyOf(readKey(POLICY_KEY));
