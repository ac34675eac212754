import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { z } from 'zod';
import { inside } from '../../inside.js';
import { steps } from './draft.js';

/**
 * The wizard: without `certificate` for a new one, at `step`. With it, how that one's request goes on; with a `step` too,
 * to mend it there. `since`: the version that was there before, which is not the one that is waited for.
 */
const RequestSearch = z.object({
  step: z.enum(steps).optional().catch(undefined),
  certificate: z.string().max(128).optional().catch(undefined),
  since: z.coerce.number().int().min(0).optional().catch(undefined),
});

export const requestRoute = createRoute({
  getParentRoute: () => inside,
  path: '/request',
  validateSearch: RequestSearch,
  component: lazyRouteComponent(() => import('./request.js'), 'RequestPage'),
});
