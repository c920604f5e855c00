/** `npm run kills`: a chosen number of updates with a kill in the middle, reported as a table and as JSON, and kept as evidence. */

import { parseArgs } from 'node:util';
import { summarize } from '../bench/figure.ts';
import { openEmbeddedStage } from './embedded-stage.ts';
import { thisMachine, writeEvidence } from './evidence.ts';
import { ACTORS, VICTIMS } from './kill-stage.ts';
import { type KillOutcome, playKills } from './update-kills.ts';
import { openWineStage } from './wine-stage.ts';

const USAGE = 'usage: npm run kills [-- --wine] [--runs N] [--seed N] [--json]';
/** What is played where nothing else is asked for; docs/evidence/ keeps no less than that. */
const RUNS = { embedded: 500, wine: 100 } as const;
const SAY_EVERY = 20;

interface Row {
  readonly actor: string;
  readonly victim: string;
  readonly runs: number;
  /** From the kill until every gateway ran and nothing was left, in milliseconds. */
  readonly medianMs: number;
  readonly longestMs: number;
  readonly violations: number;
}

interface Report {
  readonly stage: string;
  readonly runs: number;
  readonly seed: number;
  readonly rows: readonly Row[];
  readonly violations: readonly string[];
}

/** Returns the exit code: 0, 1 where something was lost, doubled or left behind, 2 where the arguments were not understood. */
export async function kills(args: readonly string[]): Promise<number> {
  const options = understood(args);
  if (!options) {
    process.stderr.write(`${USAGE}\n`);
    return 2;
  }
  const { seed, json, wine } = options;
  const machine = thisMachine({ wine });
  const runs = options.runs ?? RUNS[wine ? 'wine' : 'embedded'];
  const stage = await (wine ? openWineStage() : openEmbeddedStage());
  const { name } = stage;
  let played = 0;
  const outcomes = await playKills(stage, seed, runs, ({ actor, victim, atMs, violations }) => {
    for (const violation of violations) process.stderr.write(`${victim} of an update by ${actor}, after ${atMs} ms: ${violation}\n`);
    played += 1;
    if (played % SAY_EVERY === 0) process.stderr.write(`${played} of ${runs} updates\n`);
  }).finally(() => stage.close());
  const violations = outcomes.flatMap(outcome => outcome.violations);
  const ok = violations.length === 0;
  const document = { schema: 1, ok, stage: name, seed, runs, machine, rows: rowsOf(outcomes), violations };
  const text = table(document);
  process.stdout.write(json ? `${JSON.stringify(document)}\n` : `${text}\n`);
  if (runs >= RUNS[wine ? 'wine' : 'embedded'])
    writeEvidence(wine ? 'update-kills-wine' : 'update-kills', 'Updates with a kill in the middle', text, document);
  return ok ? 0 : 1;
}

function rowsOf(outcomes: readonly KillOutcome[]): Row[] {
  return ACTORS.flatMap(actor => VICTIMS.map(victim => ({ actor, victim }))).flatMap(({ actor, victim }) => {
    const of = outcomes.filter(outcome => outcome.actor === actor && outcome.victim === victim);
    if (of.length === 0) return [];
    const { runs, median, max } = summarize(of.map(({ healedMs }) => healedMs));
    const violations = of.flatMap(outcome => outcome.violations).length;
    return [{ actor, victim, runs, medianMs: Math.round(median), longestMs: Math.round(max), violations }];
  });
}

function table({ stage, runs, seed, rows, violations }: Report): string {
  const head = ['update by', 'killed', 'runs', 'healed after, median', 'at most', 'violations'];
  const cells = rows.map(row => [row.actor, row.victim, row.runs, `${row.medianMs} ms`, `${row.longestMs} ms`, row.violations].map(String));
  const all = [head, ...cells];
  const widths = head.map((_, column) => Math.max(...all.map(row => row[column]?.length ?? 0)));
  const lines = all.map(row =>
    row.map((cell, column) => (column < 2 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0))).join('   '),
  );
  return [
    `${runs} updates, one participant killed in each; ${stage}; seed ${seed}.`,
    'Healed: every gateway runs, once, and no hold, journal or lock of the update is left. Nobody came to help.',
    '',
    ...lines,
    '',
    violations.length === 0 ? 'Nothing was lost, started twice or left behind.' : `${violations.length} violations.`,
  ].join('\n');
}

function understood(args: readonly string[]): { seed: number; runs: number | undefined; json: boolean; wine: boolean } | undefined {
  try {
    const flag = { type: 'boolean', default: false } as const;
    const { values } = parseArgs({
      args: [...args],
      options: { json: flag, wine: flag, seed: { type: 'string', default: '1' }, runs: { type: 'string' } },
    });
    const seed = Number(values.seed);
    const runs = values.runs === undefined ? undefined : Number(values.runs);
    if (!Number.isSafeInteger(seed) || (runs !== undefined && !(Number.isSafeInteger(runs) && runs > 0))) return undefined;
    return { seed, runs, json: values.json, wine: values.wine };
  } catch {
    return undefined;
  }
}
