import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { z } from 'zod';
import { inside } from '../../inside.js';

export const eventsRoute = createRoute({
  getParentRoute: () => inside,
  path: '/events',
  validateSearch: z.object({ subject: z.string().optional().catch(undefined) }),
  component: lazyRouteComponent(() => import('./events.js'), 'EventsPage'),
});
