/**
 * A gateway that the embedded mechanism keeps alive in a throwaway folder: supervisor, runner and gateway are the processes that users
 * get. Their environment is this process's own, because the supervisor inherits it.
 */

import { existsSync } from 'node:fs';
import path from 'node:path';
import { resolveGatewayCommand } from '../../src/gateway/command.ts';
import { type GatewayIdentity, gatewayIdentity } from '../../src/gateway/home.ts';
import { posixProcesses } from '../../src/gateway/process-start-time.ts';
import { EmbeddedManager } from '../../src/process/embedded-manager.ts';
import { GatewayServiceError } from '../../src/service/errors.ts';
import type { InstallOptions } from '../../src/service/manager.ts';
import { StateFolder } from '../../src/service/state-folder.ts';
import type { Status } from '../../src/service/status.ts';
import { makeSurroundings, PROGRAM, type Surroundings, sampleGateway } from './embedded-harness.ts';

export type Role = 'gateway' | 'runner' | 'supervisor';

const DEADLINE_MS = 30_000;

export class EmbeddedGateway {
  readonly manager: EmbeddedManager;
  readonly identity: GatewayIdentity;
  readonly folder: StateFolder;
  readonly #surroundings: Surroundings;
  readonly #environment = { ...process.env };

  private constructor(surroundings: Surroundings) {
    this.#surroundings = surroundings;
    Object.assign(process.env, surroundings.env);
    this.identity = gatewayIdentity({ root: surroundings.home, standard: false });
    const stateRoot = path.join(surroundings.env.XDG_STATE_HOME, 'hermes-gateway-service');
    this.folder = new StateFolder(path.join(stateRoot, this.identity.serviceName));
    this.manager = new EmbeddedManager({
      stateRoot,
      hostCommand: [process.execPath, PROGRAM],
      processes: posixProcesses,
      checkCommand: (identity, override) =>
        resolveGatewayCommand(identity, { platform: process.platform, env: process.env, exists: existsSync, ...(override && { override }) })
          .argv,
    });
  }

  /** Resolves when the gateway is up. Default: the sample gateway and the ladder that users get. */
  static async install(options: InstallOptions = {}): Promise<EmbeddedGateway> {
    const gateway = new EmbeddedGateway(makeSurroundings());
    try {
      await gateway.manager.install(gateway.identity, { gatewayCommand: sampleGateway(), ...options });
      return gateway;
    } catch (error) {
      await gateway.dispose();
      throw error;
    }
  }

  /** A place for a test's own files; it goes with the rest. */
  get scratch(): string {
    return this.#surroundings.folder;
  }

  status(): Promise<Status> {
    return this.manager.status(this.identity);
  }

  /** The first status for which `holds` is true, as a watching client hears of it. Listens at once, even if it is awaited later. */
  until(what: string, holds: (status: Status) => boolean): Promise<Status> {
    return new Promise((resolve, reject) => {
      let last: Status | undefined;
      const unwatch = this.manager.watch(this.identity, status => {
        last = status;
        if (!holds(status)) return;
        done();
        resolve(status);
      });
      const deadline = setTimeout(() => {
        done();
        reject(new GatewayServiceError('timed-out', `(${what}; the last status was ${JSON.stringify(last)})`));
      }, DEADLINE_MS);
      const done = () => {
        clearTimeout(deadline);
        unwatch();
      };
    });
  }

  /** @throws Error where there is no such process now. */
  async pid(role: Role): Promise<number> {
    const pids: Readonly<Record<Role, () => Promise<number | undefined>>> = {
      gateway: async () => (await this.status()).gatewayPid,
      runner: async () => (await this.folder.runner())?.process.pid,
      supervisor: async () => (await this.status()).servicePid,
    };
    const pid = await pids[role]();
    if (pid === undefined) throw new Error(`There is no ${role} now.`);
    return pid;
  }

  /** Ends one of them without a word, as a crash does; resolves when another gateway is up. */
  async killAndAwaitReturn(role: Role): Promise<{ readonly status: Status; readonly afterMs: number }> {
    const [killed, before] = [await this.pid(role), await this.pid('gateway')];
    const back = this.until('another gateway to be up', ({ phase, gatewayPid }) => phase === 'running' && gatewayPid !== before);
    const startedAt = performance.now();
    process.kill(killed, 'SIGKILL');
    const status = await back;
    return { status, afterMs: performance.now() - startedAt };
  }

  async dispose(): Promise<void> {
    await this.manager.uninstall(this.identity);
    for (const name of Object.keys(this.#surroundings.env)) {
      if (this.#environment[name] === undefined) delete process.env[name];
      else process.env[name] = this.#environment[name];
    }
    this.#surroundings.dispose();
  }
}
