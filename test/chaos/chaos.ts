/** `npm run chaos`: random commands and faults, checked by the model; reported as a table and as JSON, and kept as evidence. */

import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { EmbeddedChaos } from './embedded-chaos.ts';
import { KINDS, lineOf, type Step, type Without } from './events.ts';
import { thisMachine, writeEvidence } from './evidence.ts';
import { type Finding, playOn, playRounds, type Run } from './rounds.ts';
import type { ChaosStage } from './stage.ts';
import { openWineChaos } from './wine-chaos.ts';

const USAGE = 'usage: npm run chaos [-- --seed N] [--events N] [--wine] [--only KIND,KIND] [--json] [--script FILE]';
/** What is played where nothing else is asked for; docs/evidence/ keeps no less than that. */
const EVENTS = { embedded: 10_000, wine: 500 } as const;
const EVENTS_PER_ROUND = 250;
const PROFILES = 10;
const SHRINK_MS = 120_000;

/** Returns the exit code: 0, 1 where something happened that must not, 2 where the arguments were not understood. */
export async function chaos(args: readonly string[]): Promise<number> {
  const options = understood(args);
  if (!options) {
    process.stderr.write(`${USAGE}\n`);
    return 2;
  }
  const { seed, json, wine, script, only } = options;
  const open = stageOf(wine, only);
  if (script !== undefined) return replay(script, open);
  const events = options.events ?? EVENTS[wine ? 'wine' : 'embedded'];
  const machine = thisMachine({ wine });
  const first = await open();
  const { name, without } = first;
  await first.close();
  const beganMs = performance.now();
  const run = await playRounds({
    open,
    seed,
    events,
    eventsPerRound: EVENTS_PER_ROUND,
    shrinkMs: SHRINK_MS,
    onFinding: finding => process.stderr.write(`${findingText(finding).join('\n')}\n`),
    onRound: (roundSeed, { violation }, played) => {
      const tookS = Math.round((performance.now() - beganMs) / 1_000);
      process.stderr.write(`${played} of ${events} events, ${tookS} s${violation ? `; round ${roundSeed}: ${violation.what}` : ''}\n`);
    },
  });
  const minutes = Math.round((performance.now() - beganMs) / 6_000) / 10;
  const ok = run.findings.length === 0;
  const document = { schema: 1, ok, stage: name, without, seed, minutes, machine, ...run };
  const text = table(document);
  process.stdout.write(json ? `${JSON.stringify(document)}\n` : `${text}\n`);
  if (only.length === 0 && events >= EVENTS[wine ? 'wine' : 'embedded'])
    writeEvidence(wine ? 'chaos-wine' : 'chaos', 'Commands and faults beside a model of what must be true', text, document);
  return ok ? 0 : 1;
}

/** @param only the kinds of events that are played; empty for all of them */
function stageOf(wine: boolean, only: readonly string[]): () => Promise<ChaosStage> {
  const others = only.length === 0 ? [] : KINDS.filter(kind => !only.includes(kind));
  const without = Object.fromEntries(others.map(kind => [kind, 'not asked for']));
  return async () => {
    const stage = wine ? await openWineChaos() : new EmbeddedChaos(PROFILES);
    return Object.assign(stage, { without: { ...stage.without, ...without } });
  };
}

/** Plays a script that was printed, one step a line. */
async function replay(file: string, open: () => Promise<ChaosStage>): Promise<number> {
  const script = readFileSync(file, 'utf8')
    .split('\n')
    .filter(line => line.startsWith('{'))
    .map(line => JSON.parse(line) as Step);
  const { violation, played } = await playOn(await open(), script);
  process.stdout.write(
    violation
      ? `after ${played.length} steps, gateway ${violation.of}: ${violation.what}\n${violation.scene.join('\n')}\n`
      : `${played.length} steps, no violation\n`,
  );
  return violation ? 1 : 0;
}

function table({
  stage,
  without,
  seed,
  minutes,
  events,
  rounds,
  births,
  statuses,
  slowestStartMs,
  counts,
  findings,
}: Run & { stage: string; without: Without; seed: number; minutes: number }): string {
  const kinds = Object.entries(counts).sort(([, one], [, other]) => other - one);
  const width = Math.max(...[...Object.keys(counts), ...Object.keys(without)].map(kind => kind.length));
  return [
    `${events} events in ${rounds} rounds, ${minutes} minutes; ${stage}; seed ${seed}.`,
    `${births} gateways were born, ${statuses} statuses judged. A plain Node took ${slowestStartMs} ms to start at most meanwhile.`,
    '',
    ...kinds.map(([kind, count]) => `${kind.padEnd(width)}   ${String(count).padStart(6)}`),
    ...Object.entries(without).map(([kind, why]) => `${kind.padEnd(width)}     none: ${why}`),
    '',
    findings.length === 0
      ? 'Never two gateways of one profile, never none for longer than the ladder allows, never a start that nobody wanted, no orphan, no untrue history, no status wrong for longer than 1 s.'
      : `${findings.length} violations.`,
    ...findings.flatMap(findingText),
  ].join('\n');
}

function findingText({ seed, what, scene, script, again }: Finding): string[] {
  const title = `${what} (round ${seed}${again ? '' : ', not seen again when its script was played again'}):`;
  return ['', title, ...scene.map(line => `  ${line}`), ...script.map(lineOf)];
}

function understood(
  args: readonly string[],
):
  | { seed: number; events: number | undefined; json: boolean; wine: boolean; script: string | undefined; only: readonly string[] }
  | undefined {
  try {
    const flag = { type: 'boolean', default: false } as const;
    const { values } = parseArgs({
      args: [...args],
      options: {
        json: flag,
        wine: flag,
        seed: { type: 'string', default: '1' },
        events: { type: 'string' },
        script: { type: 'string' },
        only: { type: 'string' },
      },
    });
    const seed = Number(values.seed);
    const events = values.events === undefined ? undefined : Number(values.events);
    if (!Number.isSafeInteger(seed) || (events !== undefined && !(Number.isSafeInteger(events) && events > 0))) return undefined;
    return { seed, events, json: values.json, wine: values.wine, script: values.script, only: values.only?.split(',') ?? [] };
  } catch {
    return undefined;
  }
}
