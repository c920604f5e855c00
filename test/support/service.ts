// One embedded gateway service in a sandbox, with what tests about its life ask again and again.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { controlPath, request } from '../../src/gateway/control-socket.ts';
import type { HostedManager } from '../../src/manager/hosted-manager.ts';
import type { EndedRecord } from '../../src/model/history.ts';
import type { GatewayIdentity } from '../../src/model/identity.ts';
import type { InstallOptions } from '../../src/model/manager.ts';
import { poll } from '../../src/model/poll.ts';
import type { Phase, Status } from '../../src/model/status.ts';
import type { StateFolder } from '../../src/state/state-folder.ts';
import { DEADLINE_MS, HOST_COMMAND, REPOSITORY, Sandbox, watchGateways } from './sandbox.ts';

export class ServiceUnderTest {
  readonly sandbox = new Sandbox();
  readonly manager: HostedManager = this.sandbox.manager();
  readonly identity: GatewayIdentity;
  readonly #watch: { stop(): number };

  constructor(home = 'h') {
    this.identity = this.sandbox.identity(home);
    this.#watch = watchGateways(this.sandbox, this.identity.home);
  }

  get home(): string {
    return this.identity.home;
  }

  get folder(): StateFolder {
    return this.sandbox.folder(this.identity);
  }

  install(switches: readonly string[] = [], over: InstallOptions = {}): Promise<Status> {
    return this.manager.install(this.identity, { ...this.sandbox.installOptions(...switches), ...over });
  }

  /** Installs from a process that leads a group of its own, as an app does; it stays. */
  async installFromAnotherProcess(): Promise<{ installer: number; pid: number }> {
    const script = `
      const { embeddedManager } = await import(${JSON.stringify(`${REPOSITORY}dist/src/manager/system-manager.js`)});
      const { posixProcesses } = await import(${JSON.stringify(`${REPOSITORY}dist/src/gateway/process-start-time.js`)});
      const manager = embeddedManager({
        stateRoot: ${JSON.stringify(this.sandbox.stateRoot)},
        hostCommand: ${JSON.stringify(HOST_COMMAND)},
        processes: posixProcesses,
        checkCommand: (_identity, override) => override,
      });
      const status = await manager.install(${JSON.stringify(this.identity)}, ${JSON.stringify(this.sandbox.installOptions())});
      console.log(status.gatewayPid);
      setInterval(() => {}, 1_000);`;
    const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
      detached: true,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [text] = (await once(child.stdout, 'data')) as [Buffer];
    return { installer: child.pid as number, pid: Number(text.toString()) };
  }

  status(): Promise<Status> {
    return this.manager.status(this.identity);
  }

  until(what: string, holds: (status: Status) => boolean): Promise<Status> {
    return poll(
      async () => {
        const status = await this.status();
        return holds(status) && status;
      },
      { what, deadlineMs: DEADLINE_MS, everyMs: 20 },
    );
  }

  untilPhase(phase: Phase): Promise<Status> {
    return this.until(`the phase ${phase}`, status => status.phase === phase);
  }

  /** Another gateway than this one runs. */
  untilBack(pid: number | undefined): Promise<Status> {
    return this.until('another gateway to run', ({ phase, gatewayPid }) => phase === 'running' && gatewayPid !== pid);
  }

  /** Resolves when the runner has had an answer of the sample gateway: before it, no silence means anything. */
  untilAnswered(): Promise<unknown> {
    const ask = async () => {
      const answer = await request(controlPath(this.home), 'status');
      return answer.ok && Number(answer.result['identified']) >= 2;
    };
    return poll(ask, { what: 'the runner to have an answer of the gateway', deadlineMs: DEADLINE_MS });
  }

  gateways(): number[] {
    return this.sandbox.gateways(this.home);
  }

  async ends(): Promise<EndedRecord[]> {
    return (await this.manager.history(this.identity)).flatMap(record => (record.kind === 'ended' ? [record] : []));
  }

  /** @returns the largest number of gateways of this home that lived at once */
  async dispose(): Promise<number> {
    const most = this.#watch.stop();
    await this.sandbox.dispose();
    return most;
  }
}

/** PID of the only process there is. */
export function only(pids: readonly number[]): number {
  const [pid] = pids;
  if (pid === undefined || pids.length > 1) throw new Error(`expected one process, found ${pids.join(', ') || 'none'}`);
  return pid;
}
