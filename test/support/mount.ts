// A disk of a test's own: a tiny tmpfs, so that "full" and "read-only" are real. It needs the right to mount.

import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** Said in the name of every test that is skipped without it. */
export const NEEDS_MOUNT = 'needs the right to mount a tmpfs';

export interface Disk extends Disposable {
  readonly path: string;
  /** Fills it to the last byte. */
  fill(): void;
  /** Makes room again. */
  empty(): void;
  makeReadOnly(): void;
}

let answer: boolean | undefined;

export function canMount(): boolean {
  if (answer === undefined) {
    const folder = mkdtempSync(path.join(tmpdir(), 'hg-mount-'));
    try {
      mountTmpfs(folder, '16k')[Symbol.dispose]();
      answer = true;
    } catch {
      answer = false;
    }
    rmSync(folder, { recursive: true, force: true });
  }
  return answer;
}

/** Mounts a new disk of this size below `parent`. */
export function mountTmpfs(parent: string, size: string): Disk {
  const disk = mkdtempSync(path.join(parent, 'disk-'));
  const filler = path.join(disk, 'filler');
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${size},mode=700`, 'tmpfs', disk], { stdio: 'pipe' });
  return {
    path: disk,
    fill: () => {
      try {
        for (;;) writeFileSync(filler, Buffer.alloc(4_096), { flag: 'a' });
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
      }
    },
    empty: () => rmSync(filler, { force: true }),
    makeReadOnly: () => execFileSync('mount', ['-o', 'remount,ro', disk], { stdio: 'pipe' }),
    [Symbol.dispose]: () => {
      execFileSync('umount', ['--lazy', disk], { stdio: 'pipe' });
      rmSync(disk, { recursive: true, force: true });
    },
  };
}
