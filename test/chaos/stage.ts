/** Where chaos is played: gateways of one mechanism, seen and hit from outside. What it cannot bend it names in `without`. */

import { readdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import type { HistoryRecord } from '../../src/model/history.ts';
import type { Status } from '../../src/model/status.ts';
import type { ChaosFile, ChaosVictim, CommandName, CutSignal, Damage, Mood, SecondUser, SpokenVerb, Without } from './events.ts';
import type { Word } from './words.ts';

export interface ChaosStage {
  /** "embedded mechanism", as the report names it. */
  readonly name: string;
  readonly profiles: number;
  readonly without: Without;
  /** The longest delay of the ladder, in milliseconds. */
  readonly longestDelayMs: number;
  /** How long a process may take from its start to its first word here, in milliseconds. */
  readonly startMs: number;
  /** Rejects with an error of ours. */
  command(of: number, name: CommandName): Promise<void>;
  /** As a command line whose output is full. Rejects where it ends as a failure. */
  commandWithoutOutput(of: number, verb: SpokenVerb): Promise<void>;
  cut(of: number, verb: string, afterMs: number, by: CutSignal): Promise<void>;
  status(of: number): Promise<Status>;
  history(of: number): Promise<readonly HistoryRecord[]>;
  /** Every word since the stage was opened. */
  words(of: number): readonly Word[];
  isAlive(of: number, pid: number): boolean;
  /** Whether the command of an update lives. */
  isUpdating(of: number): boolean;
  /** Whether this gateway has said itself that it runs. */
  isReady(of: number, pid: number): boolean;
  /** Whether a host and a runner live now. */
  hosts(of: number): { readonly host: boolean; readonly runner: boolean };
  /** Whether the host would come back by itself if one of the two were killed now, as the SCM sees to it. */
  comesBack(of: number, killed: 'runner' | 'host'): boolean;
  /** Processes of ours and below them that live now, in words. */
  processes(of: number): readonly string[];
  /** Files of an installation that are there, where none should be. */
  leftovers(of: number): readonly string[];
  /** False where no process of that kind runs. */
  kill(of: number, whom: 'runner' | 'host'): boolean;
  killGateway(of: number, pid: number): void;
  /** The exit code of a gateway that was killed; null where a signal has none. */
  readonly killedCode: number | null;
  /** Stops a process; undefined where no process of that kind runs, else what lets it continue. */
  pause(of: number, whom: ChaosVictim, gateway: number | undefined): (() => void) | undefined;
  /** Sends a test verb (see README of the sample gateway) to the running gateway; resolves with its PID. */
  tell(of: number, verb: string): Promise<number | undefined>;
  mood(of: number, mood: Mood): void;
  damage(of: number, file: ChaosFile, how: Damage): void;
  removeSocket(of: number, folder: boolean): Promise<void>;
  removeState(of: number): void;
  removeLog(of: number): void;
  /** What the log of the gateway's output holds. */
  log(of: number): string;
  move(of: number): void;
  /** Whether a second one was accepted; it is removed again. */
  second(of: number, what: SecondUser): Promise<boolean>;
  resetPipe(of: number): Promise<void>;
  endSession(of: number): void;
  /** Stops every process for a while; the clock is later by `asleepMs` then, where it can be bent. */
  sleep(ms: number, asleepMs: number): Promise<void>;
  setClock(byMs: number): void;
  fillDisk(full: boolean): void;
  close(): Promise<void>;
}

/** What there is of the state folder of a service, and beside it: the folder around it may go at any moment. */
export function leftOf(state: string): readonly string[] {
  try {
    return readdirSync(path.dirname(state)).filter(name => name.startsWith(path.basename(state)));
  } catch {
    return [];
  }
}

/** Sends a signal to processes that may have ended. */
export function signalAll(pids: readonly number[], name: NodeJS.Signals): void {
  for (const pid of pids) {
    try {
      process.kill(pid, name);
    } catch {
      // It ended by itself.
    }
  }
}

/** Removes a file or a folder. Other processes may write into it at the same time: then what was in it is gone. */
export function removeAll(file: string): void {
  try {
    rmSync(file, { recursive: true, force: true });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOTEMPTY') throw error;
  }
}

export function textOf(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}

/** The text that a damaged file holds. */
export function damagedText(text: string, how: Damage): string {
  switch (how) {
    case 'empty':
      return '';
    case 'half':
      return text.slice(0, Math.floor(text.length / 2));
    case 'rubbish':
      return '\u0000\u0001{]\ufffd'.repeat(20);
    case 'null':
      return 'null';
    case 'other':
      return '{"schema":1,"pid":1,"process":{"pid":1},"holder":{},"at":"never","phase":7}';
  }
}

/** What every gateway of chaos does before it is one. */
export const MOOD_SWITCHES: Readonly<Record<Mood, readonly string[]>> = {
  well: [],
  slow: ['--start-delay-ms', '700'],
  crashing: ['--exit-at-once', '1'],
  deaf: ['--ignore-stop'],
  parent: ['--with-child'],
};
