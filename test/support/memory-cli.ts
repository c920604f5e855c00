// The command line in memory: a terminal that remembers, real folders in a temporary place, and a manager that a test may give.
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { createComposition } from '../../src/cli/composition.ts';
import type { Composition } from '../../src/cli/context.ts';
import { runCli } from '../../src/cli/program.ts';
import type { Interruption, Terminal } from '../../src/cli/terminal.ts';
import type { GatewayManager } from '../../src/model/manager.ts';
import { stateRoot } from '../../src/state/state-folder.ts';
import { MemoryManager } from './memory-manager.ts';
import { updatePorts } from './update-ports.ts';

export interface TerminalOptions {
  readonly tty?: boolean;
  readonly columns?: number;
  readonly env?: NodeJS.ProcessEnv;
  readonly now?: () => number;
}

export class MemoryTerminal implements Terminal {
  out = '';
  err = '';
  readonly stdout;
  readonly stderr;
  readonly env: NodeJS.ProcessEnv;
  readonly now: () => number;
  readonly #interrupts = new Set<(signal: Interruption) => void>();

  constructor({ tty = false, columns = 80, env = {}, now = Date.now }: TerminalOptions = {}) {
    this.env = env;
    this.now = now;
    const stream = (take: (text: string) => void) => ({
      isTTY: tty,
      columns,
      write: (text: string | Uint8Array, done?: () => void) => {
        take(typeof text === 'string' ? text : Buffer.from(text).toString());
        done?.();
      },
    });
    this.stdout = stream(text => {
      this.out += text;
    });
    this.stderr = stream(text => {
      this.err += text;
    });
  }

  onInterrupt(listener: (signal: Interruption) => void): () => void {
    this.#interrupts.add(listener);
    return () => this.#interrupts.delete(listener);
  }

  /** Ctrl+C, or a signal. */
  interrupt(signal: Interruption = 'SIGINT'): void {
    for (const listener of this.#interrupts) listener(signal);
  }
}

export interface Answer {
  readonly exit: number;
  readonly out: string;
  readonly err: string;
}

/** A Hermes home with the profiles `default` and `work`, and the command line of its user. */
export class MemoryCli {
  readonly folder = fs.mkdtempSync(path.join(os.tmpdir(), 'gateway-cli-'));
  readonly home = path.join(this.folder, 'user', '.hermes');
  readonly manager: GatewayManager;
  readonly composition: Composition;
  readonly #stateRoot: string;

  constructor(manager?: GatewayManager) {
    const env = { XDG_STATE_HOME: path.join(this.folder, 'state') };
    const homedir = path.dirname(this.home);
    this.#stateRoot = stateRoot('linux', env, homedir);
    this.manager = manager ?? new MemoryManager({ folder: this.#stateRoot });
    this.composition = createComposition({
      platform: 'linux',
      env,
      homedir,
      manager: this.manager,
      isInside: () => false,
      updates: updatePorts(this.manager, this.#stateRoot),
    });
    fs.mkdirSync(path.join(this.home, 'profiles', 'work'), { recursive: true });
  }

  /** Runs a command line; the program's name is left out. */
  async run(argv: readonly string[], terminal = new MemoryTerminal()): Promise<Answer> {
    const exit = await runCli(argv, { terminal, compose: () => this.composition, stateRoot: this.#stateRoot, version: '1.2.3' });
    return { exit, out: terminal.out, err: terminal.err };
  }

  dispose(): void {
    fs.rmSync(this.folder, { recursive: true, force: true });
  }
}
