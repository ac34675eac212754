import { z } from 'zod';
import { Name } from '../primitives.js';

/** What proves one name of a certificate as things are configured: the next order goes by it. */
export const NameProof = z
  .object({
    identifier: z.string(),
    solver: Name.nullable().describe('Null: nobody can prove it.'),
    challengeType: z.enum(['http-01', 'dns-01', 'tls-alpn-01']).nullable(),
    rule: z
      .enum(['certificate', 'domain', 'suffix', 'policy'])
      .nullable()
      .describe('Who says so: the certificate for this very name, a domain, the longest suffix, or the policy.'),
    pattern: z.string().nullable().describe('Of the domain or suffix that says so.'),
    reason: z.string().describe('Why this solver, or why nobody, for people.'),
  })
  .meta({ id: 'NameProof' });
export type NameProof = z.infer<typeof NameProof>;
