import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { z } from 'zod';
import { inside } from '../../inside.js';
import { Searched } from '../../parts/searched.js';

export const solversRoute = createRoute({
  getParentRoute: () => inside,
  path: '/solvers',
  validateSearch: Searched,
  component: lazyRouteComponent(() => import('./solvers.js'), 'SolversPage'),
});

export const newSolverRoute = createRoute({
  getParentRoute: () => inside,
  path: '/solvers/-/new',
  validateSearch: z.object({ type: z.string().max(50).optional().catch(undefined) }),
  component: lazyRouteComponent(() => import('./new-solver.js'), 'NewSolverPage'),
});

export const solverRoute = createRoute({
  getParentRoute: () => inside,
  path: '/solvers/$name',
  component: lazyRouteComponent(() => import('./solver.js'), 'SolverPage'),
});
