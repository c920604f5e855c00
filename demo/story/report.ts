/** The report of the story: one aligned line for each step and one at the end, or one JSON document. */

import type { StepResult } from './stage.ts';

export interface StoryStepReport {
  readonly name: string;
  readonly result: 'passed' | 'failed' | 'skipped';
  /** Duration of the whole step, in milliseconds. */
  readonly ms: number;
  /** The result in words, or why the step was skipped. */
  readonly figure?: string;
  /** Milliseconds by name. */
  readonly measured?: StepResult['measured'];
  readonly picture?: string;
  readonly failure?: { readonly expected: string; readonly seen: string };
}

export interface StoryReport {
  readonly ok: boolean;
  readonly gateway: string;
  /** The temporary folder of the trial. */
  readonly folder: string;
  readonly steps: readonly StoryStepReport[];
  readonly totalMs: number;
  /** Folder of the pictures; absent where none were made. */
  readonly pictures?: string;
  /** Why no pictures were made. */
  readonly noPictures?: string;
  /** What could not be removed at the end. */
  readonly left: readonly string[];
}

const MARKS: Readonly<Record<StoryStepReport['result'], string>> = { passed: '✓', failed: '✗', skipped: '–' };
const NAME_WIDTH = 40;
const TIME_WIDTH = 8;

/** One line of the table, and the failure below it, if any. */
export function stepLines({ name, result, ms, figure, failure }: StoryStepReport): string {
  const time = result === 'skipped' ? '' : `${(ms / 1_000).toFixed(2)} s`;
  const line = `  ${MARKS[result]}  ${name.padEnd(NAME_WIDTH)}${time.padStart(TIME_WIDTH)}   ${figure ?? ''}`.trimEnd();
  if (!failure) return line;
  return [line, ...indented('expected', failure.expected), ...indented('seen', failure.seen)].join('\n');
}

export function summaryLine({ ok, steps, totalMs, pictures, noPictures }: Omit<StoryReport, 'left' | 'folder'>): string {
  const count = (result: StoryStepReport['result']) => steps.filter(step => step.result === result).length;
  const skipped = count('skipped') > 0 ? `, ${count('skipped')} skipped` : '';
  const outcome = ok ? `${count('passed')} steps as expected${skipped}` : `${count('failed')} of ${steps.length} steps failed${skipped}`;
  const seen = pictures === undefined ? `no pictures were made: ${noPictures}` : `pictures in ${pictures}`;
  return `${outcome}, ${(totalMs / 1_000).toFixed(1)} s; ${seen}.`;
}

function indented(title: string, text: string): string[] {
  return text.split('\n').map((line, index) => `       ${(index === 0 ? title : '').padEnd(9)} ${line}`);
}
