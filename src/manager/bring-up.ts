/** Brings an installed gateway up: requests its start, and waits until it runs, is held by an update, or will not start. */

import { breakerWaitsUntil, readGatewayStarts } from '../gateway/start-breaker.ts';
import { livingUpdater } from '../gateway/update-marker.ts';
import { GatewayServiceError } from '../model/errors.ts';
import { type EndedRecord, failureSince, type HistoryRecord, isSameRecord, lastEnded } from '../model/history.ts';
import type { StartOptions } from '../model/manager.ts';
import { type Operation, progress, type Report } from '../model/operation-steps.ts';
import { poll } from '../model/poll.ts';
import { type Problem, problem } from '../model/problems.ts';
import type { Status } from '../model/status.ts';
import { holdInForce } from '../state/holds.ts';
import type { GatewayService } from './gateway-service.ts';
import { reachRunner } from './runner-connection.ts';
import { askRunner, endOtherHost } from './take-down.ts';

/** How long an operation waits for the gateway to come up, beyond the wait of Hermes' own start breaker, in milliseconds. */
const UP_MS = 90_000;
/** Pause between two looks, which cost Windows as much as a gateway that starts meanwhile can do without, in milliseconds. */
const LOOK_MS = 100;
/** Pause before the host is started again, because a host that was started is seen after a moment, in milliseconds. */
const START_AGAIN_MS = 3_000;
/** How long a runner may take to see that a hold was released, in milliseconds. */
const HEARD_MS = 2_000;
/** At most so many variables are named. */
const NAMED_VARIABLES = 8;

export async function start(service: GatewayService, report: Report, { unlessStopped = false }: StartOptions = {}): Promise<Status> {
  return bringUp(service, 'start', report, async before => {
    if (unlessStopped && (await service.folder.desired()).desired === 'stopped') return undefined;
    const { phase, problems } = await service.status();
    const isUp = (phase === 'running' || phase === 'degraded') && !problems.some(({ code }) => code === 'host-suspended');
    return !isUp || (await service.hostProgram()) === 'gone' ? requestRunning(service, 'start', report) : before;
  });
}

export async function restart(service: GatewayService, report: Report): Promise<Status> {
  const status = await bringUp(service, 'restart', report, async before => {
    report(progress('restart', 'restarting'));
    const asked = (await service.hostProgram()) === 'same' && (await askRunner(service, 'restart', 'restart', report));
    return asked ? before : requestRunning(service, 'restart', report);
  });
  const different = await service.differingVariables();
  return different.length === 0 ? status : { ...status, problems: [...status.problems, environmentKept(different)] };
}

/** Never with a value: a variable may contain a token. */
function environmentKept(names: readonly string[]): Problem {
  const more = names.length - NAMED_VARIABLES;
  const listed = [...names.slice(0, NAMED_VARIABLES), ...(more > 0 ? [`${more} more`] : [])].join(', ');
  return problem('environment-kept', `(different: ${listed})`);
}

/** Resolves with the history before the request. */
export async function requestRunning(service: GatewayService, operation: Operation, report: Report): Promise<readonly HistoryRecord[]> {
  await service.requireDefinition();
  await endOtherHost(service, operation, report);
  const before = await service.history();
  await service.folder.writeDesired('running');
  await service.startHost();
  return before;
}

/**
 * Requests the start of an installed gateway with `request`, and waits until it runs. `request` resolves with the history before it, or
 * with undefined where the gateway is to stay as it is.
 */
async function bringUp(
  service: GatewayService,
  operation: Operation,
  report: Report,
  request: (history: readonly HistoryRecord[]) => Promise<readonly HistoryRecord[] | undefined>,
): Promise<Status> {
  const before = await service.exclusively(operation, report, async () => {
    await service.requireInstalled();
    // A silent runner that is ended records a failure, which is none of this operation.
    (await reachRunner(service.source))?.close();
    return request(await service.history());
  });
  return before === undefined ? service.status() : waitUntilUp(service, operation, report, before);
}

/**
 * `before` is the history when the operation began. Resolves when the gateway runs or is held by an update; throws when it will not
 * start, or its user stops it.
 */
export async function waitUntilUp(
  service: GatewayService,
  operation: Operation,
  report: Report,
  before: readonly HistoryRecord[],
): Promise<Status> {
  report(progress(operation, 'starting'));
  const { identity, folder } = service;
  const beganMs = performance.now();
  const beganAtMs = Date.now();
  const deadlineMs = () => UP_MS + Math.max(0, (breakerWaitsUntil(readGatewayStarts(identity.home)) ?? 0) - beganAtMs);
  let lastStartMs = beganMs;
  return poll(
    async () => {
      const status = await service.status();
      if (status.phase === 'running' || status.phase === 'degraded') return status;
      // The runner may not have seen yet that a hold was released; one that was stopped from outside waits without a hold.
      const mayStart = performance.now() - beganMs < HEARD_MS && !(await isHeld(service));
      if (status.phase === 'held-for-update' && !mayStart) return status;
      const why = whyNotUp(status, { history: await folder.history(), before, profile: identity.profile });
      if (why) throw why;
      if (status.phase !== 'stopping' && performance.now() - lastStartMs > START_AGAIN_MS) {
        await service.requireDefinition();
        await service.startHost();
        lastStartMs = performance.now();
      }
      return undefined;
    },
    { deadlineMs, everyMs: LOOK_MS, what: 'the gateway to start' },
  );
}

interface SinceTheRequest {
  readonly history: readonly HistoryRecord[];
  /** The history when the operation began. */
  readonly before: readonly HistoryRecord[];
  readonly profile: string;
}

/** Why the gateway will not start; undefined while it still may. */
function whyNotUp(status: Status, { history, before, profile }: SinceTheRequest): GatewayServiceError | undefined {
  const served = status.problems.find(({ code }) => code === 'service-superfluous');
  if (served && (status.phase === 'starting' || status.phase === 'needs-attention'))
    return new GatewayServiceError('profile-served', `("${profile}"${status.detail ? `: ${status.detail}` : ''})`);
  // An end from before this operation does not count, whatever its time.
  if (status.phase === 'needs-attention' && !isSameRecord(lastEnded(history), lastEnded(before))) {
    const launched = !status.problems.some(({ code }) => code === 'launch-failed');
    return launched ? new GatewayServiceError('gateway-configuration', status.detail) : notUp(lastEnded(history), status.detail);
  }
  if (status.phase === 'not-installed') return new GatewayServiceError('gateway-not-up', '(the service was uninstalled meanwhile)');
  if (status.desired === 'stopped') return new GatewayServiceError('gateway-not-up', '(a stop was requested meanwhile)');
  const failure = failureSince(history, before);
  return failure && notUp(failure, failure.reason);
}

/** With the remedy of the reason, where it has one. */
export function notUp(ended: EndedRecord | undefined, detail: string | undefined): GatewayServiceError {
  return new GatewayServiceError('gateway-not-up', detail, ended?.remedy === undefined ? {} : { remedy: ended.remedy });
}

export async function isHeld({ identity: { root }, folder, processes }: GatewayService): Promise<boolean> {
  return holdInForce(await folder.holds(), processes, Date.now()) !== undefined || livingUpdater(root, processes) !== undefined;
}
