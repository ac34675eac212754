import { z } from 'zod';
import { Id, Name, Timestamp } from '../primitives.js';

/** Key algorithms for certificates. */
export const KeyAlgorithm = z.enum(['P-256', 'P-384', 'RSA-2048', 'RSA-3072', 'RSA-4096']).meta({ id: 'KeyAlgorithm' });
export type KeyAlgorithm = z.infer<typeof KeyAlgorithm>;

/** What a policy's renewal rule comes to for certificates of one lifetime. */
export const RenewalPeriod = z
  .object({
    lifetimeSeconds: z.int().min(1),
    leadSeconds: z.int().min(0).describe('So long before notAfter the next one is ordered.'),
    reason: z
      .enum(['policy', 'half-lifetime', 'lifetime', 'last-resort'])
      .describe(
        'policy: as it says. half-lifetime: it says more than half of the life. lifetime: it says nothing. last-resort: it says less than a tenth of the life.',
      ),
    text: z.string().describe('In words for people.'),
  })
  .meta({ id: 'RenewalPeriod' });
export type RenewalPeriod = z.infer<typeof RenewalPeriod>;

const UsualRenewals = z.array(RenewalPeriod.extend({ lifetime: z.string().describe('In words: 90 days.') }));

/** Shared by many certificates: which accounts, which kind of key, when to renew. */
export const Policy = z
  .object({
    id: Id,
    name: Name,
    accounts: z.array(Name).describe('In order: the second is the fallback of the first.'),
    keyAlgorithm: KeyAlgorithm,
    keyOnRenewal: z.enum(['new', 'same']),
    renewDaysBefore: z
      .int()
      .min(1)
      .max(365)
      .nullable()
      .describe('Days before notAfter; never more than half the lifetime. Null: by ARI, else a third of life left.'),
    renewals: UsualRenewals.describe('What that comes to for certificates of usual lifetimes.'),
    profile: z.string().max(100).nullable().describe("One of the CA's profiles; null: its default."),
    defaultSolver: Name.nullable().describe('Proves the names for which nothing nearer is set.'),
    createdAt: Timestamp,
  })
  .meta({ id: 'Policy' });
export type Policy = z.infer<typeof Policy>;

export const PolicyCreation = z
  .object({
    name: Name,
    accounts: z.array(Name).min(1).max(10),
    keyAlgorithm: KeyAlgorithm.default('P-256'),
    keyOnRenewal: z.enum(['new', 'same']).default('new'),
    renewDaysBefore: z.int().min(1).max(365).nullable().default(null),
    profile: z.string().max(100).nullable().default(null),
    defaultSolver: Name.nullable().default(null),
  })
  .meta({ id: 'PolicyCreation' });
export type PolicyCreation = z.infer<typeof PolicyCreation>;

export const PolicyChange = z
  .object({
    accounts: z.array(Name).min(1).max(10),
    keyAlgorithm: KeyAlgorithm,
    keyOnRenewal: z.enum(['new', 'same']),
    renewDaysBefore: z.int().min(1).max(365).nullable(),
    profile: z.string().max(100).nullable(),
    defaultSolver: Name.nullable(),
  })
  .partial()
  .meta({ id: 'PolicyChange' });
export type PolicyChange = z.infer<typeof PolicyChange>;

/** A renewal rule that may be set. */
export const RenewalQuestion = z.object({
  renewDaysBefore: z.coerce
    .number()
    .int()
    .min(1)
    .max(365)
    .optional()
    .describe("As in a policy. Left out: by the CA's suggestion, else by lifetime."),
});

/** What a renewal rule comes to. */
export const RenewalAnswer = z.object({ items: UsualRenewals });
