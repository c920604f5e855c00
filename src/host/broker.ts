/**
 * The broker (`WindowsGatewayService`): the small, privileged half of the service. It answers the SCM, takes the token of the signed-in
 * owner (a SID fixed at install; the token of another user is never used), starts the runner with it, and translates:
 *
 *   SCM ──STOP, PRESHUTDOWN──▶ one line on the runner's stdin ──▶ runner ends ──▶ SERVICE_STOPPED/0
 *   runner decided to stay stopped ─────────────────────────────────────────────▶ SERVICE_STOPPED/0
 *   runner failed ───────────────▶ the broker ends without a report: the SCM counts a failure and restarts it
 *   the owner's session ended ───▶ no failure: RUNNING, waiting for sign-in
 *   "also before I sign in", and nobody is ─▶ a runner outside of every session, which is stopped and started again at the sign-in
 *   STOP, requested below the runner ─▶ as a failure: that process ends with the gateway's tree; the SCM restarts it
 *
 * It reads no file of the user, writes nothing below a user's folder, serves no pipe and connects to none.
 */

import type { DownMessage } from '../control/host-link.ts';
import type { BeforeSignIn } from '../model/before-sign-in.ts';
import { toGatewayServiceError } from '../model/errors.ts';
import type { EventName } from '../model/events.ts';
import { endsWithSession } from '../model/ntstatus.ts';
import { RUNNER_EXIT, staysStopped } from '../model/runner-exit.ts';
import { HOST_GRACE_MS, KILL_MS } from '../model/stop-times.ts';
import type { Sid } from '../windows/sddl.ts';
import type { ServiceControl } from '../windows/service-control.ts';
import type { HostedService } from '../windows/service-host.ts';
import { chooseSession, type UserSession } from '../windows/session.ts';
import { BrokerFacts, type FactsPorts } from './broker-facts.ts';
import { undoesStop, whyStarted } from './start-reason.ts';

/** Where a runner runs. */
export interface RunnerSession extends Pick<UserSession, 'id' | 'user'> {
  /** Outside of every session of the owner, with a token that Windows makes without a password. */
  readonly beforeSignIn?: true;
}

/** A runner, in a session of the owner or before there is one. */
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

export interface BrokerPorts extends FactsPorts {
  readonly service: HostedService;
  /** Fixed at install; the runner gets only the token of this user. */
  readonly owner: Sid;
  /** Every session with a signed-in user. */
  readonly sessions: () => readonly UserSession[];
  /** Whether the registry of this user is loaded: a logon is reported before that, and a runner would find the folders of nobody. */
  readonly isProfileLoaded: (user: Sid) => boolean;
  /** As an administrator has registered it. */
  readonly beforeSignIn: () => BeforeSignIn;
  /**
   * `asked`: the user requested the start, so it replaces the desired state.
   * @throws GatewayServiceError `before-sign-in-refused` where Windows makes no token without a password
   */
  readonly startRunner: (session: RunnerSession, asked: boolean) => BrokerRunner;
  /** A record in Windows' event log, with the text that its table lacks; never throws. */
  readonly report: (event: EventName, detail: string) => void;
  /** Ends this process without a report to the SCM. */
  readonly die: () => never;
}

/** The longest time of a stop, in milliseconds. */
const STOP_MS = HOST_GRACE_MS + KILL_MS;
/** Pause between looks for a sign-in, because a logon event before the listener is missed, in milliseconds. */
const SIGN_IN_LOOK_MS = 30_000;
/** Pause between looks for the profile of a user who is signing in, in milliseconds. */
const PROFILE_LOOK_MS = 500;
/** How long after a sign-out nothing is started before the next sign-in: Windows may be shutting down. In milliseconds. */
const SIGNED_OUT_MS = 10_000;
/** How long after a refusal Windows is not asked again for a token without a password, in milliseconds. */
const REFUSED_MS = 300_000;
/** How long the agent may finish its turn before the gateway moves to the session of its owner, in milliseconds. */
const HAND_OVER_MS = 60_000;

export class WindowsGatewayService {
  readonly #ports: BrokerPorts;
  readonly #facts: BrokerFacts;
  #runner: BrokerRunner | undefined;
  /** The session of the runner, or of the last one. */
  #session: RunnerSession | undefined;
  /** An ending session is still listed for a while; nothing is started in it again. */
  #endingSession: number | undefined;
  /** Until then nothing is started before a sign-in, in milliseconds since 1970. */
  #notBeforeSignInUntil = 0;
  /** The runner has been told to end, because it starts again in the session of the owner. */
  #movesToSession = false;
  #stop: DownMessage | undefined;
  /** The stop was requested by a program below the runner. */
  #stoppedFromBelow = false;
  /** Ends the current wait for a sign-in. */
  #wake: () => void = () => undefined;

  constructor(ports: BrokerPorts) {
    this.#ports = ports;
    this.#facts = new BrokerFacts(ports);
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
    this.#facts.publish('starting');
    let asked = reason === 'demand';
    while (!this.#stop) {
      const session = await this.#signedIn();
      if (!session) break;
      const code = await this.#oneRunner(session, asked);
      if (code === undefined) continue;
      asked = false;
      if (this.#movesToSession && !this.#stop) continue;
      const lostUpdater = code === RUNNER_EXIT.stoppedByLostUpdater;
      if (!lostUpdater && (this.#stop || staysStopped(code))) break;
      if (lostUpdater || !this.#sessionEnded(code)) return die();
      this.#endingSession = session.id;
      this.#notBeforeSignInUntil = now() + SIGNED_OUT_MS;
      report('session-ended', `session ${session.id}`);
    }
    const isUndefined = this.#facts.now.lastRunnerExit?.code === RUNNER_EXIT.withoutDefinition;
    return this.#stopped(this.#stop?.reason ?? (isUndefined ? 'no definition says what to start' : 'stays stopped'));
  }

  /** Resolves with a session in which the gateway may run now; undefined when a stop was requested meanwhile. */
  async #signedIn(): Promise<RunnerSession | undefined> {
    const { owner, beforeSignIn, isProfileLoaded, now } = this.#ports;
    for (;;) {
      if (this.#stop) return undefined;
      const session = this.#usableSession();
      const signingIn = session && !isProfileLoaded(session.user);
      if (session && !signingIn) return session;
      const pauseMs = beforeSignIn() === 'no' || session ? Number.POSITIVE_INFINITY : this.#notBeforeSignInUntil - now();
      if (pauseMs <= 0) return { id: 0, user: owner, beforeSignIn: true };
      if (this.#facts.now.phase !== 'waiting-for-sign-in') {
        this.#facts.publish('waiting-for-sign-in');
        this.#ports.report('waiting-for-sign-in', 'the owner is not signed in');
      }
      await new Promise<void>(resolve => {
        const lookMs = Math.min(signingIn ? PROFILE_LOOK_MS : SIGN_IN_LOOK_MS, pauseMs);
        const timer = setTimeout(() => {
          if (lookMs === SIGN_IN_LOOK_MS) this.#endingSession = undefined;
          resolve();
        }, lookMs);
        this.#wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  }

  #usableSession(): UserSession | undefined {
    const usable = this.#ownSessions().filter(session => session.id !== this.#endingSession);
    return chooseSession(usable, this.#session?.id);
  }

  #ownSessions(): readonly UserSession[] {
    const { owner, sessions } = this.#ports;
    return sessions().filter(({ user }) => user === owner);
  }

  /** Resolves with the exit code; undefined where Windows refused a token without a password. */
  async #oneRunner(session: RunnerSession, asked: boolean): Promise<number | undefined> {
    const { startRunner, report, now } = this.#ports;
    this.#session = session;
    this.#movesToSession = false;
    try {
      this.#runner = startRunner(session, asked);
    } catch (thrown) {
      if (!this.#isListed(session)) return RUNNER_EXIT.sessionEnding;
      const launchError = toGatewayServiceError(thrown).toValue();
      report('start-failed', launchError.message);
      if (launchError.code === 'before-sign-in-refused') {
        this.#notBeforeSignInUntil = now() + REFUSED_MS;
        this.#facts.publish('waiting-for-sign-in', { launchError });
        return undefined;
      }
      this.#facts.failed(RUNNER_EXIT.failed, { launchError });
      return RUNNER_EXIT.failed;
    }
    const runner = this.#runner;
    const { id, user, beforeSignIn } = session;
    this.#facts.publish('running', { session: { id, user, ...(beforeSignIn && { beforeSignIn }) } });
    report('started', `${beforeSignIn ? 'before sign-in' : `session ${id}`}, PID ${runner.pid}`);
    const looking = beforeSignIn && setInterval(() => this.#lookForOwner(), SIGN_IN_LOOK_MS);
    const ended = await runner.exited;
    clearInterval(looking);
    // The process below the gateway that requested the stop has ended with it, too.
    const code = this.#stoppedFromBelow ? RUNNER_EXIT.stoppedByLostUpdater : ended;
    this.#runner = undefined;
    // The process that requested the stop can no longer start the service, so the SCM does.
    if (this.#stop && code !== RUNNER_EXIT.stoppedByLostUpdater) return code;
    if (staysStopped(code) || this.#sessionEnded(code)) this.#facts.exited(code);
    else {
      this.#facts.failed(code);
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
        this.#moveToSession();
    }
  }

  /** A logon event may come before the runner is there. */
  #lookForOwner(): void {
    this.#endingSession = undefined;
    this.#moveToSession();
  }

  /** Stops a runner that was started before the sign-in, once its owner is there; then it starts again in the session. */
  #moveToSession(): void {
    const { beforeSignIn, isProfileLoaded } = this.#ports;
    if (beforeSignIn() === 'stay' || !this.#session?.beforeSignIn || !this.#runner || this.#movesToSession || this.#stop) return;
    const session = this.#usableSession();
    if (!session) return;
    if (!isProfileLoaded(session.user)) return void setTimeout(() => this.#moveToSession(), PROFILE_LOOK_MS);
    this.#movesToSession = true;
    this.#runner.down({ down: 'stop', reason: 'its owner has signed in', graceMs: HAND_OVER_MS });
    const runner = this.#runner;
    setTimeout(() => runner.terminate(), HAND_OVER_MS + KILL_MS).unref();
  }

  #endRunner(message: DownMessage): void {
    if (this.#stop) return;
    this.#stop = message;
    this.#facts.stopped('stopping', message.reason);
    this.#wake();
    this.#runner?.down(message);
    setTimeout(() => this.#runner?.terminate(), STOP_MS).unref();
  }

  #sessionEnded(code: number): boolean {
    return (endsWithSession(code) && !this.#session?.beforeSignIn) || !this.#isListed(this.#session);
  }

  #isListed(session: RunnerSession | undefined): boolean {
    return session?.beforeSignIn || this.#ownSessions().some(({ id }) => id === session?.id);
  }

  #stopped(reason: string): Promise<void> {
    this.#facts.stopped('stopped', reason);
    this.#ports.report('stopped', reason);
    return this.#ports.service.reportStopped();
  }
}
