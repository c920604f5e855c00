// The service that a test is about, from outside of Windows: its manager inside, Windows' own tools, and its processes as Linux lists them.
import { cpSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { processesOf } from '../../demo/story/trial-processes.ts';
import { attempt } from '../../src/model/attempt.ts';
import type { GatewayIdentity } from '../../src/model/identity.ts';
import type { InstallOptions } from '../../src/model/manager.ts';
import { poll } from '../../src/model/poll.ts';
import type { Status } from '../../src/model/status.ts';
import { watchCount } from '../support/sandbox.ts';
import { RemoteManager, sampleGatewayIn } from './remote-manager.ts';
import { type RigOptions, WineRig } from './rig.ts';

/** A start of Windows Node under Wine on a busy machine, and what it then does. */
const FACT_MS = 60_000;
/** Programs of a prefix whose server has ended are gone within this. */
const GONE_MS = 10_000;

/** A ladder for tests that are not about its delays. */
export const QUICK = { delaysMs: [100, 200, 400], resetMs: 60_000 };

/**
 * Between two looks at a fact, in milliseconds: a look from outside costs Wine as much as a gateway that starts meanwhile can do without.
 */
const LOOK_MS = 120;

/** Waits for a fact inside Windows. */
export const until = <T>(what: string, look: () => T | Promise<T>) => poll(look, { what, deadlineMs: FACT_MS, everyMs: LOOK_MS });

export class ServiceOnWine {
  #windows: { readonly rig: WineRig; manager: RemoteManager } | undefined;
  #made: GatewayIdentity[] = [];
  #homes = 0;

  get rig(): WineRig {
    return this.#up.rig;
  }

  get manager(): RemoteManager {
    return this.#up.manager;
  }

  /** The gateway of the present test: the last one that it made. */
  get of(): GatewayIdentity {
    const of = this.#made.at(-1);
    if (!of) throw new Error('the test has no service yet');
    return of;
  }

  get #up() {
    if (!this.#windows) throw new Error('the rig is not up');
    return this.#windows;
  }

  async open(options?: RigOptions): Promise<void> {
    const rig = await WineRig.start(options);
    this.#windows = { rig, manager: await RemoteManager.start(rig) };
  }

  /** Copies evidence of a failed test to test-results/wine: state and logs of its services, the SCM's log, output of the programs. */
  keep(test: string): void {
    if (!this.#windows) return;
    const { rig } = this.#windows;
    const kept = path.join('test-results', 'wine', test.replaceAll(/[^\w]+/g, '-').slice(0, 80));
    const folders = [path.join(rig.prefix, 'io'), ...this.#made.map(of => path.dirname(path.dirname(this.manager.logPath(of))))];
    for (const folder of folders.filter(existsSync)) cpSync(folder, path.join(kept, path.basename(folder)), { recursive: true });
    writeFileSync(path.join(kept, 'scm.json'), JSON.stringify(rig.recoveryLog(), undefined, 1));
  }

  /** Takes away what a test made. */
  async clear(): Promise<void> {
    for (const of of this.#made.splice(0)) await this.manager.uninstall(of);
  }

  /** Ends everything. Resolves with what was still there of ours: in the prefix before its end, on this machine after it. */
  async close(): Promise<readonly string[]> {
    if (!this.#windows) return [];
    const { rig, manager } = this.#windows;
    const left = [...(await manager.leftovers().catch((error: unknown) => [String(error)]))];
    manager.close();
    await rig.dispose();
    const gone = () => processesOf(rig.prefix).length === 0;
    await poll(gone, { what: 'the processes of the prefix to end', deadlineMs: GONE_MS }).catch(() => undefined);
    left.push(...processesOf(rig.prefix).map(({ pid, command }) => `process ${pid} ${command}`));
    return existsSync(rig.prefix) ? [...left, rig.prefix] : left;
  }

  /** Ends Windows and starts it again, as a power cut does; resolves when there is a manager again. */
  async reboot(): Promise<void> {
    this.manager.close();
    await this.rig.reboot();
    this.#up.manager = await RemoteManager.start(this.rig);
  }

  /** A home of its own for this test, with no service yet. Gives the service's name. */
  async fresh(home = `C:\\homes\\${this.#homes + 1}`): Promise<string> {
    this.#homes += 1;
    this.#made.push(await this.manager.identity(home));
    return this.of.service;
  }

  /** The sample gateway's own service. */
  async install(options: InstallOptions = {}): Promise<Status> {
    await this.fresh();
    return this.manager.install(this.of, { gatewayCommand: sampleGatewayIn(this.rig), recovery: QUICK, ...options });
  }

  status(): Promise<Status> {
    return this.manager.status(this.of);
  }

  phase(wanted: Status['phase'], holds: (status: Status) => boolean = () => true): Promise<Status> {
    return until(`the phase ${wanted}`, async () => {
      const now = await this.status();
      return now.phase === wanted && holds(now) && now;
    });
  }

  /** The status as soon as another gateway runs than the one of `before`. */
  another(before: Status): Promise<Status> {
    return this.phase('running', ({ startedAt }) => startedAt !== before.startedAt);
  }

  /** Has the sample gateway do something, as its README lists. */
  tell(command: string): void {
    this.rig.write(`${this.of.home}\\state\\sample-gateway.command`, command);
  }

  /** Runs a tool of Windows; gives its exit code. */
  async tool(...argv: readonly string[]): Promise<number> {
    return (await this.rig.run(argv)).code;
  }

  /** What the rebuilt SCM wrote about failures of this service. */
  failures(): ReturnType<WineRig['recoveryLog']> {
    return this.rig.recoveryLog().filter(({ service }) => service === this.of.service);
  }

  /** PIDs on Linux of the living gateways of this Windows. */
  gateways(): readonly number[] {
    const isGateway = (command: string) => command.includes('gateway.mjs') && !command.includes('--help');
    return processesOf(this.rig.prefix)
      .filter(({ pid, command }) => isGateway(command) && threadsOf(pid) > 1 && isGateway(commandOf(pid)))
      .map(({ pid }) => pid);
  }

  /** Counts the gateways until it is stopped. */
  census(): ReturnType<typeof watchCount> {
    return watchCount(() => this.gateways().length);
  }
}

/**
 * Node has several. What Wine forks of a process to start another one looks like it until then, and has one. Its command is asked for once
 * more after this: meanwhile it may have become the other one.
 */
const threadsOf = (pid: number): number => attempt(() => readdirSync(`/proc/${pid}/task`).length) ?? 0;

const commandOf = (pid: number): string => attempt(() => readFileSync(`/proc/${pid}/cmdline`, 'utf8')) ?? '';
