// A user's Windows as far as the migration sees it: what Hermes has set up to start the gateway of a home, our own mechanisms, and the
// manager over both. Supervisor, runner and gateway are real; scheduler and services are folders of the test.
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { vi } from 'vitest';
import { isOwnSocket } from '../../src/control/pipe-address.ts';
import { type GatewayIdentity, gatewayIdentity } from '../../src/gateway/home.ts';
import { posixProcesses } from '../../src/gateway/process-start-time.ts';
import { HostedManager } from '../../src/manager/hosted-manager.ts';
import { startupHost } from '../../src/mechanisms/startup-host.ts';
import type { AutostartOwner } from '../../src/migration/autostarts.ts';
import { Migration } from '../../src/migration/migration.ts';
import { startupFiles } from '../../src/migration/windows-autostarts.ts';
import type { Status } from '../../src/model/status.ts';
import { StateFolder, stateRoot } from '../../src/state/state-folder.ts';
import { makeSurroundings, PROGRAM, type Surroundings, sampleGateway } from './embedded-harness.ts';
import { FolderServices, FolderTasks } from './folder-autostarts.mjs';
import { hermesTask, launcherOf, vbsEntry, vbsLauncher } from './hermes-autostarts.ts';
import { StandInService } from './stand-in-service.ts';
import { FolderShell } from './startup-shell.ts';

const MIGRATING = fileURLToPath(new URL('migrating.mjs', import.meta.url));
export const USER = 'S-1-5-21-1-2-3-1001';
export const TASK = 'Hermes_Gateway';
export const ENTRY = 'Hermes_Gateway.vbs';

export interface Migrated {
  /** The labels of its changes; undefined where it was killed. */
  readonly changes?: readonly string[];
  readonly signal: NodeJS.Signals | null;
  readonly err: string;
}

export class MigrationStage {
  readonly surroundings: Surroundings = makeSurroundings();
  readonly identity: GatewayIdentity = gatewayIdentity({ root: this.surroundings.home, standard: false });
  readonly startup = path.join(this.surroundings.folder, 'Startup');
  readonly shell = new FolderShell(this.startup);
  readonly tasks = new FolderTasks(path.join(this.surroundings.folder, 'Tasks'));
  readonly services = new FolderServices(path.join(this.surroundings.folder, 'Services'));
  readonly #registered = path.join(this.surroundings.folder, 'service');
  readonly service = new StandInService(this.#registered);
  readonly states: string;
  readonly migration: Migration;
  readonly manager: HostedManager;
  readonly #owner: AutostartOwner;

  constructor() {
    for (const [name, value] of Object.entries(this.surroundings.env)) vi.stubEnv(name, value);
    this.states = stateRoot(process.platform, process.env, os.homedir());
    this.#owner = {
      platform: process.platform,
      env: {},
      homedir: this.surroundings.env.HOME,
      user: USER,
      isUser: account => account === USER,
      readText: file => (fs.existsSync(file) ? fs.readFileSync(file, 'utf8') : undefined),
    };
    const ports = { tasks: this.tasks, startup: startupFiles(this.shell), services: this.services };
    const shared = { stateRoot: this.states, processes: posixProcesses };
    this.migration = new Migration({ ...shared, ports, owner: this.#owner });
    const trustsServer = async ({ pipe }: { pipe: string }) => isOwnSocket(pipe);
    const signIn = startupHost({ ...shared, hostCommand: [process.execPath, PROGRAM], shell: this.shell, trustsServer });
    this.manager = new HostedManager([this.service.host, signIn], {
      ...shared,
      checkCommand: (_identity, override) => override ?? [],
      former: this.migration,
    });
  }

  get home(): string {
    return this.surroundings.home;
  }

  get state(): StateFolder {
    return new StateFolder(path.join(this.states, this.identity.service));
  }

  /** Hermes' launcher, task and Startup entry for this home. */
  async setUpHermes({ administrator = false }: { administrator?: boolean } = {}): Promise<void> {
    const launcher = launcherOf(this.home, ENTRY);
    fs.mkdirSync(path.dirname(launcher), { recursive: true });
    fs.writeFileSync(launcher, vbsLauncher(this.home));
    await this.tasks.put(TASK, hermesTask(launcher, { user: USER }), { administrator });
    this.putEntry(ENTRY, vbsEntry(launcher));
  }

  putEntry(name: string, text: string): void {
    fs.mkdirSync(this.startup, { recursive: true });
    fs.writeFileSync(path.join(this.startup, name), text);
  }

  install(mechanism: 'service' | 'startup' = 'startup'): Promise<Status> {
    return this.manager.install(this.identity, { mechanism, gatewayCommand: sampleGateway() });
  }

  uninstall(): Promise<Status> {
    return this.manager.uninstall(this.identity);
  }

  /** From now on the elevated step takes what it takes when it has registered the service; `then` is what it does after that. */
  elevatedStepTakes(then: () => void = () => undefined): void {
    this.service.alsoElevated = async () => {
      const { autostarts } = await this.migration.find(this.identity);
      for (const port of [this.tasks, this.services]) port.administrator = true;
      for (const { kind, name } of autostarts) {
        if (kind === 'task') await this.tasks.remove(name);
        if (kind === 'service') await this.services.disable(name);
      }
      for (const port of [this.tasks, this.services]) port.administrator = false;
      then();
    };
  }

  /** What starts a gateway at the next sign-in, by name. */
  async present(): Promise<{ readonly theirs: readonly string[]; readonly ours: readonly string[] }> {
    const { autostarts } = await this.migration.find(this.identity);
    const entries = fs.existsSync(this.startup)
      ? fs.readdirSync(this.startup).filter(name => name.startsWith('Hermes Gateway Service'))
      : [];
    return { theirs: autostarts.map(({ name }) => name), ours: [...entries, ...(this.service.registered ? ['service'] : [])] };
  }

  /** Switches on or off in a process of its own, which is killed right after its n-th change. */
  migrating(verb: 'install' | 'uninstall', mechanism: 'service' | 'startup', killAfter?: number): Promise<Migrated> {
    const { folder } = this.surroundings;
    const request = {
      verb,
      mechanism,
      registered: this.#registered,
      identity: this.identity,
      states: this.states,
      startup: this.startup,
      tasks: path.join(folder, 'Tasks'),
      services: path.join(folder, 'Services'),
      gatewayCommand: sampleGateway(),
      program: PROGRAM,
      owner: this.#owner,
      killAfter,
    };
    const child = spawn(process.execPath, [MIGRATING, JSON.stringify(request)], { stdio: ['ignore', 'pipe', 'pipe'] });
    let out = '';
    let err = '';
    child.stdout.on('data', (text: Buffer) => {
      out += text;
    });
    child.stderr.on('data', (text: Buffer) => {
      err += text;
    });
    return new Promise((resolve, reject) => {
      child.once('error', reject);
      child.once('close', (_code, signal) => resolve({ signal, err, ...(out && { changes: JSON.parse(out) as string[] }) }));
    });
  }

  async dispose(): Promise<void> {
    await this.uninstall().catch(() => undefined);
    vi.unstubAllEnvs();
    this.surroundings.dispose();
  }
}
