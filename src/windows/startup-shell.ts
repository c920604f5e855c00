import type { Shortcut } from './shortcut.ts';

/** What Windows' shell does for a Startup entry. */
export interface StartupShell {
  /** The user's Startup folder, wherever it was redirected to; it need not exist. */
  folder(): string;
  readShortcut(file: string): Shortcut;
  writeShortcut(file: string, shortcut: Shortcut): void;
  /** Whether the user's own switch lets Windows open this entry at sign-in. */
  isEnabled(fileName: string): boolean;
  /** Makes the running Explorer start what a shortcut says; false where no Explorer runs. */
  start(shortcut: Shortcut): Promise<boolean>;
  /** Whether this process has more rights than what Explorer starts. */
  hasMoreRights(): boolean;
}
