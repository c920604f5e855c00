/**
 * Chaos of the embedded mechanism: gateways of several homes below supervisors of their own, all in one sandbox. Manager, supervisor,
 * runner and command line are the real ones; clock and disk are bent for them by `bend.cjs`.
 */

import { spawn } from 'node:child_process';
import { appendFileSync, closeSync, copyFileSync, cpSync, mkdirSync, openSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import net from 'node:net';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { controlPath, request } from '../../src/gateway/control-socket.ts';
import { readGatewayState } from '../../src/gateway/identity-files.ts';
import { posixProcesses } from '../../src/gateway/process-start-time.ts';
import { EXIT } from '../../src/model/cli-exit-codes.ts';
import { GatewayServiceError } from '../../src/model/errors.ts';
import type { GatewayIdentity } from '../../src/model/identity.ts';
import type { GatewayManager } from '../../src/model/manager.ts';
import { lockHolder } from '../../src/state/lock.ts';
import type { StateFolder } from '../../src/state/state-folder.ts';
import { commandLine, DEADLINE_MS, endAll, endProcess, HOST_COMMAND, processesBelow, REPOSITORY, Sandbox } from '../support/sandbox.ts';
import type { ChaosFile, ChaosVictim, CommandName, CutSignal, Damage, Mood, SecondUser, SpokenVerb, Without } from './events.ts';
import { type ChaosStage, damagedText, leftOf, MOOD_SWITCHES, removeAll, signalAll, textOf } from './stage.ts';
import { type Word, WordsFile } from './words.ts';

const UPDATE_SCRIPT = path.join(REPOSITORY, 'test/chaos/chaos-update.mjs');
const [NODE, PROGRAM] = HOST_COMMAND;
const BEND = path.join(REPOSITORY, 'test/chaos/bend.cjs');
const RECOVERY = { delaysMs: [50, 100, 200, 400], resetMs: 2_000 } as const;
const UPDATE_MS = 300;
const PROBE_MS = 300;
/** A second host has ended by itself within this, in milliseconds. */
const YIELD_MS = DEADLINE_MS;

interface Homed {
  readonly identity: GatewayIdentity;
  readonly folder: StateFolder;
  readonly words: WordsFile;
  /** Of its own, which moves. */
  program: readonly [string, string];
  manager: GatewayManager;
  moves: number;
}

export class EmbeddedChaos implements ChaosStage {
  readonly name = 'embedded mechanism';
  readonly without: Without = { switch: 'there is one mechanism' };
  readonly longestDelayMs = Math.max(...RECOVERY.delaysMs);
  readonly startMs = 8_000;
  readonly profiles: number;
  readonly #sandbox = new Sandbox();
  readonly #bent = path.join(this.#sandbox.path, 'bent');
  readonly #script = path.join(this.#sandbox.path, 'chaos-gateway.mjs');
  /** Where a second user of the homes keeps its state. */
  readonly #otherState = path.join(this.#sandbox.path, 's2');
  readonly #homes: readonly Homed[];
  #clockMs = 0;
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
      const folder = path.join(this.#sandbox.path, `p${index}`);
      cpSync(path.dirname(PROGRAM), folder, { recursive: true });
      const program = [NODE, path.join(folder, path.basename(PROGRAM))] as const;
      return {
        ...{ identity, folder: this.#sandbox.folder(identity), words: new WordsFile(identity.home) },
        ...{ program, manager: this.#sandbox.manager(program), moves: 0 },
      };
    });
  }

  async command(of: number, name: CommandName): Promise<void> {
    const { identity, manager } = this.#home(of);
    if (name === 'switch') throw new Error('there is one mechanism here');
    if (name === 'update') await this.#cli(of, this.#verb(of, name)).ended;
    else if (name === 'install')
      await manager.install(identity, { gatewayCommand: this.#gatewayCommand, recovery: RECOVERY, probeMs: PROBE_MS });
    else await manager[name](identity);
  }

  async commandWithoutOutput(of: number, verb: SpokenVerb): Promise<void> {
    const full = openSync('/dev/full', 'w');
    const { ended } = this.#cli(of, this.#verb(of, verb), { output: full });
    closeSync(full);
    const code = await ended;
    if (code === EXIT.notInstalled) throw new GatewayServiceError('not-installed');
    if (code !== 0) throw new GatewayServiceError('gateway-not-up', `(exit code ${code})`);
  }

  async cut(of: number, verb: string, afterMs: number, by: CutSignal): Promise<void> {
    const { pid, ended } = this.#cli(of, this.#verb(of, verb));
    await delay(afterMs);
    signalAll([pid], by);
    await ended;
  }

  get #gatewayCommand(): readonly string[] {
    return [process.execPath, this.#script, 'gateway', 'run'];
  }

  #verb(of: number, verb: string): string[] {
    const { home } = this.#home(of).identity;
    return [verb, '--home', home, ...(verb === 'update' ? ['--', process.execPath, UPDATE_SCRIPT, home, String(UPDATE_MS)] : [])];
  }

  #cli(
    of: number,
    args: readonly string[],
    { output = 'ignore', env = {} }: { readonly output?: 'ignore' | number; readonly env?: NodeJS.ProcessEnv } = {},
  ): { readonly pid: number; readonly ended: Promise<number | null> } {
    const [node, ...script] = this.#home(of).program;
    const child = spawn(node, [...script, ...args], { stdio: ['ignore', output, output], env: { ...process.env, ...env } });
    return { pid: child.pid ?? 0, ended: new Promise(resolve => child.once('exit', resolve)) };
  }

  status = (of: number) => this.#home(of).manager.status(this.#home(of).identity);
  history = (of: number) => this.#home(of).manager.history(this.#home(of).identity);

  words = (of: number): readonly Word[] => this.#home(of).words.read();

  isAlive = (_of: number, pid: number): boolean => posixProcesses.isAlive(pid);

  isUpdating(of: number): boolean {
    const begun = this.words(of).findLast(({ what }) => what === 'update-begins');
    return begun !== undefined && posixProcesses.isAlive(begun.pid);
  }

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

  readonly killedCode = null;

  killGateway(_of: number, pid: number): void {
    endProcess(pid);
  }

  pause(of: number, whom: ChaosVictim, gateway: number | undefined): (() => void) | undefined {
    const pid = whom === 'gateway' ? gateway : this.#holder(of, whom);
    if (pid === undefined) return undefined;
    signalAll([pid], 'SIGSTOP');
    return () => signalAll([pid], 'SIGCONT');
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

  async removeSocket(of: number, folder: boolean): Promise<void> {
    const record = await this.#home(of).folder.runner.read();
    if (record) removeAll(folder ? path.dirname(record.pipe) : record.pipe);
  }

  removeState(of: number): void {
    removeAll(this.#home(of).folder.path);
  }

  removeLog(of: number): void {
    rmSync(this.#home(of).folder.logPath, { force: true });
  }

  log = (of: number): string => textOf(this.#home(of).folder.logPath) ?? '';

  move(of: number): void {
    const home = this.#home(of);
    const [node, file] = home.program;
    home.moves += 1;
    const folder = path.join(this.#sandbox.path, `p${of}-${home.moves}`);
    renameSync(path.dirname(file), folder);
    home.program = [node, path.join(folder, path.basename(file))];
    home.manager = this.#sandbox.manager(home.program);
  }

  async second(of: number, what: SecondUser): Promise<boolean> {
    const { identity } = this.#home(of);
    if (what === 'service') {
      const env = { XDG_STATE_HOME: this.#otherState };
      const install = ['install', '--home', identity.home, '--gateway-command', JSON.stringify(this.#gatewayCommand)];
      if ((await this.#cli(of, install, { env }).ended) !== 0) return false;
      await this.#cli(of, ['uninstall', '--home', identity.home], { env }).ended;
      return true;
    }
    const { pid, ended } = this.#cli(of, ['supervise', '--service', identity.service]);
    const yielded = await Promise.race([ended.then(() => true), delay(YIELD_MS, false, { ref: false })]);
    endProcess(pid);
    return !yielded;
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
    signalAll(this.#pids(of), 'SIGTERM');
  }

  async sleep(ms: number, asleepMs: number): Promise<void> {
    const asleep = this.#sandbox.processes();
    signalAll(asleep, 'SIGSTOP');
    await delay(ms);
    this.setClock(this.#clockMs + asleepMs);
    signalAll(asleep, 'SIGCONT');
  }

  setClock(byMs: number): void {
    this.#clockMs = byMs;
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
    await endAll(() => processesBelow(this.#otherState));
    await this.#sandbox.dispose();
  }

  #home(of: number): Homed {
    const home = this.#homes[of];
    if (!home) throw new RangeError(`there is no gateway ${of}`);
    return home;
  }
}

function groupOf(pid: number): number | undefined {
  const stat = textOf(`/proc/${pid}/stat`);
  return stat === undefined ? undefined : Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[2]);
}
