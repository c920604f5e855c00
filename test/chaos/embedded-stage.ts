/** Two profiles of one home below supervisors, because an app manages the gateways of one home only. */

import { spawn } from 'node:child_process';
import { mkdirSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { type GatewayIdentity, profileIdentity, resolveHermesRoot } from '../../src/gateway/home.ts';
import { commandLine, HOST_COMMAND, REPOSITORY, Sandbox, watchGateways } from '../support/sandbox.ts';
import { ACTORS, type Actor, isLeftOfUpdate, type KillStage } from './kill-stage.ts';

const UPDATE_SCRIPT = path.join(REPOSITORY, 'test/chaos/update-at-work.mjs');
const APP_SCRIPT = path.join(REPOSITORY, 'test/chaos/updating-app.mjs');
const PROFILES = ['default', 'work'];

export async function openEmbeddedStage(): Promise<KillStage> {
  const stage = new EmbeddedStage();
  try {
    await stage.install();
    return stage;
  } catch (error) {
    await stage.close();
    throw error;
  }
}

class EmbeddedStage implements KillStage {
  readonly name = 'embedded mechanism';
  readonly gateways = PROFILES.length;
  readonly actors = ACTORS;
  readonly spanMs = 1_200;
  readonly #sandbox = new Sandbox();
  readonly #manager = this.#sandbox.manager();
  readonly #home = this.#sandbox.identity().home;
  readonly #identities: readonly GatewayIdentity[] = PROFILES.map(profile => this.#profile(profile));

  async install(): Promise<void> {
    for (const identity of this.#identities) await this.#manager.install(identity, this.#sandbox.installOptions());
  }

  #profile(name: string): GatewayIdentity {
    if (name !== 'default') mkdirSync(path.join(this.#home, 'profiles', name), { recursive: true });
    return profileIdentity(resolveHermesRoot({ platform: process.platform, env: {}, homedir: this.#sandbox.path, home: this.#home }), name);
  }

  start(actor: Actor, updateMs: number): { readonly pid: number; readonly ended: Promise<unknown> } {
    const update = [process.execPath, UPDATE_SCRIPT, String(updateMs)];
    const [program = '', ...args] =
      actor === 'cli'
        ? [...HOST_COMMAND, 'update', '--home', this.#home, '--', ...update]
        : [process.execPath, APP_SCRIPT, this.#home, ...update];
    // A separate process group, as a terminal or a desktop creates it.
    const child = spawn(program, args, { stdio: 'ignore', detached: true });
    return { pid: child.pid ?? 0, ended: new Promise(resolve => child.once('exit', resolve)) };
  }

  living(actor: number): ReturnType<KillStage['living']> {
    return {
      updater: this.#updaters(),
      actor: this.#sandbox.processes().filter(pid => pid === actor),
      host: this.#sandbox.hosts('supervise'),
      runner: this.#sandbox.hosts('run'),
      gateway: this.#identities.flatMap(({ home }) => this.#sandbox.gateways(home)),
    };
  }

  killTree(actor: number): void {
    process.kill(-actor, 'SIGKILL');
  }

  async unhealed(): Promise<readonly string[]> {
    const states = await Promise.all(
      this.#identities.map(async identity => {
        const { phase, desired } = await this.#manager.status(identity);
        const alive = this.#sandbox.gateways(identity.home).length;
        return [
          ...(phase === 'running' && desired === 'running' ? [] : [`lost: ${identity.home} is ${phase}, wished ${desired}`]),
          ...(alive === 1 ? [] : [`lost: ${alive} gateways in ${identity.home}`]),
        ];
      }),
    );
    const files = readdirSync(this.#sandbox.stateRoot, { recursive: true }).map(String).filter(isLeftOfUpdate);
    return [
      ...states.flat(),
      ...files.map(name => `left behind: ${name}`),
      ...this.#updaters().map(pid => `left behind: update command ${pid}`),
    ];
  }

  histories(): ReturnType<KillStage['histories']> {
    return Promise.all(this.#identities.map(identity => this.#manager.history(identity)));
  }

  census(): { stop(): number } {
    const counts = this.#identities.map(({ home }) => watchGateways(this.#sandbox, home));
    return { stop: () => Math.max(...counts.map(count => count.stop())) };
  }

  close(): Promise<void> {
    return this.#sandbox.dispose();
  }

  #updaters(): number[] {
    return this.#sandbox.processes().filter(pid => commandLine(pid)[1] === UPDATE_SCRIPT);
  }
}
