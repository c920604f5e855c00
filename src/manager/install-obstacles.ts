/**
 * What keeps a profile from having a gateway service: the gateway of another profile that serves it, a service of Hermes that keeps it, a
 * profile that no longer exists, a bot that another gateway uses. It is reported with a remedy, and not changed.
 */

import { requireHome } from '../gateway/home.ts';
import { mayBeStandalone, type ServingGateway, servingGateway } from '../gateway/host-gateway.ts';
import { readGatewayState } from '../gateway/identity-files.ts';
import { GatewayServiceError } from '../model/errors.ts';
import type { GatewayIdentity } from '../model/identity.ts';
import { type Problem, problem } from '../model/problems.ts';
import type { ProcessTable } from '../model/process-ref.ts';
import { DEFAULT_PROFILE } from '../model/profile.ts';
import type { FindHermesUnit, HermesUnit } from './hermes-units.ts';

export interface ObstacleFacts {
  readonly servedBy?: ServingGateway;
  readonly unit?: HermesUnit;
  /** The profile was deleted or renamed. */
  readonly gone: boolean;
  /** Bots that another gateway uses, each with the message of Hermes. */
  readonly heldBots: readonly string[];
}

export interface InstallObstacles {
  /** A change in this folder may change what is found for a named profile. */
  readonly folder: string;
  look(identity: GatewayIdentity): Promise<ObstacleFacts>;
  /** Asks Hermes too, which takes seconds; later looks know the answer. */
  lookBeforeInstall(identity: GatewayIdentity, override: readonly string[] | undefined): Promise<ObstacleFacts>;
}

export interface ObstaclePorts {
  readonly processes: ProcessTable;
  readonly findUnit: FindHermesUnit;
  /** The folder of the locks that all gateways of this user share. */
  readonly locks: string;
  /** Whether this Hermes serves all profiles by one gateway; undefined where it gave no answer. */
  readonly servesAllProfiles: (identity: GatewayIdentity, override: readonly string[] | undefined) => Promise<boolean | undefined>;
}

/** Hermes' error code of a platform whose token another gateway uses: `telegram-bot-token_lock`. */
const HELD = /_lock$/;

export function installObstacles({ processes, findUnit, locks, servesAllProfiles }: ObstaclePorts): InstallObstacles {
  /** The answers of the Hermes of each home. */
  const answers = new Map<string, boolean>();
  const look = async (identity: GatewayIdentity): Promise<ObstacleFacts> => {
    const { home, profile } = identity;
    const isServed = profile !== DEFAULT_PROFILE && answers.get(home) === true && !mayBeStandalone(home);
    const servedBy = servingGateway(identity, locks, processes) ?? (isServed ? { profile: DEFAULT_PROFILE } : undefined);
    const unit = await findUnit(identity);
    const heldBots = botsHeldByOthers(home, processes);
    return { ...(servedBy !== undefined && { servedBy }), ...(unit && { unit }), gone: isGone(identity), heldBots };
  };
  return {
    folder: locks,
    look,
    lookBeforeInstall: async (identity, override) => {
      const answer = identity.profile === DEFAULT_PROFILE ? undefined : await servesAllProfiles(identity, override);
      if (answer !== undefined) answers.set(identity.home, answer);
      return look(identity);
    },
  };
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
  if (servedBy !== undefined) return new GatewayServiceError('profile-served', `("${profile}": ${servingText(servedBy)})`);
  return unit && new GatewayServiceError('kept-by-hermes', `(${described(unit)})`);
}

/** The obstacles as problems of a status; some matter only where a service is registered. */
export function obstacleProblems({ servedBy, unit, gone, heldBots }: ObstacleFacts, registered: boolean): Problem[] {
  return [
    ...(servedBy === undefined ? [] : [problem(registered ? 'service-superfluous' : 'profile-served', `(${servingText(servedBy)})`)]),
    ...(unit ? [problem('kept-by-hermes', `(${described(unit)})`)] : []),
    ...(registered && gone ? [problem('profile-gone')] : []),
    ...(registered ? heldBots.map(bot => problem('bot-held', `(${bot})`)) : []),
  ];
}

function servingText({ profile, pid }: ServingGateway): string {
  return `that of "${profile}"${pid === undefined ? '' : `, PID ${pid}`}`;
}

function described({ kind, name, state }: HermesUnit): string {
  return `${kind} ${name}: ${state}`;
}
