import type { Solver } from '@certfleet/contract';
import { placeOf } from '../virtual-services/words.js';

/** What tells a solver from another, beside its name: where it answers, or else what it is. */
export function solverText({ virtualService, type }: Pick<Solver, 'virtualService' | 'type'>): string {
  return virtualService ? placeOf(virtualService) : type;
}
