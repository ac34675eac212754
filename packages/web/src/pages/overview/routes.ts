import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { inside } from '../../inside.js';

export const overviewRoute = createRoute({
  getParentRoute: () => inside,
  path: '/',
  component: lazyRouteComponent(() => import('./overview.js'), 'OverviewPage'),
});
