import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { inside } from '../../inside.js';

export const domainsRoute = createRoute({
  getParentRoute: () => inside,
  path: '/domains',
  component: lazyRouteComponent(() => import('./domains.js'), 'DomainsPage'),
});
