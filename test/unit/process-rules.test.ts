// The rules about starting processes that no linter checks: which files detach a process, and that none leaves a job of Windows.

import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { REPOSITORY } from '../support/sandbox.ts';

/** Code without comments, by its path relative to the repository. */
const code = new Map(
  ['src', 'main'].flatMap(folder =>
    readdirSync(path.join(REPOSITORY, folder), { recursive: true, encoding: 'utf8' })
      .filter(name => name.endsWith('.ts'))
      .map(name => {
        const text = readFileSync(path.join(REPOSITORY, folder, name), 'utf8');
        return [path.posix.join(folder, ...name.split(path.sep)), text.replace(/\/\*[\s\S]*?\*\/|(?<=^|\s)\/\/.*$/gm, '')] as const;
      }),
  ),
);
const filesWith = (pattern: RegExp) => [...code].filter(([, text]) => pattern.test(text)).map(([file]) => file);

it('detaches a process in one file, and in two more to give it a session or a process group', () => {
  expect(filesWith(/\bdetached\s*:/).sort()).toEqual([
    // The runner gets a session, so that Ctrl+C in a terminal reaches it as a stop; it ends when its supervisor's pipe closes.
    'src/host/main.ts',
    'src/process/detach.ts',
    // The gateway leads a process group, so that a stop ends its whole tree.
    'src/process/gateway-process.ts',
  ]);
});

it('changes the files of a state folder in one place, so that another process can do it for a packaged app', () => {
  const changing = /\b(?:fs|promises)\.(?:appendFile|link|mkdir|open|rename|rm|rmdir|unlink|writeFile)(?:Sync)?\(/;
  const found = filesWith(changing).filter(file => /^src\/(state|update|manager|migration)\//.test(file));
  // The runner writes the log; a task is handed to schtasks in a temporary file.
  expect(found).toEqual(['src/migration/task-scheduler.ts', 'src/state/disk.ts', 'src/state/output-log.ts']);
});

it('starts a process outside the job of its parent in one file, for a command that would end with its gateway', () => {
  expect(filesWith(/CREATE_BREAKAWAY|0x0?1_?00_?00_?00\b/i)).toEqual(['src/windows/process-birth.ts']);
  // The jobs that we create allow it, because Hermes' own update, started from chat, needs it too.
  expect(filesWith(/BREAKAWAY_OK/)).toEqual(['src/windows/job.ts']);
  expect(filesWith(/startOutside\(/)).toEqual(['src/cli/composition.ts', 'src/process/machine.ts']);
});

it('starts only the update command in an update, and waits for its end', () => {
  const starting = filesWith(/\b(spawn|fork|exec\w*)\s*\(/).filter(file => file.startsWith('src/update/'));
  expect(starting).toEqual(['src/update/update-command.ts']);
  expect(code.get('src/update/update-command.ts')).not.toMatch(/unref/);
});
