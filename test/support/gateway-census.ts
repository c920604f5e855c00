/**
 * Counts the gateways of one home while something happens to them. "Never two gateways" is a fact only if somebody looked all the time:
 * this looks at every process of the machine each few milliseconds. Linux only.
 */

import { readdirSync, readFileSync } from 'node:fs';

const EVERY_MS = 5;
/** A new process still bears its parent's name for a moment; after this it is what it says, in milliseconds. */
const SETTLED_MS = 1_000;

export class GatewayCensus {
  readonly #mark: string;
  readonly #timer: NodeJS.Timeout;
  /** When each process that is no gateway was seen first. */
  readonly #others = new Map<string, number>();
  #most = 0;

  /** @param home `HERMES_HOME` of the gateways that count. */
  constructor(home: string) {
    this.#mark = `HERMES_HOME=${home}\0`;
    this.#look();
    this.#timer = setInterval(() => this.#look(), EVERY_MS);
  }

  /** The greatest number of gateways seen at once. */
  get most(): number {
    return this.#most;
  }

  /** The gateways that live now. */
  now(): number {
    return this.#look();
  }

  close(): void {
    clearInterval(this.#timer);
  }

  #look(): number {
    const now = performance.now();
    const pids = readdirSync('/proc').filter(name => /^\d+$/.test(name));
    const living = new Set(pids);
    for (const pid of this.#others.keys()) if (!living.has(pid)) this.#others.delete(pid);
    let gateways = 0;
    for (const pid of pids) {
      const since = this.#others.get(pid);
      if (since !== undefined && now - since > SETTLED_MS) continue;
      if (this.#isGateway(pid)) gateways += 1;
      else if (since === undefined) this.#others.set(pid, now);
    }
    this.#most = Math.max(this.#most, gateways);
    return gateways;
  }

  /** A gateway that was asked for its help is no gateway; one that was killed has no command line any more. */
  #isGateway(pid: string): boolean {
    const command = read(`/proc/${pid}/cmdline`).split('\0');
    if (command.at(-1) === '') command.pop();
    const isGateway = command.some(part => part.endsWith('gateway.mjs')) && !command.includes('--help');
    return isGateway && `${read(`/proc/${pid}/environ`)}\0`.includes(this.#mark);
  }
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
