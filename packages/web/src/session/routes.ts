import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { z } from 'zod';
import { root } from '../inside.js';

/** The first start: the link that Certfleet prints leads here, and whoever is signed in goes on here. */
export const setupRoute = createRoute({
  getParentRoute: () => root,
  path: '/setup',
  validateSearch: z.object({
    /** The step that is shown; left out: the first one that is missing. */
    step: z.enum(['account', 'proof', 'policy', 'certificate']).optional().catch(undefined),
  }),
  component: lazyRouteComponent(() => import('./setup.js'), 'Setup'),
});
