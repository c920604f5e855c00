// The manager of Windows' mechanisms, which lives in a Windows process of the rig (probes/manager.ts), for tests on this side.
import type { ControlAnswer } from '../../src/gateway/control-socket.ts';
import type { JsonObject } from '../../src/gateway/tolerant-json.ts';
import type { HostFacts } from '../../src/model/facts.ts';
import type { GatewayIdentity } from '../../src/model/identity.ts';
import type {
  GatewayManager,
  HoldReason,
  InstallOptions,
  RestartOptions,
  StartOptions,
  StopOptions,
  UninstallOptions,
} from '../../src/model/manager.ts';
import type { Report } from '../../src/model/operation-steps.ts';
import { poll } from '../../src/model/poll.ts';
import type { Repair } from '../../src/model/repair.ts';
import type { Desired, Status } from '../../src/model/status.ts';
import { callBy } from './call.ts';
import { Remote } from './remote.ts';
import type { WineRig } from './rig.ts';

type News = { readonly watch: number; readonly status: Status };

/** The rig's sample gateway, as a gateway command. */
export function sampleGatewayIn(rig: WineRig, ...switches: readonly string[]): string[] {
  return [rig.node, rig.sampleGateway(), ...switches, 'gateway', 'run'];
}

export class RemoteManager implements GatewayManager {
  readonly mechanisms = ['service', 'startup'] as const;
  readonly #remote: Remote;
  readonly #watching: Map<number, (status: Status) => void>;
  readonly #onLinux: (windowsPath: string) => string;
  readonly #logPaths = new Map<string, string>();

  private constructor(remote: Remote, watching: Map<number, (status: Status) => void>, onLinux: (windowsPath: string) => string) {
    this.#remote = remote;
    this.#watching = watching;
    this.#onLinux = onLinux;
  }

  static async start(rig: WineRig): Promise<RemoteManager> {
    const watching = new Map<number, (status: Status) => void>();
    const remote = await Remote.start(rig, 'manager', message => {
      const { watch, status } = message as News;
      watching.get(watch)?.(status);
    });
    // On a busy machine the session is up before its SCM answers (1722).
    await poll(() => remote.ask('services').catch(() => undefined), { what: 'the SCM inside Windows', deadlineMs: 30_000 });
    callBy(rig, remote);
    return new RemoteManager(remote, watching, windowsPath => rig.onLinux(windowsPath));
  }

  #ask<T>(verb: string, ...args: readonly unknown[]): Promise<T> {
    return this.#remote.ask(verb, ...args);
  }

  /** The gateway of a home inside Windows, which is made. */
  async identity(home: string): Promise<GatewayIdentity> {
    const identity = await this.#ask<GatewayIdentity>('identity', home);
    this.#logPaths.set(identity.service, this.#onLinux(await this.#ask('logPath', identity)));
    return identity;
  }

  preview: GatewayManager['preview'] = (verb, of, options = {}) => this.#ask('preview', verb, of, options);
  install = (of: GatewayIdentity, options: InstallOptions = {}): Promise<Status> => this.#ask('install', of, options);
  uninstall = (of: GatewayIdentity, _report?: Report, options: UninstallOptions = {}): Promise<Status> =>
    this.#ask('uninstall', of, options);
  examine: GatewayManager['examine'] = of => this.#ask('examine', of);
  repair = (of: GatewayIdentity): Promise<Repair> => this.#ask('repair', of);
  start = (of: GatewayIdentity, _report?: Report, options: StartOptions = {}): Promise<Status> => this.#ask('start', of, options);
  stop = (of: GatewayIdentity, _report?: Report, options: StopOptions = {}): Promise<Status> => this.#ask('stop', of, options);
  cancelConsent = (of: GatewayIdentity): Promise<void> => this.#ask('cancelConsent', of);
  stopNow = (of: GatewayIdentity): Promise<void> => this.#ask('stopNow', of);
  setWatchdog = (of: GatewayIdentity, on: boolean): Promise<void> => this.#ask('setWatchdog', of, on);
  restart = (of: GatewayIdentity, _report?: Report, options: RestartOptions = {}): Promise<Status> => this.#ask('restart', of, options);
  cancelRestart = (of: GatewayIdentity): Promise<void> => this.#ask('cancelRestart', of);
  agentWork: GatewayManager['agentWork'] = of => this.#ask('agentWork', of);
  testRecovery: GatewayManager['testRecovery'] = of => this.#ask('testRecovery', of);
  status = (of: GatewayIdentity): Promise<Status> => this.#ask('status', of);
  history: GatewayManager['history'] = of => this.#ask('history', of);
  /** As this side reads it. */
  logPath = (of: GatewayIdentity): string => this.#logPaths.get(of.service) ?? '';

  async hold(of: GatewayIdentity, why: HoldReason): Promise<() => Promise<void>> {
    const hold = this.#remote.number();
    await this.#ask('hold', hold, of, why);
    return () => this.#ask('release', hold);
  }

  watch(of: GatewayIdentity, listener: (status: Status) => void): () => void {
    const watch = this.#remote.number();
    this.#watching.set(watch, listener);
    // Without the manager there is nothing to hear any more.
    this.#ask('watch', watch, of).catch(() => undefined);
    return () => {
      this.#watching.delete(watch);
      this.#ask('unwatch', watch).catch(() => undefined);
    };
  }

  /** Asks the gateway itself, by its own control pipe. */
  askGateway = (of: GatewayIdentity, verb: string): Promise<ControlAnswer<JsonObject>> => this.#ask('askGateway', of, verb);
  /** Ends a Windows process at once, as `taskkill /F` does. */
  kill = (pid: number): Promise<void> => this.#ask('kill', pid);
  runnerPid = (of: GatewayIdentity): Promise<number | undefined> => this.#ask('runnerPid', of);
  /** What the user asked for, as the state folder keeps it, without anything being done about it. */
  wish = (of: GatewayIdentity, desired: Desired): Promise<void> => this.#ask('wish', of, desired);
  /** What the broker wrote into the registry. */
  facts = (of: GatewayIdentity): Promise<HostFacts | undefined> => this.#ask('facts', of);
  /** Windows Node processes, without the manager's own. */
  processes = (): Promise<readonly { readonly pid: number; readonly parentPid: number; readonly program: string }[]> =>
    this.#ask('processes');
  /** All that is there of ours: services, event source, state, processes; folders by their names. */
  leftovers = (): Promise<readonly string[]> => this.#ask('leftovers');

  close(): void {
    this.#remote.close();
  }
}
