/**
 * The verbs that only our own processes use: `service` (the broker below the SCM), `run` (the runner below a host), `elevated` (the step
 * that needs an administrator), `remove` (Windows' list of apps), `installer` (the app's installer), `outside` (a command line from below a
 * gateway), `update-process` (what does the work of `update`), `through-explorer` (asks Explorer to start a program), `change-state` (changes
 * files for a program of a package) and, with `--service`, `supervise`. They run before the public command line is loaded, because a
 * restart of the gateway waits for them.
 */

import { keepYoungGeneration } from '../host/young-generation.ts';
import { isServiceName } from '../model/identity.ts';

/** Resolves with the exit code; undefined where the arguments are no internal verb. */
export async function runInternalVerb(argv: readonly string[]): Promise<number | undefined> {
  const [verb, option, service, ...rest] = argv;
  if (verb === 'elevated') return (await import('../elevation/elevated-step.ts')).runElevatedStep(argv.slice(1));
  if (verb === 'remove') return (await import('../elevation/elevated-step.ts')).removeApp();
  if (verb === 'through-explorer') return (await import('../mechanisms/windows-startup.ts')).runThroughExplorer(option ?? '');
  if (verb === 'change-state') return (await import('../process/package-state.ts')).runChanges();
  if (verb === 'outside') return (await import('./composition.ts')).runOutside(argv.slice(1));
  if (verb === 'update-process') return (await import('./composition.ts')).runUpdateProcess(argv.slice(1));
  if (verb === 'installer') return (await import('./composition.ts')).runInstallerProgram(argv.slice(1));
  if (option !== '--service' || service === undefined || !isServiceName(service)) return undefined;
  keepYoungGeneration();
  if (verb === 'run') return (await import('../host/main.ts')).runRunner(service, rest.includes('--asked'));
  if (verb === 'service') {
    await (await import('../host/broker-main.ts')).runService(service);
    return 0;
  }
  if (verb === 'supervise') {
    await (await import('./supervise.ts')).runSupervise(service);
    return 0;
  }
  return undefined;
}
