/**
 * Limits V8's space for young objects in a process that runs for months. V8 doubles it whenever many objects survive, far beyond what
 * waiting needs, and keeps it: memory would grow after every busy hour.
 */

/** V8 rejects code compiled under other flags and compiles it again, which no start should wait for; in milliseconds. */
const AFTER_START_MS = 5_000;

/** After that time the space keeps its size. The timer does not keep the process running. */
export function keepYoungGeneration(afterMs = AFTER_START_MS): void {
  setTimeout(async () => (await import('node:v8')).setFlagsFromString('--semi-space-growth-factor=1'), afterMs).unref();
}
