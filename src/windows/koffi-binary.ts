/**
 * koffi from its binary alone: the package would search a dozen other places, which takes longer than loading it. Only the file with the
 * expected hash is loaded, because a library runs code as soon as it is loaded.
 */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, realpathSync } from 'node:fs';
// Not by its name: host apps declare `createRequire` themselves before a bundle.
import nodeModule from 'node:module';
import path from 'node:path';
import { attempt } from '../model/attempt.ts';
import { GatewayServiceError } from '../model/errors.ts';

export type Koffi = typeof import('koffi').default;

/**
 * The SHA-256 of koffi's binary for Windows, by processor. They are written here because npm installs the binary on Windows only, and a
 * host that is built on Linux must load it too. A test compares them with the version in package.json.
 */
export const KOFFI = {
  version: '3.3.4',
  sums: {
    x64: 'a77b6bb6f60cdd360a41cc4e9f8a0e2a4c5b8e6dd83f43e756af285c59a7c4c2',
    arm64: '39fe96e2a2da1ed2ab26d4b2cad01de85d42f7197048e471c65ba5afa3ce7050',
  },
} as const;

/** The name of the binary among the files of a host. */
export const KOFFI_FILE = 'koffi.node';

/** The binary for a host of the npm package: beside it, as in a copy of it, or where the package manager installed it for the host. */
export function koffiFile(hostFolder: string): string {
  const beside = path.join(hostFolder, KOFFI_FILE);
  if (existsSync(beside)) return beside;
  // From koffi on: pnpm lets only koffi itself see its binaries.
  const koffi = attempt(() => nodeModule.createRequire(path.join(realpathSync(hostFolder), KOFFI_FILE)).resolve('koffi'));
  const { arch } = process;
  return attempt(() => nodeModule.createRequire(koffi ?? '').resolve(`@koromix/koffi-win32-${arch}/win32_${arch}/koffi.node`)) ?? beside;
}

/** koffi for a host of the npm package. @throws GatewayServiceError `service-program-damaged` */
export function loadPublishedKoffi(hostFolder: string): Koffi {
  const sums: Readonly<Record<string, string>> = KOFFI.sums;
  return loadKoffi(koffiFile(hostFolder), sums[process.arch]);
}

/**
 * @param sha256 in hexadecimal; undefined where it is not known, and then nothing is loaded
 * @throws GatewayServiceError `service-program-damaged`
 */
export function loadKoffi(file: string, sha256: string | undefined): Koffi {
  const bytes = attempt(() => readFileSync(file));
  const sum = bytes && createHash('sha256').update(bytes).digest('hex');
  if (sha256 === undefined || sum !== sha256) throw new GatewayServiceError('service-program-damaged', `(${file})`);
  const native = { exports: {} as Koffi };
  try {
    process.dlopen(native, file);
  } catch (cause) {
    // For another processor, for example.
    throw new GatewayServiceError('service-program-damaged', `(${(cause as Error).message})`, { cause });
  }
  return native.exports;
}
