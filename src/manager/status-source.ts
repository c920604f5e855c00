/**
 * Reads and watches the status of a gateway service: state folder, registration, and the control pipe while a runner serves it. A watch
 * follows events; only a passing phase, or one that could not be read, is read again by time.
 */

import type { ControlConnection, TrustsServer } from '../control/control-client.ts';
import type { GatewayIdentity } from '../gateway/home.ts';
import type { ServingGateway } from '../gateway/host-gateway.ts';
import { lastLine } from '../gateway/last-output.ts';
import { composeStatus } from '../model/compose-status.ts';
import { toGatewayServiceError } from '../model/errors.ts';
import type { HostFacts, Registration, RunnerState } from '../model/facts.ts';
import { RECOVERY_LADDER } from '../model/ladder.ts';
import type { Policy } from '../model/policy.ts';
import { retryDelayMs } from '../model/poll.ts';
import { type Problem, problem } from '../model/problems.ts';
import { isSameProcess, type ProcessTable } from '../model/process-ref.ts';
import { slowMs } from '../model/slow-phase.ts';
import type { Installable, Phase, Status } from '../model/status.ts';
import { watchFolder } from '../state/folder-watch.ts';
import { holdInForce } from '../state/holds.ts';
import { readTail } from '../state/log-reader.ts';
import type { StateFolder } from '../state/state-folder.ts';
import { connectRunner, silentRunner } from './runner-connection.ts';

/** What only the mechanism reports. */
export interface HostReport {
  readonly mechanism: Installable;
  readonly policy?: Policy | undefined;
  readonly registration: Registration;
  readonly host: HostFacts | undefined;
  readonly problems: readonly Problem[];
  readonly servedBy?: ServingGateway;
}

export interface MechanismFacts {
  report(identity: GatewayIdentity, folder: StateFolder): Promise<HostReport>;
  /** Whether a client of the control pipe trusts the process that serves it. */
  readonly trustsServer: TrustsServer;
}

export interface StatusSource {
  readonly identity: GatewayIdentity;
  readonly folder: StateFolder;
  readonly facts: MechanismFacts;
  readonly processes: ProcessTable;
  /** Another folder whose changes may change the status. */
  readonly around?: string | undefined;
}

/** Phases that can end without an event. */
const PASSING: ReadonlySet<Phase> = new Set<Phase>(['starting', 'restarting', 'stopping', 'held-for-update']);
const PASSING_MS = 1_000;
/** The part of a log in which the last line is looked for. */
const LAST_LINES = { lines: 20, maxBytes: 16 * 1024 };

export async function readStatus(source: StatusSource): Promise<Status> {
  const connection = await connectRunner(source);
  try {
    return await compose(source, connection?.state);
  } finally {
    connection?.close();
  }
}

/** Calls back with the present status and after every change. Returns the function that ends the watch. */
export function watchStatus(source: StatusSource, listener: (status: Status) => void): () => void {
  let connection: ControlConnection | undefined;
  let timer: NodeJS.Timeout | undefined;
  let reported: string | undefined;
  let busy = false;
  let again = false;
  let closed = false;
  /** Tries in a row that could not read the registration, or failed altogether. */
  let failed = 0;

  const refresh = async () => {
    clearTimeout(timer);
    connection ??= await connectRunner(source, {
      onState: () => schedule(),
      onEnd: () => {
        connection = undefined;
        schedule();
      },
    });
    const status = await compose(source, connection?.state);
    if (closed) {
      connection?.close();
      return;
    }
    const { uptimeMs: _, ...lasting } = status;
    const document = JSON.stringify(lasting);
    if (document !== reported) {
      reported = document;
      listener(status);
    }
    if (status.phase === 'unknown') timer = setTimeout(schedule, retryDelayMs(failed++));
    else failed = 0;
    if (PASSING.has(status.phase)) timer = setTimeout(schedule, PASSING_MS);
    // After a while without a crash it has recovered, without an event.
    else if (status.restarts.crashes) timer = setTimeout(schedule, Math.max(PASSING_MS, status.recovery.resetMs - (status.uptimeMs ?? 0)));
  };

  /** One refresh at a time; a change during one makes one more after it. */
  const schedule = () => {
    if (closed) return;
    if (busy) {
      again = true;
      return;
    }
    busy = true;
    void refresh()
      .catch(() => {
        // The state folder was removed or cannot be read: the next event, or this timer, tries again.
        if (!closed) timer = setTimeout(schedule, retryDelayMs(failed++));
      })
      .finally(() => {
        busy = false;
        if (!again) return;
        again = false;
        schedule();
      });
  };

  const unwatches = [source.folder.path, ...(source.around === undefined ? [] : [source.around])].map(each => watchFolder(each, schedule));
  return () => {
    closed = true;
    for (const unwatch of unwatches) unwatch();
    clearTimeout(timer);
    connection?.close();
  };
}

async function compose(source: StatusSource, runner: RunnerState | undefined): Promise<Status> {
  const { identity, folder, facts, processes } = source;
  const problems: Problem[] = [];
  const [reported, history, desired, holds, silent, definition] = await Promise.all([
    facts.report(identity, folder),
    folder.history(),
    folder.desired(),
    folder.holds(),
    runner ? undefined : silentRunner(source),
    folder.definition().catch((error: unknown) => {
      problems.push(definitionProblem(error));
      return undefined;
    }),
  ]);
  const { registration } = reported;
  const isSuspended = registration.state === 'registered' && registration.suspended;
  const orphan = isSuspended && !runner && !silent ? await launchedGateway(source) : undefined;
  if (!definition && problems.length === 0 && registration.state === 'registered') problems.push(problem('definition-missing'));
  const nowMs = Date.now();
  const status = composeStatus(
    {
      identity,
      mechanism: reported.mechanism,
      policy: reported.policy,
      registration,
      host: reported.host,
      servedBy: reported.servedBy,
      runner,
      silent,
      orphan,
      history,
      desired,
      hold: holdInForce(holds, processes, nowMs),
      recovery: definition?.recovery ?? RECOVERY_LADDER,
      watchdog: definition?.watchdog,
      problems: [...problems, ...reported.problems],
    },
    nowMs,
  );
  const said = slowMs(status, nowMs) === undefined ? undefined : lastLine(await readTail(folder.logPath, LAST_LINES));
  return said === undefined ? status : { ...status, lastLine: said };
}

/** The living gateway of a runner that was killed. */
async function launchedGateway({ folder, processes }: StatusSource): Promise<RunnerState['gateway']> {
  const launch = await folder.launch.read();
  return launch && isSameProcess(launch, processes) ? { pid: launch.pid, startedAt: launch.at } : undefined;
}

function definitionProblem(error: unknown): Problem {
  const { code, detail } = toGatewayServiceError(error);
  if (code === 'permission-denied') return problem('state-unreadable', detail);
  return problem(code === 'state-newer' ? 'state-newer' : 'definition-unreadable');
}
