/**
 * Where a start through the SCM goes, step after step: what Windows, Node and koffi take of it, and what is ours. The same programs as in
 * the comparison, with marks in front of them (peers/marks.cjs); the steps of one start add up to it.
 */

import { readdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { poll } from '../../src/model/poll.ts';
import { REPOSITORY } from '../support/sandbox.ts';
import { RemoteManager, sampleGatewayIn } from '../wine/remote-manager.ts';
import { WineRig } from '../wine/rig.ts';
import { belowWine } from './below-wine.ts';
import { BARE_IN_WINDOWS, bare, layOutPeers, ours, up } from './contenders.ts';
import type { Measured, Outcome } from './figure.ts';

const MARKS = 'C:\\marks';
const MARKS_MS = 30_000;

interface Call {
  readonly name: string;
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly until: number;
}

/** What peers/marks.cjs leaves of one process. */
interface Marks {
  readonly argv: readonly string[];
  readonly born: number;
  readonly program: number;
  readonly calls: readonly Call[];
}

/** Milliseconds of each step; together they are the whole way to its end. */
type Steps = Readonly<Record<string, number>>;

export const startProfile = belowWine('start-profile', 'where a start goes', profile);

async function profile(runs: number): Promise<Outcome[]> {
  const marks = readFileSync(path.join(REPOSITORY, 'test/bench/peers/marks.cjs'), 'utf8');
  const rig = await WineRig.start({ built: true, before: marks });
  try {
    const manager = await RemoteManager.start(rig);
    await layOutPeers(rig);
    rig.write(BARE_IN_WINDOWS, `${marks}\n${rig.read(BARE_IN_WINDOWS)}`);
    const starts: Steps[] = [];
    for (let run = 0; run < runs; run += 1) {
      starts.push({ ...(await startOfOurs(rig, manager, run)), ...(await startOfBare(rig, run)) });
    }
    manager.close();
    const names = Object.keys(starts[0] ?? {});
    return names.map((name): Measured => ({ name, unit: 'ms', values: starts.map(({ [name]: ms = Number.NaN }) => ms) }));
  } finally {
    await rig.dispose();
  }
}

async function startOfOurs(rig: WineRig, manager: RemoteManager, run: number): Promise<Steps> {
  const service = await ours(rig, manager).register(`C:\\homes\\profile-${run}`, sampleGatewayIn(rig));
  try {
    forget(rig);
    const there = up(rig, service.home);
    there.catch(() => undefined);
    const { at } = await rig.ask<{ at: number }>('timing', 'start', service.service);
    const gateway = await there;
    const [broker, runner] = await Promise.all([marksOf(rig, 'service'), marksOf(rig, 'run')]);
    const runnerMade = atOf(broker, 'CreateProcessAsUserW');
    const gatewayMade = atOf(runner, 'CreateProcessW');
    await rig.ask('timing', 'stop', service.service);
    return {
      ...processSteps('broker', at, broker, runnerMade),
      ...processSteps('runner', runnerMade, runner, gatewayMade),
      'start, gateway: from its making to up': gateway.at - gatewayMade,
    };
  } finally {
    await service.remove();
  }
}

async function startOfBare(rig: WineRig, run: number): Promise<Steps> {
  const service = await bare(rig).register(`C:\\homes\\profile-${run}`, []);
  try {
    forget(rig);
    const { at } = await rig.ask<{ at: number }>('timing', 'start', service.service);
    const marks = await marksOf(rig, service.service);
    await rig.ask('timing', 'stop', service.service);
    return processSteps('bare service', at, marks, atOf(marks, 'SetServiceStatus'));
  } finally {
    await service.remove();
  }
}

/** One process, from the request to start it until it does its work. */
function processSteps(who: string, wished: number, { born, program, calls }: Marks, done: number): Steps {
  const before = calls.filter(({ until }) => until <= done);
  const spent = (of: readonly Call[]) => of.reduce((sum, call) => sum + call.until - call.at, 0);
  const koffi = spent(before.filter(isKoffi));
  const windows = spent(before.filter(call => !isKoffi(call)));
  return {
    [`start, ${who}: its process made by Windows`]: born - wished,
    [`start, ${who}: Node until the first line`]: program - born,
    [`start, ${who}: koffi, its binary and its own work`]: koffi,
    [`start, ${who}: calls of Windows`]: windows,
    [`start, ${who}: its own code, and what it waits for`]: done - program - koffi - windows,
  };
}

const isKoffi = ({ name }: Call): boolean => name.startsWith('koffi ');

function atOf({ argv, calls }: Marks, name: string): number {
  const call = calls.find(known => known.name === name);
  if (!call) throw new Error(`${argv.join(' ')} did not call ${name}`);
  return call.at;
}

function forget(rig: WineRig): void {
  rmSync(rig.onLinux(MARKS), { recursive: true, force: true });
}

/** What the process with this argument left; it does so some time after its start. */
function marksOf(rig: WineRig, argument: string): Promise<Marks> {
  const look = () => all(rig).find(({ argv }) => argv.includes(argument));
  return poll(look, { what: `the marks of ${argument}`, deadlineMs: MARKS_MS, everyMs: 100 });
}

function all(rig: WineRig): readonly Marks[] {
  try {
    return readdirSync(rig.onLinux(MARKS)).map(name => JSON.parse(rig.read(`${MARKS}\\${name}`)) as Marks);
  } catch {
    // Not there yet, or being written.
    return [];
  }
}
