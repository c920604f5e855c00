// Every command of the pages is run, one page after the other in its order, as a reader would: with a home that has a sample gateway for
// Hermes' own launcher. What cannot be run here says why, and a command that is neither run nor accounted for fails.
import { type ChildProcess, spawn } from 'node:child_process';
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { poll } from '../../src/model/poll.ts';
import { type DocumentedCommand, documentedCommands } from '../support/documents.ts';
import { PROGRAM } from '../support/embedded-harness.ts';
import { REPOSITORY, Sandbox } from '../support/sandbox.ts';

/** Why a command is not run here, by the command. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  'npm start': 'test/acceptance/story.test.ts plays it as a process',
  'npm ci': "it is the first step of the README's test line",
  'npm run test:unit': 'this run contains the same tests',
  'npm run typecheck': 'test/built/checks.test.ts runs the same checks',
  'npm run lint': 'test/built/checks.test.ts runs the same checks',
  'npm run format': 'it changes files',
  'npm run pictures': 'it changes files',
  'npx vitest run test/contract/update.test.ts': 'this run contains that file',
  'SCREENSHOTS=1 npx vitest run test/renderer': 'this run contains those files, without the pictures',
  'npm test': 'it is the run that this test is a part of',
  'npm run release -- --dry-run': 'it builds the host, which takes minutes; test/unit/release.test.ts makes its parts',
  'npm run build': 'every test run begins with it',
};
const WINDOWS = 'it needs Windows, and the app on it';

/** The values that replace the placeholders of the pages. */
const MEANT: readonly (readonly [RegExp, string])[] = [
  [/\bCOMMAND\b/, `'${process.execPath}' -e 0`],
  [/\/usr\/bin\/node/, process.execPath],
  [/\bnode (?=gateway\.mjs)/, `${process.execPath} `],
  [/\/path\/to\/gateway\.mjs|\bgateway\.mjs\b/, path.join(REPOSITORY, 'examples/sample-gateway/gateway.mjs')],
  [/\/tmp\/home\b/, '"$HERMES_HOME"'],
];

/** What a command may answer besides 0: its exit code is the answer. */
const ANSWERS: Readonly<Record<string, readonly number[]>> = {
  // The machine of a test has no Hermes with a version, and no Chromium it knows of: "something is left to do".
  'hermes-gateway doctor': [0, 1],
  'hermes-gateway doctor --fix': [0, 1],
  'hermes-gateway doctor --json': [0, 1],
};

const commands = documentedCommands();
const reasonFor = ({ shell, command, page }: DocumentedCommand): string | undefined => {
  if (shell === 'cmd') return WINDOWS;
  // The test line runs this test.
  if (page === 'README.md' && command.includes('npm test')) return 'it is the run that this test is a part of';
  return ELSEWHERE[command];
};

describe('commands in the documentation pages', () => {
  it('finds the commands of the pages, and lists no exception that is gone', () => {
    expect(commands.length).toBeGreaterThan(20);
    for (const known of Object.keys(ELSEWHERE)) expect(commands.map(({ command }) => command)).toContain(known);
  });
});

const pages = [...new Set(commands.map(({ page }) => page))];
describe.skipIf(process.platform !== 'linux').each(pages)('commands of %s', page => {
  let sandbox: Sandbox;
  let home: string;
  let bin: string;

  beforeAll(async () => {
    sandbox = new Sandbox();
    ({ home } = sandbox.identity());
    bin = path.join(sandbox.path, 'bin');
    mkdirSync(bin);
    writeFileSync(path.join(bin, 'hermes-gateway'), `#!/bin/sh\nexec '${process.execPath}' '${PROGRAM}' "$@"\n`);
    chmodSync(path.join(bin, 'hermes-gateway'), 0o755);
    sandbox.putLauncher(home);
    // A page that does not begin with an installation speaks of a gateway that is there.
    const [first] = commands.filter(each => each.page === page && each.command.startsWith('hermes-gateway '));
    if (first && !/ install\b/.test(first.command)) expect(await ended(start('hermes-gateway install'))).toBe(0);
  });
  afterAll(async () => {
    await ended(start('hermes-gateway uninstall'));
    await sandbox.dispose();
  });

  for (const documented of commands.filter(each => each.page === page)) {
    const { command } = documented;
    const reason = reasonFor(documented);
    it.skipIf(reason !== undefined)(reason === undefined ? command : `${command} (skipped: ${reason})`, { timeout: 60_000 }, async () => {
      const child = start(MEANT.reduce((text, [word, meaning]) => text.replace(word, meaning), command));
      const said = outputOf(child);
      // What goes on until somebody ends it is ended once it has said something.
      if (/ -f\b| gateway run$/.test(command)) {
        await poll(() => said.out !== '' || child.exitCode !== null, { what: 'a word of it', deadlineMs: 30_000 });
        expect(child.exitCode, said.err).toBeNull();
        child.kill('SIGINT');
        await ended(child);
        return;
      }
      const code = await ended(child);
      expect(ANSWERS[command] ?? [0], `${command}\n${said.out}${said.err}`).toContain(code);
    });
  }

  function start(command: string): ChildProcess {
    const env = {
      PATH: `${bin}:${process.env['PATH']}`,
      LANG: 'C.UTF-8',
      HOME: sandbox.path,
      HERMES_HOME: home,
      XDG_STATE_HOME: sandbox.state,
      XDG_RUNTIME_DIR: sandbox.runtime,
    };
    // "exec" makes a signal reach the program itself.
    return spawn('bash', ['-c', /^[A-Z_]+=/.test(command) ? command.replace(/^(\S+) /, '$1 exec ') : `exec ${command}`], {
      cwd: sandbox.path,
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
  }
});

function outputOf({ stdout, stderr }: ChildProcess): { readonly out: string; readonly err: string } {
  const said = { out: '', err: '' };
  stdout?.setEncoding('utf8').on('data', (text: string) => {
    said.out += text;
  });
  stderr?.setEncoding('utf8').on('data', (text: string) => {
    said.err += text;
  });
  return said;
}

function ended(child: ChildProcess): Promise<number | null> {
  if (child.exitCode !== null) return Promise.resolve(child.exitCode);
  child.stdout?.resume();
  child.stderr?.resume();
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
}
