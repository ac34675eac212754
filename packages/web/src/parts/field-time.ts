/*
 * Moments in fields of the types `datetime-local` and `date`, which know no zone: that of the person, or UTC for whoever
 * has all times shown so.
 */

/** `2026-11-21T18:40`; '' for none. */
export function fieldTime(at: string | undefined, isUtc: boolean): string {
  if (at === undefined) return '';
  const moment = new Date(at);
  const ahead = isUtc ? 0 : -moment.getTimezoneOffset() * 60_000;
  return new Date(moment.getTime() + ahead).toISOString().slice(0, 16);
}

/** `2026-11-21`; '' for none. */
export function fieldDay(at: string | undefined, isUtc: boolean): string {
  return fieldTime(at, isUtc).slice(0, 10);
}

/** The moment of what a field says; undefined: it says none. */
export function momentOf(field: string, isUtc: boolean): string | undefined {
  const moment = new Date(isUtc ? `${field}Z` : field);
  return Number.isNaN(moment.getTime()) ? undefined : moment.toISOString();
}

/** The moment at which the day of a field begins. */
export function startOf(day: string, isUtc: boolean): string | undefined {
  return momentOf(`${day}T00:00`, isUtc);
}
