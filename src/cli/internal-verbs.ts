/**
 * The verbs that only our own processes use: `run` (the runner below a host) and, with `--service`, `supervise`. They are answered before
 * anything of the public command line is loaded, because they stand between a killed gateway and its return.
 */

/** The exit code, or undefined where the arguments are no internal verb. */
export async function runInternalVerb(argv: readonly string[]): Promise<number | undefined> {
  const [verb, option, service] = argv;
  if (option !== '--service' || service === undefined || argv.length !== 3) return undefined;
  if (verb === 'run') return (await import('../process/entry.ts')).runRunner(service);
  if (verb === 'supervise') {
    await (await import('../process/entry.ts')).runSupervisor(service);
    return 0;
  }
  return undefined;
}
