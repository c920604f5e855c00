/**
 * `doctor`: looks at everything that a gateway service stands on, and says of each thing whether it is well and what to do if not.
 * `--fix` does only what cannot lose anything: what is damaged is kept beside its replacement.
 */

import { constants } from 'node:fs';
import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { en } from '../desktop/messages.ts';
import { viewOf } from '../desktop/views.ts';
import type { GatewayIdentity } from '../gateway/home.ts';
import { requireHome } from '../gateway/home.ts';
import { GatewayServiceError, toGatewayServiceError } from '../service/errors.ts';
import { readJson } from '../service/files.ts';
import type { GatewayManager, Report } from '../service/manager.ts';
import type { StateFolder } from '../service/state-folder.ts';
import type { Composition } from './composition.ts';
import type { Paint, Style } from './terminal.ts';

export interface Finding {
  readonly check: 'system' | 'home' | 'gateway-command' | 'state-folder' | 'definition' | 'state-files' | 'leftovers' | 'gateway';
  /** `fixed` was a problem until just now; `note` is worth knowing and needs nothing. */
  readonly outcome: 'ok' | 'note' | 'problem' | 'fixed';
  readonly message: string;
  readonly remedy?: string;
}

interface Patient {
  readonly composition: Composition;
  readonly identity: GatewayIdentity;
  readonly manager: GatewayManager;
  readonly state: StateFolder;
  readonly fix: boolean;
  readonly report: Report;
}

/** State files that the service can do without; a damaged one is only put aside. */
const DISPENSABLE = ['desired.json', 'host.json', 'runner.json', 'launch.json'];
const MARKS: Readonly<Record<Finding['outcome'], { readonly style: Style; readonly word: string }>> = {
  ok: { style: 'green', word: 'ok' },
  note: { style: 'blue', word: 'note' },
  problem: { style: 'red', word: 'bad' },
  fixed: { style: 'green', word: 'mended' },
};
/** An unfinished write older than this was interrupted, in milliseconds. */
const UNFINISHED_MS = 60_000;

/** Findings in the order in which things depend on each other. */
export async function examine(patient: Patient): Promise<readonly Finding[]> {
  const checks = [system, home, gatewayCommand, stateFolder, definition, stateFiles, leftovers, gateway];
  const findings: Finding[] = [];
  for (const check of checks) findings.push(...(await check(patient)));
  return findings;
}

export function findingsText(findings: readonly Finding[], paint: Paint): string {
  return findings
    .map(({ outcome, message, remedy }) => {
      const { style, word } = MARKS[outcome];
      return `${paint(style, word.padEnd(6))}  ${message}${remedy === undefined ? '' : `\n        ${remedy}`}`;
    })
    .join('\n');
}

async function system({ manager, composition, identity }: Patient): Promise<Finding[]> {
  const message = `${os.type()} ${os.release()} ${process.arch}, Node ${process.versions.node}; keeps a gateway by: ${manager.mechanisms.map(each => en.mechanism[each]).join(', ')}.`;
  const lacking = composition.lacking(identity).map(lack => ({ check: 'system', outcome: 'note', message: lack }) as const);
  return [{ check: 'system', outcome: 'ok', message }, ...lacking];
}

async function home({ identity }: Patient): Promise<Finding[]> {
  return [await attempt('home', () => requireHome(identity), `The home ${identity.home} is there.`)];
}

async function gatewayCommand({ composition, identity, state }: Patient): Promise<Finding[]> {
  const override = (await state.definition().catch(() => undefined))?.gatewayCommand;
  try {
    const { argv } = composition.gatewayCommand(identity, override);
    return [{ check: 'gateway-command', outcome: 'ok', message: `The gateway is started with ${JSON.stringify(argv)}.` }];
  } catch (error) {
    return [problem('gateway-command', toGatewayServiceError(error))];
  }
}

/** The folder, or the nearest one above it that exists, takes a new file. */
async function stateFolder({ state }: Patient): Promise<Finding[]> {
  let folder = state.path;
  while (!(await exists(folder)) && path.dirname(folder) !== folder) folder = path.dirname(folder);
  const writable = async () => {
    if (!(await fs.stat(folder)).isDirectory()) throw new GatewayServiceError('state-unwritable', `${folder} (it is not a folder)`);
    // Windows answers access() from the attributes alone, so there the folder has to prove it.
    if (process.platform !== 'win32') return fs.access(folder, constants.W_OK | constants.X_OK);
    await fs.rmdir(await fs.mkdtemp(path.join(folder, '.doctor-')));
  };
  return [await attempt('state-folder', writable, `The state folder ${state.path} can be written.`)];
}

async function definition({ state, manager, identity, fix, report }: Patient): Promise<Finding[]> {
  try {
    const found = await state.definition();
    const message = found ? 'The definition can be read.' : 'There is no definition: the service is not installed.';
    return [{ check: 'definition', outcome: found ? 'ok' : 'note', message }];
  } catch (thrown) {
    const error = toGatewayServiceError(thrown);
    if (!fix || error.code !== 'state-corrupt') return [problem('definition', error)];
    return [
      await mend('definition', () => manager.install(identity, {}, report), 'The definition was written anew; the damaged file is kept.'),
    ];
  }
}

async function stateFiles({ state, fix }: Patient): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (const name of DISPENSABLE) {
    const file = path.join(state.path, name);
    const read = await readJson(file);
    if (read.state !== 'damaged') continue;
    const remedy = 'Put it aside with "hermes-gateway doctor --fix"; the service does without it.';
    findings.push(
      fix
        ? await mend('state-files', () => fs.rename(file, `${file}.damaged`), `${file} was damaged and is put aside.`)
        : { check: 'state-files', outcome: 'problem', message: `${file} cannot be read (${read.why}).`, remedy },
    );
  }
  return findings.length > 0 ? findings : [{ check: 'state-files', outcome: 'ok', message: 'The state files can be read.' }];
}

async function leftovers({ state, fix }: Patient): Promise<Finding[]> {
  const names = await fs.readdir(state.path).catch((): string[] => []);
  const unfinished: string[] = [];
  for (const name of names.filter(each => each.startsWith('.') && each.endsWith('.tmp'))) {
    const file = path.join(state.path, name);
    const written = await fs.stat(file).catch(() => undefined);
    if (written && Date.now() - written.mtimeMs > UNFINISHED_MS) unfinished.push(file);
  }
  if (unfinished.length === 0) return [{ check: 'leftovers', outcome: 'ok', message: 'No leftovers of interrupted writes.' }];
  const message = `Leftovers of interrupted writes: ${unfinished.join(', ')}.`;
  if (!fix) return [{ check: 'leftovers', outcome: 'problem', message, remedy: 'Remove them with "hermes-gateway doctor --fix".' }];
  return [await mend('leftovers', () => Promise.all(unfinished.map(file => fs.rm(file, { force: true }))), 'Leftovers were removed.')];
}

async function gateway({ manager, identity, fix, report }: Patient): Promise<Finding[]> {
  const status = await manager.status(identity);
  const problems = status.problems.map(({ message, remedy }) => ({ check: 'gateway', outcome: 'problem', message, remedy }) as const);
  const message = en.sentence(status, Date.now());
  if (status.phase === 'not-installed') {
    return [
      { check: 'gateway', outcome: 'note', message: 'The service is not installed. "hermes-gateway install" does that.' },
      ...problems,
    ];
  }
  if (status.phase !== 'failed') {
    return [{ check: 'gateway', outcome: viewOf(status).tone === 'ok' ? 'ok' : 'note', message }, ...problems];
  }
  if (fix) return [await mend('gateway', () => manager.start(identity, report), 'The gateway was started again.'), ...problems];
  return [{ check: 'gateway', outcome: 'problem', message, remedy: 'Start it with "hermes-gateway start".' }, ...problems];
}

async function attempt(check: Finding['check'], look: () => unknown, message: string): Promise<Finding> {
  try {
    await look();
    return { check, outcome: 'ok', message };
  } catch (error) {
    return problem(check, toGatewayServiceError(error));
  }
}

async function mend(check: Finding['check'], change: () => unknown, message: string): Promise<Finding> {
  const { outcome, ...found } = await attempt(check, change, message);
  return { outcome: outcome === 'ok' ? 'fixed' : outcome, ...found };
}

function problem(check: Finding['check'], { message, remedy }: GatewayServiceError): Finding {
  return { check, outcome: 'problem', message, remedy };
}

async function exists(file: string): Promise<boolean> {
  return fs.stat(file).then(
    () => true,
    () => false,
  );
}
