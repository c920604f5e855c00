/**
 * The copy of the host for the sign-in start. It is in the owner's state folder, because every update replaces the app's folder and ends
 * what runs from it. A copy is named after its content, so that a newer copy never overwrites one that runs.
 */

import { existsSync } from 'node:fs';
import fs from 'node:fs/promises';
import path from 'node:path';
import { contentName, describeFiles, HOST_MANIFEST, type HostFiles, hasFiles, readFiles } from '../host/host-files.ts';
import { GatewayServiceError } from '../model/errors.ts';
import { renamePatiently, writeFileAtomic } from '../state/files.ts';
import { KOFFI_FILE, koffiFile } from '../windows/koffi-binary.ts';

export interface HostCopyPlan {
  /** The files to copy: the path of each by its name in the copy. */
  readonly files: Readonly<Record<string, string>>;
  /** The Node that runs the copied program, in development; the copied program runs by itself otherwise. */
  readonly node?: string;
  /** The copied program. */
  readonly program: string;
}

/** What the host loads from its own folder: koffi's binary, the thread of the hidden window; in development its compiled code. */
const COMPANIONS = [KOFFI_FILE, 'program.cjs', 'program.code', 'session-end-thread.cjs'] as const;

/**
 * The files of a copy: the executable, or in development the built script, which runs under the present Node; and the companions in the
 * same folder.
 * @param present names of the files in the folder of the program
 * @param koffi the binary where it is in another folder, as npm installs it for the script
 * @throws GatewayServiceError `service-program-missing` where the host is not one file
 */
export function planHostCopy(hostCommand: readonly string[], present: readonly string[], koffi?: string): HostCopyPlan {
  const [first = '', script] = hostCommand;
  const program = script ?? first;
  if (script !== undefined && path.extname(script) !== '.cjs') {
    throw new GatewayServiceError('service-program-missing', `(${script} is not the bundled host)`, {
      remedy: 'Run "npm run build" first.',
    });
  }
  const folder = path.dirname(program);
  const names = [path.basename(program), ...COMPANIONS.filter(name => present.includes(name))];
  const files = Object.fromEntries(names.map(name => [name, path.join(folder, name)]));
  if (koffi !== undefined) files[KOFFI_FILE] ??= koffi;
  return { files, program: path.basename(program), ...(script !== undefined && { node: first }) };
}

/** Makes a whole copy of this host where there is none, and gives the command that starts it. */
export async function ensureHostCopy(copies: string, hostCommand: readonly string[]): Promise<readonly string[]> {
  const { plan, files, manifest } = await contentOf(hostCommand);
  const folder = path.join(copies, contentName(manifest));
  await fs.mkdir(folder, { recursive: true, mode: 0o700 });
  for (const [name, from] of Object.entries(plan.files)) {
    const to = path.join(folder, name);
    const isCopied = existsSync(to) && describeFiles({ [name]: to })[name]?.sha256 === files[name]?.sha256;
    if (!isCopied) await copyFile(from, to);
  }
  // The manifest is written last: every file that it names exists.
  await writeFileAtomic(path.join(folder, HOST_MANIFEST), manifest);
  return commandIn(plan, folder);
}

/** The command of the copy of this host, made or not; for a receipt. */
export async function hostCopyCommand(copies: string, hostCommand: readonly string[]): Promise<readonly string[]> {
  const { plan, manifest } = await contentOf(hostCommand);
  return commandIn(plan, path.join(copies, contentName(manifest)));
}

/** A quick check: every file exists with its size. The content is compared when a copy is made or started. */
export function isWholeCopy(folder: string): boolean {
  const files = readFiles(folder);
  return files !== undefined && hasFiles(folder, files);
}

/** Removes the copies that nothing uses. A copy that Windows still locks is removed the next time. */
export async function pruneHostCopies(copies: string, used: ReadonlySet<string>): Promise<void> {
  const names = await fs.readdir(copies).catch(() => []);
  for (const name of names) {
    if (!used.has(name)) await fs.rm(path.join(copies, name), { recursive: true, force: true, maxRetries: 3 }).catch(() => undefined);
  }
  await fs.rmdir(copies).catch(() => undefined);
}

async function contentOf(hostCommand: readonly string[]): Promise<{ plan: HostCopyPlan; files: HostFiles; manifest: string }> {
  const folder = path.dirname(hostCommand.at(-1) ?? '');
  const present = await fs.readdir(folder).catch(() => []);
  const koffi = process.platform === 'win32' && hostCommand.length > 1 ? koffiFile(folder) : undefined;
  const plan = planHostCopy(hostCommand, present, koffi);
  const files = describeFiles(plan.files);
  return { plan, files, manifest: JSON.stringify({ files }) };
}

function commandIn({ node, program }: HostCopyPlan, folder: string): readonly string[] {
  const copied = path.join(folder, program);
  return node === undefined ? [copied] : [node, copied];
}

/** Copies a file whole or not at all: an interrupted copy leaves a temporary file, which is removed with the copy. */
async function copyFile(from: string, to: string): Promise<void> {
  const temporary = `${to}.${process.pid}.tmp`;
  await fs.copyFile(from, temporary);
  await renamePatiently(temporary, to);
}
