/**
 * The command line: which verbs and options there are, and how a mistake in them is answered. What a verb does is in `verbs.ts`.
 */

import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { EXIT } from '../model/cli-exit-codes.ts';
import { GatewayServiceError, toGatewayServiceError } from '../model/errors.ts';
import { sentence } from '../model/sentence.ts';
import type { Installable } from '../model/status.ts';
import type { Composition, Selection } from './context.ts';
import { installAll, logsOfAll, operateAll, statusOfAll } from './every.ts';
import { type PublicVerb, programHelp, VERBS, verbDescription, verbHelp } from './help.ts';
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

interface GlobalOptions extends Selection {
  readonly json?: boolean;
}

/** Runs one command line (without `node` and the script) and resolves with its exit code. Never rejects. */
export async function runCli(argv: readonly string[], context: CliContext): Promise<number> {
  const { terminal } = context;
  const output = new Output(terminal, { json: asksForJson(argv) });
  let text = '';
  let exit: number = EXIT.done;
  const program = createProgram(context, output, {
    write: chunk => {
      text += chunk;
    },
    done: code => {
      exit = code;
    },
  });
  try {
    await program.parseAsync(argv, { from: 'user' });
    return exit;
  } catch (thrown) {
    if (thrown instanceof CommanderError && thrown.exitCode === EXIT.done) {
      const answer = text.trimEnd();
      output.answer(() => answer, thrown.code === 'commander.version' ? { version: answer } : { help: answer });
      return EXIT.done;
    }
    // Without a verb the help is printed.
    if (text !== '' && !output.json) output.note(text);
    const error = thrown instanceof CommanderError ? usageError(thrown) : toGatewayServiceError(thrown);
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
  /** Takes the text of a help and of `--version`. */
  write(chunk: string): void;
  done(exit: number): void;
}

function createRootCommand(stateRoot: string, version: string, hooks: ProgramHooks): Command {
  return new Command('hermes-gateway')
    .description('Keeps the gateway of a Hermes profile running: through crashes, updates and restarts of the app.')
    .option('--profile <name>', 'profile of Hermes (default: "default")')
    .option('--home <folder>', 'home of Hermes (default: HERMES_HOME, else the standard folder)')
    .option('--json', 'print exactly one JSON document on stdout')
    .version(version, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print the help of a verb')
    .helpCommand(false)
    .addHelpText('after', programHelp(stateRoot))
    .configureHelp({ showGlobalOptions: true, sortOptions: false })
    .configureOutput({ writeOut: hooks.write, writeErr: hooks.write, outputError: () => {} })
    .exitOverride();
}

function createProgram({ terminal, compose, stateRoot, version }: CliContext, output: Output, hooks: ProgramHooks): Command {
  const program = createRootCommand(stateRoot, version, hooks);

  /** A verb of the table in `help.ts`; its action resolves with the exit code. */
  const verb = (name: PublicVerb, options: (command: Command) => Command, act: (call: Call) => Promise<number>) => {
    const command = options(program.command(name).summary(VERBS[name].summary).description(verbDescription(name)));
    command.addHelpText('after', verbHelp(name)).action(async () => {
      const given = command.optsWithGlobals<GlobalOptions & Record<string, unknown>>();
      const { profile, home } = given;
      const selection = { ...(profile !== undefined && { profile }), ...(home !== undefined && { home }) };
      hooks.done(await act({ context: { composition: await compose(), terminal, output, selection }, given, args: command.args }));
    });
  };
  const plain = (command: Command) => command;
  const dryRun = (command: Command) => command.option('--dry-run', 'only print what would change');
  const every = (command: Command) => command.option('--all', 'every installed gateway service of this user');
  const isEvery = ({ given }: Call) => given['all'] === true;

  verb(
    'install',
    command =>
      dryRun(command)
        .option('--gateway-command <json>', 'another gateway program: its argv as a JSON array of strings')
        .addOption(new Option('--mechanism <name>', 'mechanism that keeps it running on Windows').choices(['service', 'startup']))
        .addOption(new Option('--all', 'every profile of this home').conflicts(['dryRun', 'gatewayCommand'])),
    call => {
      const { context, given } = call;
      const { dryRun = false, gatewayCommand, mechanism } = given as { dryRun?: boolean; gatewayCommand?: string; mechanism?: Installable };
      if (isEvery(call)) return installAll(context, mechanism);
      return verbs.install(context, { dryRun, ...(gatewayCommand !== undefined && { gatewayCommand }), ...(mechanism && { mechanism }) });
    },
  );
  verb(
    'uninstall',
    command => dryRun(command).addOption(new Option('--all', 'every installed gateway service of this user').conflicts('dryRun')),
    call =>
      isEvery(call) ? operateAll(call.context, 'uninstall') : verbs.uninstall(call.context, { dryRun: call.given['dryRun'] === true }),
  );
  for (const name of ['start', 'stop', 'restart'] as const) {
    verb(name, every, call => (isEvery(call) ? operateAll(call.context, name) : verbs.operate(call.context, name)));
  }
  verb('status', every, call => (isEvery(call) ? statusOfAll(call.context) : verbs.status(call.context)));
  verb(
    'logs',
    command =>
      every(command)
        .option('-f, --follow', 'continue with what is printed later')
        .addOption(new Option('-n, --lines <count>', 'number of last lines').default(100).argParser(lineCount)),
    call => {
      const options = { lines: call.given['lines'] as number, follow: call.given['follow'] === true };
      return isEvery(call) ? logsOfAll(call.context, options) : verbs.logs(call.context, options);
    },
  );
  verb(
    'doctor',
    command => every(command).option('--fix', 'repair what can be repaired'),
    call => verbs.doctor(call.context, { fix: call.given['fix'] === true, all: isEvery(call) }),
  );
  verb(
    'update',
    command =>
      command.usage('[options] -- <command...>').argument('<command...>', 'program and arguments to run while the gateway is stopped'),
    ({ context, args }) => verbs.update(context, args),
  );
  verb('supervise', plain, ({ context }) => verbs.supervise(context));
  verb(
    'explain',
    command => command.argument('[code]', 'code of an error or a problem'),
    ({ context, args }) => verbs.explain(context, args[0]),
  );
  addHelpVerb(program);
  return program;
}

function addHelpVerb(program: Command): void {
  program
    .command('help')
    .argument('[verb]')
    .description('print the help of a verb')
    .action((name?: string) => {
      const explained = name === undefined ? program : program.commands.find(command => command.name() === name);
      if (!explained) throw new GatewayServiceError('usage', `There is no verb ${JSON.stringify(name)}.`);
      explained.help();
    });
}

interface Call {
  readonly context: verbs.VerbContext;
  readonly given: Readonly<Record<string, unknown>>;
  readonly args: readonly string[];
}

function lineCount(text: string): number {
  if (!/^\d{1,6}$/.test(text)) throw new InvalidArgumentError('It is a number from 0 to 999999.');
  return Number(text);
}

/** A mistake in the command line: commander's sentence, and a remedy. */
function usageError({ code, message }: CommanderError): GatewayServiceError {
  if (code === 'commander.help') return new GatewayServiceError('usage', 'No verb was given.');
  const [said = '', ...hints] = message.replace(/^error: /, '').split('\n');
  const remedy =
    code === 'commander.unknownOption' || code === 'commander.excessArguments'
      ? 'See "hermes-gateway <verb> --help". The command of "update" follows "--".'
      : 'See "hermes-gateway --help".';
  return new GatewayServiceError('usage', [sentence(said), ...hints].join(' '), { remedy });
}
