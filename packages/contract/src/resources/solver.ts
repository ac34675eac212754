import { z } from 'zod';
import { Id, Name, Timestamp } from '../primitives.js';

/** One configured way to present challenges. Secrets in `config` are write-only: they read as `{"secret": true}`. */
export const Solver = z
  .object({
    id: Id,
    name: Name,
    type: z.string().describe('A solver plugin: virtual-service, standalone, …'),
    config: z.record(z.string(), z.unknown()),
    createdAt: Timestamp,
  })
  .meta({ id: 'Solver' });
export type Solver = z.infer<typeof Solver>;

export const SolverCreation = z
  .object({ name: Name, type: z.string().max(50), config: z.record(z.string(), z.unknown()).default({}) })
  .meta({ id: 'SolverCreation' });
export type SolverCreation = z.infer<typeof SolverCreation>;

export const SolverChange = z.object({ config: z.record(z.string(), z.unknown()) }).meta({ id: 'SolverChange' });
export type SolverChange = z.infer<typeof SolverChange>;
