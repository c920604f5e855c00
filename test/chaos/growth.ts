/** Whether something grows, judged from samples and not by eye. Pure. */

export interface Sample {
  readonly atMs: number;
  readonly value: number;
}

/** Median of the slopes of all pairs (Theil and Sen), per millisecond: a few samples that lie far off do not tilt it. */
export function slopeOf(samples: readonly Sample[]): number {
  const slopes = samples.flatMap((one, index) =>
    samples.slice(index + 1).flatMap(other => (other.atMs > one.atMs ? [(other.value - one.value) / (other.atMs - one.atMs)] : [])),
  );
  return medianOf(slopes);
}

/** By how much it grew from the first sample to the last, after its slope; NaN where there are fewer than two. */
export function growthOf(samples: readonly Sample[]): number {
  const [first, last] = [samples[0], samples.at(-1)];
  return first && last ? slopeOf(samples) * (last.atMs - first.atMs) : Number.NaN;
}

function medianOf(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  if (sorted.length % 2 === 1) return sorted[Math.floor(middle)] ?? Number.NaN;
  return ((sorted[middle - 1] ?? Number.NaN) + (sorted[middle] ?? Number.NaN)) / 2;
}
