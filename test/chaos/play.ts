/** Plays a script on a stage beside the model. The first thing that must not be ends it. */

import { setTimeout as delay } from 'node:timers/promises';
import { toGatewayServiceError } from '../../src/model/errors.ts';
import { type ChaosEvent, COMMANDS, type CommandName, type Step } from './events.ts';
import { begun, damaged, ended, unknown } from './model.ts';
import { LOOK_MS, Observer } from './observer.ts';
import type { ChaosStage } from './stage.ts';
import { Yardstick } from './yardstick.ts';

export interface Violation {
  readonly of: number;
  readonly what: string;
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
/** What must come has come within this, in milliseconds of looks; else it is a violation. */
const SETTLE_MS = 25_000;
/** Our own processes may take a moment to go after a stop has said that it is done, in milliseconds. */
const GONE_MS = 1_000;

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
  #over = false;
  #asleep = false;
  #diskFull = false;
  #statuses = 0;

  constructor(stage: ChaosStage) {
    this.#stage = stage;
    this.#observers = Array.from({ length: stage.profiles }, (_, of) => new Observer(stage, of, () => this.#yardstick.startMs));
    this.#work = this.#observers.map(() => Promise.resolve());
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
    await Promise.all(this.#observers.map((_, of) => lane(of)));
    const violation = this.#violated();
    const births = this.#observers.reduce((sum, _, of) => sum + this.#stage.words(of).filter(({ what }) => what === 'born').length, 0);
    return { played, ...(violation && { violation }), births, statuses: this.#statuses, slowestStartMs: this.#yardstick.slowestMs };
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
    if (!this.#asleep) for (const observer of this.#observers) observer.look();
  }

  /** Requests the status repeatedly, as an open panel does. */
  async #judge(of: number): Promise<void> {
    const observer = this.#observer(of);
    while (!this.#over) {
      await delay(STATUS_PAUSE_MS);
      if (this.#asleep) continue;
      const askedMs = observer.clockMs;
      try {
        const status = await this.#stage.status(of);
        this.#statuses += 1;
        if (!this.#asleep) observer.judge(status, askedMs);
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
      if (observer.clockMs - beganMs > SETTLE_MS + 30 * this.#yardstick.startMs) return observer.violate('nothing settled');
      await delay(LOOK_MS);
    }
  }

  async #compare(of: number): Promise<void> {
    const observer = this.#observer(of);
    // A gateway is in the history a moment after it was born.
    if (observer.busy || this.#diskFull || !observer.isQuiet(500)) return;
    // One that is born while the history is read is not in it.
    const lives = observer.lives;
    observer.compare(await this.#stage.history(of), lives);
  }

  async #happen(of: number, event: ChaosEvent): Promise<void> {
    const observer = this.#observer(of);
    if (isCommand(event)) {
      await this.#work[of];
      this.#work[of] = this.#command(of, event.do);
      return;
    }
    observer.disturbed = true;
    switch (event.do) {
      case 'cut': {
        await this.#work[of];
        this.#unknown(observer);
        observer.busy = true;
        this.#work[of] = this.#stage.cut(of, event.verb, event.afterMs).finally(() => {
          observer.busy = false;
          this.#unknown(observer);
        });
        return;
      }
      case 'kill':
        return this.#kill(of, event.whom);
      case 'exit': {
        const pid = await this.#stage.tell(of, `test-exit ${event.code}`);
        if (pid === undefined) {
          // A slow gateway may have received the request, and may not answer any more.
          if (event.code === 78) this.#unknown(observer);
          return;
        }
        observer.told(pid, event.code);
        if (event.code === 78) observer.refuses(pid);
        return observer.changed();
      }
      case 'hang':
        await this.#stage.tell(of, 'test-hang');
        return observer.changed();
      case 'mood':
        this.#stage.mood(of, event.mood);
        return observer.claim({ ...observer.claims, mood: event.mood });
      case 'damage':
        if (event.file === 'history.jsonl') observer.taint();
        if (event.file === 'gateway_state.json') observer.muted();
        observer.excuse();
        this.#stage.damage(of, event.file, event.how);
        return observer.claim(damaged(observer.claims, event.file));
      case 'reset-pipe':
        return this.#stage.resetPipe(of);
      case 'end-session':
        if (this.#stage.hosts(of).host || observer.busy)
          observer.claim({ ...(observer.busy ? unknown(observer.claims) : observer.claims), lost: true });
        observer.excuse();
        return this.#stage.endSession(of);
      case 'sleep':
        return this.#sleep(event.ms);
      case 'clock':
        this.#everybody(each => each.excuse());
        return this.#stage.setClock(event.byMs);
      case 'disk':
        this.#everybody(each => each.excuse(event.full ? 60_000 : 3_000));
        this.#everybody(each => each.taint());
        this.#diskFull = event.full;
        return this.#stage.fillDisk(event.full);
    }
  }

  async #command(of: number, name: CommandName): Promise<void> {
    const observer = this.#observer(of);
    const before = observer.claims;
    observer.claim(begun(before, name));
    observer.busy = true;
    observer.refusedMeanwhile = false;
    observer.disturbed = this.#diskFull || observer.shaken;
    const refused = await this.#stage.command(of, name).then(
      () => undefined,
      (error: unknown) => toGatewayServiceError(error),
    );
    // What was born before the end of the command was born during it.
    observer.look();
    observer.busy = false;
    if (refused && !this.#mayRefuse(observer, name, refused.code)) return observer.violate(`${name}: ${refused.code}: ${refused.message}`);
    // Faults in the meantime may have made it unknown, or lost.
    const { mood, held, lost } = observer.claims;
    const broken = observer.claims.broken || (refused !== undefined && before.broken);
    const told = ended({ ...before, mood, broken, held }, name, refused?.code);
    const after = observer.refusedMeanwhile && told.wished === 'running' ? unknown(told) : told;
    observer.claim(observer.disturbed && lost ? { ...after, lost } : after);
    observer.absolve();
    // A switch may go by way of an uninstall, even one that fails after that.
    if (refused && name === 'switch') observer.taint();
    if (refused) return;
    if (name === 'uninstall' || name === 'switch') observer.forget();
    if (name === 'stop' || name === 'uninstall') await this.#gone(of, name);
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
        return claims.broken && name !== 'uninstall';
      default:
        return false;
    }
  }

  /** After a stop nothing of ours runs, after an uninstall nothing of ours is there. */
  async #gone(of: number, name: 'stop' | 'uninstall'): Promise<void> {
    const observer = this.#observer(of);
    const left = () => [...this.#stage.processes(of), ...(name === 'uninstall' ? this.#stage.leftovers(of) : [])];
    const beganMs = observer.clockMs;
    for (let found = left(); found.length > 0; found = left()) {
      if (observer.clockMs - beganMs > GONE_MS + this.#yardstick.startMs)
        return observer.violate(`left behind by ${name}: ${found.join('; ')}`);
      await delay(LOOK_MS);
    }
  }

  #kill(of: number, whom: 'gateway' | 'runner' | 'host'): void {
    const observer = this.#observer(of);
    if (whom === 'gateway') {
      const [pid] = observer.gateways;
      if (pid === undefined) return;
      observer.told(pid, null);
      if (observer.refusing === pid) this.#unknown(observer);
      this.#stage.killGateway(of, pid);
      return;
    }
    const { host, runner } = this.#stage.hosts(of);
    const calm = observer.settled && observer.isQuiet(500);
    const comesBack = this.#stage.comesBack(of, whom);
    if (!this.#stage.kill(of, whom)) return;
    observer.excuse();
    // Nothing notices a killed host that has no runner, or a killed runner that has no host.
    const missed = whom === 'host' ? runner && calm : host;
    const { claims } = observer;
    if (observer.refusing !== undefined) this.#unknown(observer);
    else observer.claim(missed || comesBack ? claims : { ...claims, lost: true });
  }

  async #sleep(ms: number): Promise<void> {
    this.#asleep = true;
    await this.#stage.sleep(ms);
    this.#asleep = false;
    this.#everybody(each => {
      each.disturbed = true;
      each.changed();
    });
  }

  #unknown(observer: Observer): void {
    observer.forgetWish(unknown(observer.claims));
  }

  #everybody(each: (observer: Observer) => void): void {
    for (const observer of this.#observers) {
      observer.disturbed = true;
      observer.changed();
      each(observer);
    }
  }
}

function isCommand(event: ChaosEvent): event is Extract<ChaosEvent, { do: CommandName }> {
  return (COMMANDS as readonly string[]).includes(event.do);
}
