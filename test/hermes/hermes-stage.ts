/**
 * One scenario's surroundings: home, state, locks and user folder of a real Hermes in one temporary folder, our built command line and
 * Hermes' own beside each other. What a scenario started is ended by its PID.
 */

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { profileIdentity, resolveHermesRoot } from '../../src/gateway/home.ts';
import { type GatewayState, livingGateway, readGatewayState } from '../../src/gateway/identity-files.ts';
import { posixProcesses } from '../../src/gateway/process-start-time.ts';
import { embeddedManager } from '../../src/manager/system-manager.ts';
import type { EndedRecord, HistoryRecord } from '../../src/model/history.ts';
import type { GatewayIdentity } from '../../src/model/identity.ts';
import { poll } from '../../src/model/poll.ts';
import type { Phase, Status } from '../../src/model/status.ts';
import { undoWhenInterrupted } from '../support/interruption.ts';
import { endAll, HOST_COMMAND, parentOf, processesBelow } from '../support/sandbox.ts';
import { check } from './check.ts';
import { CHANNEL } from './irc-server.ts';
import { openModelServer } from './model-server.ts';
import type { HermesVersion } from './versions.ts';

/** Longer than the slowest start of a gateway on a busy machine. */
const DEADLINE_MS = 90_000;
/** Pause between two looks at the status. */
const LOOK_MS = 100;
/** What has ended may have printed something that was not read yet. */
const OUTPUT_MS = 500;
const KEY = '0123456789abcdef0123456789abcdef';

export interface Ran {
  readonly exit: number | null;
  /** What it printed. */
  readonly text: string;
  readonly ms: number;
}

export interface Started {
  readonly pid: number;
  readonly ended: Promise<Ran>;
}

/** A question to the agent, whose answer takes a while. */
export interface Turn {
  /** The agent has said everything. */
  readonly isComplete: () => boolean;
}

export class HermesStage {
  readonly hermes: HermesVersion;
  /** All versions that were found. */
  readonly all: readonly HermesVersion[];
  readonly path = mkdtempSync(path.join(tmpdir(), 'hr-'));
  readonly home = path.join(this.path, 'home');
  readonly locks = path.join(this.path, 'locks');
  /** The folder of the `hermes` that is found on PATH. */
  bin: string;
  readonly #state = path.join(this.path, 's');
  readonly #manager = embeddedManager({
    stateRoot: path.join(this.#state, 'hermes-gateway-service'),
    hostCommand: HOST_COMMAND,
    processes: posixProcesses,
    checkCommand: () => [],
  });
  readonly #closing: (() => Promise<unknown>)[] = [];
  readonly #isDisposed = undoWhenInterrupted(() => this.dispose());

  constructor(hermes: HermesVersion, all: readonly HermesVersion[]) {
    this.hermes = hermes;
    this.all = all;
    this.bin = hermes.bin;
    for (const folder of [this.home, this.locks, this.#state]) mkdirSync(folder);
    mkdirSync(path.join(this.path, 'r'), { mode: 0o700 });
    this.configure('{}');
  }

  get #env(): Record<string, string> {
    const nowhere = 'http://127.0.0.1:9';
    return {
      PATH: `${this.bin}:${process.env['PATH']}`,
      LANG: 'C.UTF-8',
      HOME: this.path,
      HERMES_HOME: this.home,
      HERMES_GATEWAY_LOCK_DIR: this.locks,
      XDG_STATE_HOME: this.#state,
      XDG_RUNTIME_DIR: path.join(this.path, 'r'),
      // Nothing is looked up on the network.
      ...Object.fromEntries(['HTTP_PROXY', 'HTTPS_PROXY', 'http_proxy', 'https_proxy'].map(name => [name, nowhere])),
      ...Object.fromEntries(['NO_PROXY', 'no_proxy'].map(name => [name, '127.0.0.1,localhost'])),
    };
  }

  identity(profile = 'default', home = this.home): GatewayIdentity {
    return profileIdentity(resolveHermesRoot({ platform: process.platform, env: {}, homedir: this.path, home }), profile);
  }

  configure(yaml: string, home = this.home): void {
    mkdirSync(home, { recursive: true });
    writeFileSync(path.join(home, 'config.yaml'), yaml);
  }

  /** The gateway of this home gets a bot in the channel of this server. */
  addBot(port: number, name: string, home = this.home): void {
    const bot = { SERVER: '127.0.0.1', PORT: port, CHANNEL, NICKNAME: name, USE_TLS: false, HOME_CHANNEL: CHANNEL };
    writeFileSync(
      path.join(home, '.env'),
      Object.entries(bot)
        .map(([key, value]) => `IRC_${key}=${value}\n`)
        .join(''),
    );
  }

  /** Runs a program with the environment of this stage, in the background. */
  start(program: string, args: readonly string[], env: Readonly<Record<string, string>> = {}): Started {
    const beganMs = performance.now();
    const child = spawn(program, args, { env: { ...this.#env, ...env }, cwd: this.path, stdio: ['ignore', 'pipe', 'pipe'] });
    return { pid: child.pid ?? 0, ended: ended(child, beganMs) };
  }

  /** Our own command line. */
  startOurs(...args: readonly string[]): Started {
    const [program, script] = HOST_COMMAND;
    return this.start(program, [script, ...args]);
  }

  /** @throws Error where it ends with another code than 0 */
  async ours(...args: readonly string[]): Promise<Ran> {
    const ran = await this.startOurs(...args).ended;
    check(ran.exit === 0, `hermes-gateway ${args.join(' ')} ended with ${ran.exit}: ${lastLines(ran.text)}`);
    return ran;
  }

  startHermes(...args: readonly string[]): Started {
    return this.start(path.join(this.bin, 'hermes'), args);
  }

  status(profile?: string, home?: string): Promise<Status> {
    return this.#manager.status(this.identity(profile, home));
  }

  /** The status as our command line prints it, which also knows which gateway serves a profile. */
  async printedStatus(profile: string): Promise<Status> {
    const { text } = await this.startOurs('--profile', profile, 'status', '--json').ended;
    return JSON.parse(text).status as Status;
  }

  history(profile?: string, home?: string): Promise<readonly HistoryRecord[]> {
    return this.#manager.history(this.identity(profile, home));
  }

  async lastEnd(profile?: string, home?: string): Promise<EndedRecord> {
    const end = (await this.history(profile, home)).findLast(record => record.kind === 'ended');
    check(end, 'the history has no end of a gateway');
    return end;
  }

  /** The last records of the history, in a few words. */
  async story(): Promise<string> {
    const words = (await this.history()).slice(-6).map(record => {
      if (record.kind === 'started') return `started ${record.pid} (${record.cause})`;
      return record.kind === 'ended' ? `ended ${record.pid}: ${record.reason}` : record.reason;
    });
    return words.join('; ');
  }

  /** Asks until the answer is truthy; the error names what was awaited, and the status then. */
  async until<T>(what: string, ask: () => T | Promise<T>, deadlineMs = DEADLINE_MS): Promise<NonNullable<Exclude<T, false | 0 | ''>>> {
    try {
      return await poll(ask, { what, deadlineMs });
    } catch (error) {
      const { phase, detail = '' } = await this.status();
      throw new Error(`${error instanceof Error ? error.message : error} The phase was ${phase} ${detail}`.trim());
    }
  }

  /** Resolves with the status once the phase is this one. */
  untilPhase(phase: Phase, deadlineMs?: number): Promise<Status> {
    const asked = async () => {
      const status = await this.status();
      return status.phase === phase && status;
    };
    return this.until(`the phase ${phase}`, asked, deadlineMs);
  }

  /** Resolves when another gateway than `pid` runs, by our status and by its own state. */
  untilAnother(pid: number, deadlineMs?: number): Promise<number> {
    const another = async () => {
      const { phase, gatewayPid = pid } = await this.status();
      const own = this.ownState();
      return phase === 'running' && gatewayPid !== pid && own?.pid === gatewayPid && own.state === 'running' && gatewayPid;
    };
    return this.until(`another gateway than ${pid}`, another, deadlineMs);
  }

  /** Installs and starts the gateway; resolves with its PID. */
  async install(...args: readonly string[]): Promise<number> {
    await this.ours('install', ...args);
    return this.gatewayPid();
  }

  /** As `install`; the gateway is probed every second, and restarted after 20 s of silence. */
  async installProbed(): Promise<number> {
    await this.install();
    await this.#manager.install(this.identity(), { probeMs: 1_000, watchdogMs: 20_000 });
    await this.ours('restart');
    return this.gatewayPid();
  }

  /**
   * Resolves when the gateway has nothing left to do at its start: it prepares its agent for seconds after it says that it runs.
   * @param starts of gateways in this home
   */
  async untilIdle(starts = 1): Promise<void> {
    const log = path.join(this.home, 'logs/gateway.log');
    const times = () => (existsSync(log) ? readFileSync(log, 'utf8').split('Press Ctrl+C to stop').length - 1 : 0);
    await this.until('the gateway to be idle', () => times() >= starts);
  }

  gatewayPid(home = this.home): number {
    const { pid } = livingGateway(home) ?? {};
    check(pid !== undefined, `no gateway runs in ${path.basename(home)}`);
    return pid;
  }

  /** What the gateway says of itself. */
  ownState(home = this.home): GatewayState | undefined {
    return readGatewayState(home);
  }

  /** The gateway is a descendant of the service's process and says of itself that it runs. */
  async checkBelowService(profile?: string): Promise<void> {
    const { phase, gatewayPid = 0, servicePid } = await this.status(profile);
    check(phase === 'running', `the phase is ${phase}`);
    let above = gatewayPid;
    while (above > 1 && above !== servicePid) above = parentOf(above);
    check(above === servicePid, `the gateway ${gatewayPid} is not below the service ${servicePid}`);
    const { state, pid } = this.ownState(this.identity(profile).home) ?? {};
    check(state === 'running' && pid === gatewayPid, `the gateway itself says ${state}, PID ${pid}`);
  }

  /** Collects every status that differs in its phase or in the agent's work, until it is stopped. */
  watch(): { readonly seen: readonly Status[]; stop(): void } {
    const seen: Status[] = [];
    let over = false;
    const look = async () => {
      while (!over) {
        const status = await this.status();
        const last = seen.at(-1);
        if (last?.phase !== status.phase || last.finishingWorkSince !== status.finishingWorkSince) seen.push(status);
        await delay(LOOK_MS);
      }
    };
    void look();
    return { seen, stop: () => (over = true) };
  }

  /**
   * Installs a gateway whose agent answers a question for `talksMs`; resolves when it has begun.
   * @param drainS how long Hermes itself lets work go on at a stop, where that is set
   */
  async installBusy(talksMs: number, drainS?: number): Promise<Turn> {
    const model = await openModelServer(talksMs);
    this.#closing.push(() => model.close());
    const port = await freePort();
    const drain = drainS === undefined ? '' : `\nagent:\n  restart_drain_timeout: ${drainS}`;
    this.configure(
      `model:\n  default: fake\n  provider: custom\n  base_url: ${model.url}\n  api_key: sk-fake-000000000000000000000000${drain}\n`,
    );
    writeFileSync(
      path.join(this.home, '.env'),
      `API_SERVER_ENABLED=true\nAPI_SERVER_KEY=${KEY}\nAPI_SERVER_PORT=${port}\nOPENAI_API_KEY=sk-fake-000000000000000000000000\n`,
    );
    await this.install();
    // Before that Hermes 0.22 may answer that it cannot import its own agent.
    await this.untilIdle();
    return this.#ask(`http://127.0.0.1:${port}`);
  }

  async #ask(url: string): Promise<Turn> {
    await this.until('the API of the gateway', () =>
      fetch(`${url}/health`).then(
        ({ ok }) => ok,
        () => false,
      ),
    );
    const end = new AbortController();
    this.#closing.push(async () => end.abort());
    let said = '';
    const body = JSON.stringify({ model: 'hermes', stream: true, messages: [{ role: 'user', content: 'say words' }] });
    const headers = { authorization: `Bearer ${KEY}`, 'content-type': 'application/json' };
    const read = async () => {
      const response = await fetch(`${url}/v1/chat/completions`, { method: 'POST', headers, body, signal: end.signal });
      const decoder = new TextDecoder();
      for await (const part of response.body ?? []) said += decoder.decode(part as Uint8Array, { stream: true });
    };
    read().catch((error: Error) => (said += `${error.message} ${error.cause}`));
    await this.until('the agent to answer', () => said.includes('word3')).catch(error => {
      throw new Error(`${error.message} It said: ${lastLines(said)}`);
    });
    return { isComplete: () => said.includes('end-of-answer') };
  }

  /** Ends it when the stage is disposed of. */
  use<T extends { close(): Promise<void> }>(opened: T): T {
    this.#closing.push(() => opened.close());
    return opened;
  }

  /** A text without the path of this stage. */
  redacted(text: string): string {
    return text.replaceAll(this.path, '…').replaceAll(path.dirname(this.bin), '…').replace(/\s+/g, ' ');
  }

  /** Running processes of this scenario. */
  processes(): number[] {
    return processesBelow(this.#state);
  }

  /** A process that does nothing. */
  sleeper(): number {
    return this.start('sleep', ['600']).pid;
  }

  async dispose(): Promise<void> {
    await endAll(() => this.processes());
    await Promise.allSettled(this.#closing.map(close => close()));
    rmSync(this.path, { recursive: true, force: true, maxRetries: 5 });
    this.#isDisposed();
  }
}

export const lastLines = (text: string): string => text.trim().split('\n').slice(-3).join(' / ');

/** When a process was created, in epoch seconds, as Hermes writes it into its update marker. */
export function createdAtS(pid: number): string {
  const ticks = posixProcesses.startTime(pid) ?? Number.NaN;
  const [, bootS] = /^btime (\d+)$/m.exec(readFileSync('/proc/stat', 'utf8')) ?? [];
  return (Number(bootS) + ticks / 100).toFixed(3);
}

async function ended(child: ChildProcess, beganMs: number): Promise<Ran> {
  let text = '';
  for (const stream of [child.stdout, child.stderr]) stream?.setEncoding('utf8').on('data', (part: string) => (text += part));
  const closed = once(child, 'close');
  const [exit] = (await once(child, 'exit')) as [number | null];
  const ms = performance.now() - beganMs;
  // A process that it left running may keep its output open.
  await Promise.race([closed, delay(OUTPUT_MS)]);
  return { exit, text, ms };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, 'close');
  return port;
}
