/**
 * The broker (`WindowsGatewayService`): the small, privileged half of the service. It answers the SCM, takes the token of the signed-in
 * owner (a SID fixed at install; the token of another user is never used), starts the runner with it, and translates:
 *
 *   SCM ──STOP, PRESHUTDOWN──▶ one line on the runner's stdin ──▶ runner ends ──▶ SERVICE_STOPPED/0
 *   runner decided to stay stopped ─────────────────────────────────────────────▶ SERVICE_STOPPED/0
 *   runner failed ───────────────▶ the broker ends without a report: the SCM counts a failure and restarts it
 *   the owner's session ended ───▶ no failure: RUNNING, waiting for sign-in
 *   STOP, requested below the runner ─▶ as a failure: that process ends with the gateway's tree; the SCM restarts it
 *
 * It reads no file of the user, writes nothing below a user's folder, serves no pipe and connects to none.
 */

import type { DownMessage } from '../control/host-link.ts';
import { toGatewayServiceError } from '../model/errors.ts';
import type { EventName } from '../model/events.ts';
import type { HostFacts } from '../model/facts.ts';
import type { RecoveryLadder } from '../model/ladder.ts';
import { endsWithSession } from '../model/ntstatus.ts';
import { RUNNER_EXIT, staysStopped } from '../model/runner-exit.ts';
import { HOST_GRACE_MS, KILL_MS } from '../model/stop-times.ts';
import type { Sid } from '../windows/sddl.ts';
import type { ServiceControl } from '../windows/service-control.ts';
import type { HostedService, StartReason } from '../windows/service-host.ts';
import { chooseSession, type UserSession } from '../windows/session.ts';

/** A runner in a session of the owner. */
export interface BrokerRunner {
  readonly pid: number;
  /** Exit code, unsigned as in Windows; resolves when all its child processes have ended too. */
  readonly exited: Promise<number>;
  /** Whether a program that stops services (`sc`, `net`) is now running below it. Never throws. */
  hasStopper(): boolean;
  down(message: DownMessage): void;
  /** Ends it and all its child processes. */
  terminate(): void;
}

export interface BrokerPorts {
  readonly service: HostedService;
  /** Fixed at install; the runner gets only the token of this user. */
  readonly owner: Sid;
  /** Every session with a signed-in user. */
  readonly sessions: () => readonly UserSession[];
  /** Whether the registry of this user is loaded: a logon is reported before that, and a runner would find the folders of nobody. */
  readonly isProfileLoaded: (user: Sid) => boolean;
  /** `asked`: the user requested the start, so it replaces the desired state. */
  readonly startRunner: (session: UserSession, asked: boolean) => BrokerRunner;
  /** What the last broker of this service wrote; gone after a reboot. */
  readonly lastFacts: HostFacts | undefined;
  /** Never throws: the facts are only shown to users, and the service continues without them. */
  readonly writeFacts: (facts: HostFacts) => void;
  /** A record in Windows' event log, with the text that its table lacks; never throws. */
  readonly report: (event: EventName, detail: string) => void;
  /** The registered ladder, for where Windows does not give the reason of a start. */
  readonly recovery: RecoveryLadder;
  /** Ends this process without a report to the SCM. */
  readonly die: () => never;
  readonly now: () => number;
}

/** The longest time of a stop, in milliseconds. */
const STOP_MS = HOST_GRACE_MS + KILL_MS;
/** Pause between looks for a sign-in, because a logon event before the listener is missed, in milliseconds. */
const SIGN_IN_LOOK_MS = 30_000;
/** Pause between looks for the profile of a user who is signing in, in milliseconds. */
const PROFILE_LOOK_MS = 500;
/** How late a start may be and still count as a restart by the SCM, where Windows does not say so, in milliseconds. */
const RESTART_LATE_MS = 5_000;

/**
 * Why the SCM started the service. Where Windows does not say (Wine), it follows from what the last broker wrote: a killed one wrote
 * nothing more, a failed one is restarted when the ladder says so, and without an earlier broker Windows has just started.
 */
export function whyStarted(
  reported: StartReason | undefined,
  last: HostFacts | undefined,
  { delaysMs }: RecoveryLadder,
  nowMs: number,
): StartReason {
  if (reported) return reported;
  if (!last) return 'automatic';
  if (last.phase !== 'stopped' && last.phase !== 'restarting') return 'restart-after-failure';
  // After a decision to stay stopped no restart is due.
  if (staysStopped(last.lastRunnerExit?.code ?? null)) return 'demand';
  const delayMs = delaysMs[Math.min(last.failures ?? 0, delaysMs.length) - 1] ?? Number.NaN;
  const dueMs = Date.parse(last.lastRunnerExit?.at ?? '') + delayMs;
  const wasQueued = last.phase === 'restarting' || Date.parse(last.lastStop?.at ?? '') < dueMs;
  return wasQueued && nowMs >= dueMs && nowMs - dueMs < RESTART_LATE_MS ? 'restart-after-failure' : 'demand';
}

/** Whether this start is a restart that the SCM had queued before the service was stopped: the SCM cannot cancel it. */
export function undoesStop(reason: StartReason, last: HostFacts | undefined): boolean {
  return reason === 'restart-after-failure' && (last?.phase === 'stopped' || last?.phase === 'stopping');
}

export class WindowsGatewayService {
  readonly #ports: BrokerPorts;
  #facts: HostFacts;
  #runner: BrokerRunner | undefined;
  /** The session of the runner, or of the last one. */
  #session: UserSession | undefined;
  /** An ending session is still listed for a while; nothing is started in it again. */
  #endingSession: number | undefined;
  #stop: DownMessage | undefined;
  /** The stop was requested by a program below the runner. */
  #stoppedFromBelow = false;
  /** Ends the current wait for a sign-in. */
  #wake: () => void = () => undefined;

  constructor(ports: BrokerPorts) {
    this.#ports = ports;
    const { lastStop, lastRunnerExit, failures } = ports.lastFacts ?? {};
    this.#facts = {
      phase: 'starting',
      since: this.#time(),
      ...(lastStop && { lastStop }),
      ...(lastRunnerExit && { lastRunnerExit }),
      ...(failures && { failures }),
    };
  }

  /** Runs until the service is to stay stopped; a failure ends the process instead. */
  async run(): Promise<void> {
    const { service, lastFacts, recovery, die, now, report } = this.#ports;
    const reason = whyStarted(service.startReason, lastFacts, recovery, now());
    service.onControl(
      control => this.#onControl(control),
      ({ kind }) => {
        if (kind === 'session' || this.#stop) return;
        // Windows does not name the process that requests a stop, but that process waits for the answer.
        if (kind === 'stop') this.#stoppedFromBelow = this.#runner?.hasStopper() ?? false;
        // After the answer, the SCM may look for this state and take its absence for a service that hangs.
        service.reportStopping();
      },
    );
    service.reportRunning();
    if (undoesStop(reason, lastFacts)) return this.#stopped('stopped before the restart that Windows had planned');
    this.#publish('starting');
    let asked = reason === 'demand';
    while (!this.#stop) {
      const session = await this.#signedIn();
      if (!session) break;
      const code = await this.#oneRunner(session, asked);
      asked = false;
      const lostUpdater = code === RUNNER_EXIT.stoppedByLostUpdater;
      if (!lostUpdater && (this.#stop || staysStopped(code))) break;
      if (lostUpdater || !this.#sessionEnded(code)) return die();
      this.#endingSession = session.id;
      report('session-ended', `session ${session.id}`);
    }
    const isUndefined = this.#facts.lastRunnerExit?.code === RUNNER_EXIT.withoutDefinition;
    return this.#stopped(this.#stop?.reason ?? (isUndefined ? 'no definition says what to start' : 'stays stopped'));
  }

  /** Resolves with a session of the owner; undefined when a stop was requested meanwhile. */
  async #signedIn(): Promise<UserSession | undefined> {
    for (;;) {
      if (this.#stop) return undefined;
      const usable = this.#ownSessions().filter(session => session.id !== this.#endingSession);
      const session = chooseSession(usable, this.#session?.id);
      const signingIn = session && !this.#ports.isProfileLoaded(session.user);
      if (session && !signingIn) return session;
      if (this.#facts.phase !== 'waiting-for-sign-in') {
        this.#publish('waiting-for-sign-in');
        this.#ports.report('waiting-for-sign-in', 'the owner is not signed in');
      }
      await new Promise<void>(resolve => {
        const timer = setTimeout(
          () => {
            this.#endingSession = undefined;
            resolve();
          },
          signingIn ? PROFILE_LOOK_MS : SIGN_IN_LOOK_MS,
        );
        this.#wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  }

  #ownSessions(): readonly UserSession[] {
    const { owner, sessions } = this.#ports;
    return sessions().filter(({ user }) => user === owner);
  }

  async #oneRunner(session: UserSession, asked: boolean): Promise<number> {
    const { startRunner, report } = this.#ports;
    this.#session = session;
    try {
      this.#runner = startRunner(session, asked);
    } catch (thrown) {
      if (!this.#isListed(session)) return RUNNER_EXIT.sessionEnding;
      const launchError = toGatewayServiceError(thrown).toValue();
      report('start-failed', launchError.message);
      this.#failed(RUNNER_EXIT.failed, { launchError });
      return RUNNER_EXIT.failed;
    }
    const runner = this.#runner;
    this.#publish('running', { session: { id: session.id, user: session.user } });
    report('started', `session ${session.id}, PID ${runner.pid}`);
    const ended = await runner.exited;
    // The process below the gateway that requested the stop has ended with it, too.
    const code = this.#stoppedFromBelow ? RUNNER_EXIT.stoppedByLostUpdater : ended;
    this.#runner = undefined;
    // The process that requested the stop can no longer start the service, so the SCM does.
    if (this.#stop && code !== RUNNER_EXIT.stoppedByLostUpdater) return code;
    if (staysStopped(code) || this.#sessionEnded(code)) this.#exited(code);
    else {
      this.#failed(code);
      report('failed', `exit code ${code}`);
    }
    return code;
  }

  #onControl(control: ServiceControl): void {
    switch (control.kind) {
      case 'stop':
        this.#endRunner({
          down: 'stop',
          graceMs: HOST_GRACE_MS,
          reason: this.#stoppedFromBelow ? 'stopped by a program below the gateway' : 'stopped through the SCM',
        });
        break;
      case 'preshutdown':
        this.#endRunner({ down: 'preshutdown', graceMs: HOST_GRACE_MS, reason: 'Windows shuts down' });
        break;
      case 'session':
        // Lock, disconnect and user switching end nothing; a logon ends a wait.
        if (control.logon && control.session === this.#endingSession) this.#endingSession = undefined;
        this.#wake();
    }
  }

  #endRunner(message: DownMessage): void {
    if (this.#stop) return;
    this.#stop = message;
    this.#facts = { ...this.#facts, lastStop: { at: this.#time(), reason: message.reason } };
    this.#publish('stopping');
    this.#wake();
    this.#runner?.down(message);
    setTimeout(() => this.#runner?.terminate(), STOP_MS).unref();
  }

  #sessionEnded(code: number): boolean {
    return endsWithSession(code) || !this.#isListed(this.#session);
  }

  #isListed(session: UserSession | undefined): boolean {
    return this.#ownSessions().some(({ id }) => id === session?.id);
  }

  #stopped(reason: string): Promise<void> {
    this.#facts = { ...this.#facts, lastStop: { at: this.#time(), reason } };
    this.#publish('stopped');
    this.#ports.report('stopped', reason);
    return this.#ports.service.reportStopped();
  }

  #exited(code: number): void {
    this.#facts = { ...this.#facts, lastRunnerExit: { at: this.#time(), code } };
  }

  /** Counts as the SCM does: the count restarts after a time without a failure. */
  #failed(code: number, more: Partial<HostFacts> = {}): void {
    const { recovery, now } = this.#ports;
    const { lastRunnerExit, failures = 0 } = this.#facts;
    const inARow = now() - Date.parse(lastRunnerExit?.at ?? '') < recovery.resetMs ? failures : 0;
    this.#exited(code);
    this.#publish('restarting', { ...more, failures: inARow + 1 });
  }

  /** Session and launch error are reported only while they apply. */
  #publish(phase: HostFacts['phase'], more: Partial<HostFacts> = {}): void {
    const { session: _, launchError: __, ...lasting } = this.#facts;
    this.#facts = { ...lasting, ...more, phase, since: this.#time() };
    this.#ports.writeFacts(this.#facts);
  }

  #time(): string {
    return new Date(this.#ports.now()).toISOString();
  }
}
