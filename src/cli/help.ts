/** The text of `--help` beside the options: examples, what a verb changes, exit codes, and where the files are. */

import { EXIT, type ExitCode } from '../model/cli-exit-codes.ts';

const NAME = 'hermes-gateway';

const EXIT_MEANINGS: Readonly<Record<ExitCode, string>> = {
  [EXIT.done]: 'done (status: running or degraded)',
  [EXIT.failed]: 'failed',
  [EXIT.usage]: 'the command line was not understood',
  [EXIT.notRunning]: 'installed but not running (status)',
  [EXIT.notInstalled]: 'not installed',
  [EXIT.needsAdministrator]: 'an administrator is needed',
  [EXIT.timedOut]: 'timed out',
  [EXIT.interrupted]: 'interrupted: Ctrl+C, SIGTERM, or a closed terminal',
};

/** @param stateRoot where the state folders of this user are. */
export function programHelp(stateRoot: string): string {
  return `
Examples:
  $ ${NAME} install                     keep the gateway running from now on
  $ ${NAME} status                      show the state, and what to do about it
  $ ${NAME} status --all --json         every installed gateway, for a program
  $ ${NAME} --profile work restart      another profile of Hermes
  $ ${NAME} restart --all               every gateway, one after the other
  $ ${NAME} logs -f                     show what the gateway prints
  $ ${NAME} update -- hermes update     stop, update, start again

Exit codes:
${Object.entries(EXIT_MEANINGS)
  .map(([code, meaning]) => `  ${code.padEnd(4)}${meaning}`)
  .join('\n')}
  With --all the exit code is the highest one. "${NAME} explain" lists every error and its remedy.

Files:
  ${stateRoot}
  contains one folder for each service: its definition, history and captured output
  (gateway.log). The Hermes home gets .gateway-service.json, which names the
  service, and Hermes' own marker of a planned stop.`;
}

/** For each verb its line in the help of the program, what it changes, and examples. */
export const VERBS = {
  install: {
    summary: 'keep the gateway running from now on',
    changes: `Registers the gateway service of this profile and starts it. Running it again
updates the registration and does not restart a running gateway.
On Windows "--mechanism service" needs an administrator; "--mechanism startup" needs none
and starts the gateway when you sign in. A service replaces a sign-in start.
A gateway that answered before and is silent for 3 minutes is restarted; --no-watchdog turns
that off, --watchdog on again.
A Windows service waits until you sign in. --before-sign-in starts the gateway with Windows:
until you sign in it has no desktop, nothing that Windows keeps for you (saved passwords,
protected keys, network sign-ins) and no mapped drives; then it moves to your session, or
stays with --stay.
--dry-run lists every file, entry and process that would change.`,
    examples: [
      'install --dry-run',
      'install',
      'install --all',
      'install --mechanism startup',
      'install --before-sign-in',
      `install --gateway-command '["/usr/bin/node","/opt/gateway.mjs"]'`,
    ],
  },
  uninstall: {
    summary: 'stop the gateway and remove the service',
    changes: `Stops the gateway and removes all that install made, its history and captured output
included; --keep-logs keeps these two. The Hermes home is not changed.`,
    examples: ['uninstall --dry-run', 'uninstall', 'uninstall --keep-logs', 'uninstall --all'],
  },
  start: {
    summary: 'start the gateway',
    changes: 'Starts the gateway and waits until it runs. A running gateway is not restarted.',
    examples: ['start', 'start --all'],
  },
  stop: {
    summary: 'stop the gateway until you start it again',
    changes: `Stops the gateway and waits until no process of it is left. Its agent finishes its work
first; after 45 s, or at once with --now, it is killed. It stays stopped until you start it.`,
    examples: ['stop', 'stop --now', 'stop --all'],
  },
  restart: {
    summary: 'replace the running gateway by a new one',
    changes: `Ends the gateway gracefully and starts a new process; the restart delays start again. Its agent
has 45 s to finish its work. With --when-idle the command returns at once, and the gateway is
restarted when its agent has finished, however long that takes; --cancel ends that wait.`,
    examples: ['restart', 'restart --all', 'restart --when-idle', 'restart --cancel'],
  },
  'test-recovery': {
    summary: 'kill the gateway, and measure how soon it is back',
    changes: `Ends the gateway as a crash would; it is away for about 2 seconds. Refused during an update, while the
agent is at work, and soon after a crash.`,
    examples: ['test-recovery', 'test-recovery --json'],
  },
  status: {
    summary: 'show the state of the gateway',
    changes: `Changes nothing. The exit code is the state: 0 running, 3 not running, 4 not installed.
With --all it prints a table, whose columns are separated by tabs where stdout is no terminal. With --watch
it prints one line for each change there, and with --json one JSON document for each.`,
    examples: ['status', 'status --all', 'status --all --verbose', 'status --watch', 'status --json'],
  },
  logs: {
    summary: 'show what the gateway printed',
    changes: 'Changes nothing. Control sequences are removed; with --json each line is one JSON document.',
    examples: ['logs -n 20', 'logs -f', 'logs -f --json', 'logs --all -f'],
  },
  history: {
    summary: 'show when the gateway started and why it ended',
    changes: 'Changes nothing. Times are those of this computer; with --json they are UTC.',
    examples: ['history', 'history -n 5', 'history --all --json'],
  },
  doctor: {
    summary: 'look for what is wrong, and repair it',
    changes: `Without --fix it changes nothing and lists, below each check, what --fix would change: the
registration, the definition, leftovers of ended processes, another gateway of the same home.
A start type that a user has chosen is reported and kept. Exit code 1 means that problems are
left, 5 that repairing them needs an administrator.`,
    examples: ['doctor', 'doctor --fix', 'doctor --all'],
  },
  update: {
    summary: 'run a command with the gateway stopped',
    changes: `Stops every installed gateway of this home (only one with --profile), runs the command, and
starts those gateways again, even when the command fails. What the command prints goes to stderr.
The update is completed even if this program is ended or its terminal is closed.`,
    examples: ['update -- hermes update', 'update -- sh -c "git pull && make"'],
  },
  supervise: {
    summary: 'keep the gateway running in the foreground',
    changes: `Does in this terminal what the background supervisor does, until Ctrl+C. The service must be
installed and have no other supervisor.`,
    examples: ['supervise'],
  },
  explain: {
    summary: 'list errors and events, with remedies',
    changes: 'Changes nothing.',
    examples: ['explain', 'explain gateway-not-up', 'explain 1072'],
  },
  completion: {
    summary: 'print a script that completes commands in a shell',
    changes: `Changes nothing. Put the line for your shell into its startup file (.bashrc, .zshrc, $PROFILE):
bash: eval "$(hermes-gateway completion bash)";
zsh: eval "$(hermes-gateway completion zsh)", below compinit;
PowerShell: hermes-gateway completion powershell | Out-String | Invoke-Expression.`,
    examples: ['completion bash', 'completion zsh', 'completion powershell'],
  },
};

/** What is printed where no verb is given. */
export function shortHelp(): string {
  const width = Math.max(...Object.keys(VERBS).map(verb => verb.length));
  const verbs = Object.entries(VERBS).map(([verb, { summary }]) => `  ${verb.padEnd(width)}  ${summary}`);
  return [`Usage: ${NAME} [options] <verb>`, '', ...verbs, '', `More: "${NAME} --help" and "${NAME} <verb> --help".`].join('\n');
}

export function verbExamples(examples: readonly string[]): string {
  return `\nExamples:\n${examples.map(example => `  $ ${NAME} ${example}`).join('\n')}`;
}
