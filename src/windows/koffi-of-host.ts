/**
 * koffi for the bundled library: an app has no package koffi at run time, but koffi's binary is one of the files of the host. The default
 * export is set by `loadHostKoffi`, which must be called before another module of this folder that imports koffi is loaded.
 */
import path from 'node:path';
import { KOFFI_FILE, type Koffi, loadKoffi, loadPublishedKoffi } from './koffi-binary.ts';

/** Defined in the bundle (scripts/bundle-main.mjs), where `koffi` is this file. */
declare const KOFFI_OF_HOST: true;

let koffi: Koffi;

export { koffi as default };

/**
 * Loads koffi once; does nothing outside of the bundle.
 * @param files of the host's manifest; the host of the npm package has none
 * @throws GatewayServiceError `service-program-damaged`
 */
export function loadHostKoffi(hostDir: string, files: Readonly<Record<string, { readonly sha256: string }>> | undefined): void {
  if (typeof KOFFI_OF_HOST === 'undefined') return;
  koffi ??= files ? loadKoffi(path.join(hostDir, KOFFI_FILE), files[KOFFI_FILE]?.sha256) : loadPublishedKoffi(hostDir);
}
