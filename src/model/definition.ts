/** The definition of a service: what the runner needs to start this profile's gateway. Never read by an elevated process. */

import path from 'node:path';
import * as v from 'valibot';
import { GatewayServiceError } from './errors.ts';
import { type GatewayIdentity, identityOf } from './identity.ts';
import { RECOVERY_LADDER, type RecoveryLadder } from './ladder.ts';
import { serviceName } from './schemas.ts';
import type { Installable } from './status.ts';

const absolutePath = v.pipe(
  v.string(),
  v.maxLength(4_096),
  v.check(text => path.isAbsolute(text), 'not an absolute path'),
);
const delayMs = v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(3_600_000));

/** Default pause between two probes of a running gateway, in milliseconds; Hermes' own watchdog takes the same. */
const PROBE_MS = 30_000;

const DEFINITION = v.object({
  schema: v.literal(1),
  mechanism: v.picklist(['service', 'startup', 'embedded']),
  service: serviceName,
  serviceId: v.string(),
  profile: v.pipe(v.string(), v.maxLength(64)),
  root: absolutePath,
  home: absolutePath,
  /** Another gateway program; without it the command is resolved from the home at every start, so that nothing versioned is kept. */
  gatewayCommand: v.optional(v.pipe(v.array(v.string()), v.minLength(1), v.maxLength(64))),
  recovery: v.optional(v.object({ delaysMs: v.pipe(v.array(delayMs), v.minLength(1), v.maxLength(32)), resetMs: delayMs }), {
    delaysMs: [...RECOVERY_LADDER.delaysMs],
    resetMs: RECOVERY_LADDER.resetMs,
  }),
  /** How often a running gateway is asked whether it still answers, in milliseconds. */
  probeMs: v.optional(delayMs, PROBE_MS),
  installedAt: v.string(),
});

export type Definition = v.InferOutput<typeof DEFINITION>;

/** @throws GatewayServiceError `state-newer`, or `state-corrupt` naming the field at fault. */
export function parseDefinition(value: unknown, file: string): Definition {
  const result = v.safeParse(DEFINITION, value);
  if (result.success) return result.output;
  const { schema } = (value ?? {}) as { schema?: unknown };
  if (typeof schema === 'number' && schema > 1) throw new GatewayServiceError('state-newer', file);
  const [issue] = result.issues;
  throw new GatewayServiceError('state-corrupt', `${file} (${v.getDotPath(issue) ?? 'document'}: ${issue.message})`);
}

/** The fields of a definition that an installation can choose or keep. */
export interface DefinitionChoice {
  readonly gatewayCommand?: readonly string[] | undefined;
  readonly recovery?: RecoveryLadder | undefined;
  readonly probeMs?: number | undefined;
  /** ISO 8601 */
  readonly installedAt?: string | undefined;
}

export function definitionOf(identity: GatewayIdentity, mechanism: Installable, choice: DefinitionChoice = {}): Definition {
  const { gatewayCommand, recovery = RECOVERY_LADDER, probeMs = PROBE_MS, installedAt = new Date().toISOString() } = choice;
  return {
    schema: 1,
    mechanism,
    ...identityOf(identity),
    ...(gatewayCommand && { gatewayCommand: [...gatewayCommand] }),
    recovery: { delaysMs: [...recovery.delaysMs], resetMs: recovery.resetMs },
    probeMs,
    installedAt,
  };
}
