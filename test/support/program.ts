// The built program as a process, in surroundings of its own.
import { type ChildProcess, spawn } from 'node:child_process';
import { PROGRAM, type Surroundings } from './embedded-harness.ts';

export interface Ended {
  readonly exit: number | null;
  readonly out: string;
  readonly err: string;
}

export interface Running {
  readonly child: ChildProcess;
  /** What it has printed until now. */
  readonly out: string;
  readonly err: string;
  readonly ended: Promise<Ended>;
}

export function startProgram({ env, folder }: Surroundings, argv: readonly string[]): Running {
  const { PATH = '' } = process.env;
  const child = spawn(process.execPath, [PROGRAM, ...argv], { env: { PATH, LANG: 'C.UTF-8', ...env }, cwd: folder });
  const printed = { out: '', err: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    printed.out += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    printed.err += text;
  });
  const ended = new Promise<Ended>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', exit => resolve({ exit, ...printed }));
  });
  return {
    child,
    ended,
    get out() {
      return printed.out;
    },
    get err() {
      return printed.err;
    },
  };
}

export function runProgram(surroundings: Surroundings, ...argv: readonly string[]): Promise<Ended> {
  return startProgram(surroundings, argv).ended;
}
