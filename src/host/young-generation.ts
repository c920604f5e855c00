/**
 * V8's space for young objects, in a process that lives for months. V8 doubles it whenever much survives in it, far beyond what waiting needs, and
 * keeps it so: the process would weigh more after every busy hour.
 */

/** V8 takes what it compiled under other flags for foreign and compiles it again, which no start should wait for; in milliseconds. */
const AFTER_START_MS = 5_000;

/** From then on the space stays as it is. It keeps no process alive. */
export function keepYoungGeneration(afterMs = AFTER_START_MS): void {
  setTimeout(async () => (await import('node:v8')).setFlagsFromString('--semi-space-growth-factor=1'), afterMs).unref();
}
