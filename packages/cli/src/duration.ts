import { usageFailure } from './failure.js';

const units: Record<string, number> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** `90s`, `10m`, `2h`, `3d` in milliseconds. Throws a usage Failure that names `flag`. */
export function readDuration(text: string, flag: string): number {
  const match = /^(\d{1,6})([smhd])$/.exec(text);
  if (!match) throw usageFailure(`--${flag} ${text} is not a duration.`, 'Give it as 90s, 10m, 2h or 3d.');
  return Number(match[1]) * (units[match[2] ?? ''] ?? 0);
}

/**
 * A moment: RFC 3339 or a date as it is, a duration as so long before (`direction` -1) or after (1) now. RFC 3339 in
 * UTC. Throws a usage Failure that names `flag`.
 */
export function readMoment(text: string, flag: string, now: Date, direction: 1 | -1): string {
  if (/^\d{1,6}[smhd]$/.test(text)) return new Date(now.getTime() + direction * readDuration(text, flag)).toISOString();
  if (!/^\d{4}-\d{2}-\d{2}(T|$)/.test(text) || Number.isNaN(Date.parse(text))) {
    throw usageFailure(
      `--${flag} ${text} is not a moment.`,
      'Give it as 2026-11-21, as 2026-11-21T10:00:00Z, or as 90s, 10m, 2h or 3d from now.',
    );
  }
  return new Date(text).toISOString();
}
