import { z } from 'zod';
import { Line, Timestamp } from '../primitives.js';

/** Why nothing is issued or deployed at the moment. */
export const Pause = z
  .object({
    since: Timestamp,
    by: z.string().describe('`<kind>:<name>` of who paused it; system: a restore did.'),
    reason: z.string().describe('For people.'),
    restored: z
      .boolean()
      .describe('A backup was restored: channels are silent as well, since what it was made of may still work.'),
  })
  .meta({ id: 'Pause' });
export type Pause = z.infer<typeof Pause>;

/** What the server that answers is made of, and runs on. */
const Versions = z.object({
  node: z.string(),
  haproxy: z.string().nullable().describe('Of the program that is installed. Null: there is none that can be used.'),
  store: z.string().describe('SQLite or PostgreSQL, with its version.'),
  schema: z.int().min(1).describe("Of the store's tables."),
  system: z.string().describe('The operating system, its version and the architecture.'),
});

/** The installation as a whole: all servers on one store. */
export const System = z
  .object({
    version: z.string(),
    versions: Versions,
    paused: Pause.nullable().describe('Null: it works.'),
  })
  .meta({ id: 'System' });
export type System = z.infer<typeof System>;

/** Pause everything that touches a CA, a solver or a target. */
export const PauseRequest = z
  .object({ reason: Line.min(1).default('Asked for.').describe('Why, for people.') })
  .meta({ id: 'PauseRequest' });
export type PauseRequest = z.infer<typeof PauseRequest>;
