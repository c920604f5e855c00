/** The lines of a log as a window shows them: filtered, with their tones, in local times, and where an end is. */

import { redact } from '../model/redact.ts';
import type { RequestOf } from './ipc.ts';

/** `mark`: a line of the service itself about a start or an end. */
export type LineTone = 'error' | 'warn' | 'mark';

/** What is asked for of an end: the time and the cause of its record. */
export type RecordedEnd = NonNullable<RequestOf<'logs'>['end']>;

/** Where the level of a line is looked for, in characters: later in a line such a word is part of a sentence. */
const HEAD = 60;
/** The time that begins a line, of a Python logger (local) or of the service (with its offset). */
const TIME = /^(--- )?(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d:\d\d)(?:[.,]\d+)?(Z|[+-]\d\d:?\d\d)?(?=\s)/;
const MARK = /^--- (\S+) gateway (started|ended)/;
/** How far the mark of an end is from its record, in milliseconds; older versions waited for the last output between them. */
const NEAR_MS = 5_000;
/** In a log without marks so many lines are looked at. */
const UNMARKED_LINES = 1_000;

/** Whether a line contains the text, in any case. */
export const matches = (line: string, filter: string): boolean => line.toLowerCase().includes(filter.trim().toLowerCase());

/** The line with its time as `time` tells it, where it begins with one. */
export function inLocalTime(line: string, time: (iso: string) => string): string {
  return line.replace(TIME, (all, mark: string | undefined, day: string, clock: string, zone: string | undefined) => {
    const iso = `${day}T${clock}${zone ?? ''}`;
    return Number.isNaN(Date.parse(iso)) ? all : (mark ?? '') + time(iso);
  });
}

/** By the level of a line; a Python traceback is an error from its first line to the exception. */
export function tonesOf(lines: readonly string[]): (LineTone | undefined)[] {
  let inTraceback = false;
  return lines.map(line => {
    const isMark = line.startsWith('--- ');
    const isTraceback = inTraceback && !isMark;
    inTraceback = line.startsWith('Traceback (') || (isTraceback && /^(\s|$)/.test(line));
    if (isMark) return 'mark';
    if (isTraceback || inTraceback) return 'error';
    const [, error, warning] = /\b(?:(ERROR|CRITICAL|FATAL)|(WARN(?:ING)?))\b/.exec(line.slice(0, HEAD)) ?? [];
    return error ? 'error' : warning ? 'warn' : undefined;
  });
}

/**
 * Where an end is in a log: the index of the last line of that life that contains its cause, else of its last line; -1 where the log does not
 * contain it.
 */
export function lineOfEnd(lines: readonly string[], { at, cause }: RecordedEnd): number {
  const life = lifeBefore(lines, Date.parse(at));
  // The class of a Python error (InvalidToken) is no name of a secret.
  const withoutClass = (text: string) => text.replace(/^(?:[A-Za-z_]\w*\.)+\w+: /, '');
  const said = cause && withoutClass(cause).replace(/…$/, '');
  const shown = said && life ? lines.slice(life.first, life.last + 1).map(line => redact(withoutClass(line))) : [];
  // Hermes puts the name of the platform before what the platform logs.
  const found = [said, said?.replace(/^\w+: /, '')].map(text => (text ? shown.findLastIndex(line => line.includes(text)) : -1));
  const index = found.find(line => line >= 0);
  if (life && index !== undefined) return life.first + index;
  return life?.isMarked ? life.last : -1;
}

interface Life {
  readonly first: number;
  readonly last: number;
  readonly isMarked: boolean;
}

/** The lines of the life that ended then; undefined where the log does not contain its end. */
function lifeBefore(lines: readonly string[], atMs: number): Life | undefined {
  const marks = lines.flatMap((line, index) => {
    const [, time = '', what] = MARK.exec(line) ?? [];
    return what === undefined ? [] : [{ index, isStart: what === 'started', offMs: Date.parse(time) - atMs }];
  });
  if (marks.length === 0) return { first: Math.max(0, lines.length - UNMARKED_LINES), last: lines.length - 1, isMarked: false };
  const near = marks.filter(({ isStart, offMs }) => !isStart && Math.abs(offMs) < NEAR_MS);
  const [end] = near.sort((one, other) => Math.abs(one.offMs) - Math.abs(other.offMs));
  const begin = marks.findLastIndex(({ isStart, index, offMs }) => isStart && (end ? index < end.index : offMs < 0));
  const [start, next] = begin < 0 ? [] : marks.slice(begin, begin + 2);
  if (end) return { first: start?.index ?? 0, last: end.index, isMarked: true };
  // A lost runner has marked no end: its log goes on with the next start.
  return start && next?.isStart ? { first: start.index, last: next.index - 1, isMarked: true } : undefined;
}
