/**
 * koffi as the bundled host has it: its binary lies beside the program, where the package would look for it in a dozen other places, which
 * takes longer than loading it. Where the host was bundled without one (development, npm), the package is asked after all.
 */
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';

type Koffi = typeof import('koffi').default;

function loadKoffi(): Koffi {
  const binary = path.join(import.meta.dirname, 'koffi.node');
  if (!existsSync(binary)) return createRequire(import.meta.url)('koffi') as Koffi;
  const native = { exports: {} as Koffi };
  process.dlopen(native, binary);
  return native.exports;
}

export default loadKoffi();
