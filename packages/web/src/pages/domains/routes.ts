import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { inside } from '../../inside.js';
import { Searched } from '../../parts/searched.js';

export const domainsRoute = createRoute({
  getParentRoute: () => inside,
  path: '/domains',
  validateSearch: Searched,
  component: lazyRouteComponent(() => import('./domains.js'), 'DomainsPage'),
});
