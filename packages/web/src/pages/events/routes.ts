import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { inside } from '../../inside.js';
import { EventsSearch } from './filter.js';

export const eventsRoute = createRoute({
  getParentRoute: () => inside,
  path: '/events',
  validateSearch: EventsSearch,
  component: lazyRouteComponent(() => import('./events.js'), 'EventsPage'),
});
