/**
 * `npm run hermes`: every scenario beside each real version of Hermes that is found in a folder of virtual environments, reported as a
 * table and kept as evidence. A version that is missing is reported and is no failure.
 */

import { readFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { type EvidenceMachine, machineText, thisMachine, writeEvidence } from '../chaos/evidence.ts';
import { undoWhenInterrupted } from '../support/interruption.ts';
import { REPOSITORY } from '../support/sandbox.ts';
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

const USAGE = 'usage: npm run hermes [-- --venvs DIR] [--only TEXT] [--version 0.22] [--json] [--no-evidence]';
/** Scenarios at the same time: most of the time is spent waiting for processes. */
const LANES = 2;

interface Evidence {
  readonly machine: EvidenceMachine;
  readonly scenarios: readonly { readonly title: string; readonly results: Readonly<Record<string, Result>> }[];
}

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
  await playAll(played, versions, found, machine.commit);
  const failed = played.flatMap(({ results }) => [...results.values()]).filter(({ kind }) => kind === 'failed').length;
  const text = table(played, versions, machine.commit);
  const document = { schema: 1, ok: failed === 0, machine, scenarios: played.map(toJson) };
  process.stdout.write(json ? `${JSON.stringify(document)}\n` : `${machineText(machine)}\n\n${text}\n`);
  if (!options['no-evidence']) keepEvidence(rows, found, machine);
  return failed === 0 ? 0 : 1;
}

/** Results that are not played now stay as an earlier run left them. Written only where every version is there. */
function keepEvidence(rows: readonly Row[], found: readonly HermesVersion[], machine: EvidenceMachine): void {
  const earlier = readEvidence();
  for (const { scenario, results } of rows) {
    const before = earlier?.scenarios.find(({ title }) => title === scenario.title)?.results ?? {};
    for (const [version, result] of Object.entries(before))
      if (!results.has(version)) results.set(version, { commit: earlier?.machine.commit, ...result });
  }
  if (!IN_USE.every(minor => found.some(each => each.minor === minor))) return;
  const ok = rows.every(({ results }) => results.size === found.length && [...results.values()].every(({ kind }) => kind !== 'failed'));
  const text = table(rows, found, machine.commit);
  const document = { schema: 1, ok, machine, scenarios: rows.map(toJson) };
  writeEvidence('hermes', 'The service beside real versions of Hermes', text, document);
}

function readEvidence(): Evidence | undefined {
  try {
    return JSON.parse(readFileSync(path.join(REPOSITORY, 'docs/evidence/hermes.json'), 'utf8')) as Evidence;
  } catch {
    return undefined;
  }
}

async function playAll(
  rows: readonly Row[],
  versions: readonly HermesVersion[],
  found: readonly HermesVersion[],
  commit: string | undefined,
): Promise<void> {
  const left = rows.flatMap(row => versions.map(hermes => ({ row, hermes })));
  // An interrupted run begins no other scenario.
  const isOver = undoWhenInterrupted(async () => left.splice(0));
  const lane = async () => {
    for (let next = left.shift(); next; next = left.shift()) {
      const { row, hermes } = next;
      const result = { ...(await playOne(row.scenario, hermes, found)), commit };
      row.results.set(hermes.version, result);
      const words = result.kind === 'played' ? `${Math.round(result.ms)} ms${result.fact ? `, ${result.fact}` : ''}` : result.reason;
      process.stderr.write(`${hermes.version} ${result.kind}: ${row.scenario.title} (${words})\n`);
    }
  };
  await Promise.all(Array.from({ length: LANES }, lane)).finally(isOver);
}

async function playOne(scenario: Scenario, hermes: HermesVersion, all: readonly HermesVersion[]) {
  const reason = scenario.notFor?.(hermes, all);
  if (reason !== undefined) return { kind: 'not applicable', reason } as const;
  const stage = new HermesStage(hermes, all);
  try {
    const { ms, fact } = await scenario.play(stage);
    return { kind: 'played', ms, ...(fact !== undefined && { fact: stage.redacted(fact) }) } as const;
  } catch (error) {
    const story = await stage.story();
    return { kind: 'failed', reason: stage.redacted(`${error instanceof Error ? error.message : error} History: ${story}`) } as const;
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
        'no-evidence': { type: 'boolean', default: false },
      },
    });
    return { ...values, venvs: values.venvs ?? (process.env['HERMES_VENVS'] || undefined) };
  } catch {
    return undefined;
  }
}
