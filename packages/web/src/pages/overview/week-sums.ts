import type { Overview } from '@certfleet/contract';

/** What happens in seven days. */
export interface Week {
  /** The first day, in UTC: `2026-11-21`. */
  from: string;
  expiring: number;
  renewals: number;
}

/** What is told of a week, with its colour in the picture. */
export const series = [
  { key: 'renewals', label: 'Planned renewals', color: '--mantine-color-teal-7' },
  { key: 'expiring', label: 'Expiries', color: '--mantine-color-orange-8' },
] as const;

/** The days in sevens, from the first one on. */
export function weeksOf(days: Overview['days']): Week[] {
  return Array.from({ length: Math.ceil(days.length / 7) }, (_, index) => {
    const week = days.slice(index * 7, index * 7 + 7);
    const sum = (key: 'expiring' | 'renewals') => week.reduce((all, day) => all + day[key], 0);
    return { from: week[0]?.day ?? '', expiring: sum('expiring'), renewals: sum('renewals') };
  });
}

const format = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'short', timeZone: 'UTC' });

/** The first day of a week, short: `21 Nov`. */
export function dayOf({ from }: Pick<Week, 'from'>): string {
  return format.format(Date.parse(from));
}
