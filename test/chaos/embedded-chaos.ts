/**
 * Chaos of the embedded mechanism: gateways of several homes below supervisors of their own, all in one sandbox. Manager, supervisor,
 * runner and command line are the real ones; clock and disk are bent for them by `bend.cjs`.
 */

import { spawn } from 'node:child_process';
import { appendFileSync, copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import net from 'node:net';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { controlPath, request } from '../../src/gateway/control-socket.ts';
import { readGatewayState } from '../../src/gateway/identity-files.ts';
import { posixProcesses } from '../../src/gateway/process-start-time.ts';
import type { GatewayIdentity } from '../../src/model/identity.ts';
import type { GatewayManager } from '../../src/model/manager.ts';
import { lockHolder } from '../../src/state/lock.ts';
import type { StateFolder } from '../../src/state/state-folder.ts';
import { commandLine, endProcess, HOST_COMMAND, REPOSITORY, Sandbox } from '../support/sandbox.ts';
import type { ChaosEvent, ChaosFile, CommandName, Damage, Mood } from './events.ts';
import { type ChaosStage, damagedText, leftOf, MOOD_SWITCHES } from './stage.ts';
import { type Word, WordsFile } from './words.ts';

const BEND = path.join(REPOSITORY, 'test/chaos/bend.cjs');
const RECOVERY = { delaysMs: [50, 100, 200, 400], resetMs: 2_000 } as const;
const UPDATE_MS = 300;
const PROBE_MS = 300;

interface Homed {
  readonly identity: GatewayIdentity;
  readonly folder: StateFolder;
  readonly words: WordsFile;
}

export class EmbeddedChaos implements ChaosStage {
  readonly name = 'embedded mechanism';
  readonly without: ReadonlySet<ChaosEvent['do']> = new Set<ChaosEvent['do']>(['switch']);
  readonly longestDelayMs = Math.max(...RECOVERY.delaysMs);
  readonly startMs = 8_000;
  readonly profiles: number;
  readonly #sandbox = new Sandbox();
  readonly #bent = path.join(this.#sandbox.path, 'bent');
  readonly #script = path.join(this.#sandbox.path, 'chaos-gateway.mjs');
  readonly #manager: GatewayManager = this.#sandbox.manager();
  readonly #homes: readonly Homed[];
  readonly #nodeOptions = process.env['NODE_OPTIONS'];

  constructor(profiles: number) {
    this.profiles = profiles;
    mkdirSync(this.#bent);
    for (const name of ['chaos-gateway.mjs', 'bend.cjs'])
      copyFileSync(path.join(REPOSITORY, 'test/chaos', name), path.join(this.#sandbox.path, name));
    process.env['GATEWAY_CHAOS'] = this.#bent;
    process.env['NODE_OPTIONS'] = `--require=${path.join(this.#sandbox.path, 'bend.cjs')}`;
    // The manager works in this process.
    createRequire(import.meta.url)(BEND);
    this.#homes = Array.from({ length: profiles }, (_, index) => {
      const identity = this.#sandbox.identity(`h${index}`);
      return { identity, folder: this.#sandbox.folder(identity), words: new WordsFile(identity.home) };
    });
  }

  async command(of: number, name: CommandName): Promise<void> {
    const { identity } = this.#home(of);
    if (name === 'update') return this.#update(of);
    if (name === 'switch') throw new Error('there is one mechanism here');
    const gatewayCommand = [process.execPath, this.#script, 'gateway', 'run'];
    if (name === 'install') await this.#manager.install(identity, { gatewayCommand, recovery: RECOVERY, probeMs: PROBE_MS });
    else await this.#manager[name](identity);
  }

  async #update(of: number): Promise<void> {
    const { home } = this.#home(of).identity;
    const script = path.join(REPOSITORY, 'test/chaos/chaos-update.mjs');
    await this.#cli(['update', '--home', home, '--', process.execPath, script, home, String(UPDATE_MS)]).ended;
  }

  async cut(of: number, verb: string, afterMs: number): Promise<void> {
    const { pid, ended } = this.#cli([verb, '--home', this.#home(of).identity.home]);
    await delay(afterMs);
    endProcess(pid);
    await ended;
  }

  #cli(args: readonly string[]): { readonly pid: number; readonly ended: Promise<unknown> } {
    const [program, ...script] = HOST_COMMAND;
    const child = spawn(program, [...script, ...args], { stdio: 'ignore' });
    return { pid: child.pid ?? 0, ended: new Promise(resolve => child.once('exit', resolve)) };
  }

  status = (of: number) => this.#manager.status(this.#home(of).identity);
  history = (of: number) => this.#manager.history(this.#home(of).identity);

  words = (of: number): readonly Word[] => this.#home(of).words.read();

  isAlive = (_of: number, pid: number): boolean => posixProcesses.isAlive(pid);

  isReady(of: number, pid: number): boolean {
    const state = readGatewayState(this.#home(of).identity.home);
    return state?.pid === pid && state.state === 'running';
  }

  hosts(of: number): ReturnType<ChaosStage['hosts']> {
    return { host: this.#holder(of, 'host') !== undefined, runner: this.#holder(of, 'runner') !== undefined };
  }

  comesBack = (): boolean => false;

  #holder(of: number, whom: 'runner' | 'host'): number | undefined {
    const { folder } = this.#home(of);
    return lockHolder(whom === 'host' ? folder.supervisorLock : folder.runnerLock, posixProcesses)?.pid;
  }

  processes(of: number): readonly string[] {
    return this.#pids(of).map(pid => `${pid} ${commandLine(pid).join(' ').trim()}`);
  }

  #pids(of: number): number[] {
    const { home, service } = this.#home(of).identity;
    const born = new Set(this.words(of).flatMap(({ what, pid }) => (what === 'born' ? [pid] : [])));
    return this.#sandbox.processes().filter(pid => {
      const argv = commandLine(pid);
      const group = groupOf(pid);
      return argv.includes(service) || argv.includes(home) || born.has(pid) || (group !== undefined && born.has(group));
    });
  }

  leftovers = (of: number): readonly string[] => leftOf(this.#home(of).folder.path);

  kill(of: number, whom: 'runner' | 'host'): boolean {
    const pid = this.#holder(of, whom);
    if (pid === undefined) return false;
    endProcess(pid);
    return true;
  }

  killGateway(_of: number, pid: number): void {
    endProcess(pid);
  }

  async tell(of: number, verb: string): Promise<number | undefined> {
    const answer = await request(controlPath(this.#home(of).identity.home), verb, { timeoutMs: 500 });
    return answer.ok ? Number(answer.result['pid']) : undefined;
  }

  mood(of: number, mood: Mood): void {
    writeFileSync(path.join(this.#home(of).identity.home, 'mood.json'), JSON.stringify(MOOD_SWITCHES[mood]));
  }

  damage(of: number, file: ChaosFile, how: Damage): void {
    const { folder, identity } = this.#home(of);
    const target = path.join(file.startsWith('gateway') && file !== 'gateway-help.json' ? identity.home : folder.path, file);
    const text = textOf(target);
    if (text !== undefined) writeFileSync(target, damagedText(text, how));
  }

  async resetPipe(of: number): Promise<void> {
    const record = await this.#home(of).folder.runner.read();
    if (!record) return;
    const clients = Array.from({ length: 40 }, () => net.connect(record.pipe).on('error', () => undefined));
    for (const [index, client] of clients.entries()) client.write(index % 2 === 0 ? '{"hello":1}\n{"ask":' : '\u0000rubbish\n');
    await delay(50);
    for (const client of clients) client.destroy();
  }

  endSession(of: number): void {
    for (const pid of this.#pids(of)) {
      try {
        process.kill(pid, 'SIGTERM');
      } catch {
        // It ended by itself.
      }
    }
  }

  async sleep(ms: number): Promise<void> {
    const asleep = this.#sandbox.processes();
    for (const pid of asleep) signal(pid, 'SIGSTOP');
    await delay(ms);
    for (const pid of asleep) signal(pid, 'SIGCONT');
  }

  setClock(byMs: number): void {
    writeFileSync(path.join(this.#bent, 'clock'), String(byMs));
  }

  fillDisk(full: boolean): void {
    if (full) appendFileSync(path.join(this.#bent, 'full'), '');
    else rmSync(path.join(this.#bent, 'full'), { force: true });
  }

  async close(): Promise<void> {
    delete process.env['GATEWAY_CHAOS'];
    if (this.#nodeOptions === undefined) delete process.env['NODE_OPTIONS'];
    else process.env['NODE_OPTIONS'] = this.#nodeOptions;
    await this.#sandbox.dispose();
  }

  #home(of: number): Homed {
    const home = this.#homes[of];
    if (!home) throw new RangeError(`there is no gateway ${of}`);
    return home;
  }
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch {
    // It ended by itself.
  }
}

function textOf(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}

function groupOf(pid: number): number | undefined {
  const stat = textOf(`/proc/${pid}/stat`);
  return stat === undefined ? undefined : Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[2]);
}
