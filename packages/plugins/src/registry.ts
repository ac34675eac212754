import type { SolverPlugin, TargetPlugin } from './plugin.js';
import { standaloneSolver } from './solvers/standalone.js';
import { virtualServiceSolver } from './solvers/virtual-service.js';
import { adminInterfaceTarget } from './targets/admin-interface.js';
import { virtualServiceTarget } from './targets/virtual-service.js';

/** Every solver. A new one is one file, one test and one line here. */
export const solvers: readonly SolverPlugin[] = [virtualServiceSolver, standaloneSolver];

/** Every target. */
export const targets: readonly TargetPlugin[] = [virtualServiceTarget, adminInterfaceTarget];
