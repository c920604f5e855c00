// A program of an MSIX package as Windows treats it: what it writes below `%LOCALAPPDATA%` is redirected into a private folder. A stand-in:
// the real redirection exists on Windows only.
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import { type AppPackage, privateFolder } from '../../src/process/package-state.ts';
import { changeHere } from '../../src/state/disk.ts';

export const FULL_NAME = 'Nous.Hermes_1.2.0.0_x64__8wekyb3d8bbwe';

export interface FakePackageOptions {
  readonly localAppData: string;
  /** Whether its manifest lets Windows redirect what it writes. */
  readonly redirected?: boolean;
  /** What becomes of a program that it starts outside. */
  readonly start?: 'outside' | 'inside' | 'refused';
}

export function fakePackage({ localAppData, redirected = true, start = 'outside' }: FakePackageOptions): AppPackage {
  const own = privateFolder(localAppData, FULL_NAME);
  fs.mkdirSync(own, { recursive: true });
  const inside = <T>(value: T): T => (redirected ? JSON.parse(JSON.stringify(value).replaceAll(`"${localAppData}/`, `"${own}/`)) : value);
  return {
    fullName: FULL_NAME,
    changeInside: (name, args) => changeHere(name, inside(args)),
    converseOutside: ([program = '', ...args]) => {
      if (start === 'refused') throw new Error('UpdateProcThreadAttribute: 50');
      const said = (line: string) => (start === 'inside' ? JSON.stringify(inside(JSON.parse(line))) : line);
      // A process for each line: it ends with its input.
      return line => spawnSync(program, args, { input: `${said(line)}\n`, encoding: 'utf8' }).stdout.trimEnd();
    },
  };
}
