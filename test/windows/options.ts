// The options of `npm run windows`, and what they make of the test runner's command line.
import { proofOf } from '../acceptance/criteria.ts';

export type Mode = 'script' | 'built' | 'installer';

export interface Options {
  readonly mode: Mode;
  /** Only tells what the machine is like. */
  readonly check: boolean;
  /** A part of a test's name, or the name of a proof in test/acceptance/criteria.ts. */
  readonly only: string | undefined;
}

const USAGE = 'npm run windows -- [--built | --installer] [--check] [--only NAME]';

/** @throws Error for an option that there is not, and where the shell has dropped the "--" before the options */
export function optionsOf(args: readonly string[], env: NodeJS.ProcessEnv): Options {
  // PowerShell takes the first "--" for itself, and npm then keeps the options as its own settings.
  const swallowed = ['built', 'installer', 'check'].filter(name => env[`npm_config_${name}`] === 'true' && !args.includes(`--${name}`));
  if (swallowed.length > 0) {
    throw new Error(
      `The shell has dropped the "--" before the options. Run: npm run windows '--' ${swallowed.map(name => `--${name}`).join(' ')}`,
    );
  }
  let options: Options = { mode: 'script', check: false, only: undefined };
  for (let index = 0; index < args.length; index += 1) {
    const arg = args[index];
    if (arg === '--check') options = { ...options, check: true };
    else if (arg === '--built' || arg === '--installer') options = { ...options, mode: arg === '--built' ? 'built' : 'installer' };
    else if (arg === '--only' && args[index + 1]) {
      index += 1;
      options = { ...options, only: args[index] };
    } else throw new Error(`Unknown option "${arg}". Usage: ${USAGE}`);
  }
  return options;
}

/** @param results where the test runner writes what became of each test, as JSON */
export function testRunnerArgs({ mode, only }: Options, results: string): string[] {
  const suite =
    mode === 'installer' ? ['test/windows/installer.test.ts'] : ['test/windows/acceptance.test.ts', 'test/windows/attacks.test.ts'];
  const reporters = ['--reporter=./test/support/summary-reporter.ts', '--reporter=json', `--outputFile.json=${results}`];
  const named = only === undefined ? [] : ['-t', (titleOf(only) ?? only).replace(/[.*+?^${}()|[\]\\]/g, '\\$&')];
  return ['run', ...suite, '--project=built', '--no-file-parallelism', '--bail=0', ...reporters, ...named];
}

function titleOf(name: string): string | undefined {
  try {
    return proofOf(name as Parameters<typeof proofOf>[0]).shows;
  } catch {
    return undefined;
  }
}
