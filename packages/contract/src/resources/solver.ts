import { z } from 'zod';
import { Id, Name, Timestamp } from '../primitives.js';
import { PreflightFinding } from './preflight.js';
import { ServicePlace } from './service-place.js';

/** One configured way to present challenges. Secrets in `config` are write-only: they read as `{"secret": true}`. */
export const Solver = z
  .object({
    id: Id,
    name: Name,
    type: z.string().describe('A solver plugin: virtual-service, standalone, …'),
    config: z.record(z.string(), z.unknown()),
    enabled: z.boolean().describe('Whether it is used. What a disabled one has presented is still taken away by it.'),
    proves: z
      .object({
        domains: z.int().describe('How many domains are bound to it.'),
        policies: z.int().describe('How many policies have it as their default.'),
      })
      .describe('Besides, certificates may name it for names of theirs.'),
    virtualService: ServicePlace.nullable().describe('By which it answers; null: by none.'),
    leftOver: z.int().describe('Challenges that it could not take away yet, though their orders are over.'),
    createdAt: Timestamp,
  })
  .meta({ id: 'Solver' });
export type Solver = z.infer<typeof Solver>;

export const SolverCreation = z
  .object({
    name: Name,
    type: z.string().max(50),
    config: z.record(z.string(), z.unknown()).default({}),
    enabled: z.boolean().default(true),
  })
  .meta({ id: 'SolverCreation' });
export type SolverCreation = z.infer<typeof SolverCreation>;

/** Fields of `config` that are left out stay as they are. */
export const SolverChange = z
  .object({ config: z.record(z.string(), z.unknown()).optional(), enabled: z.boolean().optional() })
  .meta({ id: 'SolverChange' });
export type SolverChange = z.infer<typeof SolverChange>;

export const SolverTrial = z
  .object({
    identifier: z
      .string()
      .max(255)
      .optional()
      .describe('Also find out where the challenge of this name goes, or whether it leads there.'),
  })
  .meta({ id: 'SolverTrial' });
export type SolverTrial = z.infer<typeof SolverTrial>;

/** What a trial found. What keeps it from presenting at all, wrong credentials among it, is an error. */
export const SolverFindings = z
  .object({
    zones: z.array(z.string()).nullable().describe('Zones that its credentials see; null: nobody can tell.'),
    record: z
      .object({
        name: z.string().describe('Where the TXT record would be: after aliases.'),
        zone: z.string(),
        nameServers: z.array(z.string()).describe('Name servers that have to show it.'),
      })
      .nullable()
      .describe('Of the name that was asked about; null for none, and for solvers without DNS.'),
    answers: z
      .array(PreflightFinding)
      .nullable()
      .describe(
        'Of one that answers CAs by itself: what came of a trial challenge, which was taken away again. First where it listens (name null), then at the name that was asked about. Null: it is none of these.',
      ),
    byPerson: z.boolean().describe('Nobody was asked: what the CA is to find is presented by a person.'),
  })
  .meta({ id: 'SolverFindings' });
export type SolverFindings = z.infer<typeof SolverFindings>;
