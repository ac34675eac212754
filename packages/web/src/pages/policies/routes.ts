import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { inside } from '../../inside.js';
import { Searched } from '../../parts/searched.js';

export const policiesRoute = createRoute({
  getParentRoute: () => inside,
  path: '/policies',
  validateSearch: Searched,
  component: lazyRouteComponent(() => import('./policies.js'), 'PoliciesPage'),
});

export const newPolicyRoute = createRoute({
  getParentRoute: () => inside,
  path: '/policies/-/new',
  component: lazyRouteComponent(() => import('./new-policy.js'), 'NewPolicyPage'),
});

export const policyRoute = createRoute({
  getParentRoute: () => inside,
  path: '/policies/$name',
  component: lazyRouteComponent(() => import('./policy.js'), 'PolicyPage'),
});
