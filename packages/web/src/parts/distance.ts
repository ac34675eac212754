const relative = new Intl.RelativeTimeFormat('en', { numeric: 'auto' });

/** The largest unit first, in milliseconds; with a third number only from then on: certificates are counted in days. */
const units: readonly [Intl.RelativeTimeFormatUnit, number, number?][] = [
  ['year', 31_557_600_000, 47_336_400_000],
  ['month', 2_629_800_000, 10_368_000_000],
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
  ['second', 1_000],
];

/** `in 3 days`, `2 hours ago`, `now`. */
export function fromNow(at: number, now: number): string {
  const difference = at - now;
  const [unit, length] = units.find(([, one, from = one]) => Math.abs(difference) >= from) ?? ['second', 1_000];
  return relative.format(Math.trunc(difference / length), unit);
}

/** `2026-11-21 18:40:08 UTC` */
export function inUtc(at: string): string {
  return `${at.slice(0, 19).replace('T', ' ')} UTC`;
}
