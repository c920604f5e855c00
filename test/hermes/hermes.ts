/**
 * `npm run hermes`: every scenario beside each real version of Hermes that is found in a folder of virtual environments, reported as a
 * table. A whole run with every version is kept as evidence. A version that is missing is reported and is no failure.
 */

import { parseArgs } from 'node:util';
import { machineText, thisMachine, writeEvidence } from '../chaos/evidence.ts';
import { undoWhenInterrupted } from '../support/interruption.ts';
import { BESIDE } from './beside.ts';
import { HermesStage } from './hermes-stage.ts';
import { INSIDE } from './inside.ts';
import { PROFILES } from './profiles.ts';
import { RECOVERY } from './recovery.ts';
import { type Result, type Row, table } from './report.ts';
import type { Scenario } from './scenario.ts';
import { STATUS } from './status.ts';
import { STOPS } from './stops.ts';
import { UPDATES } from './updates.ts';
import { findVersions, type HermesVersion, IN_USE } from './versions.ts';

const USAGE = 'usage: npm run hermes [-- --venvs DIR] [--only TEXT] [--version 0.22] [--json]';
/** Scenarios at the same time, beside one that only waits. */
const LANES = 2;

const SECTIONS: readonly (readonly [string, readonly Scenario[]])[] = [
  ['A stop is graceful, whatever the agent is doing', STOPS],
  ['One gateway for all profiles', PROFILES],
  ['What is running again after an end', RECOVERY],
  ['The status says what the gateway says', STATUS],
  ['Updates', UPDATES],
  ["Hermes' own command line beside the service", BESIDE],
  ['Commands of an agent below its own gateway', INSIDE],
];

/** Returns the exit code: 0, 1 where a scenario failed, 2 where the arguments were not understood. */
export async function hermes(args: readonly string[]): Promise<number> {
  const options = understood(args);
  if (!options) {
    process.stderr.write(`${USAGE}\n`);
    return 2;
  }
  const { venvs, only, version, json } = options;
  const found = venvs === undefined ? [] : findVersions(venvs);
  for (const minor of IN_USE.filter(each => !found.some(hermes => hermes.minor === each)))
    process.stderr.write(`skipped: Hermes 0.${minor} is absent; --venvs or HERMES_VENVS names a folder of virtual environments\n`);
  const versions = found.filter(hermes => hermes.version.startsWith(version));
  if (versions.length === 0) return 0;
  const machine = { ...thisMachine(), below: Object.fromEntries(found.map(each => [`Hermes 0.${each.minor}`, each.version])) };
  const rows: Row[] = SECTIONS.flatMap(([section, scenarios]) => scenarios.map(scenario => ({ section, scenario, results: new Map() })));
  const played = rows.filter(({ scenario }) => scenario.title.includes(only));
  const beganMs = performance.now();
  const isWhole = await playAll(played, versions, found);
  const minutes = Math.ceil((performance.now() - beganMs) / 60_000);
  const failed = played.flatMap(({ results }) => [...results.values()]).filter(({ kind }) => kind === 'failed').length;
  const text = `${table(played, versions)} Played in ${minutes} min.`;
  const document = { schema: 1, ok: failed === 0, machine, scenarios: played.map(toJson) };
  process.stdout.write(json ? `${JSON.stringify(document)}\n` : `${machineText(machine)}\n\n${text}\n`);
  if (isWhole && played.length === rows.length && IN_USE.every(minor => versions.some(each => each.minor === minor)))
    writeEvidence('hermes', 'The service beside real versions of Hermes', text, document);
  return failed === 0 ? 0 : 1;
}

/** False where it was interrupted. */
async function playAll(rows: readonly Row[], versions: readonly HermesVersion[], found: readonly HermesVersion[]): Promise<boolean> {
  const all = rows.flatMap(row => versions.map(hermes => ({ row, hermes })));
  const alone = all.filter(({ row }) => row.scenario.alone);
  const waiting = all.filter(({ row }) => row.scenario.waits);
  const others = all.filter(({ row }) => !row.scenario.alone && !row.scenario.waits);
  // An interrupted run begins no other scenario.
  const isOver = undoWhenInterrupted(async () => {
    alone.length = waiting.length = others.length = 0;
  });
  const lane = async (left: typeof all) => {
    for (let next = left.shift(); next; next = left.shift()) {
      const { row, hermes } = next;
      const result = await playOne(row.scenario, hermes, found);
      row.results.set(hermes.version, result);
      const words = result.kind === 'played' ? `${Math.round(result.ms)} ms${result.fact ? `, ${result.fact}` : ''}` : result.reason;
      process.stderr.write(`${hermes.version} ${result.kind}: ${row.scenario.title} (${words})\n`);
    }
  };
  const beside = Promise.all([lane(waiting), ...Array.from({ length: LANES }, () => lane(others))]);
  await beside.then(() => lane(alone)).finally(isOver);
  return rows.every(({ results }) => results.size === versions.length);
}

async function playOne(scenario: Scenario, hermes: HermesVersion, all: readonly HermesVersion[]): Promise<Result> {
  const reason = scenario.notFor?.(hermes, all);
  if (reason !== undefined) return { kind: 'not applicable', reason };
  const stage = new HermesStage(hermes, all);
  try {
    const { ms, fact } = await scenario.play(stage);
    return { kind: 'played', ms, ...(fact !== undefined && { fact: stage.redacted(fact) }) };
  } catch (error) {
    const story = await stage.story();
    return { kind: 'failed', reason: stage.redacted(`${error instanceof Error ? error.message : error} History: ${story}`) };
  } finally {
    await stage.dispose();
  }
}

const toJson = ({ section, scenario, results }: Row) => ({ section, title: scenario.title, results: Object.fromEntries(results) });

function understood(args: readonly string[]) {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        venvs: { type: 'string' },
        only: { type: 'string', default: '' },
        version: { type: 'string', default: '' },
        json: { type: 'boolean', default: false },
      },
    });
    return { ...values, venvs: values.venvs ?? (process.env['HERMES_VENVS'] || undefined) };
  } catch {
    return undefined;
  }
}
