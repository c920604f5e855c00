/**
 * Kills in the middle of updates: two gateways, an update by the command line or by an app, and `kill -9` of a random participant at a
 * random moment, again and again. After each, nobody comes to help: within the deadline both gateways must run, each once, and nothing
 * of the update may be left.
 */

import { spawn } from 'node:child_process';
import { mkdirSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { type GatewayIdentity, profileIdentity, resolveHermesRoot } from '../../src/gateway/home.ts';
import type { HistoryRecord } from '../../src/service/history.ts';
import { poll } from '../../src/service/poll.ts';
import { commandLine, endProcess, HOST_COMMAND, REPOSITORY, Sandbox, watchGateways } from '../support/sandbox.ts';
import { type Random, seeded } from './random.ts';

export const ACTORS = ['cli', 'app'] as const;
export type Actor = (typeof ACTORS)[number];

/** `tree` is the actor with all that it started. */
export const VICTIMS = ['updater', 'actor', 'tree', 'supervisor', 'runner', 'gateway'] as const;
export type Victim = (typeof VICTIMS)[number];

/** What is known of one update before it begins. */
export interface KillPlan {
  readonly actor: Actor;
  /** How long the update itself takes, in milliseconds. */
  readonly updateMs: number;
  /** When the kill comes, in milliseconds after the actor was started. */
  readonly atMs: number;
  /** Chooses among those who live at that moment. */
  readonly chance: Random;
}

export interface KillOutcome {
  readonly actor: Actor;
  readonly victim: Victim;
  readonly atMs: number;
  /** From the kill until both gateways ran and nothing was left. */
  readonly healedMs: number;
  /** What was wrong at the deadline; empty where all is well. */
  readonly violations: readonly string[];
}

const HEAL_MS = 30_000;
/** An update takes this long at most where nobody is killed; kills come a little later too. */
const SPAN_MS = 1_200;
const UPDATE_SCRIPT = 'update-at-work.mjs';

export function* killPlans(seed: number): Generator<KillPlan, never> {
  const chance = seeded(seed);
  for (;;) {
    yield { actor: chance.pick(ACTORS), updateMs: chance.between(50, 400), atMs: chance.between(0, SPAN_MS), chance };
  }
}

/** Plays `runs` updates, one after the other, on the same two gateways. */
export async function playKills(
  seed: number,
  runs: number,
  onRun: (outcome: KillOutcome) => void = () => undefined,
): Promise<KillOutcome[]> {
  const arena = await Arena.open();
  try {
    const outcomes: KillOutcome[] = [];
    const plans = killPlans(seed);
    while (outcomes.length < runs) {
      const outcome = await arena.play(plans.next().value);
      // Nobody lived whom the kill could have met: the next one will.
      if (!outcome) continue;
      outcomes.push(outcome);
      onRun(outcome);
    }
    return outcomes;
  } finally {
    await arena.close();
  }
}

class Arena {
  readonly #sandbox = new Sandbox();
  readonly #manager = this.#sandbox.manager();
  /** Two profiles of one home, because an app knows no others. */
  readonly #home = this.#sandbox.identity().home;
  readonly #identities: readonly GatewayIdentity[] = ['default', 'work'].map(profile => this.#profile(profile));

  static async open(): Promise<Arena> {
    const arena = new Arena();
    try {
      for (const identity of arena.#identities) await arena.#manager.install(identity, arena.#sandbox.installOptions());
      return arena;
    } catch (error) {
      await arena.#sandbox.dispose();
      throw error;
    }
  }

  #profile(name: string): GatewayIdentity {
    if (name !== 'default') mkdirSync(path.join(this.#home, 'profiles', name), { recursive: true });
    return profileIdentity(resolveHermesRoot({ platform: process.platform, env: {}, homedir: this.#sandbox.path, home: this.#home }), name);
  }

  async close(): Promise<void> {
    await this.#sandbox.dispose();
  }

  async play({ actor, updateMs, atMs, chance }: KillPlan): Promise<KillOutcome | undefined> {
    const censuses = this.#identities.map(({ home }) => watchGateways(this.#sandbox, home));
    const recordsBefore = await Promise.all(this.#identities.map(identity => this.#manager.history(identity)));
    const acting = this.#start(actor, updateMs);
    let killed: Victim | undefined;
    let healedMs = Number.NaN;
    let left: readonly string[] = [];
    try {
      await delay(atMs);
      killed = this.#kill(chance, acting.pid);
      const killedAt = performance.now();
      await acting.ended;
      await poll(
        async () => {
          left = await this.#unhealed();
          return left.length === 0;
        },
        { what: 'both gateways', deadlineMs: HEAL_MS, everyMs: 40 },
      ).catch(() => undefined);
      healedMs = performance.now() - killedAt;
    } finally {
      endProcess(acting.pid);
    }
    const doubled = censuses.flatMap((census, index) =>
      census.stop() > 1 ? [`two gateways at once in ${this.#identities[index]?.home}`] : [],
    );
    const records = await Promise.all(this.#identities.map(identity => this.#manager.history(identity)));
    const unfinished = records.flatMap((history, index) => doubleStarts(history.slice(recordsBefore[index]?.length)));
    return killed && { actor, victim: killed, atMs, healedMs, violations: [...left, ...doubled, ...unfinished] };
  }

  /** An update of both gateways, in a process group of its own as a terminal or an app has it. */
  #start(actor: Actor, updateMs: number): { readonly pid: number; readonly ended: Promise<void> } {
    const update = [process.execPath, path.join(REPOSITORY, 'test/chaos', UPDATE_SCRIPT), String(Math.round(updateMs))];
    const [program = '', ...args] =
      actor === 'cli'
        ? [...HOST_COMMAND, 'update', '--home', this.#home, '--', ...update]
        : [process.execPath, path.join(REPOSITORY, 'test/chaos/updating-app.mjs'), this.#home, ...update];
    const child = spawn(program, args, { stdio: 'ignore', detached: true });
    return {
      pid: child.pid ?? 0,
      ended: new Promise(resolve => child.once('exit', () => resolve())),
    };
  }

  /** Kills one of those who live now; undefined where there is nobody. */
  #kill(chance: Random, actor: number): Victim | undefined {
    const processes = this.#sandbox.processes();
    const updaters = processes.filter(pid => commandLine(pid)[1]?.endsWith(UPDATE_SCRIPT));
    const living: Readonly<Record<Victim, readonly number[]>> = {
      updater: updaters,
      actor: processes.filter(pid => pid === actor),
      tree: processes.includes(actor) && updaters.length > 0 ? [actor] : [],
      supervisor: this.#sandbox.hosts('supervise'),
      runner: this.#sandbox.hosts('run'),
      gateway: this.#identities.flatMap(({ home }) => this.#sandbox.gateways(home)),
    };
    const kinds = VICTIMS.filter(kind => living[kind].length > 0);
    if (kinds.length === 0) return undefined;
    const victim = chance.pick(kinds);
    const pid = chance.pick(living[victim]);
    if (victim === 'tree') process.kill(-pid, 'SIGKILL');
    else endProcess(pid);
    return victim;
  }

  /** What is not yet as it must be after an update. */
  async #unhealed(): Promise<string[]> {
    const states = await Promise.all(
      this.#identities.map(async identity => {
        const { phase, desired } = await this.#manager.status(identity);
        const alive = this.#sandbox.gateways(identity.home).length;
        return [
          ...(phase === 'running' && desired === 'running' ? [] : [`lost: ${identity.home} is ${phase}, wished ${desired}`]),
          ...(alive === 1 ? [] : [`lost: ${alive} gateways in ${identity.home}`]),
          ...(await this.#sandbox.folder(identity).holds()).map(({ id }) => `left behind: hold ${id} of ${identity.home}`),
        ];
      }),
    );
    const files = readdirSync(this.#sandbox.stateRoot).filter(name => name.startsWith('update'));
    const updaters = this.#sandbox.processes().filter(pid => commandLine(pid)[1]?.endsWith(UPDATE_SCRIPT));
    return [...states.flat(), ...files.map(name => `left behind: ${name}`), ...updaters.map(pid => `left behind: process ${pid}`)];
  }
}

/** Two starts without an end between them. */
function doubleStarts(history: readonly HistoryRecord[]): string[] {
  const lives = history.filter(({ kind }) => kind !== 'noted');
  return lives.flatMap(({ kind, at }, index) =>
    kind === 'started' && lives[index - 1]?.kind === 'started' ? [`started twice at ${at}`] : [],
  );
}
