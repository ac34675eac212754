import { endpoints, type Progress } from '@certfleet/contract';
import { type Query, useQueryClient } from '@tanstack/react-query';
import { createContext, type ReactNode, useContext, useEffect, useState, useSyncExternalStore } from 'react';
import { sessionKey } from '../query.js';
import { changesOf, changesOfStep, isChanged } from './changes.js';
import { gathered } from './gathered.js';
import { type Connection, Live } from './live.js';
import { SharedSource } from './shared-source.js';

const LiveContext = createContext<Live | null>(null);

/** What was read outside so lately, in milliseconds, is as good as read again. */
const fresh = 10_000;

/** How soon what was read is read again after an event about it. */
const inside = { gather: 400, rest: 400, most: 5_000 };

/** The same for what the server reads elsewhere: handshakes with a hundred targets while it deploys to them. */
const outside = { gather: 400, rest: fresh, most: fresh };

/** Connects while it is shown, and has everything read again that an event is about. */
export function LiveProvider({ children }: { children: ReactNode }) {
  const client = useQueryClient();
  const [live] = useState(() => {
    // Only what is on the screen is really read again.
    const reader = (isOutside: boolean) => (changes: ReadonlySet<string>) =>
      client.invalidateQueries({
        predicate: query => (query.meta?.isOutside ?? false) === isOutside && isChanged(query, changes),
      });
    const readInside = gathered(reader(false), inside);
    const readOutside = gathered(reader(true), outside);
    const readAgain = (changes: readonly string[]) => {
      readInside(changes);
      readOutside(changes);
    };
    /** What is being read just now goes on. */
    const readAll = () => {
      const lately = Date.now() - fresh;
      const predicate = ({ meta, state }: Query) => !(meta?.isOutside && state.dataUpdatedAt > lately);
      client.invalidateQueries({ predicate }, { cancelRefetch: false });
    };
    return new Live(() => new SharedSource(endpoints.stream.path), {
      heard(event) {
        const changes = changesOf(event);
        if (changes === null) client.invalidateQueries();
        else readAgain(changes);
      },
      moved: ({ subject }) => readInside(changesOfStep(subject)),
      back: readAll,
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
