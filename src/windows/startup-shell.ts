import type { Shortcut } from './shortcut.ts';

/** What Windows' shell does for a Startup entry. */
export interface StartupShell {
  /** The user's Startup folder, wherever it was redirected to; it need not exist. */
  folder(): string;
  readShortcut(file: string): Shortcut;
  writeShortcut(file: string, shortcut: Shortcut): void;
  /** Whether the user's own switch lets Windows open this entry at sign-in. */
  isEnabled(fileName: string): boolean;
  /** Has the running Explorer start what a shortcut says; false where there is none to ask. */
  start(shortcut: Shortcut): Promise<boolean>;
  /** Whether what this process starts itself has more rights than what Explorer starts. */
  hasMoreRights(): boolean;
}
