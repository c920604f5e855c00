/**
 * A gateway that the embedded mechanism keeps alive in a sandbox: supervisor, runner and gateway are the processes that users get, with
 * the ladder that users get.
 */

import type { HostedManager } from '../../src/manager/hosted-manager.ts';
import { GatewayServiceError } from '../../src/model/errors.ts';
import type { GatewayIdentity } from '../../src/model/identity.ts';
import type { InstallOptions } from '../../src/model/manager.ts';
import type { Status } from '../../src/model/status.ts';
import { DEADLINE_MS, Sandbox } from './sandbox.ts';

export type Role = 'gateway' | 'runner' | 'supervisor';

export class EmbeddedGateway {
  readonly sandbox = new Sandbox();
  readonly identity: GatewayIdentity = this.sandbox.identity();
  readonly manager: HostedManager = this.sandbox.manager();

  private constructor() {}

  /** Resolves when the gateway is up. Default: the sample gateway. */
  static async install(options: InstallOptions = {}): Promise<EmbeddedGateway> {
    const gateway = new EmbeddedGateway();
    try {
      await gateway.manager.install(gateway.identity, { gatewayCommand: gateway.sandbox.gatewayCommand(), ...options });
      return gateway;
    } catch (error) {
      await gateway.sandbox.dispose();
      throw error;
    }
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
      runner: async () => (await this.sandbox.folder(this.identity).runner.read())?.process.pid,
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
    try {
      await this.manager.uninstall(this.identity);
    } finally {
      await this.sandbox.dispose();
    }
  }
}
