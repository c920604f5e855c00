// Completion of the command line by the shells that this machine has: each script runs in its shell.
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { VERBS } from '../../src/cli/help.ts';
import { EXIT } from '../../src/model/cli-exit-codes.ts';
import { MemoryCli, MemoryTerminal } from '../support/memory-cli.ts';

let cli: MemoryCli;
let folder: string;
const scripts: Record<string, string> = {};

beforeAll(async () => {
  cli = new MemoryCli();
  folder = mkdtempSync(path.join(tmpdir(), 'completion-'));
  mkdirSync(path.join(folder, 'a home'));
  writeFileSync(path.join(folder, 'a file'), '');
  for (const shell of ['bash', 'zsh', 'powershell']) {
    scripts[shell] = path.join(folder, shell);
    writeFileSync(scripts[shell], (await cli.run(['completion', shell])).out);
  }
});
afterAll(() => {
  cli.dispose();
  rmSync(folder, { recursive: true, force: true });
});

const isThere = (program: string, ...args: string[]) => spawnSync(program, args).status === 0;
const present = {
  bash: isThere('bash', '--version'),
  zsh: isThere('zsh', '-f', '-c', 'zmodload zsh/zpty'),
  pwsh: isThere('pwsh', '-Version'),
};
const skipped = (shell: keyof typeof present) => (present[shell] ? '' : ` (skipped: there is no ${shell} here)`);

/** A command line with the cursor at its end, and some and no words that its shell offers. */
const CASES = [
  ['a verb', 'hermes-gateway un', ['uninstall'], ['install']],
  ['every verb', 'hermes-gateway ', [...Object.keys(VERBS), 'help'], ['--json']],
  ['an option before the verb', 'hermes-gateway --ho', ['--home'], ['--dry-run']],
  ['an option of a verb', 'hermes-gateway install --', ['--dry-run', '--profile', '--help'], ['--follow']],
  ['the verb after an option with a value', 'hermes-gateway --profile work sto', ['stop'], ['start']],
  ['an option of the verb after an option with a value', 'hermes-gateway --profile stop logs --f', ['--follow'], ['--now']],
  ['the words of an option', 'hermes-gateway install --mechanism s', ['service', 'startup'], ['--all']],
  ['the words of an argument', 'hermes-gateway completion ', ['bash', 'zsh', 'powershell'], ['install']],
  ['a verb after "help"', 'hermes-gateway help hist', ['history'], ['--help']],
] as const;

/** Words that are offered in bash for the last word of the line. */
function inBash(line: string): string[] {
  const words = line.split(' ').map(word => `'${word}'`);
  const script = `source "$1"; cd "$2"; COMP_WORDS=(${words.join(' ')}); COMP_CWORD=${words.length - 1}; _hermes_gateway
    ((\${#COMPREPLY[@]})) && printf '%s\\n' "\${COMPREPLY[@]}"`;
  const { stdout, stderr } = spawnSync('bash', ['--norc', '-c', script, 'bash', scripts['bash'] ?? '', folder], { encoding: 'utf8' });
  expect(stderr).toBe('');
  return stdout.split('\n').filter(Boolean);
}

describe.skipIf(!present.bash)(`completion in bash${skipped('bash')}`, () => {
  it.each(CASES)('offers %s', (_what, line, offered, notOffered) => {
    const found = inBash(line);
    for (const word of offered) expect(found).toContain(word);
    for (const word of notOffered) expect(found).not.toContain(word);
  });

  it('offers folders for the home, nothing for a profile, and programs, then files, after "--"', () => {
    expect(inBash('hermes-gateway status --home ')).toEqual(['a home']);
    expect(inBash('hermes-gateway status --profile ')).toEqual([]);
    expect(inBash('hermes-gateway update -- bas')).toContain('bash');
    expect(inBash('hermes-gateway update -- cat a')).toEqual(expect.arrayContaining(['a home', 'a file']));
  });

  it('is registered for the name of the program', () => {
    const { stdout } = spawnSync('bash', ['--norc', '-c', 'source "$1"; complete -p hermes-gateway', 'bash', scripts['bash'] ?? ''], {
      encoding: 'utf8',
    });
    expect(stdout).toBe('complete -F _hermes_gateway hermes-gateway\n');
  });
});

/** What zsh shows below the line after the Tab key, or the completed line. */
function inZsh(line: string): string {
  const script = `
    zmodload zsh/zpty
    zpty shell zsh -f -i
    zpty -w shell 'PS1=; unsetopt beep; setopt no_always_last_prompt; LISTMAX=1000; stty cols 200 rows 200'
    zpty -w shell 'autoload -Uz compinit; compinit -D; source "$1"; cd "$2"; print rea""dy'
    zpty -r shell out '*ready*'
    zpty -w -n shell "$3"$'\\t\\t'
    zpty -w -n shell $'\\C-a# \\C-e\\n'
    zpty -w shell 'print do""ne'
    zpty -r shell out '*done*'
    print -r -- $out`
    .replace('$1', scripts['zsh'] ?? '')
    .replace('$2', folder);
  return spawnSync('zsh', ['-f', '-c', script, 'zsh', '', '', line], { encoding: 'utf8', timeout: 20_000 }).stdout;
}

describe.skipIf(!present.zsh)(`completion in zsh${skipped('zsh')}`, () => {
  it.each(CASES)('offers %s', (_what, line, offered, notOffered) => {
    const found = inZsh(line).slice(line.length);
    for (const word of offered) expect(found).toContain(word);
    for (const word of notOffered) expect(found.replaceAll('uninstall', '')).not.toMatch(new RegExp(`(^|\\s)${word}\\b`));
  });
});

/** Words that are offered in PowerShell at the end of the line. */
function inPowerShell(line: string): string[] {
  const script = `. ([scriptblock]::Create((Get-Content -Raw '${scripts['powershell']}')))
    [System.Management.Automation.CommandCompletion]::CompleteInput('${line}', ${line.length}, $null).CompletionMatches.CompletionText`;
  return spawnSync('pwsh', ['-NoProfile', '-Command', script], { encoding: 'utf8', cwd: folder }).stdout.split(/\r?\n/).filter(Boolean);
}

describe.skipIf(!present.pwsh)(`completion in PowerShell${skipped('pwsh')}`, () => {
  it.each(CASES)('offers %s', (_what, line, offered, notOffered) => {
    const found = inPowerShell(line);
    for (const word of offered) expect(found).toContain(word);
    for (const word of notOffered) expect(found).not.toContain(word);
  });
});

describe('completion script', () => {
  it.each(['bash', 'zsh', 'powershell'])('of %s contains every verb and every option of the command line', async shell => {
    const { exit, out } = await cli.run(['completion', shell], new MemoryTerminal({ tty: true, columns: 40 }));
    expect(exit).toBe(EXIT.done);
    // A script is not wrapped.
    expect(out).toBe((await cli.run(['completion', shell])).out);
    for (const verb of Object.keys(VERBS)) {
      expect(out).toContain(verb);
      for (const option of (await cli.run([verb, '--help'])).out.match(/^ +(-\w, )?--[a-z-]+/gm) ?? [])
        expect(out).toContain(option.trim().split(' ').at(-1));
    }
  });

  it('is one document with --json', async () => {
    const { out } = await cli.run(['completion', 'bash', '--json']);
    expect(JSON.parse(out)).toMatchObject({ ok: true, shell: 'bash', script: expect.stringContaining('complete -F') });
  });

  it('is refused for an unknown shell', async () => {
    expect(await cli.run(['completion', 'tcsh'])).toMatchObject({
      exit: EXIT.usage,
      err: expect.stringContaining('bash, zsh, powershell'),
    });
  });
});
