/**
 * V8's space for young objects, in a process that lives for months. Whenever much survives in it V8 doubles it, up to 48 MB, and keeps it so: after
 * some hundred restarts a supervisor weighed 25 MB more than it needs.
 */

/** V8 takes what it compiled under other flags for foreign and compiles it again, which no start should wait for; in milliseconds. */
const AFTER_START_MS = 5_000;

/** From then on the space stays as it is. It keeps no process alive. */
export function keepYoungGeneration(afterMs = AFTER_START_MS): void {
  setTimeout(async () => (await import('node:v8')).setFlagsFromString('--semi-space-growth-factor=1'), afterMs).unref();
}
