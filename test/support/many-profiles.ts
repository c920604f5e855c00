// One Hermes root with many profiles, each with the sample gateway below an embedded supervisor, handled by the built command line.
import { execFile } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { profileIdentity } from '../../src/gateway/home.ts';
import type { GatewayIdentity } from '../../src/model/identity.ts';
import { poll } from '../../src/model/poll.ts';
import type { Status } from '../../src/model/status.ts';
import { DEADLINE_MS, HOST_COMMAND, Sandbox } from './sandbox.ts';

export interface CliRun {
  readonly exit: number;
  readonly stdout: string;
  readonly stderr: string;
}

const BUFFER_BYTES = 16 * 1024 * 1024;

export class ManyProfiles {
  readonly sandbox = new Sandbox();
  readonly root = path.join(this.sandbox.path, 'h');
  readonly names: readonly string[];

  /** @param count the default profile among them. */
  constructor(count: number) {
    this.names = ['default', ...Array.from({ length: count - 1 }, (_, index) => `p${String(index + 1).padStart(2, '0')}`)];
    for (const name of this.names) mkdirSync(this.home(name), { recursive: true });
    this.sandbox.putLauncher(this.root);
  }

  home(name: string): string {
    return name === 'default' ? this.root : path.join(this.root, 'profiles', name);
  }

  identity(name: string): GatewayIdentity {
    return profileIdentity({ root: this.root, standard: false }, name);
  }

  /** What a profile's gateway reads itself. */
  writeDotenv(name: string, text: string): void {
    writeFileSync(path.join(this.home(name), '.env'), text);
  }

  argv(...args: readonly string[]): string[] {
    return [...HOST_COMMAND.slice(1), ...args, '--home', this.root];
  }

  async cli(...args: readonly string[]): Promise<CliRun> {
    return this.cliIn({}, ...args);
  }

  /** @param env what the shell has beside its own. */
  async cliIn(env: NodeJS.ProcessEnv, ...args: readonly string[]): Promise<CliRun> {
    const options = { env: { ...process.env, ...env }, maxBuffer: BUFFER_BYTES };
    return promisify(execFile)(process.execPath, this.argv(...args), options).then(
      ({ stdout, stderr }) => ({ exit: 0, stdout, stderr }),
      ({ code, stdout, stderr }: { code: number; stdout: string; stderr: string }) => ({ exit: code, stdout, stderr }),
    );
  }

  /** All of them, up. */
  async install(): Promise<void> {
    const { exit, stderr, stdout } = await this.cli('install', '--all');
    if (exit !== 0) throw new Error(`install --all ended with ${exit}: ${stderr}${stdout}`);
  }

  async statuses(): Promise<readonly Status[]> {
    const { stdout } = await this.cli('status', '--all', '--json');
    return (JSON.parse(stdout) as { statuses: Status[] }).statuses;
  }

  /** Ends a gateway without a word, as a crash does; resolves when another one is up. */
  async killAndAwaitReturn({ gatewayPid, profile }: Status): Promise<void> {
    if (gatewayPid === undefined) throw new Error(`The gateway of ${profile} does not run.`);
    process.kill(gatewayPid, 'SIGKILL');
    const manager = this.sandbox.manager();
    const identity = this.identity(profile);
    await poll(
      async () => {
        const status = await manager.status(identity);
        return status.phase === 'running' && status.gatewayPid !== gatewayPid;
      },
      { what: 'another gateway', deadlineMs: DEADLINE_MS },
    );
  }

  dispose(): Promise<void> {
    return this.sandbox.dispose();
  }
}
