/**
 * Every change of a state file is made here. A program of an MSIX package may get a private copy of what it changes below
 * `%LOCALAPPDATA%`, which the service never sees: then a process outside of the package makes the changes (process/package-state.ts).
 * Reads need no other process: a program of a package reads what was written outside.
 */

import fs from 'node:fs';

/** The functions of `node:fs` for the changes. Their arguments can be written as JSON. */
export const CHANGES = ['appendFileSync', 'linkSync', 'mkdirSync', 'renameSync', 'rmSync', 'rmdirSync', 'writeFileSync'] as const;
export type Change = (typeof CHANGES)[number];

/** Makes a change, or throws the error of the file system. */
export type MakeChange = (name: Change, args: readonly unknown[]) => void;

/** Makes it in this process. */
export const changeHere: MakeChange = (name, args) => {
  (fs[name] as (...given: readonly unknown[]) => unknown)(...args);
};

let makeChange: MakeChange | undefined;

/** From now on every change is made by `make`. */
export function changeThrough(make: MakeChange | undefined): void {
  makeChange = make;
}

function now<N extends Change>(name: N) {
  return (...args: Parameters<(typeof fs)[N]>): void => (makeChange ?? changeHere)(name, args);
}

/** In this process the file system's function that does not block it. */
function later<A extends readonly unknown[]>(name: Change, here: (...args: A) => Promise<unknown>) {
  return async (...args: A): Promise<void> => {
    if (makeChange) makeChange(name, args);
    else await here(...args);
  };
}

const { promises } = fs;

/** With the names of `node:fs` and `node:fs/promises`. */
export const disk = {
  linkSync: now('linkSync'),
  mkdirSync: now('mkdirSync'),
  rmSync: now('rmSync'),
  writeFileSync: now('writeFileSync'),
  appendFile: later('appendFileSync', (file: string, text: string, options: { mode: number }) => promises.appendFile(file, text, options)),
  mkdir: later('mkdirSync', (folder: string, options: fs.MakeDirectoryOptions) => promises.mkdir(folder, options)),
  rename: later('renameSync', (from: string, to: string) => promises.rename(from, to)),
  rm: later('rmSync', (file: string, options: fs.RmOptions) => promises.rm(file, options)),
  rmdir: later('rmdirSync', (folder: string) => promises.rmdir(folder)),
  /** `text` has one character for each byte where the encoding is `latin1`. */
  writeFile: later('writeFileSync', (file: string, text: string, options: fs.WriteFileOptions & object) =>
    promises.writeFile(file, text, options),
  ),
};
