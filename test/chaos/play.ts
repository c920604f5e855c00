/** Plays a script on a stage beside the model. The first thing that must not be ends it. */

import { setTimeout as delay } from 'node:timers/promises';
import { toGatewayServiceError } from '../../src/model/errors.ts';
import { type ChaosEvent, COMMANDS, type CommandName, type Step } from './events.ts';
import { Faults } from './faults.ts';
import { begun, ended, stateRemoved, unknown } from './model.ts';
import { LOOK_MS, Observer } from './observer.ts';
import type { ChaosStage } from './stage.ts';
import { Yardstick } from './yardstick.ts';

export interface Violation {
  readonly of: number;
  readonly what: string;
  /** What was seen of that gateway then: claims, processes, the newest records of its history. */
  readonly scene: readonly string[];
}

export interface Play {
  /** The steps that were played, in the order in which they began. */
  readonly played: readonly Step[];
  readonly violation?: Violation;
  readonly births: number;
  readonly statuses: number;
  /** What a plain Node took to start at most meanwhile, in milliseconds. */
  readonly slowestStartMs: number;
}

const STATUS_PAUSE_MS = 200;
/** Number of records of the history that are reported with a violation. */
const SCENE_RECORDS = 6;
/** What must come has come within this, in milliseconds of looks; else it is a violation. */
const SETTLE_MS = 25_000;
/** A gateway that does not listen is killed only after the time for its graceful stop, in milliseconds. */
const DEAF_MS = 30_000;
/** Our own processes may take a moment to go after a stop has said that it is done, in milliseconds. */
const GONE_MS = 1_000;
/** The process of an update whose command line was killed goes on to the end of its command, in milliseconds after an uninstall. */
const UPDATE_ENDED_MS = 10_000;

export async function play(stage: ChaosStage, steps: readonly Step[]): Promise<Play> {
  const player = new Player(stage);
  try {
    return await player.play(steps);
  } finally {
    await player.end();
  }
}

class Player {
  readonly #stage: ChaosStage;
  readonly #yardstick = new Yardstick();
  readonly #observers: readonly Observer[];
  readonly #work: Promise<void>[];
  readonly #looking: NodeJS.Timeout;
  readonly #judging: Promise<unknown>;
  readonly #faults: Faults;
  #over = false;
  #statuses = 0;

  constructor(stage: ChaosStage) {
    this.#stage = stage;
    this.#observers = Array.from({ length: stage.profiles }, (_, of) => new Observer(stage, of, () => this.#yardstick.startMs));
    this.#work = this.#observers.map(() => Promise.resolve());
    this.#faults = new Faults({
      stage,
      observers: this.#observers,
      idle: async of => this.#work[of],
      occupy: (of, work) => {
        this.#work[of] = work;
      },
      startMs: () => this.#yardstick.startMs,
    });
    this.#looking = setInterval(() => this.#look(), LOOK_MS);
    this.#judging = Promise.all(this.#observers.map((_, of) => this.#judge(of)));
  }

  /** Every gateway has its own steps, one after the other, and all of them go on at the same time. */
  async play(steps: readonly Step[]): Promise<Play> {
    const played: Step[] = [];
    const lane = async (of: number) => {
      for (const step of steps) {
        if (step.of !== of) continue;
        if (this.#violated()) return;
        played.push(step);
        await this.#step(step);
      }
      await this.#settle(of);
      await this.#compare(of);
    };
    const careful = (of: number) =>
      lane(of).catch(error => this.#observer(of).violate(`the stage failed: ${error instanceof Error ? error.stack : error}`));
    await Promise.all(this.#observers.map((_, of) => careful(of)));
    const violated = this.#violated();
    const violation = violated && { ...violated, scene: await this.#scene(violated.of) };
    const births = this.#observers.reduce((sum, _, of) => sum + this.#stage.words(of).filter(({ what }) => what === 'born').length, 0);
    return { played, ...(violation && { violation }), births, statuses: this.#statuses, slowestStartMs: this.#yardstick.slowestMs };
  }

  async #scene(of: number): Promise<readonly string[]> {
    const records = await this.#stage.history(of).catch((error: unknown) => [error]);
    const newest = records.slice(-SCENE_RECORDS).map(record => (record instanceof Error ? String(record) : JSON.stringify(record)));
    return [this.#observer(of).seen, ...this.#stage.processes(of), ...newest];
  }

  async end(): Promise<void> {
    this.#over = true;
    clearInterval(this.#looking);
    await Promise.all([this.#judging, this.#yardstick.end(), ...this.#work]);
  }

  #violated(): { of: number; what: string } | undefined {
    const of = this.#observers.findIndex(({ violation }) => violation !== undefined);
    const what = this.#observers[of]?.violation;
    return what === undefined ? undefined : { of, what };
  }

  #observer(of: number): Observer {
    const observer = this.#observers[of];
    if (!observer) throw new RangeError(`there is no gateway ${of}`);
    return observer;
  }

  #look(): void {
    if (!this.#faults.asleep) for (const observer of this.#observers) observer.look();
  }

  /** Requests the status repeatedly, as an open panel does. */
  async #judge(of: number): Promise<void> {
    const observer = this.#observer(of);
    while (!this.#over) {
      await delay(STATUS_PAUSE_MS);
      if (this.#faults.asleep) continue;
      const askedMs = observer.clockMs;
      try {
        const status = await this.#stage.status(of);
        this.#statuses += 1;
        if (!this.#faults.asleep) observer.judge(status, askedMs);
      } catch (error) {
        observer.violate(`no status: ${error instanceof Error ? error.stack : error}`);
      }
    }
  }

  async #step({ of, event, next }: Step): Promise<void> {
    await this.#happen(of, event);
    if (next === 'settle') {
      await this.#work[of];
      await this.#settle(of);
      await this.#compare(of);
    } else await delay(next);
  }

  /** Waits for what must come. */
  async #settle(of: number): Promise<void> {
    await this.#work[of];
    const observer = this.#observer(of);
    const beganMs = observer.clockMs;
    while (!observer.settled && this.#violated() === undefined) {
      const graceMs = observer.claims.removed ? DEAF_MS : 0;
      if (observer.clockMs - beganMs > SETTLE_MS + graceMs + 30 * this.#yardstick.startMs)
        return observer.violate(`nothing settled (${observer.seen}; ${this.#stage.processes(of).join('; ')})`);
      await delay(LOOK_MS);
    }
    if (!observer.claims.removed) return;
    // What was born before the end of the processes was one of them.
    observer.look();
    observer.claim(stateRemoved(observer.claims, true));
  }

  async #compare(of: number): Promise<void> {
    const observer = this.#observer(of);
    // A gateway is in the history a moment after it was born.
    if (observer.busy || this.#faults.diskFull || !observer.isQuiet(500)) return;
    // One that is born while the history is read is not in it.
    const lives = observer.lives;
    observer.compare(await this.#stage.history(of), lives);
  }

  async #happen(of: number, event: ChaosEvent): Promise<void> {
    if (isCommand(event)) await this.#begin(of, event.do, () => this.#stage.command(of, event.do));
    else if (event.do === 'full-output') await this.#begin(of, event.verb, () => this.#stage.commandWithoutOutput(of, event.verb));
    else await this.#faults.happen(of, this.#observer(of), event);
  }

  /** One command after the other; it goes on while other things happen. */
  async #begin(of: number, name: CommandName, command: () => Promise<void>): Promise<void> {
    await this.#work[of];
    this.#work[of] = this.#command(of, name, command);
  }

  async #command(of: number, name: CommandName, command: () => Promise<void>): Promise<void> {
    const observer = this.#observer(of);
    const { claims: before, removals } = observer;
    observer.claim(begun(before, name));
    observer.busy = true;
    observer.refusedMeanwhile = false;
    observer.disturbed = this.#faults.diskFull || observer.shaken;
    const refused = await command().then(
      () => undefined,
      (error: unknown) => toGatewayServiceError(error),
    );
    // What was born before the end of the command was born during it.
    observer.look();
    observer.busy = false;
    if (refused && !this.#mayRefuse(observer, name, refused.code))
      return observer.violate(`${name}: ${refused.code}: ${refused.message} (${observer.seen}; ${await this.#lastRecord(of)})`);
    // Faults in the meantime may have made it unknown, or lost.
    const { mood, held, lost } = observer.claims;
    const broken = observer.claims.broken || (refused !== undefined && before.broken);
    const told = ended({ ...before, mood, broken, held }, name, refused?.code);
    const after = observer.refusedMeanwhile && told.wished === 'running' ? unknown(told) : told;
    const isRemoved = observer.removals > removals;
    observer.claim(isRemoved ? observer.claims : observer.disturbed && lost ? { ...after, lost } : after);
    observer.absolve();
    // A switch may go by way of an uninstall, even one that fails after that.
    if (refused && name === 'switch') observer.taint();
    if (refused || isRemoved || observer.claims.removed) return;
    if (name === 'uninstall' || name === 'switch') observer.forget();
    if (name === 'stop' || name === 'uninstall') await this.#gone(of, name);
  }

  /** The last record of the history, for the report of a violation. */
  async #lastRecord(of: number): Promise<string> {
    return JSON.stringify((await this.#stage.history(of).catch(() => [])).at(-1));
  }

  #mayRefuse({ claims, disturbed, refusing }: Observer, name: CommandName, code: string): boolean {
    switch (code) {
      case 'not-installed':
        return claims.installed !== true;
      case 'gateway-not-up':
        return disturbed || claims.mood === 'crashing' || claims.broken;
      case 'gateway-configuration':
        return disturbed || refusing !== undefined;
      case 'disk-full':
      // The host was killed while Windows waited for it.
      case 'service-unresponsive':
        return disturbed;
      case 'state-corrupt':
        return claims.broken && (name !== 'uninstall' || disturbed);
      default:
        return false;
    }
  }

  /** After a stop nothing of ours runs, after an uninstall nothing of ours is there. */
  async #gone(of: number, name: 'stop' | 'uninstall'): Promise<void> {
    const observer = this.#observer(of);
    const ours = () => this.#stage.processes(of).filter(line => !observer.orphans.includes(Number.parseInt(line, 10)));
    const left = () => [...ours(), ...(name === 'uninstall' ? this.#stage.leftovers(of) : [])];
    const beganMs = observer.clockMs;
    for (let found = left(); found.length > 0; found = left()) {
      const limitMs = found.every(isOfUpdate) ? UPDATE_ENDED_MS + 10 * this.#yardstick.startMs : GONE_MS + this.#yardstick.startMs;
      if (observer.clockMs - beganMs > limitMs) return observer.violate(`left behind by ${name}: ${found.join('; ')}`);
      await delay(LOOK_MS);
    }
  }
}

/** A line of a process that an `update` consists of. */
function isOfUpdate(line: string): boolean {
  return line.includes(' update-process ') || line.includes('chaos-update.mjs');
}

function isCommand(event: ChaosEvent): event is Extract<ChaosEvent, { do: CommandName }> {
  return (COMMANDS as readonly string[]).includes(event.do);
}
