// The watch of a folder that comes and goes: nothing that happens in it is missed for good.

import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { poll } from '../../src/model/poll.ts';
import { watchFolder } from '../../src/state/folder-watch.ts';
import { DEADLINE_MS, REPOSITORY } from '../support/sandbox.ts';

/** Runs a command where nothing can be watched. */
const REFUSING = ['-Ur', 'sh', '-c', 'echo 0 > /proc/sys/user/max_inotify_instances && exec "$@"', 'sh'];

function canRefuseWatches(): boolean {
  return process.platform === 'linux' && spawnSync('unshare', [...REFUSING, 'true']).status === 0;
}

let root: string;
let folder: string;
let calls: number;
let unwatch: (() => void) | undefined;
beforeEach(() => {
  root = mkdtempSync(path.join(tmpdir(), 'hg-watch-'));
  folder = path.join(root, 'a', 'b');
  calls = 0;
});
afterEach(() => {
  unwatch?.();
  rmSync(root, { recursive: true, force: true });
});

async function watch(): Promise<void> {
  unwatch = watchFolder(folder, () => {
    calls += 1;
  });
  await poll(() => calls === 1, { what: 'the first call', deadlineMs: DEADLINE_MS });
}

/** Does something and waits until it was heard of; whatever was still on its way is heard first. */
async function heard(what: string, act: () => void): Promise<void> {
  let before = -1;
  await poll(
    async () => {
      const quiet = calls === before;
      before = calls;
      return quiet;
    },
    { what: 'silence', deadlineMs: DEADLINE_MS },
  );
  act();
  await poll(() => calls > before, { what: `${what} to be heard of`, deadlineMs: 5_000, everyMs: 10 });
}

describe('watch of a folder', () => {
  it('reports files that are created, changed and removed', async () => {
    mkdirSync(folder, { recursive: true });
    await watch();
    const file = path.join(folder, 'x');
    await heard('a new file', () => writeFileSync(file, '1'));
    await heard('a change', () => writeFileSync(file, '2'));
    await heard('a rename', () => renameSync(file, `${file}2`));
    await heard('a removal', () => rmSync(`${file}2`));
  });

  it('reports the folder itself, even when its parent does not exist at first', async () => {
    await watch();
    await heard('the parent', () => mkdirSync(path.dirname(folder)));
    await heard('the folder', () => mkdirSync(folder));
    await heard('a file', () => writeFileSync(path.join(folder, 'x'), ''));
  });

  it('continues when the folder was removed and created again', async () => {
    mkdirSync(folder, { recursive: true });
    await watch();
    await heard('the removal', () => rmSync(folder, { recursive: true }));
    await heard('the return', () => mkdirSync(folder));
    await heard('a file', () => writeFileSync(path.join(folder, 'x'), ''));
  });

  it('continues when the folder was replaced before the watch could look', async () => {
    mkdirSync(folder, { recursive: true });
    await watch();
    await heard('the replacement', () => {
      rmSync(path.dirname(folder), { recursive: true });
      mkdirSync(folder, { recursive: true });
    });
    await heard('a file', () => writeFileSync(path.join(folder, 'x'), ''));
  });

  it('continues when folder and parent were removed and created again', async () => {
    mkdirSync(folder, { recursive: true });
    await watch();
    await heard('the removal', () => rmSync(path.dirname(folder), { recursive: true }));
    await heard('the parent', () => mkdirSync(path.dirname(folder)));
    await heard('the folder', () => mkdirSync(folder));
    await heard('a file', () => writeFileSync(path.join(folder, 'x'), ''));
  });

  it('does not wake up for events below or beside the folder', async () => {
    mkdirSync(path.join(folder, 'logs'), { recursive: true });
    await watch();
    writeFileSync(path.join(folder, 'logs', 'gateway.log'), 'line');
    writeFileSync(path.join(root, 'a', 'other'), '');
    await heard('a file', () => writeFileSync(path.join(folder, 'x'), ''));
    // One call for the creation and at most one more for the write of that file.
    expect(calls).toBeLessThanOrEqual(3);
  });

  it.skipIf(!canRefuseWatches())(
    `polls when the system has no more watches${canRefuseWatches() ? '' : ' (skipped: needs user namespaces)'}`,
    async () => {
      mkdirSync(folder, { recursive: true });
      const script = `
        const { watchFolder } = await import(${JSON.stringify(`${REPOSITORY}dist/src/state/folder-watch.js`)});
        const { existsSync } = await import('node:fs');
        watchFolder(${JSON.stringify(folder)}, () => {
          console.log('called');
          if (existsSync(${JSON.stringify(path.join(folder, 'x'))})) process.exit(0);
        });`;
      const blind = spawn('unshare', [...REFUSING, process.execPath, '--input-type=module', '-e', script], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      await once(blind.stdout, 'data');
      writeFileSync(path.join(folder, 'x'), '');
      expect(await once(blind, 'exit')).toEqual([0, null]);
    },
  );

  it('reports nothing after it was stopped', async () => {
    mkdirSync(folder, { recursive: true });
    await watch();
    unwatch?.();
    let other = false;
    const check = watchFolder(folder, () => {
      other = true;
    });
    await poll(() => other, { what: 'another watch to stand', deadlineMs: DEADLINE_MS });
    other = false;
    writeFileSync(path.join(folder, 'x'), '');
    await poll(() => other, { what: 'the other watch to hear', deadlineMs: DEADLINE_MS });
    check();
    expect(calls).toBe(1);
  });
});
