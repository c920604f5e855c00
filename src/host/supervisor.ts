/**
 * The supervisor: the recovery ladder where there is no SCM. It starts the runner, and restarts it by the ladder after a failure, as the
 * SCM does with the broker. It ends when the runner decides to stay stopped.
 */

import { setTimeout as delay } from 'node:timers/promises';
import type { DownMessage } from '../control/host-link.ts';
import type { HostFacts } from '../model/facts.ts';
import { failureTimes, lastAskedMs, lastEnded } from '../model/history.ts';
import { ladderPosition, type RecoveryLadder } from '../model/ladder.ts';
import type { ProcessTable } from '../model/process-ref.ts';
import { type DesiredRecord, isSameRequest } from '../model/records.ts';
import { RUNNER_EXIT, staysStopped } from '../model/runner-exit.ts';
import { HOST_GRACE_MS, USER_GRACE_MS } from '../model/stop-times.ts';
import { watchFolder } from '../state/folder-watch.ts';
import { isLock, takeLock } from '../state/lock.ts';
import { Ownership } from '../state/ownership.ts';
import type { StateFolder } from '../state/state-folder.ts';

export interface RunnerProcess {
  readonly pid: number;
  /** Exit code of the runner; null when a signal ended it. Never rejects. */
  readonly exit: Promise<number | null>;
  down(message: DownMessage): void;
}

export interface SupervisorPorts {
  readonly folder: StateFolder;
  readonly processes: ProcessTable;
  /** The current ladder; undefined where the service is not installed any more, or another mechanism's. */
  readonly recovery: () => Promise<RecoveryLadder | undefined>;
  /** Whether another mechanism keeps the gateway now. */
  readonly superseded: () => Promise<boolean>;
  readonly startRunner: () => RunnerProcess;
  /** Where the state folder was deleted, ends the gateway of a runner that was killed: the record of its launch is gone. */
  readonly endOrphan: () => Promise<unknown>;
  /** The file of this program. */
  readonly program: string;
  /** Resolves when this process is asked to end (SIGTERM, Ctrl+C); the desired state stays as it is. */
  readonly ending: Promise<string>;
  readonly log: (line: string) => void;
}

/** Resolves when the gateway is to stay stopped; `false` when another supervisor is in charge already. */
export async function supervise(ports: SupervisorPorts): Promise<boolean> {
  const { folder, processes, recovery, superseded, startRunner, endOrphan, program, ending, log } = ports;
  const lock = takeLock(folder.supervisorLock, processes);
  if (!isLock(lock)) return false;

  const ownership = new Ownership({ folder, processes, file: folder.supervisorLock, lock });
  const changes = watchChanges(folder.path, Promise.race([ending, ownership.lost]), () => ownership.look());
  const stopMessage = async (): Promise<DownMessage | undefined> => {
    const [{ desired }, replaced] = await Promise.all([folder.desired(), superseded()]);
    const ending = changes.endReason();
    if (ending) return { down: 'stop', graceMs: HOST_GRACE_MS, reason: ending };
    const reason = desired === 'stopped' ? 'stopped by the user' : replaced && 'another mechanism keeps the gateway now';
    return reason ? { down: 'stop', graceMs: USER_GRACE_MS, reason } : undefined;
  };
  let facts: Pick<HostFacts, 'program' | 'lastRunnerExit' | 'lastStop'> = { program };
  const tell = async (phase: HostFacts['phase'], more: Partial<HostFacts> = {}) => {
    // A full disk must not end a supervisor: the facts are only shown to users, and the ladder continues without them.
    await folder
      .writeHostFacts({ ...facts, phase, since: new Date().toISOString(), ...more })
      .catch(error => log(`facts not written: ${error}`));
  };

  // A supervisor that replaces a killed one continues at the same place on the ladder.
  let failures = failureTimes(await folder.history());
  try {
    for (;;) {
      const { desired } = await folder.desired();
      if (desired === 'stopped' || changes.endReason() || !(await recovery())) return true;

      const startedAt = Date.now();
      const runner = startRunner();
      await tell('running');
      log(`runner ${runner.pid} started`);
      const code = await changes.until(runner.exit, async () => {
        const message = await stopMessage();
        if (message) runner.down(message);
      });
      const endedAt = Date.now();
      facts = { ...facts, lastRunnerExit: { at: new Date(endedAt).toISOString(), code } };
      log(`runner ${runner.pid} ended with ${code}`);
      if (staysStopped(code) || code === RUNNER_EXIT.sessionEnding) return true;

      const history = await folder.history();
      const before = await folder.desired();
      const askedMs = lastAskedMs(history, before.at, endedAt);
      const ended = lastEnded(history);
      const gatewayEndedAt = Date.parse(ended?.at ?? '') || endedAt;
      // The runner was killed before it could say so.
      if (ended?.outcome === 'needs-attention' && gatewayEndedAt >= startedAt && gatewayEndedAt > askedMs) return true;
      failures = [...failures.filter(at => at > askedMs), endedAt];
      const ladder = await recovery();
      if (!ladder) return true;
      const { nextAt = endedAt, failures: attempt } = ladderPosition(ladder, failures);
      // The gateway may have failed a moment before its runner ended; a later request ends the delay.
      const failedAt = Math.max(startedAt, gatewayEndedAt);
      await tell('restarting', { nextTry: { at: new Date(nextAt).toISOString(), attempt } });
      const waited = new AbortController();
      await changes.until(
        delay(nextAt - endedAt, undefined, waited).catch(() => undefined),
        async () => {
          if ((await stopMessage()) || isNewRequest(await folder.desired(), before, failedAt)) waited.abort();
        },
      );
    }
  } finally {
    changes.unwatch();
    facts = { ...facts, lastStop: { at: new Date().toISOString(), reason: changes.endReason() ?? 'stopped as asked' } };
    // Facts of a removed service would create its folder again.
    if (!ownership.isLost && (await recovery())) await tell('stopped');
    await endOrphan().catch(error => log(`gateway not ended: ${error}`));
    ownership.release();
  }
}

/** Watches the state folder, and the request that this process end. */
function watchChanges(folder: string, ending: Promise<string>, look: () => void) {
  let endReason: string | undefined;
  let onChange: (() => void) | undefined;
  const unwatch = watchFolder(folder, () => {
    look();
    onChange?.();
  });
  void ending.then(reason => {
    endReason = reason;
    onChange?.();
  });
  return {
    endReason: () => endReason,
    /** Calls `act` now and at every change, until `end` resolves with its result. */
    until: async <T>(end: Promise<T>, act: () => Promise<void>): Promise<T> => {
      onChange = () => void act();
      onChange();
      const result = await end;
      onChange = undefined;
      return result;
    },
    unwatch,
  };
}

/** Whether the user has requested a start since the failure. A time in the future is from before the clock was set back. */
function isNewRequest(request: DesiredRecord, before: DesiredRecord, failedAt: number): boolean {
  const requestedMs = Date.parse(request.at);
  return !isSameRequest(request, before) || (requestedMs >= failedAt && requestedMs <= Date.now());
}
