/**
 * The host of the sign-in start: a copy of it in the owner's state folder, because the app's folder is replaced, and what runs from it
 * killed, by every update. A copy is named by its content, so that a newer one never overwrites one that runs.
 */

import { existsSync } from 'node:fs';
import fs from 'node:fs/promises';
import path from 'node:path';
import { contentName, sumOf } from '../host/host-files.ts';
import { GatewayServiceError } from '../model/errors.ts';
import { readJson, renamePatiently, writeJson } from '../state/files.ts';

export interface HostCopyPlan {
  /** What is copied, under the names that it has. */
  readonly files: readonly string[];
  /** The Node that runs the copied program, in development; the copied program runs by itself otherwise. */
  readonly node?: string;
  /** The copied program. */
  readonly program: string;
}

/** What the host loads from beside itself: a built one its program and V8's code of it; koffi's binary, and the thread of the hidden window. */
const COMPANIONS = ['koffi.node', 'program.cjs', 'program.code', 'session-end-thread.cjs'] as const;
const MANIFEST = 'files.json';

/**
 * What a copy consists of: the executable, or in development the built script, which Node runs from where Node is; and what lies beside it.
 * @param present names of the files beside the program.
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

/** Makes sure that a whole copy of this host is there, and gives the command that starts it. */
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
  // Last: what it names is there.
  await writeJson(path.join(folder, MANIFEST), sizes);
  return commandIn(plan, folder);
}

/** Where a copy of this host lies, or will lie: for a receipt. */
export async function hostCopyCommand(copies: string, hostCommand: readonly string[]): Promise<readonly string[]> {
  const plan = await planOf(hostCommand);
  return commandIn(plan, path.join(copies, nameOf(plan.files, plan.files.map(sumOf))));
}

/** A quick look: every file is there with its size. The whole content is compared when a copy is made or started. */
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

/** Removes the copies that nobody uses; one that Windows still holds goes at the next time. */
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

/** Whole or not at all: a kill in mid-copy leaves a temporary file, which goes with the copy. */
async function copyFile(from: string, to: string): Promise<void> {
  const temporary = `${to}.${process.pid}.tmp`;
  await fs.copyFile(from, temporary);
  await renamePatiently(temporary, to);
}
