// A folder of its own for every test that needs real files, sockets or processes: state, runtime and home below one short path, with the
// environment pointing there. What a test leaves running in it is ended by PID when it is disposed of.

import { accessSync, constants, copyFileSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { resolveGatewayCommand } from '../../src/gateway/command.ts';
import { type GatewayIdentity, gatewayIdentity, resolveHermesRoot } from '../../src/gateway/home.ts';
import { posixProcesses } from '../../src/gateway/process-start-time.ts';
import type { HostedManager } from '../../src/manager/hosted-manager.ts';
import { embeddedManager } from '../../src/manager/system-manager.ts';
import type { InstallOptions } from '../../src/model/manager.ts';
import { poll } from '../../src/model/poll.ts';
import { StateFolder } from '../../src/state/state-folder.ts';
import { undoWhenInterrupted } from './interruption.ts';

export const REPOSITORY = fileURLToPath(new URL('../..', import.meta.url));
const SAMPLE = path.join(REPOSITORY, 'examples/sample-gateway/gateway.mjs');
/** How this module starts itself in tests: the build, under plain Node. */
export const HOST_COMMAND = [process.execPath, path.join(REPOSITORY, 'dist/host/hermes-gateway.cjs')] as const;

/** A machine that others use too may be slow; nothing here waits for a length of time, so a generous deadline costs nothing. */
export const DEADLINE_MS = 25_000;

export const QUICK_LADDER = { delaysMs: [100, 200, 400], resetMs: 60_000 } as const;

/** The largest PID on Linux is 2^22; nobody has one above it. */
export const NOBODY = 2 ** 22 + 1;

export class Sandbox {
  readonly path = mkdtempSync(path.join(tmpdir(), 'hg-'));
  readonly state = path.join(this.path, 's');
  readonly runtime = path.join(this.path, 'r');
  /** The sample gateway under a path of its own, by which its processes are known. */
  readonly gatewayScript = path.join(this.path, 'gateway.mjs');
  readonly #launcher = path.join(this.path, 'gateway');
  readonly #before = { XDG_STATE_HOME: process.env['XDG_STATE_HOME'], XDG_RUNTIME_DIR: process.env['XDG_RUNTIME_DIR'] };
  readonly #isDisposed = undoWhenInterrupted(() => this.dispose());

  constructor() {
    mkdirSync(this.state);
    mkdirSync(this.runtime, { mode: 0o700 });
    copyFileSync(SAMPLE, this.gatewayScript);
    writeFileSync(this.#launcher, quickHelp(this.gatewayScript), { mode: 0o755 });
    process.env['XDG_STATE_HOME'] = this.state;
    process.env['XDG_RUNTIME_DIR'] = this.runtime;
  }

  get stateRoot(): string {
    return path.join(this.state, 'hermes-gateway-service');
  }

  /** The identity of a home below the sandbox, which is made. */
  identity(name = 'h'): GatewayIdentity {
    const home = path.join(this.path, name);
    mkdirSync(home, { recursive: true });
    return gatewayIdentity(resolveHermesRoot({ platform: process.platform, env: {}, homedir: this.path, home }));
  }

  folder(identity: GatewayIdentity): StateFolder {
    return new StateFolder(path.join(this.stateRoot, identity.service));
  }

  /** @param hostCommand how this module starts itself */
  manager(hostCommand: readonly string[] = HOST_COMMAND): HostedManager {
    return embeddedManager({
      stateRoot: this.stateRoot,
      hostCommand,
      processes: posixProcesses,
      checkCommand: (identity, override) =>
        resolveGatewayCommand(identity, {
          platform: process.platform,
          env: process.env,
          exists: file => readable(file),
          ...(override && { override }),
        }).argv,
    });
  }

  /** `--gateway-command`: the sample gateway with these switches. */
  gatewayCommand(...switches: string[]): string[] {
    return [process.execPath, this.gatewayScript, ...switches, 'gateway', 'run'];
  }

  installOptions(...switches: string[]): InstallOptions {
    return { gatewayCommand: [this.#launcher, ...switches, 'gateway', 'run'], recovery: QUICK_LADDER };
  }

  /** The sample gateway in the place of Hermes' own launcher, so that it is found without being named. */
  putLauncher(home: string): void {
    const launcher = path.join(home, 'hermes-agent/.hermes/bin/hermes');
    mkdirSync(path.dirname(launcher), { recursive: true });
    writeFileSync(launcher, `#!/bin/sh\nexec '${process.execPath}' '${this.gatewayScript}' "$@"\n`, { mode: 0o755 });
  }

  /** The launcher, which serves every profile of its root, ends at once with this code for one home. */
  breakLauncher(root: string, home: string, code: number): void {
    const launcher = path.join(root, 'hermes-agent/.hermes/bin/hermes');
    const [shebang = '', ...rest] = readFileSync(launcher, 'utf8').split('\n');
    writeFileSync(
      launcher,
      [shebang, `case "$*" in *--help*) ;; *) [ "$HERMES_HOME" = '${home}' ] && exit ${code};; esac`, ...rest].join('\n'),
    );
  }

  /** Living gateways of this home, whoever started them. */
  gateways(home: string): number[] {
    const found = this.processes().filter(pid => {
      const argv = commandLine(pid);
      // The program that prints the quick help has the script among its arguments too.
      return (
        path.basename(argv[0] ?? '') !== 'sed' &&
        argv.includes(this.gatewayScript) &&
        !argv.includes('--help') &&
        variable(pid, 'HERMES_HOME') === home
      );
    });
    // A child that a gateway is just starting looks like its parent for a moment; one of two may have ended while the other was looked for.
    const own = found.filter(pid => !found.includes(parentOf(pid)));
    return own.length > 1 ? own.filter(pid => commandLine(pid).includes(this.gatewayScript)) : own;
  }

  /** Living processes that were started in this sandbox: those whose environment names its state folder. */
  processes(): number[] {
    return processesBelow(this.state);
  }

  /** PIDs of our own processes of one kind. */
  hosts(verb: 'run' | 'supervise'): number[] {
    return this.processes().filter(pid => commandLine(pid)[2] === verb);
  }

  /** Tells the gateway of this home to misbehave, as its README lists. */
  tell(home: string, command: string): void {
    mkdirSync(path.join(home, 'state'), { recursive: true });
    writeFileSync(path.join(home, 'state', 'sample-gateway.command'), command);
  }

  /** Everything below the folders that an installation writes to. */
  leftovers(): string[] {
    return [this.state, this.runtime].flatMap(folder =>
      readdirSync(folder, { recursive: true, withFileTypes: true })
        .filter(entry => !entry.isDirectory() || entry.name !== 'hermes-gateway')
        .map(entry => path.join(entry.parentPath, entry.name)),
    );
  }

  async dispose(): Promise<void> {
    await endAll(() => this.processes());
    rmSync(this.path, { recursive: true, force: true, maxRetries: 5 });
    this.#isDisposed();
    for (const [name, value] of Object.entries(this.#before)) {
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
  }
}

/** The state folder that each process of this machine was started with, when it was first and last read, in milliseconds. */
const known = new Map<number, { readonly stateHome: string | undefined; readonly firstMs: number; readonly lastMs: number }>();

/**
 * Living processes that were started with this state folder. This is called many times a second, and most processes of a machine are
 * others: each is read again at growing intervals, and not after its first second. (A new child has the environment of its parent until it
 * executes its program.)
 */
export function processesBelow(stateHome: string): number[] {
  const now = performance.now();
  const living = new Set(pids());
  for (const pid of known.keys()) if (!living.has(pid)) known.delete(pid);
  return [...living].filter(pid => {
    const before = known.get(pid);
    if (before && before.stateHome !== stateHome) {
      const watchedMs = before.lastMs - before.firstMs;
      if (watchedMs > 1_000 || now - before.lastMs < watchedMs / 2) return false;
    }
    const found = variable(pid, 'XDG_STATE_HOME');
    known.set(pid, { stateHome: found, firstMs: before?.firstMs ?? now, lastMs: now });
    return found === stateHome;
  });
}

/** Counts the living gateways of a home until it is stopped. */
export const watchGateways = (sandbox: Sandbox, home: string) => watchCount(() => sandbox.gateways(home).length);

/** Counts until it is stopped; `most` is the largest number that there was at once. */
export function watchCount(count: () => number): { readonly most: number; stop(): number } {
  let most = 0;
  const look = () => {
    most = Math.max(most, count());
  };
  const timer = setInterval(look, 25);
  return {
    get most() {
      return most;
    },
    stop: () => {
      look();
      clearInterval(timer);
      return most;
    },
  };
}

/** Ends processes, and those that they start meanwhile, until none is left. */
export async function endAll(running: () => readonly number[]): Promise<void> {
  const none = () => {
    const left = running();
    for (const pid of left) endProcess(pid);
    return left.length === 0;
  };
  await poll(none, { what: 'every process of a test to end', deadlineMs: DEADLINE_MS, everyMs: 20 });
}

export function endProcess(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It ended by itself.
  }
}

export function commandLine(pid: number): string[] {
  return (readProc(pid, 'cmdline') ?? '').split('\0');
}

export function parentOf(pid: number): number {
  const stat = readProc(pid, 'stat') ?? '';
  return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
}

/** The value that a living process was started with; a process that has ended has none. */
function variable(pid: number, name: string): string | undefined {
  const text = `\0${readProc(pid, 'environ') ?? ''}`;
  const at = text.indexOf(`\0${name}=`);
  return at < 0 ? undefined : text.slice(at + name.length + 2, text.indexOf('\0', at + 1));
}

function pids(): number[] {
  return readdirSync('/proc')
    .filter(name => /^\d+$/.test(name))
    .map(Number);
}

function readProc(pid: number, name: string): string | undefined {
  try {
    return readFileSync(`/proc/${pid}/${name}`, 'utf8');
  } catch {
    return undefined;
  }
}

/** Becomes the sample gateway, but prints its help without a start of Node, which costs as much as that of a gateway. */
const quickHelp = (script: string) => `#!/bin/sh
case "$*" in *--old*) ;; *--help*) exec sed -n '/^const HELP = /,/\`;$/p' '${script}' ;; esac
exec '${process.execPath}' '${script}' "$@"
`;

function readable(file: string): boolean {
  try {
    accessSync(file, constants.R_OK);
    return true;
  } catch {
    return false;
  }
}
