import { Tooltip } from '@mantine/core';
import { useEffect, useState } from 'react';
import { fromNow, inUtc } from './distance.js';

const zoned = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'short' });
const dayOnly = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium' });

/** The clock, every so many milliseconds: a page that stays open must not tell yesterday's "in an hour". */
function useNow(interval = 30_000): number {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    const timer = window.setInterval(() => setNow(Date.now()), interval);
    return () => window.clearInterval(timer);
  }, [interval]);
  return now;
}

/** A moment in the person's zone, with how far away it is, and UTC at hand. */
export function Moment({ at, as = 'both' }: { at: string; as?: 'both' | 'day' | 'distance' }) {
  const now = useNow();
  const moment = Date.parse(at);
  const distance = fromNow(moment, now);
  const text = {
    both: `${zoned.format(moment)} (${distance})`,
    day: dayOnly.format(moment),
    distance,
  }[as];
  return (
    <Tooltip label={`${inUtc(at)}, ${distance}`} events={{ hover: true, focus: true, touch: true }}>
      <time dateTime={at}>{text}</time>
    </Tooltip>
  );
}
