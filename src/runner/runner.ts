/**
 * The runner: the unprivileged half of the service, one per profile, in the owner's session. It starts the gateway, captures its output,
 * decides what its end means, stops it gracefully, honours holds, keeps the history and serves the control pipe.
 *
 *   ┌─▶ held ──released──▶ starting ──evidence──▶ running ⇄ degraded
 *   │    ▲                    ▲                      │
 *   │  updater runs       75, ≤ 3 in 60 s          ended ──failure──▶ failed: the ladder of the SCM or the supervisor
 *   └────┴── stopped from outside ◀──────────────────┴─request, or 78─▶ stays stopped
 */

import type { Ask } from '../control/pipe-protocol.ts';
import type { ExitVerdict } from '../gateway/classify-exit.ts';
import { claimHome, formerRunnerEnded, requireFreeHome } from '../gateway/home-record.ts';
import type { ServingGateway } from '../gateway/host-gateway.ts';
import type { LivingUpdater } from '../gateway/update-marker.ts';
import { sinceUpdate, suspectUpdate } from '../model/bad-update.ts';
import type { Definition } from '../model/definition.ts';
import type { RunnerPhase } from '../model/facts.ts';
import { causeOfStart, type StartCause } from '../model/history.ts';
import type { ParentOf, ProcessTable } from '../model/process-ref.ts';
import { RUNNER_EXIT } from '../model/runner-exit.ts';
import { sentence } from '../model/sentence.ts';
import { HOST_GRACE_MS, USER_GRACE_MS } from '../model/stop-times.ts';
import type { GatewayProcessTree, LaunchGateway, LaunchSpec } from '../process/gateway-process.ts';
import { endOrphan, takeOver } from '../process/orphaned-gateway.ts';
import { watchFolder } from '../state/folder-watch.ts';
import { isLock, takeLock } from '../state/lock.ts';
import { OutputLog } from '../state/output-log.ts';
import { Ownership } from '../state/ownership.ts';
import type { StateFolder } from '../state/state-folder.ts';
import { adoptUpdate } from '../update/foreign-update.ts';
import { GatewayLife } from './gateway-life.ts';
import type { Observation, Stopper } from './gateway-watch.ts';
import { IdleRestart } from './idle-restart.ts';
import { LifeHistory } from './life-history.ts';
import { RunnerEndpoint } from './runner-endpoint.ts';
import { RunnerStatePublisher, type Showing } from './runner-state-publisher.ts';
import { StartGate, servedPauseMs } from './start-gate.ts';
import { startUpdateCleanup } from './update-cleanup.ts';

export interface RunnerPorts {
  readonly definition: Definition;
  readonly folder: StateFolder;
  readonly processes: ProcessTable;
  readonly launch: LaunchGateway;
  /** The current definition: an installation may update it while the runner runs. */
  readonly redefine: () => Promise<Definition>;
  /** What to launch; resolved again for every start, so that no versioned path is kept. */
  readonly launchSpec: (definition: Definition) => Promise<LaunchSpec>;
  readonly pipeAddress: (fresh: boolean) => string;
  /** Command line of a running process, where it may be read. */
  readonly commandLine: (pid: number) => readonly string[] | undefined;
  /** The other gateway that serves this profile now, if any. */
  readonly servedBy: (definition: Definition) => ServingGateway | undefined;
  readonly parentOf: ParentOf;
  /** Whether a debugger is attached to a process. */
  readonly isDebugged: (pid: number) => boolean;
  /** PID of the process that listens on a TCP port, where that is known. */
  readonly portHolder: (port: number) => number | undefined;
  readonly log: (line: string) => void;
  /** The user has started the service itself (services.msc, `sc start`). */
  readonly asked: boolean;
}

/** The gateway's time for a graceful end when the host died: the SCM soon starts another one, in milliseconds. */
const HOST_LOST_GRACE_MS = 1_000;
const BY_USER = 'stopped by the user';
/** What the gateway's end means when the runner itself is to end, and how the runner ends then. */
const EXITS = { stopped: RUNNER_EXIT.stopped, failure: RUNNER_EXIT.failed, 'session-ending': RUNNER_EXIT.sessionEnding } as const;

interface StopRequest {
  readonly verdict: keyof typeof EXITS;
  readonly reason: string;
  /** The gateway's time to end by itself, in milliseconds. */
  readonly graceMs: number;
}

export class Runner {
  readonly #ports: RunnerPorts;
  readonly #output: OutputLog;
  #definition: Definition;
  readonly #publisher: RunnerStatePublisher;
  readonly #gate: StartGate;
  readonly #endpoint: RunnerEndpoint;
  readonly #lives: LifeHistory;
  #life: GatewayLife | undefined;
  #stopRequest: StopRequest | undefined;
  /** Hermes' own updater, where it was running when a stop was requested. */
  #updaterAtStop: LivingUpdater | undefined;
  #restartRequested = false;
  /** The gateway is being killed for a test of the recovery. */
  #recoveryTested = false;
  readonly #idleRestart: IdleRestart;
  /** The gateway was ended for this hold. */
  #stoppedForHold: string | undefined;
  readonly #wakers = new Set<() => void>();
  #launched: (() => void)[] = [];
  #settle: () => void = () => undefined;
  /** Resolves when the first gateway is running, or when there is something to wait for instead. */
  readonly settled = new Promise<void>(resolve => {
    this.#settle = resolve;
  });

  constructor(ports: RunnerPorts) {
    this.#ports = ports;
    this.#definition = ports.definition;
    this.#publisher = new RunnerStatePublisher(ports.definition.service);
    this.#output = new OutputLog(ports.folder.logPath, { onLoss: () => this.#publisher.warn('log-incomplete') });
    this.#endpoint = new RunnerEndpoint({ ...ports, publisher: this.#publisher, onAsk: ask => this.#asked(ask) });
    this.#lives = new LifeHistory({ ...ports, output: this.#output });
    this.#idleRestart = new IdleRestart({
      home: () => this.#definition.home,
      gatewayPid: () => this.#life?.gateway.pid,
      restart: () => void this.#restart(),
    });
    this.#gate = new StartGate({
      folder: ports.folder,
      processes: ports.processes,
      root: () => this.#definition.root,
      isEnding: () => this.#stopRequest !== undefined,
      wait: (detail, problem) => {
        this.#show('held-for-update', { detail, problem });
        this.#answerRestarts();
        this.#settle();
      },
      servedBy: () => ports.servedBy(this.#definition),
      waitForServing: serving => {
        const by = serving ? `that of the profile ${serving.profile}, PID ${serving.pid}` : 'which is not known';
        this.#show('starting', { detail: `another gateway serves this profile: ${by}`, problem: 'service-superfluous' });
        this.#answerRestarts();
        this.#settle();
      },
      record: record => this.#lives.record(record),
      changeOr: ms => this.#changeOr(ms),
    });
  }

  /** Runs until the gateway is to stay stopped or has failed; resolves with one of `RUNNER_EXIT`. Never throws. */
  async run(): Promise<number> {
    const { folder, processes, log } = this.#ports;
    const lock = takeLock(folder.runnerLock, processes);
    if (!isLock(lock)) {
      log(`runner ${lock.pid} is in charge already`);
      await this.#lives.notInCharge(lock.pid);
      return RUNNER_EXIT.failed;
    }
    const ownership = new Ownership({ folder, processes, file: folder.runnerLock, lock });
    void ownership.lost.then(reason => this.#stopWith({ verdict: 'stopped', reason, graceMs: HOST_GRACE_MS }));
    const unwatch = watchFolder(folder.path, () => {
      this.#wake();
      // The records of a new owner are not overwritten.
      if (!ownership.look()) return;
      void this.#yieldToHold();
      void this.#endpoint.repair();
      void this.#lives.repair();
    });
    const endCleanup = startUpdateCleanup(folder, processes, log);
    // Clients can wait for the pipe; the gateway does not.
    const serving = this.#endpoint.serve();
    try {
      if (this.#ports.asked) await this.#gate.startedFromOutside();
      await endOrphan(folder, processes);
      const [history, asked] = await Promise.all([this.#lives.closed(), folder.desired()]);
      await this.#gate.awaitTurn(history, asked);
      return await this.#stoppedByUpdater(await this.#live(causeOfStart(history, asked.at, Date.now()), ownership));
    } catch (error) {
      log(`runner failed: ${error instanceof Error ? error.stack : error}`);
      await this.#lives.notLaunched(error);
      return RUNNER_EXIT.failed;
    } finally {
      this.#idleRestart.cancel();
      this.#answerRestarts();
      unwatch();
      await Promise.all([endCleanup(), this.#life?.clear(), serving]);
      await Promise.all([this.#output.close(), this.#endpoint.close()]);
      ownership.release();
    }
  }

  /** The host or the user requests the end. Of several requests the shortest grace counts. */
  stop(reason: string, graceMs: number): void {
    this.#updaterAtStop ??= this.#gate.updater();
    this.#stopWith({ verdict: 'stopped', reason, graceMs });
  }

  /** The user does not wait for the work of a gateway that is ending, whatever for. */
  async #endNow(): Promise<void> {
    await this.#life?.end(0);
  }

  /** The host died: end soon, with a failure, so that the next host starts another runner. After a request to stop it is not needed. */
  hostLost(): void {
    if (this.#stopRequest) return;
    this.#stopWith({ verdict: 'failure', reason: 'The service host ended unexpectedly.', graceMs: HOST_LOST_GRACE_MS });
  }

  /** A signal is no request of the user: the host restarts the runner. */
  signalled(name: string): void {
    this.#stopWith({ verdict: 'failure', reason: `The runner got ${name}.`, graceMs: HOST_GRACE_MS });
  }

  /** Windows ends the user's session: neither a stop nor a failure. */
  sessionEnding(): void {
    this.#stopWith({ verdict: 'session-ending', reason: 'The Windows session ends.', graceMs: HOST_GRACE_MS });
  }

  /** A method, because the value changes between two calls. */
  #endAsked(): StopRequest | undefined {
    return this.#stopRequest;
  }

  #isEnding(): boolean {
    return this.#stopRequest !== undefined || this.#restartRequested || this.#stoppedForHold !== undefined;
  }

  #stopWith(request: StopRequest): void {
    void this.#life?.end(request.graceMs);
    if (this.#stopRequest) return;
    this.#stopRequest = request;
    this.#show('stopping', { detail: request.reason });
    this.#wake();
  }

  /** Replaces the gateway with a new one; resolves when that was launched, or when a hold prevents it. */
  #restart(): Promise<void> {
    // Without a gateway one is about to begin, and is the answer.
    if (this.#life) {
      this.#restartRequested = true;
      this.#show('restarting', { detail: 'requested by the user', restartRequested: true });
      void this.#life.end(USER_GRACE_MS, { restart: true });
    }
    return new Promise(resolve => this.#launched.push(resolve));
  }

  /** Without a gateway there is nothing to wait for. */
  async #restartWhenIdle(on: boolean): Promise<void> {
    const life = this.#life;
    if (!life || this.#isEnding()) return;
    if (on) this.#idleRestart.wait();
    else this.#idleRestart.cancel();
    this.#onObservation(life.watch.observation, life);
  }

  /** A crash, except that its record says why. Where the gateway is ending there is nothing to test. */
  async #fail(): Promise<void> {
    if (!this.#life || this.#isEnding()) return;
    this.#recoveryTested = true;
    await this.#life.kill();
    // The end of the runner is the answer.
    await new Promise(() => undefined);
  }

  async #live(first: StartCause, ownership: Ownership): Promise<number> {
    const { folder, log } = this.#ports;
    let cause = first;
    /** Gateways in a row that ended because another one serves their profile. */
    let served = 0;
    for (;;) {
      if (await this.#gate.heldBack()) cause = 'released';
      await this.#gate.waitWhileServed(0);
      // The end of its gateway may be the first that a runner hears of its successor.
      await ownership.settled();
      const askedBefore = this.#endAsked();
      if (askedBefore) return EXITS[askedBefore.verdict];
      if ((await folder.desired()).desired === 'stopped') return RUNNER_EXIT.stopped;
      const { verdict, stopper } = await this.#oneLife(cause);
      log(`gateway ended: ${verdict.kind}: ${verdict.reason}`);
      const asked = this.#endAsked();
      if (asked) return EXITS[asked.verdict];
      if (this.#restartRequested) {
        this.#restartRequested = false;
        cause = 'asked';
        continue;
      }
      if (verdict.kind !== 'served-elsewhere') served = 0;
      switch (verdict.kind) {
        case 'failure':
          return (await this.#isBadUpdate()) ? RUNNER_EXIT.stopped : RUNNER_EXIT.failed;
        case 'stopped':
          // Ended for a hold, which the next turn waits for; every other stop request is answered above.
          cause = 'released';
          break;
        case 'needs-attention':
          return RUNNER_EXIT.stopped;
        case 'session-ending':
          return RUNNER_EXIT.sessionEnding;
        case 'restart-in-place':
          cause = 'in-place';
          break;
        case 'served-elsewhere':
          served += 1;
          await this.#gate.waitWhileServed(servedPauseMs(served));
          cause = 'released';
          break;
        case 'stopped-from-outside':
          await this.#gate.waitForOutside(verdict, stopper);
          cause = 'released';
      }
    }
  }

  /** One gateway from launch to the verdict on its end. */
  async #oneLife(cause: StartCause): Promise<{ verdict: ExitVerdict; stopper?: Stopper | undefined }> {
    const { folder, processes, launch, launchSpec, redefine, log } = this.#ports;
    const definition = await redefine().catch(() => this.#definition);
    this.#definition = definition;
    this.#show(cause === 'in-place' ? 'restarting' : 'starting');
    const spec = launchSpec(definition);
    spec.catch(() => undefined); // awaited below
    let tree: GatewayProcessTree;
    try {
      await requireFreeHome(definition.home, folder, processes);
      await formerRunnerEnded(definition.home, processes, () => this.#endAsked() !== undefined);
      await this.#lives.tolerate(claimHome(definition.home, folder, processes));
      const stoppedPid = await takeOver(definition.home, processes);
      if (stoppedPid !== undefined) log(`took over from the gateway with PID ${stoppedPid}`);
      tree = await launch(await spec, pid => this.#lives.launched(pid));
    } catch (error) {
      return { verdict: await this.#lives.notLaunched(error) };
    }
    const onObservation = (observation: Observation) => this.#onObservation(observation, life);
    const onBackground = (followed: GatewayProcessTree) => this.#lives.inBackground(followed);
    const onSlept = (ms: number) => this.#lives.slept(ms);
    const callbacks = { onObservation, onBackground, onSlept };
    const life: GatewayLife = new GatewayLife({ ...this.#ports, definition, tree, output: this.#output, ...callbacks });
    this.#life = life;
    await this.#lives.started(life, cause);
    this.#onObservation(life.watch.observation, life);
    this.#answerRestarts();
    // The end was requested during the launch.
    if (this.#stopRequest || this.#restartRequested) void life.end(this.#stopRequest?.graceMs ?? USER_GRACE_MS);
    else void this.#yieldToHold();

    const exit = await life.ended();
    this.#life = undefined;
    const end = { ownReason: (killed: boolean) => this.#ownReason(killed), updater: this.#gate.updater() };
    const verdict = await this.#lives.ended(life, exit, end);
    this.#stoppedForHold = undefined;
    return { verdict, stopper: life.watch.stopper };
  }

  /** The runner's own reason for the gateway's end, if any. */
  #ownReason(killed: boolean): ExitVerdict | undefined {
    const how = killed ? ' It did not end in time and was killed.' : '';
    if (this.#stopRequest) return { kind: this.#stopRequest.verdict, reason: `${sentence(this.#stopRequest.reason)}${how}` };
    if (this.#restartRequested) return { kind: 'stopped', reason: `Stopped for a requested restart.${how}` };
    if (this.#recoveryTested) return { kind: 'failure', reason: 'Ended to test the recovery.' };
    return this.#stoppedForHold === undefined ? undefined : { kind: 'stopped', reason: `Stopped for ${this.#stoppedForHold}.${how}` };
  }

  #onObservation(observation: Observation, { startedAt, launched }: GatewayLife): void {
    const was = this.#publisher.state.phase;
    if (this.#isEnding()) {
      const { detail, restartRequested } = this.#publisher.state;
      this.#show(was, { detail, restartRequested, finishingWork: observation.finishingWork });
      return;
    }
    if (observation.phase !== 'starting') this.#settle();
    this.#show(observation.phase, {
      detail: observation.detail,
      gateway: { pid: observation.gateway?.pid ?? launched.pid, startedAt },
      ...(observation.platforms && { platforms: observation.platforms }),
      problem: observation.problem,
    });
    this.#lives.observed(was, observation);
  }

  /** A hold that begins while the gateway runs ends it; the runner stays, and restarts it when the hold is over. */
  async #yieldToHold(): Promise<void> {
    if (!this.#life || this.#stoppedForHold !== undefined) return;
    const hold = await this.#gate.hold();
    if (!hold || !this.#life || this.#stopRequest || this.#stoppedForHold !== undefined) return;
    this.#stoppedForHold = `${hold.who}: ${hold.why}`;
    this.#show('stopping', { detail: this.#stoppedForHold });
    await this.#life.end(USER_GRACE_MS);
  }

  /** Restarts after a failed update are used up: a user must repair it. */
  async #isBadUpdate(): Promise<boolean> {
    const suspect = suspectUpdate(await this.#ports.folder.history(), this.#definition.recovery.resetMs);
    if (!suspect?.bad) return false;
    this.#ports.log(`not restarted: it failed repeatedly ${sinceUpdate(suspect)}`);
    return true;
  }

  /** How to end after a stop that Hermes' own updater may have requested through the host: nothing runs until it starts the service. */
  async #stoppedByUpdater(code: number): Promise<number> {
    const { folder, processes } = this.#ports;
    const updater = this.#updaterAtStop;
    if (code !== RUNNER_EXIT.stopped || updater?.pid === undefined || (await folder.desired()).desired === 'stopped') return code;
    // It ran below the gateway and ended with it.
    if (!processes.isAlive(updater.pid)) return RUNNER_EXIT.stoppedByLostUpdater;
    await this.#lives.tolerate(adoptUpdate(folder, this.#definition, updater.pid, processes));
    return code;
  }

  /** Resolves when a request of a client is done. */
  #asked(ask: Ask): Promise<void> {
    if (ask === 'restart') return this.#restart();
    if (ask === 'restart-when-idle' || ask === 'cancel-restart') return this.#restartWhenIdle(ask === 'restart-when-idle');
    if (ask === 'test-recovery') return this.#fail();
    if (ask === 'stop-now' && this.#isEnding()) return this.#endNow();
    this.stop(BY_USER, ask === 'stop' ? USER_GRACE_MS : 0);
    return new Promise(() => undefined); // the end of the connection is the answer
  }

  /** While the runner ends, it shows nothing else; the gateway is shown as long as it runs. */
  #show(phase: RunnerPhase, showing: Showing = {}): void {
    // The request is for the gateway that runs.
    if (phase !== 'running' && phase !== 'degraded') this.#idleRestart.cancel();
    const restartWhenIdle = this.#idleRestart.isWaiting || undefined;
    const gateway = showing.gateway ?? (this.#life ? this.#publisher.state.gateway : undefined);
    this.#publisher.show(this.#stopRequest ? 'stopping' : phase, { ...showing, restartWhenIdle, gateway });
  }

  #answerRestarts(): void {
    for (const resolve of this.#launched.splice(0)) resolve();
  }

  #wake(): void {
    for (const wake of this.#wakers) wake();
  }

  /** Resolves at the next change in the state folder, a request, or after `ms`. */
  #changeOr(ms: number): Promise<void> {
    return new Promise(resolve => {
      const done = () => {
        clearTimeout(timer);
        this.#wakers.delete(done);
        resolve();
      };
      const timer = setTimeout(done, ms);
      this.#wakers.add(done);
    });
  }
}
