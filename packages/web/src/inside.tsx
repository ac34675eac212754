import { createRootRoute, createRoute, Outlet } from '@tanstack/react-router';
import { Shell } from './layout/shell.js';
import { LiveProvider } from './live/live-context.js';
import { SignedIn } from './session/session.js';

/** Above every address. */
export const root = createRootRoute({ component: Outlet });

/** Above every address that needs someone who is signed in: nearly all. A page finds itself as `/inside/<its path>`. */
export const inside = createRoute({
  getParentRoute: () => root,
  id: 'inside',
  component: () => (
    <SignedIn>
      <LiveProvider>
        <Shell />
      </LiveProvider>
    </SignedIn>
  ),
});
