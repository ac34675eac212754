import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { z } from 'zod';
import { inside } from '../../inside.js';

export const sslCertificatesRoute = createRoute({
  getParentRoute: () => inside,
  path: '/ssl-certificates',
  validateSearch: z.object({ search: z.string().max(253).optional().catch(undefined) }),
  component: lazyRouteComponent(() => import('./ssl-certificates.js'), 'SslCertificatesPage'),
});

export const intermediatesRoute = createRoute({
  getParentRoute: () => inside,
  path: '/ssl-certificates/intermediates',
  component: lazyRouteComponent(() => import('./intermediates.js'), 'IntermediatesPage'),
});
