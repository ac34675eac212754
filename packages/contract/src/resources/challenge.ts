import { z } from 'zod';
import { Name, Timestamp } from '../primitives.js';

/** What came of looking for a challenge from here. */
const Sighting = z
  .object({
    seen: z.boolean(),
    message: z.string().describe('Where it was found, or what was found instead.'),
    at: Timestamp,
  })
  .meta({ id: 'Sighting' });

/** What a CA is to find for one name. */
export const Challenge = z
  .object({
    identifier: z.string().describe('The name that it proves; of a wildcard without "*.".'),
    type: z.enum(['http-01', 'dns-01', 'tls-alpn-01']),
    solver: Name,
    byPerson: z.boolean().describe('Whether a person presents it, or the solver by itself.'),
    state: z
      .enum(['open', 'confirmed', 'presented', 'removable'])
      .describe(
        'open: a person has to present it. confirmed: a person has, and the CA is told to look. presented: by the solver, or about to be. removable: of an order that has ended.',
      ),
    http: z
      .object({
        url: z.url().describe('Where the CA asks for it, on port 80.'),
        file: z
          .string()
          .regex(/^[\w-]+$/)
          .describe('The name of the file, in the folder .well-known/acme-challenge.'),
        content: z.string().describe('What the file holds, without a line end.'),
      })
      .nullable()
      .describe('Of http-01.'),
    dns: z
      .object({
        name: z.string().describe('The name of the TXT record, after aliases (CNAME).'),
        aliasOf: z.string().nullable().describe('The name that leads there; null: there is no alias.'),
        value: z.string().describe('What the record holds.'),
      })
      .nullable()
      .describe('Of dns-01.'),
    sighting: Sighting.nullable().describe('What came of looking for it last. Null: nobody has.'),
  })
  .meta({ id: 'Challenge' });
export type Challenge = z.infer<typeof Challenge>;

/** A certificate's challenges. */
export const CertificateChallenges = z
  .object({
    certificate: Name,
    order: z
      .object({
        step: z.string().describe('The step of docs/issuance-cycle.md.'),
        account: Name,
        expiresAt: Timestamp.describe('Until then it can be proven; afterwards another order has other challenges.'),
      })
      .nullable()
      .describe('The one that is running.'),
    needsPerson: z.boolean().describe('Whether nothing goes on before somebody presents what is open.'),
    challenges: z.array(Challenge),
    removable: z.array(Challenge).describe('What people have presented for the order before, and may remove.'),
    lastError: z
      .object({ message: z.string(), at: Timestamp })
      .nullable()
      .describe('What the last attempt failed for, such as what the CA found.'),
  })
  .meta({ id: 'CertificateChallenges' });
export type CertificateChallenges = z.infer<typeof CertificateChallenges>;

export const Verification = z
  .object({
    anyway: z
      .boolean()
      .default(false)
      .describe('The CA is told to look even if not all are found from here, as where the DNS looks different inside.'),
  })
  .meta({ id: 'Verification' });
export type Verification = z.infer<typeof Verification>;

/** What came of looking for what people have presented. */
export const VerificationResult = z
  .object({
    goesOn: z.boolean().describe('Whether the CA is told to look now.'),
    challenges: z.array(Challenge).describe('Those that a person presents.'),
  })
  .meta({ id: 'VerificationResult' });
export type VerificationResult = z.infer<typeof VerificationResult>;
