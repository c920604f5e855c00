/**
 * The copy of the host for the sign-in start. It is in the owner's state folder, because every update replaces the app's folder and ends
 * what runs from it. A copy is named after its content, so that a newer copy never overwrites one that runs.
 */

import { existsSync } from 'node:fs';
import fs from 'node:fs/promises';
import path from 'node:path';
import { contentName, sumOf } from '../host/host-files.ts';
import { GatewayServiceError } from '../model/errors.ts';
import { readJson, renamePatiently, writeJson } from '../state/files.ts';

export interface HostCopyPlan {
  /** The files to copy. The copies keep their names. */
  readonly files: readonly string[];
  /** The Node that runs the copied program, in development; the copied program runs by itself otherwise. */
  readonly node?: string;
  /** The copied program. */
  readonly program: string;
}

/**
 * What the host loads from its own folder: in development the program and its compiled code, and everywhere koffi's binary and the thread
 * of the hidden window.
 */
const COMPANIONS = ['koffi.node', 'program.cjs', 'program.code', 'session-end-thread.cjs'] as const;
const MANIFEST = 'files.json';

/**
 * The files of a copy: the executable, or in development the built script, which runs under the present Node; and the companions in the
 * same folder.
 * @param present names of the files in the folder of the program
 * @throws GatewayServiceError `service-program-missing` where the host is not one file
 */
export function planHostCopy(hostCommand: readonly string[], present: readonly string[]): HostCopyPlan {
  const [first = '', script] = hostCommand;
  const program = script ?? first;
  if (script !== undefined && path.extname(script) !== '.cjs') {
    throw new GatewayServiceError('service-program-missing', `(${script} is not the bundled host)`, {
      remedy: 'Run "npm run build" first.',
    });
  }
  const folder = path.dirname(program);
  const files = [path.basename(program), ...COMPANIONS.filter(name => present.includes(name))].map(name => path.join(folder, name));
  return { files, program: path.basename(program), ...(script !== undefined && { node: first }) };
}

/** The folder of all copies. */
export const copiesIn = (stateRoot: string): string => path.join(stateRoot, 'host');

/** Makes a whole copy of this host where there is none, and gives the command that starts it. */
export async function ensureHostCopy(copies: string, hostCommand: readonly string[]): Promise<readonly string[]> {
  const plan = await planOf(hostCommand);
  const sums = plan.files.map(sumOf);
  const folder = path.join(copies, nameOf(plan.files, sums));
  await fs.mkdir(folder, { recursive: true, mode: 0o700 });
  const sizes: Record<string, number> = {};
  for (const [index, from] of plan.files.entries()) {
    const to = path.join(folder, path.basename(from));
    if (!existsSync(to) || sumOf(to) !== sums[index]) await copyFile(from, to);
    sizes[path.basename(from)] = (await fs.stat(to)).size;
  }
  // The manifest is written last: every file that it names exists.
  await writeJson(path.join(folder, MANIFEST), sizes);
  return commandIn(plan, folder);
}

/** The command of the copy of this host, made or not; for a receipt. */
export async function hostCopyCommand(copies: string, hostCommand: readonly string[]): Promise<readonly string[]> {
  const plan = await planOf(hostCommand);
  return commandIn(plan, path.join(copies, nameOf(plan.files, plan.files.map(sumOf))));
}

/** A quick check: every file exists with its size. The content is compared when a copy is made or started. */
export async function isWholeCopy(folder: string): Promise<boolean> {
  const manifest = await readJson(path.join(folder, MANIFEST));
  if (manifest.state !== 'read' || typeof manifest.value !== 'object' || manifest.value === null) return false;
  const whole = await Promise.all(
    Object.entries(manifest.value).map(async ([name, size]) => {
      const found = await fs.stat(path.join(folder, path.basename(name))).catch(() => undefined);
      return found?.size === size;
    }),
  );
  return whole.length > 0 && whole.every(Boolean);
}

/** Removes the copies that nothing uses. A copy that Windows still locks is removed the next time. */
export async function pruneHostCopies(copies: string, used: ReadonlySet<string>): Promise<void> {
  const names = await fs.readdir(copies).catch(() => []);
  for (const name of names) {
    if (!used.has(name)) await fs.rm(path.join(copies, name), { recursive: true, force: true, maxRetries: 3 }).catch(() => undefined);
  }
  await fs.rmdir(copies).catch(() => undefined);
}

async function planOf(hostCommand: readonly string[]): Promise<HostCopyPlan> {
  const program = hostCommand.at(-1) ?? '';
  return planHostCopy(hostCommand, await fs.readdir(path.dirname(program)).catch(() => []));
}

function commandIn({ node, program }: HostCopyPlan, folder: string): readonly string[] {
  const copied = path.join(folder, program);
  return node === undefined ? [copied] : [node, copied];
}

/** @param sums of the files, in their order */
function nameOf(files: readonly string[], sums: readonly string[]): string {
  return contentName(files.map((file, index) => `${path.basename(file)} ${sums[index]}\n`).join(''));
}

/** Copies a file whole or not at all: an interrupted copy leaves a temporary file, which is removed with the copy. */
async function copyFile(from: string, to: string): Promise<void> {
  const temporary = `${to}.${process.pid}.tmp`;
  await fs.copyFile(from, temporary);
  await renamePatiently(temporary, to);
}
