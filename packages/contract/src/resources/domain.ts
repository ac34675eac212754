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

/** Names that nobody can prove as things are configured: orders for them will fail. */
export const UnprovableNames = z
  .object({
    examined: z.int().describe('So many names of certificates were looked at: all that a policy keeps valid.'),
    total: z.int().describe('How many of them nobody can prove.'),
    items: z
      .array(z.object({ certificate: Name, identifier: z.string(), reason: z.string().describe('For people.') }))
      .max(100)
      .describe('The first of them.'),
    at: Timestamp.describe('When it was looked at: with very many certificates up to a minute ago.'),
  })
  .meta({ id: 'UnprovableNames' });
export type UnprovableNames = z.infer<typeof UnprovableNames>;

export const DomainCreation = z.object({ pattern: DomainPattern, solver: Name }).meta({ id: 'DomainCreation' });
export type DomainCreation = z.infer<typeof DomainCreation>;
