/** What the broker writes of itself, for users and for the next broker of its service. */

import type { HostFacts } from '../model/facts.ts';
import type { RecoveryLadder } from '../model/ladder.ts';

export interface FactsPorts {
  /** What the last broker of this service wrote; gone after a reboot. */
  readonly lastFacts: HostFacts | undefined;
  /** Never throws: the facts are only shown to users, and the service continues without them. */
  readonly writeFacts: (facts: HostFacts) => void;
  /** The registered ladder, for where Windows does not give the reason of a start. */
  readonly recovery: RecoveryLadder;
  readonly now: () => number;
}

export class BrokerFacts {
  readonly #ports: FactsPorts;
  #now: HostFacts;

  constructor(ports: FactsPorts) {
    this.#ports = ports;
    const { lastStop, lastRunnerExit, failures } = ports.lastFacts ?? {};
    this.#now = {
      phase: 'starting',
      since: this.#time(),
      ...(lastStop && { lastStop }),
      ...(lastRunnerExit && { lastRunnerExit }),
      ...(failures && { failures }),
    };
  }

  get now(): HostFacts {
    return this.#now;
  }

  /** Session and launch error are reported only while they apply. */
  publish(phase: HostFacts['phase'], more: Partial<HostFacts> = {}): void {
    const { session: _, launchError: __, ...lasting } = this.#now;
    this.#now = { ...lasting, ...more, phase, since: this.#time() };
    this.#ports.writeFacts(this.#now);
  }

  stopped(phase: 'stopping' | 'stopped', reason: string): void {
    this.publish(phase, { lastStop: { at: this.#time(), reason } });
  }

  exited(code: number): void {
    this.#now = { ...this.#now, lastRunnerExit: { at: this.#time(), code } };
  }

  /** Counts as the SCM does: the count restarts after a time without a failure. */
  failed(code: number, more: Partial<HostFacts> = {}): void {
    const { recovery, now } = this.#ports;
    const { lastRunnerExit, failures = 0 } = this.#now;
    const inARow = now() - Date.parse(lastRunnerExit?.at ?? '') < recovery.resetMs ? failures : 0;
    this.exited(code);
    this.publish('restarting', { ...more, failures: inARow + 1 });
  }

  #time(): string {
    return new Date(this.#ports.now()).toISOString();
  }
}
