// The SCM mechanism's manager, which lives in a Windows process of the rig (probes/manager.ts), for tests on this side. Wine shares the
// loopback interface with Linux, so one JSON line asks and another answers; what a watch hears comes by itself.
import net from 'node:net';
import type { ControlAnswer } from '../../src/gateway/control-socket.ts';
import type { GatewayIdentity } from '../../src/gateway/identity.ts';
import type { JsonObject } from '../../src/gateway/tolerant-json.ts';
import { LineCutter } from '../../src/process/pipe-protocol.ts';
import type { ErrorValue } from '../../src/service/errors.ts';
import type { HostFacts } from '../../src/service/facts.ts';
import type { GatewayManager, HoldReason, InstallOptions } from '../../src/service/manager.ts';
import { poll } from '../../src/service/poll.ts';
import type { Desired, Status } from '../../src/service/status.ts';
import type { WineRig } from './rig.ts';

type FromProbe =
  | { readonly id: number; readonly value?: unknown; readonly error?: ErrorValue }
  | { readonly watch: number; readonly status: Status };

const GONE: ErrorValue = { code: 'internal', message: 'The manager inside Windows has ended.', remedy: 'See why in the rig.' };

/** The rig's sample gateway, as a gateway command. */
export function sampleGatewayIn(rig: WineRig, ...switches: readonly string[]): string[] {
  return [rig.node, rig.sampleGateway(), ...switches, 'gateway', 'run'];
}

export class RemoteManager implements GatewayManager {
  readonly mechanism = 'service';
  readonly #socket: net.Socket;
  readonly #waiting = new Map<number, (answer: Extract<FromProbe, { id: number }>) => void>();
  readonly #watching = new Map<number, (status: Status) => void>();
  readonly #onLinux: (windowsPath: string) => string;
  readonly #logPaths = new Map<string, string>();
  #last = 0;

  private constructor(socket: net.Socket, onLinux: (windowsPath: string) => string) {
    this.#socket = socket;
    this.#onLinux = onLinux;
    const cutter = new LineCutter();
    socket.setEncoding('utf8');
    socket.on('data', (text: unknown) => {
      for (const line of cutter.push(String(text)) ?? []) this.#hear(JSON.parse(line) as FromProbe);
    });
    socket.on('error', () => socket.destroy());
    socket.once('close', () => {
      for (const id of this.#waiting.keys()) this.#hear({ id, error: GONE });
    });
  }

  static async start(rig: WineRig): Promise<RemoteManager> {
    const out = rig.begin(rig.probe('manager'));
    const port = await poll(() => Number(out()) || undefined, { what: 'the manager inside Windows', deadlineMs: 30_000 });
    const socket = net.connect(port, '127.0.0.1');
    await new Promise<void>((resolve, reject) => socket.once('connect', resolve).once('error', reject));
    const manager = new RemoteManager(socket, windowsPath => rig.onLinux(windowsPath));
    // On a busy machine the session is up before its SCM answers (1722).
    const answers = () => manager.#ask('services').catch(() => undefined);
    await poll(answers, { what: 'the SCM inside Windows', deadlineMs: 30_000 });
    return manager;
  }

  #hear(message: FromProbe): void {
    if ('watch' in message) {
      this.#watching.get(message.watch)?.(message.status);
      return;
    }
    this.#waiting.get(message.id)?.(message);
    this.#waiting.delete(message.id);
  }

  #ask<T>(verb: string, ...args: readonly unknown[]): Promise<T> {
    this.#last += 1;
    const id = this.#last;
    const answered = new Promise<T>((resolve, reject) => {
      this.#waiting.set(id, ({ value, error }) => (error ? reject(Object.assign(new Error(error.message), error)) : resolve(value as T)));
    });
    if (this.#socket.destroyed) this.#hear({ id, error: GONE });
    else this.#socket.write(`${JSON.stringify({ id, verb, args })}\n`);
    return answered;
  }

  /** The gateway of a home inside Windows, which is made. */
  async identity(home: string): Promise<GatewayIdentity> {
    const identity = await this.#ask<GatewayIdentity>('identity', home);
    this.#logPaths.set(identity.serviceName, this.#onLinux(await this.#ask('logPath', identity)));
    return identity;
  }

  preview: GatewayManager['preview'] = (verb, of, options = {}) => this.#ask('preview', verb, of, options);
  install = (of: GatewayIdentity, options: InstallOptions = {}): Promise<Status> => this.#ask('install', of, options);
  uninstall = (of: GatewayIdentity): Promise<Status> => this.#ask('uninstall', of);
  start = (of: GatewayIdentity): Promise<Status> => this.#ask('start', of);
  stop = (of: GatewayIdentity): Promise<Status> => this.#ask('stop', of);
  restart = (of: GatewayIdentity): Promise<Status> => this.#ask('restart', of);
  status = (of: GatewayIdentity): Promise<Status> => this.#ask('status', of);
  history: GatewayManager['history'] = of => this.#ask('history', of);
  /** As this side reads it. */
  logPath = (of: GatewayIdentity): string => this.#logPaths.get(of.serviceName) ?? '';

  async hold(of: GatewayIdentity, why: HoldReason): Promise<() => Promise<void>> {
    this.#last += 1;
    const hold = this.#last;
    await this.#ask('hold', hold, of, why);
    return () => this.#ask('release', hold);
  }

  watch(of: GatewayIdentity, listener: (status: Status) => void): () => void {
    this.#last += 1;
    const watch = this.#last;
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
  leftovers = (of: GatewayIdentity): Promise<readonly string[]> => this.#ask('leftovers', of);

  close(): void {
    this.#socket.destroy();
  }
}
