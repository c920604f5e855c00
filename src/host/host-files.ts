/**
 * A host as files: a manifest lists them with hash and size, and the folder of a copy is named after the manifest, so that a newer copy
 * never overwrites one that runs. There are two kinds of copies: the installed host below Program Files, and the one of the sign-in start.
 */

import { createHash } from 'node:crypto';
import { closeSync, openSync, readdirSync, readFileSync, readSync, statSync } from 'node:fs';
import path from 'node:path';
import * as v from 'valibot';
import { GatewayServiceError } from '../model/errors.ts';

/** An installed host: the host without a window, its twin for a console, koffi's binary. */
export const HOST_FILES = ['hermes-gateway-host.exe', 'hermes-gateway.exe', 'koffi.node'] as const;
export const HOST_PROGRAM = HOST_FILES[0];
export const HOST_MANIFEST = 'manifest.json';

/** SHA-256 in hexadecimal, and size. */
const FILE = v.object({ sha256: v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/)), bytes: v.pipe(v.number(), v.integer()) });
const FILES = v.record(v.pipe(v.string(), v.regex(/^[\w-][\w.-]*$/)), FILE);
const BUILT = v.object({
  /** The protocol between app and host; see scripts/build-host.mjs. */
  protocol: v.number(),
  version: v.pipe(v.string(), v.regex(/^\d+\.\d+\.\d+$/)),
  files: v.pipe(
    FILES,
    v.check(files => HOST_FILES.every(name => Object.hasOwn(files, name)), 'a file is missing'),
  ),
});

export type HostFiles = v.InferOutput<typeof FILES>;
export interface HostManifest extends v.InferOutput<typeof BUILT> {
  /** The name of its folder: a hash of the manifest. */
  readonly name: string;
}

const NAME = /^[0-9a-f]{16}(-[2-9])?$/;
const MAX_MANIFEST_BYTES = 4096;
/** A damaged copy stays, because something may run from it; this many other names are tried beside it. */
const OTHERS = ['', '-2', '-3', '-4', '-5', '-6', '-7', '-8', '-9'];
const READ_BYTES = 1024 * 1024;

/** The name of the folder for this content: where the content differs, the name differs. */
export const contentName = (content: Buffer | string): string => createHash('sha256').update(content).digest('hex').slice(0, 16);

/** Hash and size of these files, given by their names. Throws where one cannot be read. */
export function describeFiles(files: Readonly<Record<string, string>>): HostFiles {
  return Object.fromEntries(Object.entries(files).map(([name, file]) => [name, { sha256: sumOf(file), bytes: sizeOf(file) ?? 0 }]));
}

/** The files in a manifest; undefined where there is none, or an invalid one. */
export function readFiles(folder: string): HostFiles | undefined {
  try {
    return v.parse(v.object({ files: FILES }), JSON.parse(readManifestText(folder).toString('utf8'))).files;
  } catch {
    return undefined;
  }
}

/** A quick check: every file exists with its size. `checkHostFiles` compares the content. */
export function hasFiles(folder: string, files: HostFiles): boolean {
  return Object.entries(files).every(([name, { bytes }]) => sizeOf(path.join(folder, name)) === bytes);
}

/** @throws GatewayServiceError `service-program-damaged` for an invalid manifest */
export function parseManifest(bytes: Buffer): HostManifest {
  try {
    return { ...v.parse(BUILT, JSON.parse(bytes.toString('utf8'))), name: contentName(bytes) };
  } catch (cause) {
    throw new GatewayServiceError('service-program-damaged', `(${HOST_MANIFEST})`, { cause });
  }
}

/** @throws GatewayServiceError `service-program-damaged` where the manifest is missing or invalid */
export function readManifest(folder: string): HostManifest {
  return parseManifest(readManifestText(folder));
}

function readManifestText(folder: string): Buffer {
  const file = path.join(folder, HOST_MANIFEST);
  const bytes = sizeOf(file) ?? 0;
  if (bytes === 0 || bytes > MAX_MANIFEST_BYTES)
    throw new GatewayServiceError('service-program-damaged', `(${file} is missing or invalid)`);
  return readFileSync(file);
}

/** Whether a folder below that of all hosts is one of ours. */
export const isHostFolderName = (name: string): boolean => NAME.test(name);

/** Where the host of `source` is, or will be, below the folder of all hosts; `isThere` compares names and sizes only. */
export function hostPlace(source: string, hosts: string) {
  const { name, files } = readManifest(source);
  for (const other of OTHERS) {
    const folder = path.join(hosts, `${name}${other}`);
    const isThere = hasFiles(folder, files) && sizeOf(path.join(folder, HOST_MANIFEST)) === sizeOf(path.join(source, HOST_MANIFEST));
    if (isThere || sizeOf(folder) === undefined) return { folder, program: path.join(folder, HOST_PROGRAM), isThere };
  }
  throw new GatewayServiceError('service-program-damaged', `(${path.join(hosts, name)}, and all that were put beside it)`);
}

/** Undefined where there is nothing of this name. */
const sizeOf = (file: string): number | undefined => statSync(file, { throwIfNoEntry: false })?.size;

/**
 * Compares every file with the manifest, and the manifest with the folder's name; no other file may be there.
 * @throws GatewayServiceError `service-program-damaged`
 */
export function checkHostFiles(folder: string): HostManifest {
  const manifest = readManifest(folder);
  const wrong = HOST_FILES.filter(name => sumOf(path.join(folder, name)) !== manifest.files[name]?.sha256);
  const known: ReadonlySet<string> = new Set([...HOST_FILES, HOST_MANIFEST]);
  const strange = readdirSync(folder).filter(name => !known.has(name));
  const renamed = path.basename(folder).slice(0, manifest.name.length) === manifest.name ? [] : ['the name of the folder'];
  const found = [...wrong, ...strange, ...renamed];
  if (found.length > 0) throw new GatewayServiceError('service-program-damaged', `(${folder}: ${found.join(', ')})`);
  return manifest;
}

/** SHA-256 in hexadecimal. Throws where the file cannot be read. */
function sumOf(file: string): string {
  const hash = createHash('sha256');
  const chunk = Buffer.alloc(READ_BYTES);
  const descriptor = openSync(file, 'r');
  try {
    for (let read = readSync(descriptor, chunk); read > 0; read = readSync(descriptor, chunk)) hash.update(chunk.subarray(0, read));
  } finally {
    closeSync(descriptor);
  }
  return hash.digest('hex');
}
