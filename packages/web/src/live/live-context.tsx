import type { Progress } from '@certfleet/contract';
import { useQueryClient } from '@tanstack/react-query';
import { createContext, type ReactNode, useContext, useEffect, useState, useSyncExternalStore } from 'react';
import { collectionOf, sessionKey } from '../query.js';
import { type Connection, Live } from './live.js';

const LiveContext = createContext<Live | null>(null);

/** What was read is read again so long after an event about it, in milliseconds: events come in swarms. */
const gather = 400;

/** What each event may change, whatever it is about: these show something of everything. */
const ofEveryEvent = ['events', 'overview', 'running', 'system'];

/** What else an event of a collection changes: services show their certificates, and are solvers and targets too. */
const related: Readonly<Record<string, readonly string[]>> = {
  certificates: ['virtual-services', 'targets', 'accounts'],
  'virtual-services': ['solvers', 'targets'],
};

/** Connects while it is shown, and has everything read again that an event is about. */
export function LiveProvider({ children }: { children: ReactNode }) {
  const client = useQueryClient();
  const [live] = useState(() => {
    const due = new Set<string>();
    const readAgain = (collections: readonly string[]) => {
      if (due.size === 0) {
        window.setTimeout(() => {
          // Only what is on the screen is really read again.
          for (const one of due) client.invalidateQueries({ queryKey: [one] });
          due.clear();
        }, gather);
      }
      for (const one of collections) due.add(one);
    };
    return new Live({
      heard({ subject }) {
        const collection = collectionOf(subject);
        const changed = collection === null ? [] : [collection, ...(related[collection] ?? [])];
        readAgain([...ofEveryEvent, ...changed]);
      },
      moved: () => readAgain(['running']),
      back: () => client.invalidateQueries(),
      refused: () => client.invalidateQueries({ queryKey: sessionKey }),
    });
  });
  useEffect(() => {
    live.start();
    return () => live.stop();
  }, [live]);
  return <LiveContext value={live}>{children}</LiveContext>;
}

function useLive(): Live {
  const live = useContext(LiveContext);
  if (!live) throw new Error('LiveProvider is missing around this component.');
  return live;
}

export function useConnection(): Connection {
  const live = useLive();
  return useSyncExternalStore(live.subscribe, live.connection);
}

/** What was said last of a long action: `certificate:www`. */
export function useProgress(subject: string): Progress | undefined {
  const live = useLive();
  return useSyncExternalStore(live.subscribe, () => live.progress().get(subject));
}
