/** `npm run kills`: as many updates with a kill in the middle as one wants, told as a table, as JSON, and kept as evidence. */

import { parseArgs } from 'node:util';
import { summarize } from '../bench/figure.ts';
import { thisMachine, writeEvidence } from './evidence.ts';
import { ACTORS, type KillOutcome, playKills, VICTIMS } from './update-kills.ts';

const USAGE = 'usage: npm run kills [-- --runs N] [--seed N] [--json]';
const RUNS = 500;
/** So many runs are what docs/evidence/ keeps; fewer are a look. */
const EVIDENCE_RUNS = 500;

interface Row {
  readonly actor: string;
  readonly victim: string;
  readonly runs: number;
  /** From the kill until both gateways ran and nothing was left, in milliseconds. */
  readonly medianMs: number;
  readonly longestMs: number;
  readonly violations: number;
}

/** Returns the exit code: 0, 1 where something was lost, doubled or left behind, 2 where the arguments were not understood. */
export async function kills(args: readonly string[]): Promise<number> {
  const options = understood(args);
  if (!options) {
    process.stderr.write(`${USAGE}\n`);
    return 2;
  }
  const { seed, runs, json } = options;
  const outcomes = await playKills(seed, runs, ({ actor, victim, atMs, violations }) => {
    for (const violation of violations)
      process.stderr.write(`${victim} of an update by ${actor}, after ${Math.round(atMs)} ms: ${violation}\n`);
  });
  const violations = outcomes.flatMap(outcome => outcome.violations);
  const document = { schema: 1, ok: violations.length === 0, seed, runs, machine: thisMachine(), rows: rowsOf(outcomes), violations };
  const text = table(document.rows, seed, violations.length);
  process.stdout.write(json ? `${JSON.stringify(document)}\n` : `${text}\n`);
  if (runs >= EVIDENCE_RUNS) writeEvidence('update-kills', 'Updates with a kill in the middle', text, document);
  return document.ok ? 0 : 1;
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

function table(rows: readonly Row[], seed: number, violations: number): string {
  const runs = rows.reduce((sum, row) => sum + row.runs, 0);
  const head = ['update by', 'killed', 'runs', 'healed after, median', 'at most', 'violations'];
  const cells = rows.map(row => [row.actor, row.victim, row.runs, `${row.medianMs} ms`, `${row.longestMs} ms`, row.violations].map(String));
  const all = [head, ...cells];
  const widths = head.map((_, column) => Math.max(...all.map(row => row[column]?.length ?? 0)));
  const lines = all.map(row =>
    row.map((cell, column) => (column < 2 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0))).join('   '),
  );
  return [
    `${runs} updates of two gateways (embedded mechanism), one participant killed in each; seed ${seed}.`,
    'Healed: both gateways run, each once, and no hold, journal or lock of the update is left. Nobody came to help.',
    '',
    ...lines,
    '',
    violations === 0 ? 'Nothing was lost, started twice or left behind.' : `${violations} violations.`,
  ].join('\n');
}

function understood(args: readonly string[]): { seed: number; runs: number; json: boolean } | undefined {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        json: { type: 'boolean', default: false },
        seed: { type: 'string', default: '1' },
        runs: { type: 'string', default: String(RUNS) },
      },
    });
    const [seed, runs] = [Number(values.seed), Number(values.runs)];
    return Number.isSafeInteger(seed) && Number.isSafeInteger(runs) && runs > 0 ? { seed, runs, json: values.json } : undefined;
  } catch {
    return undefined;
  }
}
