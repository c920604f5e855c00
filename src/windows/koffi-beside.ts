/**
 * koffi for the bundled host: its binary is beside the program, while the package would search a dozen other places, which takes longer
 * than loading it. A host that was bundled with a binary loads exactly that one and searches nowhere else: every user may create
 * `C:\node_modules`. A host that was bundled without one (development, npm) uses the package.
 */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { GatewayServiceError } from '../model/errors.ts';
import { singleExecutable } from './single-executable.ts';

type Koffi = typeof import('koffi').default;

/** The SHA-256 of the binary of this bundle, inserted by scripts/bundle-host.mjs; empty where there is none. */
declare const KOFFI_SHA256: string;

function loadKoffi(): Koffi {
  if (KOFFI_SHA256 === '') return createRequire(import.meta.url)('koffi') as Koffi;
  const binary = path.join(singleExecutable() ? path.dirname(process.execPath) : import.meta.dirname, 'koffi.node');
  if (sumOf(binary) !== KOFFI_SHA256) throw new GatewayServiceError('service-program-damaged', `(${binary})`);
  const native = { exports: {} as Koffi };
  process.dlopen(native, binary);
  return native.exports;
}

function sumOf(file: string): string | undefined {
  try {
    return createHash('sha256').update(readFileSync(file)).digest('hex');
  } catch {
    return undefined;
  }
}

export default loadKoffi();
