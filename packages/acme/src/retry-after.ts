/** Retry-After (RFC 9110 §10.2.3): seconds or an HTTP-date. */

const DAY_MS = 86_400_000;

/** The three forms of an HTTP-date (RFC 9110 §5.6.7); Date.parse alone would take far more than that. */
const HTTP_DATE =
  /^(?:[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT|[A-Z][a-z]+day, \d{2}-[A-Z][a-z]{2}-\d{2} \d{2}:\d{2}:\d{2} GMT|[A-Z][a-z]{2} [A-Z][a-z]{2} [ \d]\d \d{2}:\d{2}:\d{2} \d{4})$/;

/**
 * How long to wait, in milliseconds, at least 0 and at most `maxMs` (one day if not said).
 *
 * Undefined if there is no header or it is garbage (negative numbers included): the caller then uses its default.
 * A date in the past means now.
 */
export function parseRetryAfter(header: string | undefined, now: number, maxMs: number = DAY_MS): number | undefined {
  const text = header?.trim();
  if (text === undefined) return undefined;
  if (/^\d+$/.test(text)) return Math.min(Number(text) * 1000, maxMs);
  if (!HTTP_DATE.test(text)) return undefined;
  // asctime-dates carry no zone and mean UTC.
  const moment = Date.parse(text.endsWith('GMT') ? text : `${text} GMT`);
  return Number.isNaN(moment) ? undefined : Math.min(Math.max(0, moment - now), maxMs);
}
