/** A moment: milliseconds since 1970-01-01T00:00Z. Everything in domain/ is told `now`; nothing reads a clock. */
export type Instant = number;

/** A length of time in milliseconds. */
export type Duration = number;

/** A uniformly random number in [0, 1), like `Math.random`, passed in so that a test can choose it. */
export type Random = () => number;

export const seconds = (count: number): Duration => count * 1000;
export const minutes = (count: number): Duration => count * 60_000;
export const hours = (count: number): Duration => count * 3_600_000;
export const days = (count: number): Duration => count * 86_400_000;

const monthNames = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
];

/**
 * A moment for people, in UTC: `4 March 02:11 UTC`, with its year only when that is not the year of `now`.
 *
 * Written by hand and not by `Intl`, whose wording and spaces differ between the ICU versions of Node 20, 22 and 24.
 */
export function describeInstant(instant: Instant, now: Instant): string {
  const time = new Date(instant).toISOString().slice(11, 16);
  return `${describeDay(instant, now)} ${time} UTC`;
}

/**
 * The days of a span for people, in UTC: `3–5 March`, `28 February – 2 March`, `4 March`; years as in {@link
 * describeInstant}.
 */
export function describeDays(from: Instant, to: Instant, now: Instant): string {
  const first = describeDay(from, now);
  const last = describeDay(to, now);
  if (first === last) return first;
  const [, ...monthOfFirst] = first.split(' ');
  const [, ...monthOfLast] = last.split(' ');
  const sameMonth = monthOfFirst.join(' ') === monthOfLast.join(' ');
  return sameMonth ? `${new Date(from).getUTCDate()}–${last}` : `${first} – ${last}`;
}

function describeDay(instant: Instant, now: Instant): string {
  const date = new Date(instant);
  const year = date.getUTCFullYear();
  const day = `${date.getUTCDate()} ${monthNames[date.getUTCMonth()]}`;
  return year === new Date(now).getUTCFullYear() ? day : `${day} ${year}`;
}

/**
 * A length of time for people, in the largest unit that leaves at least two of them: `45 days`, `16 hours`, `100
 * minutes`.
 */
export function describeDuration(duration: Duration): string {
  const units: [string, Duration][] = [
    ['day', days(1)],
    ['hour', hours(1)],
    ['minute', minutes(1)],
    ['second', seconds(1)],
  ];
  const [unit, length] = units.find(([, length]) => duration >= 2 * length) ?? (['second', seconds(1)] as const);
  const count = Math.round((duration / length) * 10) / 10;
  return `${count} ${unit}${count === 1 ? '' : 's'}`;
}
