import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { z } from 'zod';
import { inside } from '../../inside.js';
import { Searched } from '../../parts/searched.js';

export const accountsRoute = createRoute({
  getParentRoute: () => inside,
  path: '/accounts',
  validateSearch: Searched,
  component: lazyRouteComponent(() => import('./accounts.js'), 'AccountsPage'),
});

export const newAccountRoute = createRoute({
  getParentRoute: () => inside,
  path: '/accounts/-/new',
  validateSearch: z.object({ how: z.enum(['register', 'link']).optional().catch(undefined) }),
  component: lazyRouteComponent(() => import('./new-account.js'), 'NewAccountPage'),
});

export const accountRoute = createRoute({
  getParentRoute: () => inside,
  path: '/accounts/$name',
  component: lazyRouteComponent(() => import('./account.js'), 'AccountPage'),
});
