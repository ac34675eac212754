import { pageOf, searchable } from '../list.js';
import { Solver, SolverChange, SolverCreation, SolverFindings, SolverTrial } from '../resources/solver.js';
import { byName } from './by-name.js';
import type { Operation } from './operation.js';

/** What proves names to a CA. */
export const solver = {
  create: {
    method: 'POST',
    path: '/solvers',
    summary: 'Create a solver',
    role: 'admin',
    body: SolverCreation,
    reply: Solver,
    status: 201,
  },
  list: {
    method: 'GET',
    path: '/solvers',
    summary: 'List solvers',
    role: 'viewer',
    query: searchable('In names, and in names and addresses of their virtual services.'),
    reply: pageOf(Solver),
  },
  show: {
    method: 'GET',
    path: '/solvers/{name}',
    summary: 'Show a solver',
    role: 'viewer',
    params: byName,
    reply: Solver,
  },
  change: {
    method: 'PATCH',
    path: '/solvers/{name}',
    summary: 'Change a solver',
    role: 'admin',
    params: byName,
    body: SolverChange,
    reply: Solver,
  },
  test: {
    method: 'POST',
    path: '/solvers/{name}/test',
    summary: 'Try whether a solver works, leaving nothing changed',
    role: 'operator',
    params: byName,
    body: SolverTrial,
    reply: SolverFindings,
  },
  delete: {
    method: 'DELETE',
    path: '/solvers/{name}',
    summary: 'Delete a solver that nothing uses',
    role: 'admin',
    params: byName,
  },
} as const satisfies Record<string, Operation>;
