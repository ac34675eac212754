import { useSyncExternalStore } from 'react';
import { fromNow, inUtc } from './distance.js';

const zoned = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'short' });
const dayOnly = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium' });

/** One clock for all moments on the screen: a page that stays open must not tell yesterday's "in an hour". */
const clock = { now: Date.now(), listeners: new Set<() => void>(), timer: 0 };

function listen(listener: () => void): () => void {
  if (clock.listeners.size === 0) {
    clock.now = Date.now();
    clock.timer = window.setInterval(() => {
      clock.now = Date.now();
      for (const one of clock.listeners) one();
    }, 30_000);
  }
  clock.listeners.add(listener);
  return () => {
    clock.listeners.delete(listener);
    if (clock.listeners.size === 0) window.clearInterval(clock.timer);
  };
}

/** A moment in the person's zone, with how far away it is, and UTC at hand. */
export function Moment({ at, as = 'both' }: { at: string; as?: 'both' | 'day' | 'distance' }) {
  const ticked = useSyncExternalStore(listen, () => clock.now);
  const moment = Date.parse(at);
  // What has happened since the clock last ticked has happened already.
  const distance = fromNow(moment, moment > ticked && moment <= Date.now() ? moment : ticked);
  const text = {
    both: `${zoned.format(moment)} (${distance})`,
    day: dayOnly.format(moment),
    distance,
  }[as];
  return (
    <time dateTime={at} title={`${inUtc(at)}, ${distance}`}>
      {text}
    </time>
  );
}
