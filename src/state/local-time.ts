/** Times in a log that people read beside a gateway's own lines, which are in local time. */

const twoDigits = (value: number): string => String(value).padStart(2, '0');

/** ISO 8601 in local time with its offset: `2026-02-06T10:30:00.000+01:00`. @param offsetMin minutes east of UTC */
export function localIsoTime(at: Date, offsetMin = -at.getTimezoneOffset()): string {
  const shifted = new Date(at.getTime() + offsetMin * 60_000).toISOString().slice(0, -1);
  const distance = Math.abs(offsetMin);
  return `${shifted}${offsetMin < 0 ? '-' : '+'}${twoDigits(Math.trunc(distance / 60))}:${twoDigits(distance % 60)}`;
}
