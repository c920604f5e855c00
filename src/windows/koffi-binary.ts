/**
 * koffi from its binary alone: the package would search a dozen other places, which takes longer than loading it. Only the file with the
 * expected hash is loaded, because a library runs code as soon as it is loaded.
 */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { attempt } from '../model/attempt.ts';
import { GatewayServiceError } from '../model/errors.ts';

export type Koffi = typeof import('koffi').default;

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
