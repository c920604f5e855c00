/**
 * Finds out whether a gateway program supports `--external-supervisor`. That starts Python, which takes a second, and a killed gateway must
 * be restarted within two; so an answer is kept for a day, and dropped when a gateway ended as after an unknown option. No answer (it failed
 * or took too long) is none that is kept: the last one of the same installation counts until there is another.
 */

import { execFile } from 'node:child_process';
import { statSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import * as v from 'valibot';
import { type GatewayCommand, type RunHelp, supportsExternalSupervisor, USAGE_ERROR } from '../gateway/command.ts';
import { lastEnded } from '../model/history.ts';
import { matching } from '../model/schemas.ts';
import { readJson, writeJson } from '../state/files.ts';
import type { StateFolder } from '../state/state-folder.ts';

const VALID_MS = 24 * 60 * 60 * 1000;

const HELP_ANSWER = v.object({
  /** Command and age of its files, so that another installation is checked again. */
  key: v.string(),
  at: v.number(),
  externalSupervisor: v.boolean(),
});

export async function hasExternalSupervisorOption({ argv, repo }: GatewayCommand, folder: StateFolder, home: string): Promise<boolean> {
  const file = path.join(folder.path, 'gateway-help.json');
  const key = JSON.stringify([argv, ...[argv[0], repo].map(modifiedAt)]);
  const read = await readJson(file);
  const kept = read.state === 'read' ? matching(HELP_ANSWER, read.value) : undefined;
  const refused = lastEnded(await folder.history())?.code === USAGE_ERROR;
  const last = kept?.key === key && !refused ? kept : undefined;
  if (last && Math.abs(Date.now() - last.at) < VALID_MS) return last.externalSupervisor;

  const externalSupervisor = await supportsExternalSupervisor(argv, helpIn(home));
  if (externalSupervisor === undefined) return last?.externalSupervisor ?? false;
  await writeJson(file, { key, at: Date.now(), externalSupervisor } satisfies v.InferOutput<typeof HELP_ANSWER>).catch(() => undefined);
  return externalSupervisor;
}

/** Runs a command of the Hermes of this home for its help. */
export const helpIn =
  (home: string): RunHelp =>
  async ([program = '', ...rest], { signal }) => {
    const env = { ...process.env, HERMES_HOME: home };
    return (await promisify(execFile)(program, rest, { signal, windowsHide: true, env, maxBuffer: 1024 * 1024 })).stdout;
  };

function modifiedAt(file: string | undefined): number | undefined {
  return file === undefined ? undefined : statSync(file, { throwIfNoEntry: false })?.mtimeMs;
}
