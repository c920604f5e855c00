/** What is done to a gateway service beside its commands, and what may be claimed of it afterwards. */

import { setTimeout as delay } from 'node:timers/promises';
import type { ChaosEvent, ChaosVictim, CommandName } from './events.ts';
import { damaged, mustCome, stateRemoved, unknown } from './model.ts';
import { LOOK_MS, type Observer } from './observer.ts';
import type { ChaosStage } from './stage.ts';

export type Fault = Exclude<ChaosEvent, { readonly do: CommandName | 'full-output' }>;

/** What is printed after the log was removed is in the new one within this, in milliseconds of looks. */
const LOGGED_MS = 5_000;

export interface FaultPorts {
  readonly stage: ChaosStage;
  readonly observers: readonly Observer[];
  /** Resolves when the running command of this gateway has ended. */
  readonly idle: (of: number) => Promise<void>;
  /** Gives a gateway something to do that the next command waits for. */
  readonly occupy: (of: number, work: Promise<void>) => void;
  /** How long a plain process takes to start just now, in milliseconds. */
  readonly startMs: () => number;
}

export class Faults {
  readonly #ports: FaultPorts;
  readonly #stage: ChaosStage;
  #asleep = false;
  #diskFull = false;
  #said = 0;

  constructor(ports: FaultPorts) {
    this.#ports = ports;
    this.#stage = ports.stage;
  }

  get asleep(): boolean {
    return this.#asleep;
  }

  get diskFull(): boolean {
    return this.#diskFull;
  }

  async happen(of: number, observer: Observer, event: Fault): Promise<void> {
    observer.disturbed = true;
    switch (event.do) {
      case 'cut':
        return this.#cut(of, observer, event);
      case 'kill':
        return this.#kill(of, observer, event.whom);
      case 'pause':
        return this.#pause(of, observer, event.whom, event.ms);
      case 'exit':
        return this.#exit(of, observer, event.code);
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
      case 'remove-socket':
        if (event.folder) this.#everybody(() => undefined);
        return this.#stage.removeSocket(of, event.folder);
      case 'remove-state':
        return this.#removeState(of, observer);
      case 'remove-log':
        return this.#removeLog(of, observer);
      case 'move':
        return this.#move(of, observer);
      case 'second':
        return this.#second(of, observer, event.what);
      case 'reset-pipe':
        return this.#stage.resetPipe(of);
      case 'end-session':
        if (this.#stage.hosts(of).host || observer.busy)
          observer.claim({ ...(observer.busy ? unknown(observer.claims) : observer.claims), lost: true });
        observer.excuse();
        return this.#stage.endSession(of);
      case 'sleep':
        return this.#sleep(event.ms, event.asleepMs);
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

  async #cut(of: number, observer: Observer, { verb, afterMs, by }: Extract<Fault, { do: 'cut' }>): Promise<void> {
    await this.#ports.idle(of);
    // An update keeps what was requested, wherever its command line ends.
    const forget = () => (verb === 'update' && !observer.claims.attention ? observer.changed() : this.#unknown(observer));
    forget();
    observer.busy = true;
    const cut = this.#stage.cut(of, verb, afterMs, by).finally(() => {
      observer.busy = false;
      forget();
    });
    this.#ports.occupy(of, cut);
  }

  #kill(of: number, observer: Observer, whom: ChaosVictim): void {
    if (whom === 'gateway') {
      const [pid] = observer.gateways;
      if (pid === undefined) return;
      observer.told(pid, this.#stage.killedCode);
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

  /** Stopped for a while, as by SIGSTOP: nothing is lost by it. */
  async #pause(of: number, observer: Observer, whom: ChaosVictim, ms: number): Promise<void> {
    const [gateway] = observer.gateways;
    const resume = this.#stage.pause(of, whom, gateway);
    if (!resume) return;
    await delay(ms);
    resume();
    observer.changed();
  }

  async #exit(of: number, observer: Observer, code: number): Promise<void> {
    const pid = await this.#stage.tell(of, `test-exit ${code}`);
    if (pid === undefined) {
      // A slow gateway may have received the request, and may not answer any more.
      if (code === 78) this.#unknown(observer);
      return;
    }
    observer.told(pid, code);
    if (code === 78) observer.refuses(pid);
    observer.changed();
  }

  #removeState(of: number, observer: Observer): void {
    if (observer.claims.installed === false) return;
    // Their locks are in that folder.
    const { host, runner } = this.#stage.hosts(of);
    this.#stage.removeState(of);
    observer.forget();
    observer.excuse();
    observer.removals += 1;
    const { busy, claims } = observer;
    // Where host and runner were killed before, no process is left that could end the gateway.
    const isOrphaned = !host && !runner;
    if (isOrphaned) observer.orphans = [...observer.gateways];
    // A command may write the folder again.
    observer.forgetWish(!busy && !isOrphaned ? stateRemoved(claims, false) : { ...unknown(claims), broken: true, removed: false });
  }

  async #removeLog(of: number, observer: Observer): Promise<void> {
    this.#stage.removeLog(of);
    // Below a runner that was killed a gateway prints for no process.
    if (!mustCome(observer.claims) || !observer.settled || !this.#stage.hosts(of).runner) return;
    this.#said += 1;
    const word = `word-${this.#said}-of-chaos`;
    const pid = await this.#stage.tell(of, `test-say ${word}`);
    if (pid === undefined) return;
    const beganMs = observer.clockMs;
    while (!this.#stage.log(of).includes(word) && observer.gateways.includes(pid) && !this.#diskFull) {
      if (observer.clockMs - beganMs > LOGGED_MS + this.#ports.startMs())
        return observer.violate(`the log was removed, and gateway ${pid} prints in vain`);
      await delay(LOOK_MS);
    }
  }

  /** Nothing of it can be started again from where it was. */
  async #move(of: number, observer: Observer): Promise<void> {
    await this.#ports.idle(of);
    this.#stage.move(of);
    if (this.#stage.hosts(of).host) observer.claim({ ...observer.claims, lost: true });
  }

  async #second(of: number, observer: Observer, what: 'service' | 'host'): Promise<void> {
    await this.#ports.idle(of);
    const { host, runner } = this.#stage.hosts(of);
    const { installed, broken, lost, removed } = observer.claims;
    if (installed !== true || broken || removed) return;
    // The first one may be ending.
    if (what === 'host' && (!(host && runner) || lost)) return;
    if (await this.#stage.second(of, what)) observer.violate(`a second ${what} was accepted`);
  }

  async #sleep(ms: number, asleepMs: number): Promise<void> {
    this.#asleep = true;
    await this.#stage.sleep(ms, asleepMs);
    this.#asleep = false;
    this.#everybody(each => each.excuse());
  }

  #unknown(observer: Observer): void {
    observer.forgetWish(unknown(observer.claims));
  }

  #everybody(each: (observer: Observer) => void): void {
    for (const observer of this.#ports.observers) {
      observer.disturbed = true;
      observer.changed();
      each(observer);
    }
  }
}
