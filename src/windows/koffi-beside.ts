/**
 * koffi as the bundled host has it: its binary lies beside the program, where the package would look for it in a dozen other places, which
 * takes longer than loading it. A host that was made with one loads that very binary and looks for none anywhere else: `C:\node_modules` is
 * a folder that every user may make. Where the host was bundled without one (development, npm), the package is asked.
 */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { GatewayServiceError } from '../model/errors.ts';
import { singleExecutable } from './single-executable.ts';

type Koffi = typeof import('koffi').default;

/** The SHA-256 of the binary that belongs to this bundle, put in by scripts/bundle-host.mjs; empty where none does. */
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
