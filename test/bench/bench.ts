/**
 * The bench: what the promises about speed and cost come to on this machine, on real processes. It is no test: a busy machine may miss a
 * target without anything being broken, and a test must never depend on that.
 */

import { parseArgs } from 'node:util';
import { machineText, thisMachine, writeEvidence } from '../chaos/evidence.ts';
import { capture } from './capture.ts';
import { downtime } from './downtime.ts';
import type { Part } from './figure.ts';
import { hostNode } from './host-node.ts';
import { idle } from './idle.ts';
import { operations } from './operations.ts';
import { page } from './page.ts';
import { paint } from './paint.ts';
import { panelSize } from './panel-size.ts';
import { profiles } from './profiles.ts';
import { missesTarget, type PartOutcome, toJson, toTable } from './report.ts';
import { respawn } from './respawn.ts';
import { shellLoop } from './shell-loop.ts';
import { sideBySide } from './side-by-side.ts';
import { startProfile } from './start-profile.ts';
import { wine } from './wine.ts';

const PARTS: readonly Part[] = [
  respawn,
  operations,
  downtime,
  capture,
  profiles,
  idle,
  page,
  paint,
  panelSize,
  wine,
  hostNode,
  sideBySide,
  startProfile,
  shellLoop,
];
const RUNS = 5;

const USAGE = `usage: npm run bench [-- --json] [--only ${PARTS.map(part => part.name).join('|')}] [--runs N]`;

/** Returns the exit code: 0, 1 where a target is missed, 2 where the arguments were not understood. */
export async function bench(args: readonly string[]): Promise<number> {
  const options = understood(args);
  if (!options) {
    process.stderr.write(`${USAGE}\n`);
    return 2;
  }
  const machine = thisMachine({ wine: true });
  const outcomes: PartOutcome[] = [];
  for (const part of PARTS.filter(({ name }) => options.only === undefined || options.only === name)) {
    process.stderr.write(`measuring ${part.name} …\n`);
    outcomes.push({ part: part.name, outcomes: await part.measure(options.runs) });
  }
  const document = toJson(machine, outcomes);
  const text = toTable(outcomes);
  process.stdout.write(options.json ? `${JSON.stringify(document)}\n` : `${machineText(machine)}\n\n${text}\n`);
  if (options.only === undefined) writeEvidence('bench', 'What the promises about speed and cost come to', text, document);
  return outcomes.some(part => part.outcomes.some(missesTarget)) ? 1 : 0;
}

function understood(args: readonly string[]): { json: boolean; only: string | undefined; runs: number } | undefined {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: { json: { type: 'boolean', default: false }, only: { type: 'string' }, runs: { type: 'string', default: String(RUNS) } },
    });
    const runs = Number(values.runs);
    if (!Number.isSafeInteger(runs) || runs < 1) return undefined;
    if (values.only !== undefined && !PARTS.some(({ name }) => name === values.only)) return undefined;
    return { json: values.json, only: values.only, runs };
  } catch {
    return undefined;
  }
}
