/**
 * Chaos of Windows services below Wine's SCM, rebuilt so that its failure actions act, and of the sign-in start beside it. Processes are
 * seen and killed from outside, as Linux lists them: Windows is not notified.
 */

import { closeSync, existsSync, openSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import * as v from 'valibot';
import { processesOf } from '../../demo/story/trial-processes.ts';
import { posixProcesses } from '../../src/gateway/process-start-time.ts';
import { readJsonObject } from '../../src/gateway/tolerant-json.ts';
import { EXIT } from '../../src/model/cli-exit-codes.ts';
import { ERROR_VALUE } from '../../src/model/error-value.ts';
import { GatewayServiceError } from '../../src/model/errors.ts';
import type { GatewayIdentity } from '../../src/model/identity.ts';
import type { Installable } from '../../src/model/status.ts';
import { endProcess, REPOSITORY } from '../support/sandbox.ts';
import { QUICK, ServiceOnWine } from '../wine/service-on-wine.ts';
import type { ChaosFile, ChaosVictim, CommandName, CutSignal, Damage, Mood, SecondUser, SpokenVerb, Without } from './events.ts';
import { type ChaosStage, damagedText, leftOf, MOOD_SWITCHES, removeAll, signalAll, textOf } from './stage.ts';
import { type Word, WordsFile } from './words.ts';

const PROFILES = 3;
const FOLDER = 'C:\\chaos';
const UPDATE_SCRIPT = `${FOLDER}\\chaos-update.mjs`;
/** Where a second user of the homes keeps its state. */
const OTHER_STATE = `${FOLDER}\\other`;
const UPDATE_MS = 500;
/** A second host has ended by itself within this, in milliseconds. */
const YIELD_MS = 30_000;
/** The SCM has noticed a broker that is older than this, in milliseconds. */
const BEGINNING_MS = 3_000;

interface Homed {
  readonly identity: GatewayIdentity;
  /** As this side reads it. */
  readonly home: string;
  readonly state: string;
  readonly words: WordsFile;
  /** PIDs of Linux by those that the gateways know themselves by; undefined for one that was gone before it could be found. */
  readonly pids: Map<number, number | undefined>;
  /** Words that were received. */
  heard: number;
  mechanism: Installable;
}

export async function openWineChaos(): Promise<ChaosStage> {
  const service = new ServiceOnWine();
  try {
    await service.open();
    const { rig } = service;
    for (const name of ['chaos-gateway.mjs', 'chaos-update.mjs', 'bend.cjs'])
      rig.write(`${FOLDER}\\${name}`, readFileSync(path.join(REPOSITORY, 'test/chaos', name), 'utf8'));
    rig.write(`${FOLDER}\\gateway.mjs`, readFileSync(path.join(REPOSITORY, 'examples/sample-gateway/gateway.mjs'), 'utf8'));
    const homes: Homed[] = [];
    for (let of = 0; of < PROFILES; of += 1) {
      await service.fresh();
      const identity = service.of;
      const home = rig.onLinux(identity.home);
      // <state root>\<service>\logs\gateway.log
      const state = path.dirname(path.dirname(service.manager.logPath(identity)));
      homes.push({ identity, home, state, words: new WordsFile(home), pids: new Map(), heard: 0, mechanism: 'service' });
    }
    return new WineChaos(service, homes);
  } catch (error) {
    await service.close();
    throw error;
  }
}

class WineChaos implements ChaosStage {
  readonly name = 'Windows service and sign-in start, SCM of Wine rebuilt to act on failures';
  readonly without: Without = {
    clock: 'every program of Wine has the clock of this machine',
    disk: 'the prefix is on the disk of this machine',
    'end-session': 'Wine has one session',
    'reset-pipe': 'a test of the pipe does it',
    'remove-socket': 'a pipe of Windows has no file that could be removed',
    move: 'only an administrator can move the program of a service',
  };
  readonly longestDelayMs = Math.max(...QUICK.delaysMs);
  readonly startMs = 30_000;
  readonly profiles = PROFILES;
  readonly #service: ServiceOnWine;
  readonly #homes: readonly Homed[];

  constructor(service: ServiceOnWine, homes: readonly Homed[]) {
    this.#service = service;
    this.#homes = homes;
  }

  async command(of: number, name: CommandName): Promise<void> {
    try {
      await this.#command(of, name);
    } catch (error) {
      throw v.is(ERROR_VALUE, error) ? GatewayServiceError.fromValue(error) : error;
    }
  }

  async #command(of: number, name: CommandName): Promise<void> {
    const home = this.#home(of);
    const { identity } = home;
    const { manager, rig } = this.#service;
    const install = (mechanism?: Installable) =>
      manager.install(identity, {
        gatewayCommand: [rig.node, `${FOLDER}\\chaos-gateway.mjs`, '--as', `h${of}`, 'gateway', 'run'],
        recovery: QUICK,
        probeMs: 1_000,
        ...(mechanism && { mechanism }),
      });
    switch (name) {
      case 'update':
        await rig.run(this.#verb(of, name));
        return;
      case 'switch': {
        // To the better one at once, to the other one by way of none.
        if (home.mechanism === 'service') await manager.uninstall(identity);
        home.mechanism = home.mechanism === 'service' ? 'startup' : 'service';
        await install(home.mechanism);
        return;
      }
      case 'install':
        await install(home.mechanism);
        return;
      default:
        await manager[name](identity);
    }
  }

  #verb(of: number, verb: string): string[] {
    const { rig } = this.#service;
    const { home } = this.#home(of).identity;
    const command = verb === 'update' ? ['--', rig.node, UPDATE_SCRIPT, home, String(UPDATE_MS)] : [];
    return [rig.node, rig.host, verb, '--home', home, ...command];
  }

  async commandWithoutOutput(of: number, verb: SpokenVerb): Promise<void> {
    const full = openSync('/dev/full', 'w');
    const { ended } = this.#service.rig.launch(this.#verb(of, verb), { output: full });
    closeSync(full);
    const code = await ended;
    if (code === EXIT.notInstalled) throw new GatewayServiceError('not-installed');
    if (code !== 0) throw new GatewayServiceError('gateway-not-up', `(exit code ${code})`);
  }

  /** By SIGKILL alone: Windows knows no signals. */
  async cut(of: number, verb: string, afterMs: number, _by: CutSignal): Promise<void> {
    const { pid, ended } = this.#service.rig.launch(this.#verb(of, verb));
    // A program needs a second to begin here.
    await delay(1_000 + afterMs);
    endProcess(pid);
    await ended;
  }

  status = (of: number) => this.#service.manager.status(this.#home(of).identity);
  history = (of: number) => this.#service.manager.history(this.#home(of).identity);

  words(of: number): readonly Word[] {
    const home = this.#home(of);
    const all = home.words.read();
    // Windows gives a PID again soon: the last one who was born with it is meant.
    for (const { what, pid } of all.slice(home.heard)) if (what === 'born') home.pids.set(pid, this.#bornNow(of));
    home.heard = all.length;
    return all;
  }

  /** The process of Linux that has just said that it was born: of those that are none that is known yet. */
  #bornNow(of: number): number | undefined {
    const known = new Set(this.#home(of).pids.values());
    return this.#processes(`--as h${of} `).find(pid => !known.has(pid));
  }

  isAlive = (of: number, pid: number): boolean => {
    const found = this.#home(of).pids.get(pid);
    return found !== undefined && posixProcesses.isAlive(found);
  };

  isUpdating(of: number): boolean {
    const { home } = this.#home(of).identity;
    return this.#processes(`${UPDATE_SCRIPT} ${home} `).length > 0;
  }

  /** Its file names the home as Windows does, which is another one on this side. */
  isReady(of: number, pid: number): boolean {
    const state = readJsonObject(path.join(this.#home(of).home, 'gateway_state.json'));
    return state?.['pid'] === pid && state['gateway_state'] === 'running';
  }

  hosts(of: number): ReturnType<ChaosStage['hosts']> {
    return { host: this.#hosts(of, 'host').length > 0, runner: this.#hosts(of, 'runner').length > 0 };
  }

  /** The SCM restarts what has been running, and not what was killed before it could say so. */
  comesBack(of: number, killed: 'runner' | 'host'): boolean {
    if (this.#home(of).mechanism !== 'service') return false;
    return killed === 'runner' || this.#hosts(of, 'host').every(pid => ageMs(pid) > BEGINNING_MS);
  }

  #hosts(of: number, whom: 'runner' | 'host'): number[] {
    const { service } = this.#home(of).identity;
    const verbs = whom === 'runner' ? ['run'] : ['service', 'supervise'];
    return verbs.flatMap(verb => this.#processes(` ${verb} --service ${service}`));
  }

  /** Node has several threads. What Wine forks of a process to start another one looks like it until then, and has one. */
  #processes(part: string): number[] {
    return processesOf(this.#service.rig.prefix)
      .filter(({ pid, command }) => `${command} `.includes(part) && !command.includes('--help') && threadsOf(pid) > 1)
      .map(({ pid }) => pid);
  }

  processes(of: number): readonly string[] {
    const { service } = this.#home(of).identity;
    return [...this.#processes(`--service ${service}`), ...this.#processes(`--as h${of} `)].map(pid => `process ${pid}`);
  }

  leftovers = (of: number): readonly string[] => leftOf(this.#home(of).state);

  kill(of: number, whom: 'runner' | 'host'): boolean {
    const [pid] = this.#hosts(of, whom);
    if (pid === undefined) return false;
    endProcess(pid);
    return true;
  }

  /** Wine's server takes a process that Linux has killed for one that exits with 0. */
  readonly killedCode = 0;

  killGateway(of: number, pid: number): void {
    const found = this.#home(of).pids.get(pid);
    if (found !== undefined) endProcess(found);
  }

  pause(of: number, whom: ChaosVictim, gateway: number | undefined): (() => void) | undefined {
    const known = whom === 'gateway' ? this.#home(of).pids.get(gateway ?? 0) : this.#hosts(of, whom)[0];
    if (known === undefined) return undefined;
    signalAll([known], 'SIGSTOP');
    return () => signalAll([known], 'SIGCONT');
  }

  removeState(of: number): void {
    removeAll(this.#home(of).state);
  }

  removeLog(of: number): void {
    rmSync(this.#log(of), { force: true });
  }

  log = (of: number): string => textOf(this.#log(of)) ?? '';

  #log = (of: number): string => this.#service.manager.logPath(this.#home(of).identity);

  async tell(of: number, verb: string): Promise<number | undefined> {
    const answer = await this.#service.manager.askGateway(this.#home(of).identity, verb);
    return answer.ok ? Number(answer.result['pid']) : undefined;
  }

  mood(of: number, mood: Mood): void {
    writeFileSync(path.join(this.#home(of).home, 'mood.json'), JSON.stringify(MOOD_SWITCHES[mood]));
  }

  damage(of: number, file: ChaosFile, how: Damage): void {
    const { state, home } = this.#home(of);
    const target = path.join(file.startsWith('gateway') && file !== 'gateway-help.json' ? home : state, file);
    if (existsSync(target)) writeFileSync(target, damagedText(readFileSync(target, 'utf8'), how));
  }

  async sleep(ms: number): Promise<void> {
    const asleep = this.#homes.flatMap((_, of) => [
      ...this.#hosts(of, 'host'),
      ...this.#hosts(of, 'runner'),
      ...this.#processes(`--as h${of} `),
    ]);
    signalAll(asleep, 'SIGSTOP');
    await delay(ms);
    signalAll(asleep, 'SIGCONT');
  }

  async second(of: number, what: SecondUser): Promise<boolean> {
    const { rig } = this.#service;
    const { home, service } = this.#home(of).identity;
    const program = [rig.node, rig.host];
    if (what === 'service') {
      // Wine sets the variable itself when a program starts.
      const { stdout } = await rig.run([
        'cmd',
        '/c',
        `set LOCALAPPDATA=${OTHER_STATE}&& ${[...program, 'install', '--json', '--home', home].join(' ')}`,
      ]);
      return !stdout.includes('"home-in-use"');
    }
    const { pid, ended } = rig.launch([...program, 'supervise', '--service', service]);
    const yielded = await Promise.race([ended.then(() => true), delay(YIELD_MS, false, { ref: false })]);
    if (!yielded) endProcess(pid);
    return !yielded;
  }

  removeSocket = async (): Promise<void> => undefined;
  move = (): void => undefined;
  resetPipe = async (): Promise<void> => undefined;
  endSession = (): void => undefined;
  setClock = (): void => undefined;
  fillDisk = (): void => undefined;

  async close(): Promise<void> {
    await this.#service.clear().catch(() => undefined);
    await this.#service.close();
  }

  #home(of: number): Homed {
    const home = this.#homes[of];
    if (!home) throw new RangeError(`there is no gateway ${of}`);
    return home;
  }
}

/** 100 ticks are a second, whatever the kernel counts in itself. */
function ageMs(pid: number): number {
  const startTicks = posixProcesses.startTime(pid);
  return startTicks === undefined ? 0 : os.uptime() * 1_000 - startTicks * 10;
}

function threadsOf(pid: number): number {
  try {
    return readdirSync(`/proc/${pid}/task`).length;
  } catch {
    return 0;
  }
}
