import { z } from 'zod';
import { Name, Timestamp } from '../primitives.js';
import { CertificateHealth, CertificateSource, CertificateStatus, RevocationReason } from './certificate.js';
import { RequestStatus } from './request.js';

/** Which certificates are meant: those that fit all that is given. */
export const CertificateFilter = z
  .object({
    search: z.string().max(253).describe('In names and identifiers.'),
    status: CertificateStatus,
    health: CertificateHealth,
    request: RequestStatus,
    label: z.string().max(400).describe('key or key=value'),
    policy: Name,
    account: Name.describe('Those whose current version was issued to this account.'),
    source: CertificateSource,
    expiresBefore: Timestamp.describe('Those whose current version ends before this.'),
  })
  .partial();
export type CertificateFilter = z.infer<typeof CertificateFilter>;

/** What is done to each of many certificates. */
export const BulkAction = z
  .discriminatedUnion('action', [
    z.object({ action: z.literal('renew') }),
    z.object({ action: z.literal('delete') }),
    z.object({ action: z.literal('assign'), target: Name, isDefault: z.boolean().default(false) }),
    z.object({
      action: z.literal('revoke').describe('The current version, when it has been replaced. For administrators.'),
      reason: RevocationReason.default('unspecified'),
    }),
  ])
  .meta({ id: 'BulkAction' });
export type BulkAction = z.infer<typeof BulkAction>;

const selection = z.union([
  z.object({ certificates: z.array(Name).min(1).max(1000).describe('These.') }),
  z.object({ filter: CertificateFilter.describe('All that fit; all there are if it is empty.') }),
]);

/** What is to be done, and to which certificates. */
export const BulkRequest = z.object({ act: BulkAction, selection }).meta({ id: 'BulkRequest' });
export type BulkRequest = z.infer<typeof BulkRequest>;
export type BulkSelection = z.infer<typeof selection>;

const refusals = z.array(z.object({ certificate: Name, reason: z.string().describe('For people.') }));

/** What would come of it. */
export const BulkPreview = z
  .object({
    total: z.int().min(0).describe('How many certificates are meant.'),
    possible: z.int().min(0).describe('To how many it can be done, as far as can be said without trying.'),
    refusals: refusals.max(20).describe('The first of the others, by name.'),
    consequences: z.array(z.string()).describe('What will happen, for people.'),
  })
  .meta({ id: 'BulkPreview' });
export type BulkPreview = z.infer<typeof BulkPreview>;

/** One step: the next certificates, by name. */
export const BulkStep = BulkRequest.extend({
  after: Name.optional().describe('The `next` of the step before. Left out: the first step.'),
}).meta({ id: 'BulkStep' });
export type BulkStep = z.infer<typeof BulkStep>;

export const BulkProgress = z
  .object({
    done: z.int().min(0).describe('In this step.'),
    refused: refusals.describe('All of this step.'),
    next: Name.nullable().describe('Send it as `after` for the next step. Null: that was all.'),
  })
  .meta({ id: 'BulkProgress' });
export type BulkProgress = z.infer<typeof BulkProgress>;
