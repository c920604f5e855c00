/**
 * One Windows service under Wine's SCM, rebuilt so that its failure actions act. Its processes are seen and killed from outside, as Linux
 * lists them: Windows is not notified.
 */

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { processesOf } from '../../demo/story/trial-processes.ts';
import { endProcess, REPOSITORY } from '../support/sandbox.ts';
import { ServiceOnWine } from '../wine/service-on-wine.ts';
import { type Actor, isLeftOfUpdate, type KillStage } from './kill-stage.ts';

const UPDATE_SCRIPT = 'C:\\update-at-work.mjs';

export async function openWineStage(): Promise<KillStage> {
  const service = new ServiceOnWine();
  try {
    await service.open();
    service.rig.write(UPDATE_SCRIPT, readFileSync(path.join(REPOSITORY, 'test/chaos/update-at-work.mjs'), 'utf8'));
    await service.install();
    return new WineStage(service);
  } catch (error) {
    await service.close();
    throw error;
  }
}

class WineStage implements KillStage {
  readonly name = 'Windows service, SCM of Wine rebuilt to act on failures';
  readonly gateways = 1;
  readonly actors = ['cli'] as const satisfies readonly Actor[];
  readonly spanMs = 3_000;
  readonly #service: ServiceOnWine;
  readonly #stateRoot: string;

  constructor(service: ServiceOnWine) {
    this.#service = service;
    // <state root>\<service>\logs\gateway.log
    this.#stateRoot = path.dirname(path.dirname(path.dirname(service.manager.logPath(service.of))));
  }

  start(_actor: Actor, updateMs: number): { readonly pid: number; readonly ended: Promise<unknown> } {
    const { rig, of } = this.#service;
    return rig.launch([...rig.program, 'update', '--home', of.home, '--', rig.node, UPDATE_SCRIPT, String(updateMs)]);
  }

  living(actor: number): ReturnType<KillStage['living']> {
    const processes = processesOf(this.#service.rig.prefix);
    const withPart = (part: string) => processes.filter(({ command }) => command.includes(part)).map(({ pid }) => pid);
    return {
      updater: processes.filter(({ command }) => command.startsWith(`${this.#service.rig.node} ${UPDATE_SCRIPT}`)).map(({ pid }) => pid),
      actor: processes.filter(({ pid }) => pid === actor).map(({ pid }) => pid),
      host: withPart(' service --service '),
      runner: withPart(' run --service '),
      gateway: this.#service.gateways(),
    };
  }

  killTree(actor: number): void {
    const { updater } = this.living(actor);
    for (const pid of [actor, ...updater]) endProcess(pid);
  }

  async unhealed(): Promise<readonly string[]> {
    const { phase, desired } = await this.#service.status();
    const alive = this.#service.gateways().length;
    const files = existsSync(this.#stateRoot) ? readdirSync(this.#stateRoot, { recursive: true }).map(String) : [];
    return [
      ...(phase === 'running' && desired === 'running' ? [] : [`lost: the gateway is ${phase}, wished ${desired}`]),
      ...(alive === 1 ? [] : [`lost: ${alive} gateways`]),
      ...files.filter(isLeftOfUpdate).map(name => `left behind: ${name}`),
    ];
  }

  async histories(): ReturnType<KillStage['histories']> {
    return [await this.#service.manager.history(this.#service.of)];
  }

  census(): { stop(): number } {
    return this.#service.census();
  }

  async close(): Promise<void> {
    // A command whose actor was killed may still wait, below Wine, for its lost reader.
    for (const pid of this.living(0).updater) endProcess(pid);
    await this.#service.clear();
    const left = await this.#service.close();
    if (left.length > 0) throw new Error(`left behind: ${left.join(', ')}`);
  }
}
