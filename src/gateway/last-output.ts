/**
 * What the last lines of a gateway's output say about its end, where its exit code does not. The texts are those of Hermes 0.19 to 0.22
 * (`gateway/run.py`, `hermes_cli/gateway.py`).
 */

/** Hermes 0.22 starts no gateway for a named profile, because the gateway of another profile serves it. */
export function refusesOwnGateway(lines: readonly string[]): boolean {
  return lines.some(line => /does not get a gateway of its own|host gateway (?:already|still) serves profile/.test(line));
}

/** The signal that ended the gateway without an announcement, e.g. `SIGTERM`. */
export function unplannedSignal(lines: readonly string[]): string | undefined {
  return lines.map(line => /Shutdown context: signal=(SIG[A-Z]+)/.exec(line)?.[1]).findLast(signal => signal !== undefined);
}
