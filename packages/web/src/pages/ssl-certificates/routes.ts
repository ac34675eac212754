import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { inside } from '../../inside.js';
import { Searched } from '../../parts/searched.js';

export const sslCertificatesRoute = createRoute({
  getParentRoute: () => inside,
  path: '/ssl-certificates',
  validateSearch: Searched,
  component: lazyRouteComponent(() => import('./ssl-certificates.js'), 'SslCertificatesPage'),
});

export const intermediatesRoute = createRoute({
  getParentRoute: () => inside,
  path: '/ssl-certificates/intermediates',
  component: lazyRouteComponent(() => import('./intermediates.js'), 'IntermediatesPage'),
});
