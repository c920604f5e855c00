// What a run of the suite makes outside of the checkout, recorded in a file before it is made: a run that ends too early (Ctrl+C, killed,
// power cut) leaves the record, and the next one removes exactly what is in it.
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';

export interface Made {
  /** The process of the run: its PID and start time, which together identify it. */
  readonly pid: number;
  readonly startTime: number;
  readonly services: readonly string[];
  /** File names in the Startup folder. */
  readonly entries: readonly string[];
  /** Absolute paths. */
  readonly folders: readonly string[];
  /** `HKLM\…` */
  readonly keys: readonly string[];
  /** A program that removes an installed app, and its arguments. */
  readonly uninstallers: readonly (readonly string[])[];
}

export type MadeKind = 'services' | 'entries' | 'folders' | 'keys' | 'uninstallers';

export const madeFile = (env: NodeJS.ProcessEnv = process.env): string =>
  path.join(env['LOCALAPPDATA'] ?? '', 'hermes-gateway-windows-suite.json');

/** Undefined where there is none; an unreadable one was cut off by a power cut before anything was made. */
export function readMade(file: string): Made | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Made;
  } catch {
    return undefined;
  }
}

export function beginMade(file: string, pid: number, startTime: number): void {
  write(file, { pid, startTime, services: [], entries: [], folders: [], keys: [], uninstallers: [] });
}

/** Records names before the things are made; one that is recorded already stays. */
export function recordMade(file: string, kind: MadeKind, ...names: readonly (string | readonly string[])[]): void {
  const made = readMade(file);
  if (made === undefined) throw new Error(`There is no record ${file}. Start the suite with "npm run windows".`);
  const known = new Set<string>(made[kind].map(each => JSON.stringify(each)));
  write(file, { ...made, [kind]: [...made[kind], ...names.filter(name => !known.has(JSON.stringify(name)))] });
}

export const forgetMade = (file: string): void => rmSync(file, { force: true });

function write(file: string, made: Made): void {
  mkdirSync(path.dirname(file), { recursive: true });
  const whole = `${file}.new`;
  writeFileSync(whole, JSON.stringify(made, undefined, 2), { flush: true } as object);
  renameSync(whole, file);
}

/** What is there of a record now, in words. @param exists by kind and name */
export const stillThere = (made: Made, exists: (kind: MadeKind, name: string | readonly string[]) => boolean): string[] =>
  (['services', 'entries', 'folders', 'keys', 'uninstallers'] as const).flatMap(kind =>
    made[kind].filter(name => exists(kind, name)).map(name => `${WORDS[kind]} ${typeof name === 'string' ? name : (name[0] ?? '')}`),
  );

const WORDS: Readonly<Record<MadeKind, string>> = {
  services: 'service',
  entries: 'Startup entry',
  folders: 'folder',
  keys: 'key',
  uninstallers: 'installed app of',
};
