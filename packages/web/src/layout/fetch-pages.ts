import { useRouter } from '@tanstack/react-router';
import { useEffect } from 'react';

/** Milliseconds after the first page is there: by then it has what it shows, and whoever goes on at once has gone on. */
const later = 6_000;

/**
 * Fetches every page beforehand, one after the other. When one is opened later, the server may be gone for a moment, or be
 * of another version that has other files.
 */
export function useFetchedPages(): void {
  const router = useRouter();
  useEffect(() => {
    let isOver = false;
    const fetchAll = async () => {
      for (const route of Object.values(router.routesById)) {
        if (isOver) return;
        // One that does not come now comes when it is opened, where it is told if it fails again.
        await router.loadRouteChunk(route)?.catch(() => undefined);
      }
    };
    const timer = window.setTimeout(fetchAll, later);
    return () => {
      isOver = true;
      window.clearTimeout(timer);
    };
  }, [router]);
}
