import { z } from 'zod';
import { Id, Name, Timestamp } from '../primitives.js';

/** As people type it: it is stored in canonical form, IDNs as A-labels. */
export const DomainPattern = z
  .string()
  .min(1)
  .max(1000)
  .describe('A name exactly, or with a leading dot a name and everything below it: .example.com')
  .meta({ id: 'DomainPattern' });

/** A name or a suffix bound to the solver that proves it. The exact name decides before the longest suffix. */
export const Domain = z
  .object({ id: Id, pattern: z.string(), solver: Name, createdAt: Timestamp })
  .meta({ id: 'Domain' });
export type Domain = z.infer<typeof Domain>;

export const DomainCreation = z.object({ pattern: DomainPattern, solver: Name }).meta({ id: 'DomainCreation' });
export type DomainCreation = z.infer<typeof DomainCreation>;
