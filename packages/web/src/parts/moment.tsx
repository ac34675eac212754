import { useSyncExternalStore } from 'react';
import { fromNow, inUtc } from './distance.js';
import { localTimes, useTimes } from './times.js';

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

/** A moment in the person's zone, with how far away it is, and UTC at hand; the other way round for whoever wants UTC. */
export function Moment({ at, as = 'both' }: { at: string; as?: 'both' | 'day' | 'clock' | 'distance' }) {
  const ticked = useSyncExternalStore(listen, () => clock.now);
  const times = useTimes();
  const moment = Date.parse(at);
  // What has happened since the clock last ticked has happened already.
  const distance = fromNow(moment, moment > ticked && moment <= Date.now() ? moment : ticked);
  return (
    <time dateTime={at} title={`${times === localTimes ? inUtc(at) : localTimes.full.format(moment)}, ${distance}`}>
      {as === 'both' && (
        <>
          {times.full.format(moment)} <span className="short">({distance})</span>
        </>
      )}
      {as === 'day' && times.day.format(moment)}
      {as === 'clock' && times.clock.format(moment)}
      {as === 'distance' && distance}
    </time>
  );
}
