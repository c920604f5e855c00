/**
 * What may happen to a gateway service: what its user asks for, and what a machine does to it. A script of such steps is chosen by a seed,
 * printed as JSON, and played again from that.
 */

import type { Random } from './random.ts';

export const COMMANDS = ['install', 'start', 'stop', 'restart', 'uninstall', 'switch', 'update'] as const;
export type CommandName = (typeof COMMANDS)[number];

/** How the gateways that start from now on behave. */
const MOODS = ['well', 'slow', 'crashing', 'deaf', 'parent'] as const;
export type Mood = (typeof MOODS)[number];

const VICTIMS = ['gateway', 'runner', 'host'] as const;
export type ChaosVictim = (typeof VICTIMS)[number];

const CUT_VERBS = ['start', 'stop', 'restart', 'uninstall', 'update', 'update'] as const;
type CutVerb = (typeof CUT_VERBS)[number];
const CUT_SIGNALS = ['SIGKILL', 'SIGTERM', 'SIGHUP'] as const;
export type CutSignal = (typeof CUT_SIGNALS)[number];
const SPOKEN_VERBS = ['start', 'stop', 'restart', 'update'] as const;
export type SpokenVerb = (typeof SPOKEN_VERBS)[number];
const SECOND_USERS = ['service', 'host'] as const;
export type SecondUser = (typeof SECOND_USERS)[number];

/** Files of the state folder, and (from `gateway.pid` on) of Hermes in its home. */
const FILES = [
  'definition.json',
  'desired.json',
  'history.jsonl',
  'host.json',
  'runner.json',
  'launch.json',
  'gateway-help.json',
  'gateway.pid',
  'gateway_state.json',
] as const;
export type ChaosFile = (typeof FILES)[number];

const DAMAGES = ['empty', 'half', 'rubbish', 'null', 'other'] as const;
export type Damage = (typeof DAMAGES)[number];

export type ChaosEvent =
  | { readonly do: CommandName }
  /** A command line that a signal ends in the middle. */
  | { readonly do: 'cut'; readonly verb: CutVerb; readonly afterMs: number; readonly by: CutSignal }
  /** A command line that cannot write a byte of its output. */
  | { readonly do: 'full-output'; readonly verb: SpokenVerb }
  | { readonly do: 'kill'; readonly whom: ChaosVictim }
  | { readonly do: 'pause'; readonly whom: ChaosVictim; readonly ms: number }
  /** The runner's socket, or with the folder those of all runners, as the end of a session removes them. */
  | { readonly do: 'remove-socket'; readonly folder: boolean }
  | { readonly do: 'remove-state' }
  | { readonly do: 'remove-log' }
  /** The program is at another path from now on. */
  | { readonly do: 'move' }
  /** A second service of the same home, or a second host of the same service. */
  | { readonly do: 'second'; readonly what: SecondUser }
  | { readonly do: 'exit'; readonly code: number }
  | { readonly do: 'hang' }
  | { readonly do: 'mood'; readonly mood: Mood }
  | { readonly do: 'damage'; readonly file: ChaosFile; readonly how: Damage }
  | { readonly do: 'reset-pipe' }
  | { readonly do: 'end-session' }
  /** The three that happen to a whole machine. After a sleep its clock is later than its processes noticed. */
  | { readonly do: 'sleep'; readonly ms: number; readonly asleepMs: number }
  | { readonly do: 'clock'; readonly byMs: number }
  | { readonly do: 'disk'; readonly full: boolean };

export interface Step {
  /** Which of the gateways; what happens to the machine names one too, because scripts are cut by it. */
  readonly of: number;
  readonly event: ChaosEvent;
  /** Wait for what must come before the next event; else only so many milliseconds. */
  readonly next: 'settle' | number;
}

/** How often something is chosen, out of the sum; what is slow or leaves little to judge is rare. */
const WEIGHTS: Readonly<Record<ChaosEvent['do'], number>> = {
  install: 10,
  start: 14,
  stop: 8,
  restart: 8,
  uninstall: 3,
  switch: 4,
  update: 4,
  cut: 5,
  'full-output': 3,
  kill: 26,
  pause: 5,
  'remove-socket': 3,
  'remove-state': 2,
  'remove-log': 2,
  move: 2,
  second: 2,
  exit: 12,
  hang: 2,
  mood: 7,
  damage: 6,
  'reset-pipe': 3,
  'end-session': 1.5,
  sleep: 3,
  clock: 2,
  disk: 2,
};

export const KINDS = Object.keys(WEIGHTS) as readonly ChaosEvent['do'][];

const HOUR_MS = 3_600_000;
const CODES = [0, 1, 2, 75, 78, 137, 255];
const MOOD_CHANCES: readonly Mood[] = [
  'well',
  'well',
  'well',
  'well',
  'slow',
  'slow',
  'slow',
  'crashing',
  'crashing',
  'parent',
  'parent',
  'deaf',
];

export type Without = Readonly<Partial<Record<ChaosEvent['do'], string>>>;

export interface Possible {
  readonly profiles: number;
  /** What this stage cannot do, and why. */
  readonly without: Without;
}

/** An endless script. A gateway is installed before anything else happens to it, and a machine is not left with a full disk for long. */
export function* steps(chance: Random, { profiles, without }: Possible): Generator<Step, never> {
  const kinds = Object.entries(WEIGHTS).filter(([kind]) => !(kind in without)) as [ChaosEvent['do'], number][];
  const sum = kinds.reduce((total, [, weight]) => total + weight, 0);
  for (let of = 0; of < profiles; of += 1) yield { of, event: { do: 'install' }, next: 'settle' };
  for (;;) {
    const kind = pickByWeight(kinds, chance.between(0, sum));
    const of = Math.floor(chance.between(0, profiles));
    const soon = Math.round(chance.between(0, 400));
    yield { of, event: eventOf(kind, chance), next: kind !== 'disk' && chance.between(0, 1) < 0.6 ? 'settle' : soon };
    if (kind === 'disk') yield { of, event: { do: 'disk', full: false }, next: 'settle' };
  }
}

function pickByWeight(kinds: readonly (readonly [ChaosEvent['do'], number])[], at: number): ChaosEvent['do'] {
  let passed = 0;
  const found = kinds.find(([, weight]) => {
    passed += weight;
    return at < passed;
  });
  return found?.[0] ?? 'start';
}

function eventOf(kind: ChaosEvent['do'], chance: Random): ChaosEvent {
  switch (kind) {
    case 'cut':
      return { do: kind, verb: chance.pick(CUT_VERBS), afterMs: Math.round(chance.between(50, 800)), by: chance.pick(CUT_SIGNALS) };
    case 'full-output':
      return { do: kind, verb: chance.pick(SPOKEN_VERBS) };
    case 'pause':
      return { do: kind, whom: chance.pick(VICTIMS), ms: Math.round(chance.between(200, 4_000)) };
    case 'remove-socket':
      return { do: kind, folder: chance.between(0, 1) < 0.3 };
    case 'second':
      return { do: kind, what: chance.pick(SECOND_USERS) };
    case 'kill':
      return { do: kind, whom: chance.pick(VICTIMS) };
    case 'exit':
      return { do: kind, code: chance.pick(CODES) };
    case 'mood':
      return { do: kind, mood: chance.pick(MOOD_CHANCES) };
    case 'damage':
      return { do: kind, file: chance.pick(FILES), how: chance.pick(DAMAGES) };
    case 'sleep':
      return { do: kind, ms: Math.round(chance.between(200, 1_500)), asleepMs: Math.round(chance.between(0, 12)) * HOUR_MS };
    case 'clock':
      return { do: kind, byMs: Math.round(chance.between(-24, 24)) * HOUR_MS };
    case 'disk':
      return { do: kind, full: true };
    default:
      return { do: kind };
  }
}

/** One line of a script, which `--script` reads again. */
export const lineOf = (step: Step): string => JSON.stringify(step);
