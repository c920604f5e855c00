/**
 * The files of the built host as its manifest lists them, and the folders of installed hosts: each named by the content that it holds, below
 * a folder of Program Files, so that a newer one never overwrites one that runs.
 */

import { createHash } from 'node:crypto';
import { closeSync, openSync, readdirSync, readFileSync, readSync, statSync } from 'node:fs';
import path from 'node:path';
import { GatewayServiceError } from '../model/errors.ts';

/** The host without a window, its twin for a console, koffi's binary. */
export const HOST_FILES = ['hermes-gateway-host.exe', 'hermes-gateway.exe', 'koffi.node'] as const;
export const HOST_PROGRAM = HOST_FILES[0];
export const HOST_MANIFEST = 'manifest.json';

export interface HostManifest {
  /** What an app has to know to drive this host; see scripts/build-host.mjs. */
  readonly protocol: number;
  readonly version: string;
  /** SHA-256 of each file, in hexadecimal. */
  readonly files: Readonly<Record<(typeof HOST_FILES)[number], string>>;
  /** The name of its folder: a hash of the manifest, and so of everything in it. */
  readonly name: string;
}

const NAME = /^[0-9a-f]{16}(-[2-9])?$/;
const MAX_MANIFEST_BYTES = 4096;
/** A damaged copy stays where something may run from it; this many others are tried beside it. */
const OTHERS = ['', '-2', '-3', '-4', '-5', '-6', '-7', '-8', '-9'];
const READ_BYTES = 1024 * 1024;

/** @throws GatewayServiceError `service-program-damaged` for what is no manifest of ours */
export function parseManifest(bytes: Buffer): HostManifest {
  const damaged = () => new GatewayServiceError('service-program-damaged', `(${HOST_MANIFEST})`);
  if (bytes.length > MAX_MANIFEST_BYTES) throw damaged();
  let value: { protocol?: unknown; version?: unknown; files?: Record<string, unknown> } | null;
  try {
    value = JSON.parse(bytes.toString('utf8'));
  } catch {
    throw damaged();
  }
  const sums = HOST_FILES.map(name => [name, value?.files?.[name]] as const);
  const whole = sums.every(([, sum]) => typeof sum === 'string' && /^[0-9a-f]{64}$/.test(sum));
  const { protocol, version } = value ?? {};
  if (!whole || typeof protocol !== 'number' || typeof version !== 'string' || !/^\d+\.\d+\.\d+$/.test(version)) throw damaged();
  return { protocol, version, files: Object.fromEntries(sums) as HostManifest['files'], name: contentName(bytes) };
}

/** @throws GatewayServiceError `service-program-damaged` where there is none, or none of ours */
export function readManifest(folder: string): HostManifest {
  let bytes: Buffer;
  try {
    bytes = readFileSync(path.join(folder, HOST_MANIFEST));
  } catch (cause) {
    throw new GatewayServiceError('service-program-damaged', `(${path.join(folder, HOST_MANIFEST)} is missing)`, { cause });
  }
  return parseManifest(bytes);
}

/** Whether a folder below that of all hosts is one of ours. */
export const isHostFolderName = (name: string): boolean => NAME.test(name);

export interface HostPlace {
  /** The folder in which this very host is installed, or will be. */
  readonly folder: string;
  readonly program: string;
  /** Whether it is installed, by names and sizes only. */
  readonly isThere: boolean;
}

/** Where the host of `source` is, or will be, below the folder of all hosts. */
export function hostPlace(source: string, hosts: string): HostPlace {
  const { name } = readManifest(source);
  const sizes = sizesIn(source);
  for (const other of OTHERS) {
    const folder = path.join(hosts, `${name}${other}`);
    const found = sizesIn(folder);
    const place = { folder, program: path.join(folder, HOST_PROGRAM) };
    if (found === undefined) return { ...place, isThere: false };
    if (found === sizes) return { ...place, isThere: true };
  }
  throw new GatewayServiceError('service-program-damaged', `(${path.join(hosts, name)}, and all that were put beside it)`);
}

/** Names and sizes of what is in a folder; undefined where there is none. */
function sizesIn(folder: string): string | undefined {
  const sizeOf = (name: string) => statSync(path.join(folder, name), { throwIfNoEntry: false })?.size ?? 'none';
  if (statSync(folder, { throwIfNoEntry: false }) === undefined) return undefined;
  return [...HOST_FILES, HOST_MANIFEST].map(sizeOf).join(' ');
}

/**
 * Compares every file with the manifest, and the manifest with the folder's name; no other file may be there.
 * @throws GatewayServiceError `service-program-damaged`
 */
export function checkHostFiles(folder: string): HostManifest {
  const manifest = readManifest(folder);
  const wrong = HOST_FILES.filter(name => sumOf(path.join(folder, name)) !== manifest.files[name]);
  const known: ReadonlySet<string> = new Set([...HOST_FILES, HOST_MANIFEST]);
  const strange = readdirSync(folder).filter(name => !known.has(name));
  const renamed = path.basename(folder).slice(0, manifest.name.length) === manifest.name ? [] : ['the name of the folder'];
  const found = [...wrong, ...strange, ...renamed];
  if (found.length > 0) throw new GatewayServiceError('service-program-damaged', `(${folder}: ${found.join(', ')})`);
  return manifest;
}

/** The name of the folder that holds this content: where the content differs, the name differs. */
export const contentName = (content: Buffer | string): string => createHash('sha256').update(content).digest('hex').slice(0, 16);

/** SHA-256 in hexadecimal. Throws where the file cannot be read. */
export function sumOf(file: string): string {
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
