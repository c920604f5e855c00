/** A measurement: its values, their summary, and whether they meet the target. Pure. */

/** `×` is a ratio. */
export type Unit = 'ms' | 'MB/s' | 'MB' | 'kB' | '×' | '';

/** The bound a figure must keep. `judged` names the statistic that is held against it; the median where it is left out. */
export interface Target {
  readonly bound: 'at most' | 'at least' | 'below';
  readonly value: number;
  readonly judged?: 'p95' | 'max';
}

export interface Measured {
  /** A plain phrase, e.g. "killed gateway → another one up". */
  readonly name: string;
  readonly unit: Unit;
  readonly values: readonly number[];
  readonly target?: Target;
}

/** What could not be measured here, and what would change that. */
interface Unmeasured {
  readonly name: string;
  readonly skipped: string;
}

export type Outcome = Measured | Unmeasured;

export interface Summary {
  readonly runs: number;
  readonly median: number;
  readonly min: number;
  readonly max: number;
  readonly p95: number;
}

/** One measurement of the bench; `runs` is how often whatever can be repeated is repeated. */
export interface Part {
  /** For `--only`. */
  readonly name: string;
  measure(runs: number): Promise<readonly Outcome[]>;
}

export function isMeasured(outcome: Outcome): outcome is Measured {
  return 'values' in outcome;
}

export function summarize(values: readonly number[]): Summary {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;
  const middle = sorted.length / 2;
  const median = sorted.length % 2 === 1 ? at(0.5) : ((sorted[middle - 1] ?? Number.NaN) + (sorted[middle] ?? Number.NaN)) / 2;
  return { runs: sorted.length, median, min: sorted[0] ?? Number.NaN, max: sorted.at(-1) ?? Number.NaN, p95: at(0.95) };
}

/** Undefined where there is no target. A figure without a value misses every target. */
export function keepsTarget({ values, target }: Measured): boolean | undefined {
  if (!target) return undefined;
  const figure = summarize(values)[target.judged ?? 'median'];
  switch (target.bound) {
    case 'at least':
      return figure >= target.value;
    case 'at most':
      return figure <= target.value;
    case 'below':
      return figure < target.value;
  }
}
