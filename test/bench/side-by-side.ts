/**
 * Ours beside NSSM and beside a bare service in JavaScript, in one run below one Wine. Every figure of ours has its pair from the same
 * minute, and what is judged is the ratio within the pair, because a busy machine slows all of them.
 */

import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { poll } from '../../src/model/poll.ts';
import { RemoteManager, sampleGatewayIn } from '../wine/remote-manager.ts';
import { WineRig } from '../wine/rig.ts';
import { belowWine } from './below-wine.ts';
import { CHATTERBOX, tail } from './capture.ts';
import { bare, type Contender, layOutPeers, NODE_IN_WINDOWS, nssm, ours, type Registered, up } from './contenders.ts';
import type { Measured, Outcome, Target, Unit } from './figure.ts';
import { memoryBytes, processorMs, residentBytes } from './process-cost.ts';

const PAIRS = 10;
const MB = 1_024 * 1_024;
/** Some eight seconds after a program came to rest V8 looks through its heap, once. */
const SETTLE_MS = 12_000;
const IDLE_MS = 5_000;
const QUERIES = 100;
const SC_QUERIES = 5;
const CHATTER_MB = 64;
const CHATTER_MS = 120_000;

type Name = 'start' | 'up' | 'launched' | 'respawn' | 'noticed' | 'relaunched' | 'back' | 'stop' | 'memory' | 'resident' | 'idle' | 'log';
/** What one contender came to in one round; a bare service has no gateway to bring back. */
type Round = Partial<Readonly<Record<Name, number>>>;

const UNITS: Readonly<Record<Name, { readonly what: string; readonly unit: Unit }>> = {
  start: { what: 'StartService → RUNNING', unit: 'ms' },
  up: { what: 'StartService → gateway up', unit: 'ms' },
  launched: { what: 'StartService → gateway launched', unit: 'ms' },
  respawn: { what: "killed gateway → up, beyond the SCM's delay", unit: 'ms' },
  noticed: { what: 'respawn, killed gateway → the SCM knows', unit: 'ms' },
  relaunched: { what: "respawn, end of the SCM's delay → gateway launched", unit: 'ms' },
  back: { what: 'respawn, gateway launched → up', unit: 'ms' },
  stop: { what: 'stop through the SCM', unit: 'ms' },
  memory: { what: 'memory without the gateway, shared pages once', unit: 'MB' },
  resident: { what: 'resident memory of each process, added up', unit: 'MB' },
  idle: { what: `processor time in ${IDLE_MS / 1_000} idle s`, unit: 'ms' },
  log: { what: `rotated log of ${CHATTER_MB} MB`, unit: 'MB/s' },
};

export const sideBySide = belowWine('side-by-side', 'ours beside NSSM and a bare service', compare);

async function compare(runs: number): Promise<Outcome[]> {
  const rig = await WineRig.start({ built: true });
  try {
    await layOutPeers(rig);
    const manager = await RemoteManager.start(rig);
    const contenders = [ours(rig, manager), nssm(rig), bare(rig)] as const;
    const rounds: Round[][] = contenders.map(() => []);
    const alone: Round[] = [];
    for (let run = 0; run < Math.max(runs, PAIRS); run += 1) {
      for (const [index, contender] of contenders.entries()) rounds[index]?.push(await round(rig, manager, contender, run));
      alone.push(await gatewayAlone(rig, manager, run));
    }
    const [own = [], peer = [], floor = []] = rounds;
    const queries = await statusQueries(rig, manager);
    manager.close();
    const least = sums(each(floor, 'start'), each(alone, 'up'));
    // A broker and a runner that do nothing: each is a Node with koffi at least, and so is the bare service.
    const idlers = sums(each(floor, 'start'), least);
    return [
      ...contenders.flatMap(({ name }, index) => figures(name, rounds[index] ?? [])),
      ...figures('gateway, started by nobody', alone),
      ratio('StartService → gateway up, ours ÷ (bare service + gateway alone)', each(own, 'up'), least, { bound: 'below', value: 1.6 }),
      ratio('the same of a broker and a runner that do nothing', idlers, least),
      ratio("respawn beyond the SCM's delay, ours ÷ NSSM", each(own, 'respawn'), each(peer, 'respawn'), { bound: 'below', value: 1.5 }),
      ratio('the same of a broker and a runner that do nothing', idlers, each(peer, 'respawn')),
      ratio('memory, broker and runner ÷ one bare Node', each(own, 'memory'), each(alone, 'memory'), { bound: 'below', value: 2.2 }),
      ratio('the same with shared pages counted for each', each(own, 'resident'), each(alone, 'resident')),
      ...(['stop', 'idle', 'log'] as const).map(name => ratio(`${UNITS[name].what}, ours ÷ NSSM`, each(own, name), each(peer, name))),
      ...queries,
    ];
  } finally {
    await rig.dispose();
  }
}

/** One life of one contender's service: started, its gateway killed and brought back, looked at while idle, stopped. */
async function round(rig: WineRig, manager: RemoteManager, contender: Contender, run: number): Promise<Round> {
  const keepsGateway = contender.name !== 'bare service';
  const service = await contender.register(`C:\\homes\\${contender.name} ${run}`.replaceAll(' ', '-'), sampleGatewayIn(rig));
  try {
    const first = keepsGateway ? up(rig, service.home) : undefined;
    first?.catch(() => undefined);
    const started = await rig.ask<{ at: number; runningMs: number }>('timing', 'start', service.service);
    const here = await first;
    const launched = here && (await service.launchedAt?.());
    await delay(SETTLE_MS);
    const cost = await idleCost(service);
    const respawn = here && (await killed(rig, manager, service, here.pid));
    const { stoppedMs } = await rig.ask<{ stoppedMs: number }>('timing', 'stop', service.service);
    return {
      start: started.runningMs,
      ...(here && { up: here.at - started.at }),
      ...(launched !== undefined && { launched: launched - started.at }),
      ...respawn,
      stop: stoppedMs,
      ...cost,
      ...(keepsGateway && { log: await logRate(rig, contender, run) }),
    };
  } finally {
    await service.remove();
  }
}

/** Time from a kill until the gateway runs again, and its parts, where known. The restart delay that we configured is not included. */
async function killed(rig: WineRig, manager: RemoteManager, service: Registered, gatewayPid: number): Promise<Round> {
  const again = up(rig, service.home, gatewayPid);
  const killedAt = Date.now();
  await manager.kill(gatewayPid);
  const { at } = await again;
  const failure = service.lastFailure?.();
  const launchedAt = await service.launchedAt?.();
  if (!failure || launchedAt === undefined) return { respawn: at - killedAt };
  return {
    respawn: at - killedAt - failure.delayMs,
    noticed: failure.at - killedAt,
    relaunched: launchedAt - failure.at - failure.delayMs,
    back: at - launchedAt,
  };
}

/** A gateway that a plain process starts, and what one Node weighs that does nothing. */
async function gatewayAlone(rig: WineRig, manager: RemoteManager, run: number): Promise<Round> {
  const home = `C:\\homes\\alone-${run}`;
  rig.write('C:\\idle.cjs', 'setInterval(() => {}, 60_000);');
  const idle = rig.launch([NODE_IN_WINDOWS, 'C:\\idle.cjs']);
  const there = up(rig, home);
  there.catch(() => undefined);
  const { at } = await rig.ask<{ at: number }>('timing', 'spawn', home, ...sampleGatewayIn(rig));
  const here = await there;
  await manager.kill(here.pid);
  const weight = weightOf([idle.pid]);
  process.kill(idle.pid, 'SIGKILL');
  await idle.ended;
  return { up: here.at - at, ...weight };
}

async function idleCost(service: Registered): Promise<Round> {
  const pids = service.supervisors();
  const spent = () => pids.reduce((sum, pid) => sum + processorMs(pid), 0);
  const before = spent();
  // A length of time on purpose: idleness is what is measured.
  await delay(IDLE_MS);
  return { idle: spent() - before, ...weightOf(pids) };
}

function weightOf(pids: readonly number[]): Round {
  const sum = (bytes: (pid: number) => number) => pids.reduce((all, pid) => all + bytes(pid), 0) / MB;
  return { memory: sum(memoryBytes), resident: sum(pid => residentBytes(pid, 'VmRSS')) };
}

async function logRate(rig: WineRig, contender: Contender, run: number): Promise<number> {
  const folder = `C:\\chatter\\${contender.name}-${run}`;
  rig.write(`${folder}\\go`, '');
  rig.write('C:\\chatterbox.mjs', readFileSync(CHATTERBOX, 'utf8'));
  const service = await contender.register(`C:\\homes\\log-${contender.name}-${run}`, [
    rig.node,
    'C:\\chatterbox.mjs',
    folder,
    String(CHATTER_MB),
  ]);
  try {
    await rig.ask('timing', 'start', service.service);
    const text = await poll(() => rig.read(`${folder}\\said.json`), {
      what: 'the gateway to have printed',
      deadlineMs: CHATTER_MS,
      everyMs: 5,
    });
    const said = JSON.parse(text) as { beganAt: number; lines: number; bytes: number };
    const last = String(said.lines - 1).padStart(12, '0');
    await poll(() => tail(service.log, 4_096).includes(last), { what: 'the last line in the log', deadlineMs: CHATTER_MS, everyMs: 5 });
    const rate = said.bytes / MB / ((Date.now() - said.beganAt) / 1_000);
    await rig.ask('timing', 'stop', service.service);
    return rate;
  } finally {
    await service.remove();
  }
}

/** A question to the SCM in our process beside a process of Windows' own tool that asks it. */
async function statusQueries(rig: WineRig, manager: RemoteManager): Promise<readonly Outcome[]> {
  const service = await ours(rig, manager).register('C:\\homes\\asked', sampleGatewayIn(rig));
  try {
    const { open } = await rig.ask<{ open: number[] }>('timing', 'query', service.service, String(QUERIES));
    const byTool = await rig.ask<number[]>('timing', 'sc', service.service, String(SC_QUERIES));
    const sorted = [...open].sort((one, other) => one - other);
    const query = sorted[Math.trunc(sorted.length / 2)] ?? Number.NaN;
    return [
      { name: 'status query of the SCM', unit: 'ms', values: open },
      { name: '`sc.exe query`', unit: 'ms', values: byTool },
      { name: '`sc.exe query` ÷ our query', unit: '×', values: byTool.map(ms => ms / query), target: { bound: 'at least', value: 100 } },
    ];
  } finally {
    await service.remove();
  }
}

function figures(who: string, rounds: readonly Round[]): Measured[] {
  return (Object.keys(UNITS) as Name[]).flatMap(name => {
    const values = rounds.flatMap(({ [name]: value }) => (value === undefined ? [] : [value]));
    return values.length === 0 ? [] : [{ name: `${who}: ${UNITS[name].what}`, unit: UNITS[name].unit, values }];
  });
}

const each = (rounds: readonly Round[], name: Name): number[] => rounds.map(({ [name]: value = Number.NaN }) => value);

const sums = (some: readonly number[], others: readonly number[]): number[] => some.map((value, i) => value + (others[i] ?? Number.NaN));

/** Within the pairs. */
function ratio(name: string, own: readonly number[], other: readonly number[], target?: Target): Measured {
  const values = own.map((value, i) => value / (other[i] ?? Number.NaN));
  return { name, unit: '×', values, ...(target && { target }) };
}
