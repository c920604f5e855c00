// A stand-in for the service of the SCM where there is none: registering it asks for a consent that a test gives or not, and its "broker"
// is this process, which starts the real runner. That it is registered may be a file, which other processes see.
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { formatDown } from '../../src/control/host-link.ts';
import { isOwnSocket } from '../../src/control/pipe-address.ts';
import type { HostPort } from '../../src/mechanisms/host-port.ts';
import { GatewayServiceError } from '../../src/model/errors.ts';
import { PROGRAM } from './embedded-harness.ts';

export class StandInService {
  consent: 'given' | 'declined' | 'not to be asked for' = 'given';
  /** Where an operation is killed: what follows does not happen. */
  killedAt: 'registered' | 'started' | undefined;
  /** What else the elevated step does once the service is registered. */
  alsoElevated: () => Promise<void> = async () => undefined;
  readonly #file: string | undefined;
  #registered = false;
  #broker: ChildProcess | undefined;

  /** @param file is there as long as the service is registered. */
  constructor(file?: string) {
    this.#file = file;
  }

  get registered(): boolean {
    return this.#file === undefined ? this.#registered : existsSync(this.#file);
  }

  set registered(registered: boolean) {
    this.#registered = registered;
    if (this.#file === undefined) return;
    if (registered) writeFileSync(this.#file, '');
    else rmSync(this.#file, { force: true });
  }

  get pid(): number | undefined {
    return this.#broker?.exitCode === null && this.#broker.signalCode === null ? this.#broker.pid : undefined;
  }

  readonly host: HostPort = {
    mechanism: 'service',
    elevated: true,
    trustsServer: async ({ pipe }) => isOwnSocket(pipe),
    registration: async () => {
      if (!this.registered) return { state: 'absent' };
      const { pid } = this;
      return pid === undefined ? { state: 'registered', host: 'stopped' } : { state: 'registered', host: 'running', hostPid: pid };
    },
    hostFacts: async () => undefined,
    receipt: async (verb, { service }) => [{ action: verb === 'install' ? 'create' : 'remove', kind: 'service', target: service }],
    checkRights: async () => {
      if (this.consent === 'not to be asked for') throw new GatewayServiceError('needs-administrator');
    },
    register: async () => {
      if (this.consent !== 'given') throw new GatewayServiceError('consent-declined');
      this.registered = true;
      await this.alsoElevated();
      if (this.killedAt === 'registered') throw new Error('killed after registering');
    },
    examine: async () => [],
    repair: async () => {
      if (this.consent !== 'given') throw new GatewayServiceError('consent-declined');
      await this.alsoElevated();
    },
    unregister: async () => {
      if (this.registered && this.consent === 'declined') throw new GatewayServiceError('consent-declined');
      this.registered = false;
    },
    start: async ({ service }) => {
      if (this.pid === undefined) {
        this.#broker = spawn(process.execPath, [PROGRAM, 'run', '--service', service], { stdio: ['pipe', 'ignore', 'ignore'] });
        this.#broker.stdin?.on('error', () => undefined);
      }
      if (this.killedAt === 'started') throw new Error('killed after starting');
    },
    stop: async () => {
      this.#broker?.stdin?.write(formatDown({ down: 'stop', graceMs: 24_000, reason: 'stopped by the user' }));
    },
    isGone: async () => this.pid === undefined,
  };
}
