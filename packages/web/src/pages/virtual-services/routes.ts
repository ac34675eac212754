import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { inside } from '../../inside.js';
import { ServiceFilter } from './filter.js';

export const virtualServicesRoute = createRoute({
  getParentRoute: () => inside,
  path: '/virtual-services',
  validateSearch: ServiceFilter,
  component: lazyRouteComponent(() => import('./virtual-services.js'), 'VirtualServicesPage'),
});

export const contentRulesRoute = createRoute({
  getParentRoute: () => inside,
  path: '/virtual-services/content-rules',
  component: lazyRouteComponent(() => import('./content-rules.js'), 'ContentRulesPage'),
});

export const virtualServiceRoute = createRoute({
  getParentRoute: () => inside,
  path: '/virtual-services/$id',
  component: lazyRouteComponent(() => import('./virtual-service.js'), 'VirtualServicePage'),
});
