/**
 * koffi for the bundled host. The executables load exactly the binary that they were built with, from their own folder, and search nowhere
 * else: every user may create `C:\node_modules`. The host of the npm package loads the published binary, wherever that was installed.
 */
import path from 'node:path';
import { KOFFI_FILE, type Koffi, loadKoffi, loadPublishedKoffi } from './koffi-binary.ts';
import { singleExecutable } from './single-executable.ts';

/** The SHA-256 of the binary of the executables, which may be signed; inserted by scripts/bundle-host.mjs, for them only. */
declare const KOFFI_SHA256: string;

function besideProgram(): Koffi {
  const folder = singleExecutable() ? path.dirname(process.execPath) : import.meta.dirname;
  if (typeof KOFFI_SHA256 === 'undefined') return loadPublishedKoffi(folder);
  return loadKoffi(path.join(folder, KOFFI_FILE), KOFFI_SHA256);
}

export default besideProgram();
