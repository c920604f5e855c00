/**
 * The command line: which verbs and options there are, and how a mistake in them is answered. What a verb does is in `verbs.ts`.
 */

import { Argument, Command, CommanderError, InvalidArgumentError, Option, type OptionValues } from 'commander';
import { EXIT } from '../model/cli-exit-codes.ts';
import { GatewayServiceError, toGatewayServiceError } from '../model/errors.ts';
import { sentence } from '../model/sentence.ts';
import { SHELLS, type Shell } from './completion.ts';
import type { Composition, VerbContext } from './context.ts';
import { programHelp, shortHelp, VERBS, verbExamples } from './help.ts';
import { leaveGateway } from './inside.ts';
import { Output } from './output.ts';
import type { Terminal } from './terminal.ts';
import * as verbs from './verbs.ts';

export interface CliContext {
  readonly terminal: Terminal;
  /** Made when a verb needs it, so that `--help` never fails for a bad environment. */
  compose(): Composition | Promise<Composition>;
  /** Folder of this user's state folders; printed by the help. */
  readonly stateRoot: string;
  readonly version: string;
}

/** Runs one command line (without `node` and the script) and resolves with its exit code. Never rejects. */
export async function runCli(argv: readonly string[], context: CliContext): Promise<number> {
  const { terminal } = context;
  const output = new Output(terminal, { json: asksForJson(argv) });
  let printed = '';
  let exit: number = EXIT.done;
  const program = createProgram(context, output, {
    argv,
    writeOut: chunk => {
      printed += chunk;
    },
    done: code => {
      exit = code;
    },
  });
  try {
    await program.parseAsync(argv, { from: 'user' });
    return exit;
  } catch (thrown) {
    if (thrown instanceof CommanderError && printed !== '') {
      const answer = printed.trimEnd();
      output.answer(() => answer, thrown.code === 'commander.version' ? { version: answer } : { help: answer });
      return EXIT.done;
    }
    if (thrown instanceof CommanderError && argv.every(argument => argument === '--json')) {
      output.answer(shortHelp, { help: shortHelp() });
      return EXIT.done;
    }
    const error = thrown instanceof CommanderError ? usageError(thrown, program.args) : toGatewayServiceError(thrown);
    output.failure(error);
    return error.exit;
  }
}

/** Read before the command line is parsed, because a mistake in it is answered in JSON too. */
function asksForJson(argv: readonly string[]): boolean {
  const end = argv.indexOf('--');
  return argv.slice(0, end < 0 ? undefined : end).includes('--json');
}

interface ProgramHooks {
  readonly argv: readonly string[];
  /** Takes the text of a help that was asked for, and of `--version`. */
  writeOut(chunk: string): void;
  done(exit: number): void;
}

function createRootCommand({ stateRoot, version }: CliContext, width: number, { writeOut }: ProgramHooks): Command {
  return new Command('hermes-gateway')
    .description('Keeps the gateway of a Hermes profile running: through crashes, updates and restarts of the app.')
    .option('--profile <name>', 'profile of Hermes (default: "default")')
    .option('--home <folder>', 'home of Hermes (default: HERMES_HOME, else the standard folder)')
    .option('--json', 'print exactly one JSON document on stdout')
    .version(version, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print the help of a verb')
    .helpCommand('help [verb]', 'print the help of a verb')
    .addHelpText('after', programHelp(stateRoot))
    .configureHelp({ showGlobalOptions: true, sortOptions: false })
    .configureOutput({ writeOut, getOutHelpWidth: () => width, writeErr: () => {}, outputError: () => {} })
    .exitOverride();
}

function createProgram(context: CliContext, output: Output, hooks: ProgramHooks): Command {
  const { terminal, compose } = context;
  const program = createRootCommand(context, output.width, hooks);

  /** A verb of the table in `help.ts`; `act` gets its options and arguments, and resolves with the exit code. */
  const verb = (
    name: keyof typeof VERBS,
    act: (context: VerbContext, options: OptionValues, args: readonly string[]) => Promise<number>,
  ) => {
    const { summary, changes, examples } = VERBS[name];
    const command = program.command(name).summary(summary);
    // One paragraph, which is wrapped for the terminal.
    command.description(changes.replaceAll('\n', ' ')).addHelpText('after', verbExamples(examples));
    return command.action(async () => {
      const { profile, home, all = false, ...options } = command.optsWithGlobals();
      if (all && profile !== undefined) throw new GatewayServiceError('usage', 'Give either --all or --profile, not both.');
      const selection = { ...(profile !== undefined && { profile }), ...(home !== undefined && { home }) };
      const context = { composition: await compose(), terminal, output, argv: hooks.argv, selection, all };
      const reads = options['dryRun'] === true || (name === 'doctor' && !options['fix']);
      const left = await leaveGateway(context, { verb: name, reads });
      hooks.done(left ?? (await act(context, options, command.args)));
    });
  };
  const everyInstalled = () => new Option('--all', 'every installed gateway service of this user');
  const dryRun = () => new Option('--dry-run', 'only print what would change');

  verb('install', verbs.install)
    .addOption(dryRun())
    .option('--gateway-command <json>', 'another gateway program: its argv as a JSON array of strings')
    .option('--watchdog', 'restart a gateway that hangs (the default)')
    .option('--no-watchdog', 'leave a gateway that hangs alone')
    .option('--before-sign-in', 'also run before you sign in (Windows service)')
    .option('--no-before-sign-in', 'wait until you sign in (the default)')
    .option('--stay', 'with --before-sign-in: do not move to your session when you sign in')
    .addOption(new Option('--mechanism <name>', 'mechanism that keeps it running on Windows').choices(['service', 'startup']))
    .addOption(new Option('--all', 'every profile of this home').conflicts(['dryRun', 'gatewayCommand']));
  verb('uninstall', verbs.uninstall)
    .addOption(dryRun())
    .option('--keep-logs', 'keep history and captured output')
    .addOption(everyInstalled().conflicts('dryRun'));
  verb('stop', verbs.stop).addOption(everyInstalled()).option('--now', 'do not wait for the work of the agent');
  verb('start', verbs.start).addOption(everyInstalled());
  verb('restart', (context, options) => verbs.restart(context, options))
    .addOption(everyInstalled())
    .option('--when-idle', 'wait until the agent has finished its work')
    .addOption(new Option('--cancel', 'end the wait of --when-idle').conflicts('whenIdle'));
  verb('test-recovery', verbs.testRecovery);
  verb('status', verbs.status)
    .addOption(everyInstalled())
    .option('--verbose', 'with --all: each gateway in the long form')
    .option('--watch', 'show every change until Ctrl+C');
  verb('logs', (context, options) => verbs.logs(context, options as verbs.LogsOptions))
    .addOption(everyInstalled())
    .option('-f, --follow', 'continue with what is printed later')
    .option('-n, --lines <count>', 'number of last lines', lineCount, 100);
  verb('history', (context, options) => verbs.history(context, options as verbs.LogsOptions))
    .addOption(everyInstalled())
    .option('-n, --lines <count>', 'number of last records', lineCount, 20);
  verb('doctor', verbs.doctor).addOption(everyInstalled()).option('--fix', 'repair what can be repaired');
  verb('update', (context, _options, command) => verbs.update(context, command))
    .usage('[options] -- <command...>')
    .argument('<command...>', 'program and arguments to run while the gateway is stopped');
  verb('supervise', verbs.supervise);
  verb('explain', (context, _options, [code]) => verbs.explain(context, code)).argument('[code]', 'code of an error or a problem');
  verb('completion', (context, _options, [shell]) => verbs.completion(context, program, shell as Shell)).addArgument(
    new Argument('<shell>', 'shell that completes the command line').choices(SHELLS),
  );
  return program;
}

function lineCount(text: string): number {
  if (!/^\d{1,6}$/.test(text)) throw new InvalidArgumentError('It is a number from 0 to 999999.');
  return Number(text);
}

/** A mistake in the command line: commander's sentence, and where the help is. */
function usageError({ code, message }: CommanderError, [verb = '', explained]: readonly string[]): GatewayServiceError {
  if (code === 'commander.help') {
    return new GatewayServiceError(
      'usage',
      explained === undefined ? 'No verb was given.' : `There is no verb ${JSON.stringify(explained)}.`,
    );
  }
  const [said = '', ...hints] = message.replace(/^error: /, '').split('\n');
  const help = Object.hasOwn(VERBS, verb) ? ` ${verb}` : '';
  const remedy = `See "hermes-gateway${help} --help".${verb === 'update' ? ' The command of "update" follows "--".' : ''}`;
  return new GatewayServiceError('usage', [sentence(said), ...hints.map(hint => hint.replace(/^\((.*)\)$/, '$1'))].join(' '), { remedy });
}
