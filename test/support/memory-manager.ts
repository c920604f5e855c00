// A GatewayManager in memory: the fake at the port for tests of the CLI and of the controller. It keeps the same contract as the real
// ones (test/contract/manager-contract.ts), walks the same ladder, and its time is a clock that a test may hold in its hand.

import type { GatewayIdentity } from '../../src/gateway/home.ts';
import type { AgentWork } from '../../src/model/agent-work.ts';
import { composeStatus, type StatusFacts } from '../../src/model/compose-status.ts';
import { GatewayServiceError } from '../../src/model/errors.ts';
import { failureTimes, type HistoryRecord, type StartCause } from '../../src/model/history.ts';
import type { Hold } from '../../src/model/hold.ts';
import { ladderPosition, RECOVERY_LADDER } from '../../src/model/ladder.ts';
import type { GatewayManager, HoldReason, InstallOptions, RecoveryTest, RestartOptions, StartOptions } from '../../src/model/manager.ts';
import { type Operation, progress, type Report } from '../../src/model/operation-steps.ts';
import type { Receipt } from '../../src/model/receipt.ts';
import { type FoundProblem, isRepairable, type Repair, repairReceipt } from '../../src/model/repair.ts';
import type { Desired, Installable, Status } from '../../src/model/status.ts';
import { HOLD_CAP_MS } from '../../src/state/holds.ts';

export interface Clock {
  now(): number;
  /** Runs `task` after `delayMs`; the returned function calls it off. */
  after(delayMs: number, task: () => void): () => void;
}

const systemClock: Clock = {
  now: Date.now,
  after: (delayMs, task) => {
    const timer = setTimeout(task, delayMs);
    return () => clearTimeout(timer);
  },
};

/** A clock that stands still until a test moves it. */
export class ManualClock implements Clock {
  #now: number;
  #due: { at: number; task: () => void }[] = [];

  constructor(now = Date.UTC(2026, 0, 1)) {
    this.#now = now;
  }

  now(): number {
    return this.#now;
  }

  after(delayMs: number, task: () => void): () => void {
    const entry = { at: this.#now + delayMs, task };
    this.#due.push(entry);
    return () => {
      this.#due = this.#due.filter(other => other !== entry);
    };
  }

  /** Lets time pass; what falls due runs in order, each at its own time. */
  advance(byMs: number): void {
    const until = this.#now + byMs;
    for (;;) {
      const next = this.#due.filter(entry => entry.at <= until).sort((a, b) => a.at - b.at)[0];
      if (!next) break;
      this.#due = this.#due.filter(entry => entry !== next);
      this.#now = next.at;
      next.task();
    }
    this.#now = until;
  }
}

interface Registration {
  readonly identity: GatewayIdentity;
  options: InstallOptions;
  desired: Desired;
  restartsAt?: { readonly at: string; readonly attempt: number };
  gateway?: { readonly pid: number; readonly startedAt: number };
  readonly history: HistoryRecord[];
  hostPid: number;
  hold?: Hold;
  cancelRestart: () => void;
  whenIdle?: boolean;
}

export class MemoryManager implements GatewayManager {
  readonly mechanisms: readonly [Installable, ...Installable[]];
  readonly #clock: Clock;
  readonly #folder: string;
  readonly #registrations = new Map<string, Registration>();
  readonly #watchers = new Map<string, Set<() => void>>();
  readonly #queues = new Map<string, Promise<unknown>>();
  #lastPid = 4_000;

  constructor({ clock = systemClock, mechanisms = ['embedded'] as MemoryManager['mechanisms'], folder = '/memory' } = {}) {
    this.#clock = clock;
    this.mechanisms = mechanisms;
    this.#folder = folder;
  }

  /** Names of the services that are registered now. */
  get registered(): string[] {
    return [...this.#registrations.keys()];
  }

  /** The gateway or the host with this PID dies by itself, as a crash would end it. */
  crash(pid: number, code = 1): void {
    for (const registration of this.#registrations.values()) {
      // What brings a host back is at work at once.
      if (registration.hostPid === pid) registration.hostPid = this.#newPid();
      if (registration.gateway?.pid !== pid) continue;
      this.#end(registration, 'failure', `The gateway ended with exit code ${code}.`, code);
      const ladder = registration.options.recovery ?? RECOVERY_LADDER;
      const { failures, nextAt = this.#clock.now() } = ladderPosition(ladder, failureTimes(registration.history));
      registration.restartsAt = { at: iso(nextAt), attempt: failures };
      registration.cancelRestart = this.#clock.after(nextAt - this.#clock.now(), () => this.#launch(registration, 'recovery'));
      this.#changed(registration);
    }
  }

  async preview(verb: 'install' | 'uninstall', identity: GatewayIdentity, options: InstallOptions = {}): Promise<Receipt> {
    const there = this.#own(identity) !== undefined;
    const mechanism = (verb === 'install' ? options : this.#own(identity)?.options)?.mechanism ?? this.mechanisms[0];
    const target = identity.service;
    const delays = (options.recovery ?? RECOVERY_LADDER).delaysMs.map(delayMs => `${delayMs / 1_000}`).join(', ');
    return {
      schema: 1,
      verb,
      profile: identity.profile,
      service: identity.service,
      mechanism,
      elevated: mechanism === 'service',
      rows:
        verb === 'install'
          ? [
              { action: there ? 'change' : 'create', kind: 'service', target },
              { action: there ? 'change' : 'create', kind: 'ladder', target, detail: `restart after ${delays} s` },
              { action: 'start', kind: 'process', target },
            ]
          : there
            ? [
                { action: 'stop', kind: 'process', target },
                { action: 'remove', kind: 'service', target },
              ]
            : [],
    };
  }

  install(identity: GatewayIdentity, options: InstallOptions = {}, report: Report = () => {}): Promise<Status> {
    return this.#inTurn(identity, async () => {
      const present = this.#own(identity);
      if ((options.beforeSignIn ?? 'no') !== 'no') throw new GatewayServiceError('before-sign-in-unavailable');
      report(progress('install', 'registering'));
      const registration: Registration = present ?? {
        identity,
        options,
        desired: 'running',
        history: [],
        hostPid: this.#newPid(),
        cancelRestart: () => {},
      };
      const { watchdog } = registration.options;
      registration.options = { ...(watchdog !== undefined && { watchdog }), ...options };
      this.#registrations.set(identity.service, registration);
      return this.#bringUp(registration, 'install', report);
    });
  }

  /** What a test has put wrong, by the service's name. */
  readonly foundProblems = new Map<string, readonly FoundProblem[]>();

  async examine(identity: GatewayIdentity): Promise<readonly FoundProblem[]> {
    return this.foundProblems.get(identity.service) ?? [];
  }

  repair(identity: GatewayIdentity, report: Report = () => {}): Promise<Repair> {
    return this.#inTurn(identity, async () => {
      const registration = this.#installed(identity);
      report(progress('repair', 'repairing'));
      const found = await this.examine(identity);
      const left = found.filter(foundProblem => !isRepairable(foundProblem));
      this.foundProblems.set(identity.service, left);
      const status = registration.desired === 'running' ? await this.#bringUp(registration, 'repair', report) : await this.status(identity);
      const repaired = found.filter(isRepairable);
      return { receipt: repairReceipt(identity, registration.options.mechanism ?? this.mechanisms[0], repaired), repaired, left, status };
    });
  }

  uninstall(identity: GatewayIdentity, report: Report = () => {}): Promise<Status> {
    return this.#inTurn(identity, async () => {
      const registration = this.#own(identity);
      if (registration) {
        this.#bringDown(registration, 'uninstall', report);
        report(progress('uninstall', 'unregistering'));
        this.#registrations.delete(identity.service);
        this.#changed(registration);
      }
      return this.status(identity);
    });
  }

  start(identity: GatewayIdentity, report: Report = () => {}, { unlessStopped = false }: StartOptions = {}): Promise<Status> {
    return this.#inTurn(identity, async () => {
      const registration = this.#installed(identity);
      if (unlessStopped && registration.desired === 'stopped') return this.status(identity);
      return this.#bringUp(registration, 'start', report);
    });
  }

  stop(identity: GatewayIdentity, report: Report = () => {}): Promise<Status> {
    return this.#inTurn(identity, async () => {
      this.#bringDown(this.#installed(identity), 'stop', report);
      return this.status(identity);
    });
  }

  /** A gateway here ends at once. */
  setWatchdog(identity: GatewayIdentity, watchdog: boolean): Promise<void> {
    return this.#inTurn(identity, async () => {
      const registration = this.#installed(identity);
      registration.options = { ...registration.options, watchdog };
      this.#changed(registration);
    });
  }

  async cancelConsent(): Promise<void> {}

  async stopNow(): Promise<void> {}

  /** What the agent of every gateway is at work on; a test may set it. */
  work: AgentWork | undefined = { active: 0, isComplete: true };

  async cancelRestart(identity: GatewayIdentity): Promise<void> {
    this.#installed(identity).whenIdle = false;
    this.#changed(this.#installed(identity));
  }

  async agentWork(): Promise<AgentWork | undefined> {
    return this.work;
  }

  testRecovery(identity: GatewayIdentity): Promise<RecoveryTest> {
    return this.#inTurn(identity, async () => {
      const registration = this.#installed(identity);
      if (!registration.gateway) throw new GatewayServiceError('recovery-not-tested', '(the gateway is not running)');
      this.#end(registration, 'failure', 'Ended to test the recovery.', 1);
      this.#launch(registration, 'recovery');
      return { status: await this.status(identity), backMs: 1_300 };
    });
  }

  async restart(identity: GatewayIdentity, report: Report = () => {}, { whenIdle = false }: RestartOptions = {}): Promise<Status> {
    const registration = this.#installed(identity);
    registration.whenIdle = whenIdle && this.work !== undefined && this.work.active > 0;
    if (whenIdle && !this.work?.isComplete) throw new GatewayServiceError('work-unknown');
    if (!registration.whenIdle) return this.#restart(identity, report);
    this.#changed(registration);
    return this.status(identity);
  }

  #restart(identity: GatewayIdentity, report: Report): Promise<Status> {
    return this.#inTurn(identity, async () => {
      const registration = this.#installed(identity);
      this.#bringDown(registration, 'restart', report);
      return this.#bringUp(registration, 'restart', report);
    });
  }

  hold(identity: GatewayIdentity, { who, why }: HoldReason): Promise<() => Promise<void>> {
    return this.#inTurn(identity, async () => {
      const registration = this.#installed(identity);
      const since = this.#clock.now();
      registration.cancelRestart();
      this.#end(registration, 'stopped', `Held by ${who}: ${why}.`, 0);
      registration.hold = {
        schema: 1,
        id: 'one',
        who,
        why,
        since: iso(since),
        until: iso(since + HOLD_CAP_MS),
        holder: { pid: process.pid },
      };
      this.#changed(registration);
      return async () => {
        delete registration.hold;
        if (registration.desired === 'running' && !registration.gateway) this.#launch(registration, 'released');
      };
    });
  }

  async status(identity: GatewayIdentity): Promise<Status> {
    const registration = this.#registrations.get(identity.service);
    const { gateway, history = [], options = {}, desired = 'stopped' } = registration ?? {};
    const own = registration?.identity.home === identity.home;
    const since = iso(gateway?.startedAt ?? this.#clock.now());
    const facts: StatusFacts = {
      identity,
      mechanism: options.mechanism ?? this.mechanisms[0],
      registration: !registration
        ? { state: 'absent' }
        : own
          ? { state: 'registered', host: desired === 'running' ? 'running' : 'stopped', hostPid: registration.hostPid }
          : { state: 'foreign', detail: registration.identity.home },
      host: registration?.restartsAt && { phase: 'restarting', since, nextTry: registration.restartsAt },
      runner:
        gateway &&
        ({
          schema: 1,
          service: identity.service,
          runnerPid: process.pid,
          phase: 'running',
          ...(registration?.whenIdle && { restartWhenIdle: true }),
          since,
          gateway: { pid: gateway.pid, startedAt: since },
          problems: [],
        } as const),
      history,
      hold: registration?.hold,
      desired: { desired, at: since },
      recovery: options.recovery ?? RECOVERY_LADDER,
      watchdog: options.watchdog ?? true,
      problems: [],
    };
    return composeStatus(facts, this.#clock.now());
  }

  async history(identity: GatewayIdentity): Promise<readonly HistoryRecord[]> {
    return [...(this.#own(identity)?.history ?? [])];
  }

  watch(identity: GatewayIdentity, listener: (status: Status) => void): () => void {
    let ended = false;
    const tell = () => void this.status(identity).then(status => ended || listener(status));
    const watchers = this.#watchers.get(identity.service) ?? new Set();
    this.#watchers.set(identity.service, watchers.add(tell));
    tell();
    return () => {
      ended = true;
      watchers.delete(tell);
    };
  }

  logPath(identity: GatewayIdentity): string {
    return `${this.#folder}/${identity.service}/gateway.log`;
  }

  /** The registration of this identity; undefined when there is none. */
  #own(identity: GatewayIdentity): Registration | undefined {
    const registration = this.#registrations.get(identity.service);
    if (registration && registration.identity.home !== identity.home) {
      throw new GatewayServiceError('foreign', `(${identity.service} serves ${registration.identity.home})`);
    }
    return registration;
  }

  #installed(identity: GatewayIdentity): Registration {
    const registration = this.#own(identity);
    if (!registration) throw new GatewayServiceError('not-installed', `(${identity.service})`);
    return registration;
  }

  #inTurn<T>(identity: GatewayIdentity, operation: () => Promise<T>): Promise<T> {
    const turn = (this.#queues.get(identity.service) ?? Promise.resolve()).then(operation);
    this.#queues.set(
      identity.service,
      turn.catch(() => {}),
    );
    return turn;
  }

  #bringUp(registration: Registration, operation: Operation, report: Report): Promise<Status> {
    registration.desired = 'running';
    if (!registration.gateway && !registration.hold) {
      report(progress(operation, 'starting'));
      registration.cancelRestart();
      this.#launch(registration, 'asked');
    }
    return this.status(registration.identity);
  }

  #bringDown(registration: Registration, operation: Operation, report: Report): void {
    report(progress(operation, 'stopping'));
    registration.cancelRestart();
    registration.desired = 'stopped';
    if (registration.gateway) this.#end(registration, 'stopped', `Asked for by ${operation}.`, 0);
    delete registration.restartsAt;
    this.#changed(registration);
  }

  #newPid(): number {
    this.#lastPid += 4;
    return this.#lastPid;
  }

  #launch(registration: Registration, cause: StartCause): void {
    const startedAt = this.#clock.now();
    const pid = this.#newPid();
    registration.gateway = { pid, startedAt };
    delete registration.restartsAt;
    registration.history.push({ at: iso(startedAt), kind: 'started', pid, cause });
    this.#changed(registration);
  }

  #end(registration: Registration, outcome: 'failure' | 'stopped', reason: string, code: number): void {
    const { gateway } = registration;
    if (!gateway) return;
    const now = this.#clock.now();
    registration.history.push({ at: iso(now), kind: 'ended', pid: gateway.pid, code, outcome, reason, uptimeMs: now - gateway.startedAt });
    delete registration.gateway;
  }

  #changed(registration: Registration): void {
    for (const tell of this.#watchers.get(registration.identity.service) ?? []) tell();
  }
}

function iso(epochMs: number): string {
  return new Date(epochMs).toISOString();
}
