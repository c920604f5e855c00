/**
 * `npm run soak`: ten gateways that crash or are restarted all the time, and a client that watches them. What lives long must stay as it
 * is: memory, open files and threads of each supervisor, each runner that is never killed, and the client; files of state and logs.
 */

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { controlPath, request } from '../../src/gateway/control-socket.ts';
import { posixProcesses } from '../../src/gateway/process-start-time.ts';
import type { GatewayIdentity } from '../../src/model/identity.ts';
import { lockHolder } from '../../src/state/lock.ts';
import { REPOSITORY, Sandbox } from '../support/sandbox.ts';
import { thisMachine, writeEvidence } from './evidence.ts';
import { growthOf, type Sample, slopeOf } from './growth.ts';
import { seeded } from './random.ts';

const USAGE = 'usage: npm run soak [-- --minutes N] [--seed N] [--json]';
const MINUTES = 20;
const PROFILES = 10;
/** Of these the runner stays, and the gateways are restarted in it; of the others gateway and runner crash. */
const STAYING = 5;
const CHATTER_MB = '2';
const RECOVERY = { delaysMs: [200, 400, 800], resetMs: 2_000 } as const;
/** Between two crashes or restarts of one gateway, in milliseconds. */
const PAUSE_MS = [2_000, 5_000] as const;
const SAMPLE_MS = 5_000;
/** The first part of the time is for caches and heaps to fill. */
const WARM_UP = 0.3;
/** A rotated log: four files of ten megabytes put aside, one that is written, and the chunk that filled it. */
const LOG_BYTES = 5 * 10 * 1024 * 1024 + 1024 * 1024;

/** What is measured of a process, and by how much it may grow while it is measured. */
const MEASURES = { 'private memory, MB': 6, 'open files': 2, threads: 0.5 } as const;
type Measure = keyof typeof MEASURES;

interface Row {
  readonly what: string;
  readonly measure: string;
  readonly first: number;
  readonly last: number;
  readonly perHour: number;
  readonly grew: number;
  readonly allowed: number;
  readonly ok: boolean;
}

/** Returns the exit code: 0, 1 where something grows, 2 where the arguments were not understood. */
export async function soak(args: readonly string[]): Promise<number> {
  const options = understood(args);
  if (!options) {
    process.stderr.write(`${USAGE}\n`);
    return 2;
  }
  if (process.platform !== 'linux') throw new Error('processes are measured on Linux only');
  const { minutes, seed, json } = options;
  const machine = thisMachine();
  const { rows, crashes, restarts } = await measure(minutes, seed);
  const ok = rows.every(row => row.ok);
  const document = { schema: 1, ok, minutes, seed, profiles: PROFILES, crashes, restarts, machine, rows };
  const text = table(document);
  process.stdout.write(json ? `${JSON.stringify(document)}\n` : `${text}\n`);
  if (minutes >= MINUTES) writeEvidence('soak', 'Ten crashing gateways for a while', text, document);
  return ok ? 0 : 1;
}

async function measure(minutes: number, seed: number): Promise<{ rows: readonly Row[]; crashes: number; restarts: number }> {
  const sandbox = new Sandbox();
  const chance = seeded(seed);
  const manager = sandbox.manager();
  const identities = Array.from({ length: PROFILES }, (_, index) => sandbox.identity(`h${index}`));
  const counts = { crashes: 0, restarts: 0 };
  let passed = 0;
  const saying = setInterval(() => {
    passed += 1;
    process.stderr.write(`${passed} of ${minutes} minutes, ${counts.crashes} crashes, ${counts.restarts} restarts\n`);
  }, 60_000);
  let client: ChildProcess | undefined;
  try {
    for (const identity of identities)
      await manager.install(identity, { gatewayCommand: sandbox.gatewayCommand('--chatter', CHATTER_MB), recovery: RECOVERY });
    const script = path.join(REPOSITORY, 'test/chaos/watching-client.mjs');
    client = spawn(process.execPath, [script, sandbox.stateRoot, JSON.stringify(identities)], { stdio: ['ignore', 'ignore', 'inherit'] });
    let endMs = performance.now() + minutes * 60_000;
    const clientEnded = once(client, 'exit').then(([code]) => {
      endMs = 0;
      throw new Error(`The watching client has ended with ${code}.`);
    });
    const harass = async (identity: GatewayIdentity, index: number) => {
      while (performance.now() < endMs) {
        await delay(chance.between(...PAUSE_MS));
        if (index < STAYING) {
          const restarted = await manager.restart(identity).catch(() => undefined);
          if (restarted) counts.restarts += 1;
        } else if ((await request(controlPath(identity.home), chance.pick(['test-crash', 'test-exit 1']))).ok) counts.crashes += 1;
      }
    };
    const sampler = new Sampler(sandbox, identities, client.pid ?? 0);
    await Promise.race([clientEnded, Promise.all([sampler.until(() => endMs), ...identities.map(harass)])]);
    return { rows: sampler.rows(), ...counts };
  } finally {
    clearInterval(saying);
    client?.kill('SIGKILL');
    await sandbox.dispose();
  }
}

class Sampler {
  readonly #sandbox: Sandbox;
  readonly #identities: readonly GatewayIdentity[];
  readonly #client: number;
  readonly #series = new Map<string, Sample[]>();

  constructor(sandbox: Sandbox, identities: readonly GatewayIdentity[], client: number) {
    this.#sandbox = sandbox;
    this.#identities = identities;
    this.#client = client;
  }

  async until(endMs: () => number): Promise<void> {
    const beganMs = performance.now();
    while (performance.now() < endMs()) {
      await delay(SAMPLE_MS);
      if (performance.now() - beganMs > (endMs() - beganMs) * WARM_UP) this.#sample();
    }
  }

  #sample(): void {
    const atMs = performance.now();
    const add = (what: string, value: number | undefined) => {
      if (value === undefined) return;
      const series = this.#series.get(what) ?? [];
      series.push({ atMs, value });
      this.#series.set(what, series);
    };
    const addProcess = (what: string, pid: number | undefined) => {
      if (pid === undefined) return;
      add(`${what}\tprivate memory, MB`, memoryMb(pid));
      add(`${what}\topen files`, entries(`/proc/${pid}/fd`));
      add(`${what}\tthreads`, entries(`/proc/${pid}/task`));
    };
    for (const [index, identity] of this.#identities.entries()) {
      const folder = this.#sandbox.folder(identity);
      addProcess(`supervisor ${index}`, lockHolder(folder.supervisorLock, posixProcesses)?.pid);
      if (index < STAYING) addProcess(`runner ${index}`, lockHolder(folder.runnerLock, posixProcesses)?.pid);
      add(`log of ${index}\tMB`, bytesBelow(path.dirname(folder.logPath)) / 1024 / 1024);
    }
    addProcess('watching client', this.#client);
    add('state and runtime folders\tfiles', entries(this.#sandbox.stateRoot, true) + entries(this.#sandbox.runtime, true));
  }

  rows(): Row[] {
    return [...this.#series].map(([name, samples]) => {
      const [what = '', measured = ''] = name.split('\t');
      const grew = growthOf(samples);
      const [first, last] = [samples[0]?.value ?? Number.NaN, samples.at(-1)?.value ?? Number.NaN];
      const most = Math.max(...samples.map(({ value }) => value));
      const log = what.startsWith('log of');
      const allowed = log ? LOG_BYTES / 1024 / 1024 : (MEASURES[measured as Measure] ?? 4);
      const ok = log ? most <= allowed : grew <= allowed;
      return { what, measure: measured, first, last, perHour: slopeOf(samples) * 3_600_000, grew: log ? most : grew, allowed, ok };
    });
  }
}

/** Private pages only. The mapped part of a program's file depends on what else the machine reads. */
function memoryMb(pid: number): number | undefined {
  try {
    const [, kilobytes] = /^RssAnon:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
    return kilobytes === undefined ? undefined : Number(kilobytes) / 1024;
  } catch {
    return undefined;
  }
}

function entries(folder: string, deep = false): number {
  try {
    return readdirSync(folder, { recursive: deep }).length;
  } catch {
    return Number.NaN;
  }
}

function bytesBelow(folder: string): number {
  return readdirSync(folder).reduce((sum, name) => sum + (statSync(path.join(folder, name), { throwIfNoEntry: false })?.size ?? 0), 0);
}

function table({
  minutes,
  seed,
  crashes,
  restarts,
  rows,
}: {
  minutes: number;
  seed: number;
  crashes: number;
  restarts: number;
  rows: readonly Row[];
}): string {
  const head = ['what', 'measured', 'first', 'last', 'per hour', 'grew', 'allowed', ''];
  const figure = (value: number) => value.toFixed(1);
  const cells = rows.map(row => [
    row.what,
    row.measure,
    ...[row.first, row.last, row.perHour, row.grew, row.allowed].map(figure),
    row.ok ? '' : 'TOO MUCH',
  ]);
  const widths = head.map((_, column) => Math.max(...[head, ...cells].map(row => row[column]?.length ?? 0)));
  const line = (row: readonly string[]) =>
    row
      .map((cell, column) => (column < 2 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0)))
      .join('   ')
      .trimEnd();
  return [
    `${PROFILES} gateways for ${minutes} minutes: ${crashes} crashes of gateways with their runners, ${restarts} restarts within a runner; seed ${seed}.`,
    `Growth is the slope (Theil-Sen) times the time measured, after a warm-up of ${WARM_UP * 100} %; of a log it is the most there was.`,
    '',
    line(head),
    ...cells.map(line),
    '',
    rows.every(({ ok }) => ok) ? 'Nothing grows.' : 'Something grows.',
  ].join('\n');
}

function understood(args: readonly string[]): { minutes: number; seed: number; json: boolean } | undefined {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        json: { type: 'boolean', default: false },
        minutes: { type: 'string', default: String(MINUTES) },
        seed: { type: 'string', default: '1' },
      },
    });
    const [minutes, seed] = [Number(values.minutes), Number(values.seed)];
    return Number.isFinite(minutes) && minutes > 0 && Number.isSafeInteger(seed) ? { minutes, seed, json: values.json } : undefined;
  } catch {
    return undefined;
  }
}
