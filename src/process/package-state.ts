/**
 * The state of a program in an MSIX package. Unless its manifest says otherwise, Windows redirects what it writes below `%LOCALAPPDATA%`
 * into a private folder of the package, and definition, desired state and holds would not reach the service. Then our own program, started
 * outside of the package, makes the changes. Source: "Understanding how packaged desktop apps run on Windows" (Microsoft Learn).
 */

import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { attempt } from '../model/attempt.ts';
import { GatewayServiceError, toGatewayServiceError } from '../model/errors.ts';
import { CHANGES, type Change, changeHere, changeThrough, type MakeChange } from '../state/disk.ts';

/** The package of this process, if any, and the way out of it. */
export interface AppPackage {
  /** `Name_Version_Architecture_Resource_Publisher`; undefined outside of a package. */
  readonly fullName: string | undefined;
  /** Makes a change as a program of this package. */
  readonly changeInside: MakeChange;
  /** Starts a program outside of the package. Each call says a line to it and gives its answer. */
  converseOutside(argv: readonly string[]): (line: string) => string;
}

export interface PackageStateOptions {
  /** Folder of all state folders, in `%LOCALAPPDATA%`. */
  readonly stateRoot: string;
  readonly hostCommand: readonly string[];
  readonly appPackage: AppPackage;
}

/** The verb of our program that makes changes. */
const VERB = 'change-state';

/**
 * From now on changes of the state reach the service. Returns whether Windows redirects those of this process. Where our program cannot
 * leave the package either, each change fails with `state-virtualised`, and the state can only be read.
 */
export function keepStateOutsidePackage({ stateRoot, hostCommand, appPackage }: PackageStateOptions): boolean {
  const { fullName, changeInside } = appPackage;
  if (fullName === undefined || !attempt(() => isPrivate(stateRoot, fullName, changeInside))) return false;
  let outside: MakeChange | undefined;
  changeThrough((name, args) => {
    outside ??= makeOutside({ stateRoot, hostCommand, appPackage }, fullName);
    try {
      outside(name, args);
    } catch (error) {
      // Not an error of the file system: that process has ended, and the next change starts another one.
      if (error instanceof GatewayServiceError) outside = undefined;
      throw error;
    }
  });
  return true;
}

/** @throws GatewayServiceError `state-virtualised` */
function makeOutside({ stateRoot, hostCommand, appPackage }: PackageStateOptions, fullName: string): MakeChange {
  let why = 'a program that was started outside of the package is inside';
  try {
    const make = changesBy(appPackage.converseOutside([...hostCommand, VERB]));
    if (!isPrivate(stateRoot, fullName, make)) return make;
  } catch (error) {
    why = toGatewayServiceError(error).message;
  }
  throw new GatewayServiceError('state-virtualised', `(${fullName}: ${why})`);
}

/** Whether a file that is written beside the state is in the private folder of the package: it is looked for by its other path. */
function isPrivate(stateRoot: string, fullName: string, make: MakeChange): boolean {
  const localAppData = path.dirname(stateRoot);
  const probe = `${path.basename(stateRoot)}-${randomBytes(4).toString('hex')}.tmp`;
  make('writeFileSync', [path.join(localAppData, probe), '']);
  try {
    return existsSync(path.join(privateFolder(localAppData, fullName), probe));
  } finally {
    make('rmSync', [path.join(localAppData, probe), { force: true }]);
  }
}

/** Where Windows keeps what a package writes into `%LOCALAPPDATA%`. */
export function privateFolder(localAppData: string, fullName: string): string {
  const parts = fullName.split('_');
  return path.join(localAppData, 'Packages', `${parts[0]}_${parts.at(-1)}`, 'LocalCache', 'Local');
}

type Failure = Pick<NodeJS.ErrnoException, 'message' | 'code' | 'path' | 'syscall'>;

function changesBy(say: (line: string) => string): MakeChange {
  return (name, args) => {
    const { error } = JSON.parse(say(JSON.stringify({ name, args }))) as { readonly error?: Failure };
    if (error) throw Object.assign(new Error(error.message), error);
  };
}

/** Our program outside of the package: answers each line until its input ends. */
export async function runChanges(): Promise<number> {
  for await (const line of createInterface(process.stdin)) process.stdout.write(`${answerTo(line)}\n`);
  return 0;
}

/** `{}`, or the error of the file system. */
function answerTo(line: string): string {
  try {
    const { name, args } = JSON.parse(line) as { readonly name: Change; readonly args: readonly unknown[] };
    if (!CHANGES.includes(name)) throw new Error(`not a change: ${name}`);
    changeHere(name, args);
    return '{}';
  } catch (thrown) {
    const { message, code, path: file, syscall } = thrown as NodeJS.ErrnoException;
    return JSON.stringify({ error: { message, code, path: file, syscall } });
  }
}
