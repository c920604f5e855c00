/**
 * The port through which something that needs an administrator is done: one verb and one service name go up, one JSON line comes back.
 * Nothing else crosses: no path, home, command or SID, because whoever can write those for the elevated step could have it run anything.
 */

import { type ErrorValue, GatewayServiceError, isErrorValue } from './errors.ts';
import type { ServiceName } from './identity.ts';

export type ElevatedVerb = 'install' | 'repair' | 'uninstall';

/** How an elevation ended. "Declined" is said only when no elevated step is at work and the SCM shows no change. */
export type ElevationOutcome =
  | { readonly kind: 'done' }
  | { readonly kind: 'declined' }
  | { readonly kind: 'failed'; readonly error: ErrorValue }
  | { readonly kind: 'timed-out' }
  /** This way of asking does not work here; nobody was asked. */
  | { readonly kind: 'unavailable'; readonly reason: string };

export interface Elevation {
  /** Throws what keeps it from being tried at all, for one that asks nobody. */
  check?(service: ServiceName): void;
  /** Does the verb with an administrator's rights, with one prompt at most. `onAtWork` is called once it is seen that consent was given. */
  run(verb: ElevatedVerb, service: ServiceName, onAtWork?: () => void): Promise<ElevationOutcome>;
}

/** What the elevated step prints: one line on stdout. */
export type ElevatedAnswer = { readonly ok: true } | { readonly ok: false; readonly error: ErrorValue };

/** Held by an elevated step as long as it lives: there is one at a time on a machine, and everybody can see that there is one. */
export const ELEVATED_MUTEX = 'Global\\HermesGatewayElevated';

export const isElevatedVerb = (verb: unknown): verb is ElevatedVerb => verb === 'install' || verb === 'repair' || verb === 'uninstall';

/** The answer in what an elevated step printed; undefined where there is none that is one. Other output may stand before it. */
export function parseAnswer(stdout: string): ElevatedAnswer | undefined {
  const line = stdout.trimEnd().split(/\r?\n/).at(-1) ?? '';
  try {
    const value = JSON.parse(line) as { ok?: unknown; error?: unknown } | null;
    if (value?.ok === true) return { ok: true };
    return value?.ok === false && isErrorValue(value.error) ? { ok: false, error: value.error } : undefined;
  } catch {
    return undefined;
  }
}

/** Throws the failure that an outcome means; `done` means none. */
export function requireDone(outcome: ElevationOutcome, verb: ElevatedVerb, service: ServiceName): void {
  switch (outcome.kind) {
    case 'done':
      return;
    case 'declined':
      throw new GatewayServiceError('consent-declined');
    case 'failed':
      throw GatewayServiceError.fromValue(outcome.error);
    case 'timed-out':
      throw new GatewayServiceError('timed-out', `(an administrator's consent to ${verb} ${service})`);
    case 'unavailable':
      throw new GatewayServiceError('elevation-unavailable', `(${outcome.reason})`);
  }
}
