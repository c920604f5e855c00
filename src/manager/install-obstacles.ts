/**
 * What keeps a profile from having a gateway service: the default gateway that already serves it, a service of Hermes that keeps it, a
 * profile that no longer exists, a bot that another gateway uses. It is reported with a remedy, and not changed.
 */

import { requireHome } from '../gateway/home.ts';
import { livingGateway, readGatewayState } from '../gateway/identity-files.ts';
import { GatewayServiceError } from '../model/errors.ts';
import type { GatewayIdentity } from '../model/identity.ts';
import { type Problem, problem } from '../model/problems.ts';
import type { ProcessTable } from '../model/process-ref.ts';
import { DEFAULT_PROFILE } from '../model/profile.ts';
import type { FindHermesUnit, HermesUnit } from './hermes-units.ts';

export interface ObstacleFacts {
  /** PID of the default profile's gateway, where it serves this profile. */
  readonly servedBy?: number;
  readonly unit?: HermesUnit;
  /** The profile was deleted or renamed. */
  readonly gone: boolean;
  /** Bots that another gateway uses, each with the message of Hermes. */
  readonly heldBots: readonly string[];
}

export interface InstallObstacles {
  look(identity: GatewayIdentity): Promise<ObstacleFacts>;
}

/** Hermes' error code of a platform whose token another gateway uses: `telegram-bot-token_lock`. */
const HELD = /_lock$/;

export function installObstacles(processes: ProcessTable, findUnit: FindHermesUnit): InstallObstacles {
  return {
    look: async identity => {
      const servedBy = servingGateway(identity, processes);
      const unit = await findUnit(identity);
      const heldBots = botsHeldByOthers(identity.home, processes);
      return { ...(servedBy !== undefined && { servedBy }), ...(unit && { unit }), gone: isGone(identity), heldBots };
    },
  };
}

function servingGateway({ root, profile }: GatewayIdentity, processes: ProcessTable): number | undefined {
  if (profile === DEFAULT_PROFILE) return undefined;
  const serving = livingGateway(root, processes);
  return serving?.state?.servedProfiles.includes(profile) ? serving.pid : undefined;
}

function isGone(identity: GatewayIdentity): boolean {
  try {
    requireHome(identity);
    return false;
  } catch {
    return true;
  }
}

function botsHeldByOthers(home: string, processes: ProcessTable): string[] {
  const state = readGatewayState(home);
  if (state?.pid === undefined || !processes.isAlive(state.pid)) return [];
  const held = state.platforms.filter(({ errorCode }) => errorCode !== undefined && HELD.test(errorCode));
  return held.map(({ name, errorMessage }) => `${name}: ${errorMessage ?? 'its token is in use'}`);
}

/** Why no service may be installed for this gateway; undefined where it may. */
export function obstacleTo({ profile }: GatewayIdentity, { servedBy, unit }: ObstacleFacts): GatewayServiceError | undefined {
  if (servedBy !== undefined) return new GatewayServiceError('profile-served', `("${profile}", PID ${servedBy})`);
  return unit && new GatewayServiceError('kept-by-hermes', `(${described(unit)})`);
}

/** The obstacles as problems of a status; some matter only where a service is registered. */
export function obstacleProblems({ servedBy, unit, gone, heldBots }: ObstacleFacts, registered: boolean): Problem[] {
  return [
    ...(servedBy === undefined ? [] : [problem('profile-served', `(PID ${servedBy})`)]),
    ...(unit ? [problem('kept-by-hermes', `(${described(unit)})`)] : []),
    ...(registered && gone ? [problem('profile-gone')] : []),
    ...(registered ? heldBots.map(bot => problem('bot-held', `(${bot})`)) : []),
  ];
}

function described({ kind, name, state }: HermesUnit): string {
  return `${kind} ${name}: ${state}`;
}
