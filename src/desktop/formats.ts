/**
 * Times, durations and numbers, through Intl alone; separate, so that all catalogues round in the same way. Their words are in the language
 * of the catalogue, their format is that of the user's region: "6 Feb, 15:04" in an English catalogue in Germany.
 */

const UNITS = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
  ['second', 1_000],
] as const;
type Unit = (typeof UNITS)[number][0];

/** A locale of the user's region; undefined for the one of this process or page. */
let region: string | undefined;

/** Where the regional settings of the system are known. What is no locale is ignored. */
export function setRegion(locale: string | undefined): void {
  try {
    [region] = Intl.getCanonicalLocales(locale);
  } catch {
    // "C" on Linux
  }
}

/** The language with the region of the user, and with its clock of 12 or 24 hours, which English does not have for every region. */
function inRegion(language: string): string {
  const { locale, hourCycle = 'h23' } = new Intl.DateTimeFormat(region, { hour: 'numeric' }).resolvedOptions();
  const { region: own = '' } = new Intl.Locale(locale).maximize();
  return new Intl.Locale(language, { region: own, hourCycle }).toString();
}

/** @param language BCP 47 */
export function createFormats(language: string) {
  const locale = lazily(() => inRegion(language));
  const unit = (name: Unit) =>
    lazily(() => new Intl.NumberFormat(locale(), { style: 'unit', unit: name, unitDisplay: 'short', maximumFractionDigits: 0 }));
  const units = { day: unit('day'), hour: unit('hour'), minute: unit('minute'), second: unit('second') };
  const tenths = lazily(
    () => new Intl.NumberFormat(locale(), { style: 'unit', unit: 'second', unitDisplay: 'short', maximumFractionDigits: 1 }),
  );
  const whole = lazily(() => new Intl.NumberFormat(locale(), { maximumFractionDigits: 0 }));
  const list = lazily(() => new Intl.ListFormat(locale(), { type: 'unit', style: 'narrow' }));
  const clock = lazily(() => new Intl.DateTimeFormat(locale(), { timeStyle: 'medium' }));
  const dayAndTime = { month: 'short', day: 'numeric', hour: 'numeric', minute: '2-digit' } as const;
  const thisYear = lazily(() => new Intl.DateTimeFormat(locale(), dayAndTime));
  const anyYear = lazily(() => new Intl.DateTimeFormat(locale(), { ...dayAndTime, year: 'numeric' }));

  /** The two largest units: "3 hr 12 min", "12 min", "45 sec". Never below zero. */
  const duration = (ms: number): string => {
    let rest = Number.isFinite(ms) ? Math.max(0, ms) : 0;
    const largest = UNITS.findIndex(([name, size]) => rest >= size || name === 'second');
    const parts: string[] = [];
    // Minutes are shown without seconds.
    for (const [name, size] of UNITS.slice(largest, largest + (UNITS[largest]?.[0] === 'minute' ? 1 : 2))) {
      const count = Math.floor(rest / size);
      rest -= count * size;
      if (count > 0 || parts.length === 0) parts.push(units[name]().format(count));
    }
    return list().format(parts);
  };

  return {
    duration,
    /** Whole seconds, rounded up, so that a countdown does not show zero before its end: "4 sec". */
    countdown: (ms: number) => units.second().format(Math.ceil(Math.max(0, ms) / 1_000)),
    /** Seconds with one digit after the point: "1.3 sec". */
    precise: (ms: number) => tenths().format(ms / 1_000),
    /** Whole seconds as a number alone, where a heading names the unit: "16". */
    seconds: (ms: number) => whole().format(ms / 1_000),
    /** Time of day, with the day unless it is today, and the year unless it is this one. `now` in epoch milliseconds. */
    time: (iso: string, now: number) => {
      const at = new Date(iso);
      if (Number.isNaN(at.getTime())) return iso;
      const today = new Date(now);
      if (at.toDateString() === today.toDateString()) return clock().format(at);
      return (at.getFullYear() === today.getFullYear() ? thisYear() : anyYear()).format(at);
    },
  };
}

/** Made at its first use, because each Intl object takes milliseconds, and again for another region. */
function lazily<T>(make: () => T): () => T {
  let made: { readonly value: T; readonly of: string | undefined } | undefined;
  return () => {
    if (made?.of !== region || !made) made = { value: make(), of: region };
    return made.value;
  };
}
