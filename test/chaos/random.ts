// Seeded chance: the same seed gives the same run again, on every machine.

export interface Random {
  /** At least `from`, below `to`. */
  between(from: number, to: number): number;
  /** @throws RangeError of nothing */
  pick<T>(of: readonly T[]): T;
}

/** Mulberry32: 32 bits of state, good enough to choose a process to kill. */
export function seeded(seed: number): Random {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
  return {
    between: (from, to) => from + next() * (to - from),
    pick: of => {
      if (of.length === 0) throw new RangeError('nothing to pick from');
      return of[Math.floor(next() * of.length)] as (typeof of)[number];
    },
  };
}
