/**
 * Kills in the middle of updates: `kill -9` of a random participant at a random moment, again and again on the same gateways. After each,
 * without any help: within the deadline every gateway must run, once, and nothing of the update may be left.
 */

import { setTimeout as delay } from 'node:timers/promises';
import type { HistoryRecord } from '../../src/model/history.ts';
import { poll } from '../../src/model/poll.ts';
import { endProcess } from '../support/sandbox.ts';
import { type Actor, type KillStage, VICTIMS, type Victim } from './kill-stage.ts';
import { type Random, seeded } from './random.ts';

/** What is known of one update before it begins. */
export interface KillPlan {
  readonly actor: Actor;
  /** How long the update itself takes, in milliseconds. */
  readonly updateMs: number;
  /** When the kill comes, in milliseconds after the actor was started. */
  readonly atMs: number;
  /** Chooses among those who live at that moment. */
  readonly chance: Random;
}

export interface KillOutcome {
  readonly actor: Actor;
  readonly victim: Victim;
  readonly atMs: number;
  /** From the kill until every gateway ran and nothing was left, in milliseconds. */
  readonly healedMs: number;
  /** What was wrong at the deadline, and what must never be; empty where all is well. */
  readonly violations: readonly string[];
}

const HEAL_MS = 30_000;

export function* killPlans(seed: number, { actors, spanMs }: Pick<KillStage, 'actors' | 'spanMs'>): Generator<KillPlan, never> {
  const chance = seeded(seed);
  for (;;) {
    const actor = chance.pick(actors);
    yield { actor, updateMs: Math.round(chance.between(50, 400)), atMs: Math.round(chance.between(0, spanMs)), chance };
  }
}

/** Plays `runs` updates, one after the other. The stage stays open. */
export async function playKills(
  stage: KillStage,
  seed: number,
  runs: number,
  onRun: (outcome: KillOutcome) => void = () => undefined,
): Promise<KillOutcome[]> {
  const outcomes: KillOutcome[] = [];
  const plans = killPlans(seed, stage);
  while (outcomes.length < runs) {
    const outcome = await play(stage, plans.next().value);
    outcomes.push(outcome);
    onRun(outcome);
  }
  return outcomes;
}

async function play(stage: KillStage, { actor, updateMs, atMs, chance }: KillPlan): Promise<KillOutcome> {
  const census = stage.census();
  const before = await stage.histories();
  const acting = stage.start(actor, updateMs);
  let left: readonly string[] = [];
  try {
    await delay(atMs);
    const victim = kill(stage, acting.pid, chance);
    const killedAt = performance.now();
    const healed = async () => {
      left = await stage.unhealed();
      return left.length === 0;
    };
    await acting.ended;
    await poll(healed, { what: 'every gateway', deadlineMs: HEAL_MS, everyMs: 40 }).catch(() => undefined);
    const healedMs = Math.round(performance.now() - killedAt);
    const most = census.stop();
    const histories = await stage.histories();
    const twice = histories.flatMap((history, index) => startedTwice(history.slice(before[index]?.length)));
    return {
      actor,
      victim,
      atMs,
      healedMs,
      violations: [...left, ...(most > 1 ? [`doubled: ${most} gateways of one home at once`] : []), ...twice],
    };
  } finally {
    census.stop();
    endProcess(acting.pid);
  }
}

/** Kills one of the running processes; there is always one. */
function kill(stage: KillStage, actor: number, chance: Random): Victim {
  const living = stage.living(actor);
  const pids = (victim: Victim) => (victim === 'tree' ? (living.updater.length > 0 ? living.actor : []) : living[victim]);
  const victim = chance.pick(VICTIMS.filter(each => pids(each).length > 0));
  const pid = chance.pick(pids(victim));
  if (victim === 'tree') stage.killTree(pid);
  else endProcess(pid);
  return victim;
}

/** Two starts without an end between them. */
function startedTwice(history: readonly HistoryRecord[]): string[] {
  const lives = history.filter(({ kind }) => kind !== 'noted');
  return lives.flatMap(({ kind, at }, index) =>
    kind === 'started' && lives[index - 1]?.kind === 'started' ? [`doubled: started twice at ${at}`] : [],
  );
}
