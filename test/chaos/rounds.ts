/**
 * A long run as rounds of some events on a fresh stage each, so that a violation has a short past: it is shrunk by playing parts of its
 * round again, and the run goes on with the next round.
 */

import { type Step, steps } from './events.ts';
import { type Play, play, type Violation } from './play.ts';
import { seeded } from './random.ts';
import { shrink } from './shrink.ts';
import type { ChaosStage } from './stage.ts';

export interface Finding {
  /** Seed of the round. */
  readonly seed: number;
  readonly what: string;
  readonly scene: readonly string[];
  /** The shortest script that was found to fail. */
  readonly script: readonly Step[];
  /** Whether a shorter script than the round's failed again. */
  readonly again: boolean;
}

export interface Run {
  readonly events: number;
  readonly rounds: number;
  readonly births: number;
  readonly statuses: number;
  /** What a plain Node took to start at most meanwhile, in milliseconds. */
  readonly slowestStartMs: number;
  readonly counts: Readonly<Record<string, number>>;
  readonly findings: readonly Finding[];
}

export interface RunOptions {
  readonly open: () => Promise<ChaosStage>;
  readonly seed: number;
  readonly events: number;
  readonly eventsPerRound: number;
  /** How long one violation may be shrunk, in milliseconds; 0 for not at all. */
  readonly shrinkMs: number;
  readonly onFinding?: (finding: Finding) => void;
  readonly onRound?: (seed: number, play: Play, events: number) => void;
}

/** Rounds have seeds of their own, far apart, so that any of them can be played alone. */
const roundSeed = (seed: number, round: number) => (seed * 1_000_003 + round * 7_919) >>> 0;

export async function playRounds({ open, seed, events, eventsPerRound, shrinkMs, onFinding, onRound }: RunOptions): Promise<Run> {
  const findings: Finding[] = [];
  const counts: Record<string, number> = {};
  let [played, rounds, births, statuses, slowestStartMs] = [0, 0, 0, 0, 0];
  while (played < events) {
    const thisSeed = roundSeed(seed, rounds);
    const stage = await open();
    const script = scriptOf(thisSeed, stage, Math.min(eventsPerRound, events - played));
    const round = await playOn(stage, script);
    rounds += 1;
    played += round.played.length;
    births += round.births;
    statuses += round.statuses;
    slowestStartMs = Math.max(slowestStartMs, Math.round(round.slowestStartMs));
    for (const { event } of round.played) counts[event.do] = (counts[event.do] ?? 0) + 1;
    onRound?.(thisSeed, round, played);
    if (!round.violation) continue;
    const finding = await explain(thisSeed, round.played, round.violation, open, shrinkMs);
    findings.push(finding);
    onFinding?.(finding);
  }
  return { events: played, rounds, births, statuses, slowestStartMs, counts, findings };
}

export function scriptOf(seed: number, stage: Pick<ChaosStage, 'profiles' | 'without'>, length: number): readonly Step[] {
  const endless = steps(seeded(seed), stage);
  return Array.from({ length }, () => endless.next().value);
}

/** Plays a script on a stage, which is closed. */
export async function playOn(stage: ChaosStage, script: readonly Step[]): Promise<Play> {
  try {
    return await play(stage, script);
  } finally {
    await stage.close();
  }
}

/** A violation without the numbers and words of this one time. */
const kindOf = (what: string) => what.replace(/\(.*?\)|\d+/g, '');

async function explain(
  seed: number,
  past: readonly Step[],
  { of, what, scene }: Violation,
  open: () => Promise<ChaosStage>,
  shrinkMs: number,
): Promise<Finding> {
  const until = performance.now() + shrinkMs;
  let again = false;
  const fails = async (part: readonly Step[]) => {
    const { violation } = await playOn(await open(), part);
    const same = violation !== undefined && kindOf(violation.what) === kindOf(what);
    again ||= same;
    return same;
  };
  // The other gateways rarely have to do with it.
  const alone = past.filter(each => each.of === of || ['clock', 'disk', 'sleep'].includes(each.event.do));
  const mayGoOn = () => performance.now() < until;
  const begin = mayGoOn() && (await fails(alone)) ? alone : past;
  return { seed, what: `gateway ${of}: ${what}`, scene, script: await shrink(begin, fails, mayGoOn), again };
}
