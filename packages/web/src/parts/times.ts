import { useLocalStorage } from '@mantine/hooks';

/** Whether someone wants all times in UTC, in this browser. */
export function useUtc(): readonly [isUtc: boolean, setUtc: (isUtc: boolean) => void] {
  const [isUtc, setUtc] = useLocalStorage({
    key: 'certfleet-utc',
    defaultValue: false,
    getInitialValueInEffect: false,
  });
  return [isUtc, setUtc];
}

/** How times are written. */
export interface Times {
  /** With day, year and zone. */
  full: Intl.DateTimeFormat;
  /** As logs are read. */
  clock: Intl.DateTimeFormat;
  day: Intl.DateTimeFormat;
  /** Of today, with the zone. */
  today: Intl.DateTimeFormat;
}

/** In a zone; none: the browser's. */
export function timesIn(zone: Intl.DateTimeFormatOptions, { showsZone }: { showsZone: boolean }): Times {
  const format = (options: Intl.DateTimeFormatOptions) => new Intl.DateTimeFormat(undefined, { ...options, ...zone });
  const date = { month: 'short', day: 'numeric' } as const;
  const minutes = { hour: 'numeric', minute: '2-digit', timeZoneName: 'short' } as const;
  const seconds = { hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' } as const;
  return {
    full: format({ year: 'numeric', ...date, ...minutes }),
    clock: format({ ...date, ...seconds, ...(showsZone && { timeZoneName: 'short' }) }),
    day: format({ dateStyle: 'medium' }),
    today: format(minutes),
  };
}

/** Whether two moments are of one day where these times are of. */
export function isSameDay({ day }: Times, one: number, other: number): boolean {
  return day.format(one) === day.format(other);
}

/** In the person's zone, which goes without saying in what is short. */
export const localTimes = timesIn({}, { showsZone: false });
const utcTimes = timesIn({ timeZone: 'UTC' }, { showsZone: true });

/** How times are written for this person. */
export function useTimes(): Times {
  const [isUtc] = useUtc();
  return isUtc ? utcTimes : localTimes;
}
