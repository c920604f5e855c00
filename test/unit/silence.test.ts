// When a gateway that answers no more is hung: probes and time as the runner sees them, on a clock that the test moves.
import { describe, expect, it } from 'vitest';
import { afterProbe, afterTime, isHung, isSilent, type Silence, UNASKED } from '../../src/model/silence.ts';

const WATCHDOG_MS = 180_000;
const TURN_MS = 3_750;
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

type Turn = { readonly lateMs?: number; readonly excused?: boolean; readonly answers?: boolean };

/** A gateway that is probed every 30 s, in eight turns. */
class Gateway {
  silence: Silence = UNASKED;

  /** Lets a pause between two probes pass, and probes. */
  next({ lateMs = 0, excused = false, answers = false }: Turn = {}): this {
    for (let turn = 1; turn <= 8; turn += 1) {
      const elapsedMs = TURN_MS + (turn === 4 ? lateMs : 0);
      this.silence = afterTime(this.silence, { elapsedMs, plannedMs: TURN_MS, excused });
    }
    this.silence = afterProbe(this.silence, answers);
    return this;
  }

  times(count: number, turn: Turn = {}): this {
    for (let i = 0; i < count; i += 1) this.next(turn);
    return this;
  }

  get seen(): 'answering' | 'silent' | 'hung' {
    if (isHung(this.silence, WATCHDOG_MS)) return 'hung';
    return isSilent(this.silence) ? 'silent' : 'answering';
  }
}

const answered = () => new Gateway().next({ answers: true });

describe('silence of a gateway', () => {
  it('makes it silent after three probes in a row, and hung after three minutes', () => {
    const gateway = answered();
    const seen = Array.from({ length: 6 }, () => gateway.next().seen);
    expect(seen).toEqual(['answering', 'answering', 'silent', 'silent', 'silent', 'hung']);
  });

  it('begins again with every answer', () => {
    expect(answered().times(5).next({ answers: true }).times(5).seen).toBe('silent');
  });

  it('means nothing before the first answer, however long it takes', () => {
    expect(new Gateway().times(100).seen).toBe('answering');
  });

  it('does not count the time that the machine sleeps, nor the probe that follows', () => {
    const gateway = answered()
      .times(2)
      .next({ lateMs: 8 * HOUR_MS });
    expect(gateway.seen).toBe('answering');
    expect(gateway.times(2).seen).toBe('silent');
    expect(gateway.times(2).seen).toBe('hung');
  });

  it('hangs three minutes after the machine woke up, where it answered before', () => {
    const gateway = answered().next({ lateMs: 8 * HOUR_MS });
    expect(gateway.times(5).seen).toBe('silent');
    expect(gateway.times(1).seen).toBe('hung');
  });

  it('counts no probe while our own timers come more than two seconds late', () => {
    const gateway = answered().times(1_000, { lateMs: 2_001 });
    expect(gateway.seen).toBe('answering');
    expect(answered().times(6, { lateMs: 2_000 }).seen).toBe('hung');
  });

  it('counts from its beginning after a debugger has left', () => {
    const gateway = answered().times(5).times(100, { excused: true });
    expect(gateway.seen).toBe('silent');
    expect(gateway.times(5).seen).toBe('silent');
    expect(gateway.next().seen).toBe('hung');
  });

  it('needs three probes, however short the period is', () => {
    const seen = Array.from({ length: 3 }, (_, i) => isHung(answered().times(i + 1).silence, 1));
    expect(seen).toEqual([false, false, true]);
  });
});
