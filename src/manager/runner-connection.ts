/**
 * The connection to a living runner. A runner that lives and does not answer on its control pipe is silent: what is known of it comes from
 * the state folder, and an operation that needs it ends it by signals, so that its host starts another one.
 */

import { existsSync, statSync } from 'node:fs';
import { type ControlConnection, type ControlListener, connectControlPipe, type TrustsServer } from '../control/control-client.ts';
import { isPipeName } from '../control/pipe-address.ts';
import { isSuspended } from '../gateway/process-start-time.ts';
import type { SilentRunner } from '../model/facts.ts';
import { poll } from '../model/poll.ts';
import { isSameProcess, type ProcessRef, type ProcessTable } from '../model/process-ref.ts';
import { HOST_GRACE_MS, KILL_MS } from '../model/stop-times.ts';
import { takeOver } from '../process/orphaned-gateway.ts';
import { continueProcess, sendSignal } from '../process/signal.ts';
import { lockHolder } from '../state/lock.ts';
import type { StateFolder } from '../state/state-folder.ts';

export interface RunnerSource {
  readonly identity: { readonly home: string };
  readonly folder: StateFolder;
  readonly processes: ProcessTable;
  /** `trustsServer`: whether a client of the control pipe trusts the process that serves it. */
  readonly facts: { readonly trustsServer: TrustsServer };
}

/** A runner that has just started may not serve its pipe yet, in milliseconds. */
const YOUNG_MS = 5_000;

/** How long a runner gets to answer before it is ended: the computer may be busy. In milliseconds. */
const PATIENCE_MS = 10_000;

const DEAF: ControlListener = { onState: () => undefined, onEnd: () => undefined };

/** Connects to the living runner that the state folder names, if any. */
export async function connectRunner(
  { folder, processes, facts }: RunnerSource,
  listener: ControlListener = DEAF,
  timeoutMs?: number,
): Promise<ControlConnection | undefined> {
  const record = await folder.runner.read();
  const isAlive = record && isSameProcess(record.process, processes);
  return isAlive ? connectControlPipe(record, facts.trustsServer, listener, timeoutMs) : undefined;
}

/** The runner that lives and has not answered just now, though it had the time to; undefined where there is none. */
export async function silentRunner({ folder, processes }: RunnerSource): Promise<SilentRunner | undefined> {
  const holder = silentHolder(folder, processes);
  if (!holder) return undefined;
  const [record, launch] = await Promise.all([folder.runner.read(), folder.launch.read()]);
  const why = isSuspended(holder.pid)
    ? 'it was stopped by a signal (SIGSTOP)'
    : !record
      ? 'it serves no control pipe'
      : isPipeName(record.pipe) || existsSync(record.pipe)
        ? `no answer on ${record.pipe}`
        : `${record.pipe} is gone`;
  const gateway = launch && isSameProcess(launch, processes) ? { pid: launch.pid, startedAt: launch.at } : undefined;
  return { pid: holder.pid, why, ...(gateway && { gateway }) };
}

function silentHolder(folder: StateFolder, processes: ProcessTable): ProcessRef | undefined {
  const holder = lockHolder(folder.runnerLock, processes);
  const takenMs = statSync(folder.runnerLock, { throwIfNoEntry: false })?.mtimeMs;
  return holder && takenMs !== undefined && Math.abs(Date.now() - takenMs) > YOUNG_MS ? holder : undefined;
}

/**
 * Connects to the runner. A silent one is continued, in case that it was stopped with SIGSTOP; if it still does not answer, it is ended with
 * its gateway, and the result is undefined as where there is no runner.
 * @throws GatewayServiceError `permission-denied` for a process of another user
 */
export async function reachRunner(source: RunnerSource, listener: ControlListener = DEAF): Promise<ControlConnection | undefined> {
  const connection = await connectRunner(source, listener);
  const silent = connection ? undefined : silentHolder(source.folder, source.processes);
  if (!silent) return connection;
  continueProcess(silent.pid);
  // It may be serving its pipe again at this moment.
  const again = () => connectRunner(source, listener, PATIENCE_MS);
  const late = await poll(again, { deadlineMs: YOUNG_MS, everyMs: 200, what: 'the runner to answer' }).catch(() => undefined);
  if (!late) await endRunner(silent, source);
  return late;
}

async function endRunner(runner: ProcessRef, { identity, processes }: RunnerSource): Promise<void> {
  const isGone = () => !isSameProcess(runner, processes);
  const what = `the runner (PID ${runner.pid}) to end`;
  // A signal of Windows gives no time: the gateway ends first.
  if (process.platform === 'win32') await takeOver(identity.home, processes);
  else {
    sendSignal(runner.pid, 'SIGTERM');
    await poll(isGone, { deadlineMs: HOST_GRACE_MS + KILL_MS, what }).catch(() => undefined);
  }
  if (!isGone()) sendSignal(runner.pid, 'SIGKILL');
  await poll(isGone, { deadlineMs: KILL_MS, what });
}
