// What Windows' shell does for Startup entries, with a folder of the test: a "shortcut" is a JSON document here, and nobody is Explorer.
import { readFileSync, writeFileSync } from 'node:fs';
import type { Shortcut } from '../../src/windows/shortcut.ts';
import type { StartupShell } from '../../src/windows/startup-shell.ts';

export class FolderShell implements StartupShell {
  /** Windows refuses to make shortcuts. */
  refusesShortcuts = false;
  /** What the user has switched off. */
  readonly off = new Set<string>();
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  folder(): string {
    return this.#folder;
  }

  readShortcut(file: string): Shortcut {
    return JSON.parse(readFileSync(file, 'utf8')) as Shortcut;
  }

  writeShortcut(file: string, shortcut: Shortcut): void {
    if (this.refusesShortcuts) throw new Error('no class');
    writeFileSync(file, JSON.stringify(shortcut));
  }

  isEnabled(fileName: string): boolean {
    return !this.off.has(fileName);
  }

  /** An administrator's rights, which what starts at sign-in has not. */
  moreRights = false;

  hasMoreRights(): boolean {
    return this.moreRights;
  }

  async start(_shortcut: Shortcut): Promise<boolean> {
    return false;
  }
}
