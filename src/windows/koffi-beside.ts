/**
 * koffi for the bundled host: its binary is beside the program. A host that was bundled with a binary loads exactly that one and searches
 * nowhere else: every user may create `C:\node_modules`. A host that was bundled without one (development, npm) uses the package.
 */
import { createRequire } from 'node:module';
import path from 'node:path';
import { type Koffi, loadKoffi } from './koffi-binary.ts';
import { singleExecutable } from './single-executable.ts';

/** The SHA-256 of the binary of this bundle, inserted by scripts/bundle-host.mjs; empty where there is none. */
declare const KOFFI_SHA256: string;

function besideProgram(): Koffi {
  if (KOFFI_SHA256 === '') return createRequire(import.meta.url)('koffi') as Koffi;
  const folder = singleExecutable() ? path.dirname(process.execPath) : import.meta.dirname;
  return loadKoffi(path.join(folder, 'koffi.node'), KOFFI_SHA256);
}

export default besideProgram();
