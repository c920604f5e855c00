// A broker between fakes of its ports: the SCM, the sessions and the runner. For tests with vitest's fake timers.
import { vi } from 'vitest';
import type { DownMessage } from '../../src/control/host-link.ts';
import { type BrokerPorts, type BrokerRunner, WindowsGatewayService } from '../../src/host/broker.ts';
import type { BeforeSignIn } from '../../src/model/before-sign-in.ts';
import type { HostFacts } from '../../src/model/facts.ts';
import { parseSid } from '../../src/windows/sddl.ts';
import type { ServiceControl } from '../../src/windows/service-control.ts';
import type { ControlListener, HostedService, StartReason } from '../../src/windows/service-host.ts';
import type { UserSession } from '../../src/windows/session.ts';

export const OWNER = parseSid('S-1-5-21-1-2-3-1001');
export const AT_DESK: UserSession = { id: 1, state: 'active', user: OWNER };
export const RECOVERY = { delaysMs: [1_000, 2_000, 4_000], resetMs: 60_000 };
/** A runner that ends when it is told to, or by itself. */
class FakeRunner implements BrokerRunner {
  readonly pid = 4242;
  readonly exited: Promise<number>;
  readonly heard: DownMessage[] = [];
  terminated = false;
  stopper = false;
  end: (code: number) => void = () => undefined;

  constructor() {
    this.exited = new Promise(resolve => {
      this.end = resolve;
    });
  }

  down(message: DownMessage): void {
    this.heard.push(message);
  }

  hasStopper(): boolean {
    return this.stopper;
  }

  terminate(): void {
    this.terminated = true;
    this.end(1);
  }
}

/** A broker between fakes. `said` is what it reported to the SCM, in order; `died` ends the line. */
export class Stage {
  sessions: UserSession[] = [AT_DESK];
  profileLoaded = true;
  /** As it is registered now. */
  beforeSignIn: BeforeSignIn;
  readonly said: string[] = [];
  /** The session 0 is that before a sign-in. */
  readonly births: { session: number; asked: boolean }[] = [];
  readonly facts: HostFacts[] = [];
  readonly events: string[] = [];
  runner = new FakeRunner();
  launch: () => void = () => undefined;
  readonly #broker: WindowsGatewayService;
  #listener: ControlListener = () => undefined;
  #first: ControlListener = () => undefined;

  constructor(options: { startReason?: StartReason; lastFacts?: HostFacts; beforeSignIn?: BeforeSignIn } = {}) {
    const { startReason, lastFacts, beforeSignIn = 'no' } = options;
    this.beforeSignIn = beforeSignIn;
    const service: HostedService = {
      startReason,
      onControl: (listener, first = () => undefined) => {
        this.#listener = listener;
        this.#first = first;
      },
      reportRunning: () => void this.said.push('running'),
      reportStopping: () => void this.said.push('stopping'),
      reportStopped: async result => void this.said.push(result?.serviceExitCode ? `stopped/${result.serviceExitCode}` : 'stopped/0'),
    };
    const ports: BrokerPorts = {
      service,
      owner: OWNER,
      sessions: () => this.sessions,
      isProfileLoaded: () => this.profileLoaded,
      beforeSignIn: () => this.beforeSignIn,
      startRunner: (session, asked) => {
        this.launch();
        this.births.push({ session: session.id, asked });
        this.runner = new FakeRunner();
        return this.runner;
      },
      lastFacts,
      writeFacts: facts => void this.facts.push(facts),
      report: event => void this.events.push(event),
      recovery: RECOVERY,
      die: () => {
        this.said.push('died');
        throw new Error('died');
      },
      now: Date.now,
    };
    this.#broker = new WindowsGatewayService(ports);
  }

  async run(): Promise<this> {
    this.#broker.run().catch((error: Error) => {
      if (error.message !== 'died') throw error;
    });
    return this.settle();
  }

  async settle(): Promise<this> {
    await vi.advanceTimersByTimeAsync(0);
    return this;
  }

  /** What the control handler does while the SCM waits for it. */
  beforeAnswer(control: ServiceControl): void {
    this.#first(control);
  }

  /** Once the SCM has our answer, whoever asked may be gone. */
  control(control: ServiceControl): Promise<this> {
    this.beforeAnswer(control);
    this.runner.stopper = false;
    this.#listener(control);
    return this.settle();
  }

  ends(code: number): Promise<this> {
    this.runner.end(code);
    return this.settle();
  }

  get lastFacts(): HostFacts | undefined {
    return this.facts.at(-1);
  }
}
