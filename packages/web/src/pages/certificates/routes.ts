import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { inside } from '../../inside.js';
import { CertificateFilter } from './filter.js';

export const certificatesRoute = createRoute({
  getParentRoute: () => inside,
  path: '/certificates',
  validateSearch: CertificateFilter,
  component: lazyRouteComponent(() => import('./certificates.js'), 'CertificatesPage'),
});

export const certificateRoute = createRoute({
  getParentRoute: () => inside,
  path: '/certificates/$name',
  component: lazyRouteComponent(() => import('./certificate.js'), 'CertificatePage'),
});
