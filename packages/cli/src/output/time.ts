/** How times are shown. */
export interface TimeFormat {
  now: Date;
  /** Null: the machine's own zone. */
  zone: string | null;
}

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;
/** Nearer than this, a table says how far away a moment is; beyond, the date says more. */
const near = 7 * day;

/** `2026-11-21 10:00 CET`: to the minute, with the zone's short name. */
export function moment(timestamp: string, format: TimeFormat): string {
  const parts = new Intl.DateTimeFormat('en-GB', {
    ...(format.zone === null ? {} : { timeZone: format.zone }),
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
    timeZoneName: 'short',
  }).formatToParts(new Date(timestamp));
  const part = (type: Intl.DateTimeFormatPartTypes) => parts.find(one => one.type === type)?.value ?? '';
  return `${part('year')}-${part('month')}-${part('day')} ${part('hour')}:${part('minute')} ${part('timeZoneName')}`;
}

/** `in 3 hours`, `5 minutes ago`: rounded down to the largest unit that fits. */
export function relative(timestamp: string, now: Date): string {
  const difference = Date.parse(timestamp) - now.getTime();
  const distance = Math.abs(difference);
  if (distance < minute) return difference < 0 ? 'just now' : 'in a moment';
  const [size, unit] = distance < hour ? [minute, 'minute'] : distance < 2 * day ? [hour, 'hour'] : [day, 'day'];
  const count = Math.floor(distance / (size as number));
  const text = `${count} ${unit}${count === 1 ? '' : 's'}`;
  return difference < 0 ? `${text} ago` : `in ${text}`;
}

/** For a column: relative when it is near, else the day. */
export function when(timestamp: string, format: TimeFormat): string {
  const distance = Math.abs(Date.parse(timestamp) - format.now.getTime());
  return distance < near ? relative(timestamp, format.now) : moment(timestamp, format).slice(0, '2026-11-21'.length);
}

/** For a single thing: the moment and how far away it is. */
export function momentAndDistance(timestamp: string, format: TimeFormat): string {
  return `${moment(timestamp, format)} (${relative(timestamp, format.now)})`;
}
