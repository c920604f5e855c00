/** The definition of a service: what the runner needs to start this profile's gateway. Never read by an elevated process. */

import path from 'node:path';
import * as v from 'valibot';
import { BEFORE_SIGN_IN } from './before-sign-in.ts';
import { type GatewayIdentity, identityOf } from './identity.ts';
import { RECOVERY_LADDER } from './ladder.ts';
import { serviceName } from './schemas.ts';
import type { Installable } from './status.ts';

const absolutePath = v.pipe(
  v.string(),
  v.maxLength(4_096),
  v.check(text => path.isAbsolute(text), 'not an absolute path'),
);
const delayMs = v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(3_600_000));

const LADDER = v.object({ delaysMs: v.pipe(v.array(delayMs), v.minLength(1), v.maxLength(32), v.readonly()), resetMs: delayMs });

/** Default pause between two probes of a running gateway, in milliseconds; Hermes' own watchdog takes the same. */
const PROBE_MS = 30_000;

/** Default silence after which a gateway is ended as a failure, in milliseconds: Hermes' own watchdog (120 s) comes first. */
const WATCHDOG_MS = 180_000;

export const DEFINITION = v.object({
  schema: v.literal(1),
  mechanism: v.picklist(['service', 'startup', 'embedded']),
  service: serviceName,
  serviceId: v.string(),
  profile: v.pipe(v.string(), v.maxLength(64)),
  root: absolutePath,
  home: absolutePath,
  /** Another gateway program; without it the command is resolved from the home at every start, so that nothing versioned is kept. */
  gatewayCommand: v.optional(v.pipe(v.array(v.string()), v.minLength(1), v.maxLength(64), v.readonly())),
  recovery: v.optional(LADDER, RECOVERY_LADDER),
  /** How often a running gateway is asked whether it still answers, in milliseconds. */
  probeMs: v.optional(delayMs, PROBE_MS),
  /** Whether a gateway that answered before and is silent for `watchdogMs` is ended as a failure. */
  watchdog: v.optional(v.boolean(), true),
  watchdogMs: v.optional(delayMs, WATCHDOG_MS),
  /** Whether the service also runs before its user signs in, as the user chose; what is registered decides. */
  beforeSignIn: v.optional(v.picklist(BEFORE_SIGN_IN), 'no'),
  installedAt: v.string(),
});

export type Definition = v.InferOutput<typeof DEFINITION>;

/** The fields of a definition that an installation can choose or keep. */
type DefinitionChoice = {
  readonly [Name in 'gatewayCommand' | 'recovery' | 'probeMs' | 'watchdog' | 'watchdogMs' | 'beforeSignIn' | 'installedAt']?:
    | Definition[Name]
    | undefined;
};

export function definitionOf(identity: GatewayIdentity, mechanism: Installable, choice: DefinitionChoice = {}): Definition {
  const { gatewayCommand, recovery = RECOVERY_LADDER, probeMs = PROBE_MS, installedAt = new Date().toISOString() } = choice;
  const { watchdog = true, watchdogMs = WATCHDOG_MS, beforeSignIn = 'no' } = choice;
  return {
    schema: 1,
    mechanism,
    ...identityOf(identity),
    ...(gatewayCommand && { gatewayCommand }),
    recovery,
    probeMs,
    watchdog,
    watchdogMs,
    // There is something before a sign-in only for a service.
    beforeSignIn: mechanism === 'service' ? beforeSignIn : 'no',
    installedAt,
  };
}
