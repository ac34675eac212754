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
    target: Name.describe('Those that are assigned to this target.'),
    domain: z.string().min(1).max(1000).describe('Those with a name that this domain decides on.'),
    source: CertificateSource,
    expiresBefore: Timestamp.describe('Those whose current version ends before this.'),
  })
  .partial();
export type CertificateFilter = z.infer<typeof CertificateFilter>;

const changes = [
  z.object({ action: z.literal('renew') }),
  z.object({ action: z.literal('delete') }),
  z.object({ action: z.literal('assign'), target: Name, isDefault: z.boolean().default(false) }),
  z.object({ action: z.literal('unassign'), target: Name }),
  z.object({
    action: z.literal('revoke').describe('The current version. For administrators.'),
    reason: RevocationReason.default('unspecified'),
    replaceFirst: z
      .boolean()
      .default(true)
      .describe('Each when the next version is served in its place; false: at once.'),
  }),
] as const;

/** What is done to each of many certificates. */
export const BulkChange = z.discriminatedUnion('action', changes).meta({ id: 'BulkChange' });
export type BulkChange = z.infer<typeof BulkChange>;

/** What can be done with many certificates. */
export const BulkAction = z
  .discriminatedUnion('action', [
    ...changes,
    z.object({ action: z.literal('export').describe('See `/certificates/bulk-export`.') }),
  ])
  .meta({ id: 'BulkAction' });
export type BulkAction = z.infer<typeof BulkAction>;

/** So many certificates can be named, or left out by name. */
export const mostNamed = 1000;
const names = z.array(Name).min(1).max(mostNamed);

const selection = z.union([
  z.object({ certificates: names.describe('These.') }),
  z.object({
    filter: CertificateFilter.describe('All that fit; all there are if it is empty.'),
    except: names.optional().describe('But for these.'),
  }),
]);
export type BulkSelection = z.infer<typeof selection>;

/** What is to be done, and with which certificates. */
export const BulkRequest = z.object({ act: BulkAction, selection }).meta({ id: 'BulkRequest' });
export type BulkRequest = z.infer<typeof BulkRequest>;

/** What would come of it. */
export const BulkPreview = z
  .object({
    total: z.int().min(0).describe('How many certificates are meant.'),
    possible: z.int().min(0).describe('With how many it can be done, as far as can be said without trying.'),
    refusals: z
      .array(
        z.object({
          reason: z.string().describe('For people.'),
          count: z.int().min(1),
          certificates: z.array(Name).max(20).describe('The first of them, by name.'),
        }),
      )
      .describe('The others.'),
    consequences: z.array(z.string()).describe('What will happen, for people.'),
    asOf: Timestamp.describe('When it was looked at. Send it as `agreed` with the steps.'),
  })
  .meta({ id: 'BulkPreview' });
export type BulkPreview = z.infer<typeof BulkPreview>;

/** Whether it can't be undone, so that {@link BulkStep} says what was agreed to. */
export function isForGood(action: BulkAction['action']): boolean {
  return action === 'delete' || action === 'revoke';
}

/** What somebody agreed to who has seen a preview. */
const BulkAgreement = z.object({
  most: z
    .int()
    .min(0)
    .describe('So many: `possible` of the preview, less what the steps before have done. The others are refused.'),
  asOf: Timestamp.describe("The preview's. What was made later is refused."),
});

/** One step: the next certificates, by name. */
export const BulkStep = z
  .object({
    act: BulkChange,
    selection,
    after: Name.optional().describe('The `next` of the step before. Left out: the first step.'),
    agreed: BulkAgreement.optional().describe(
      'Must be given to delete and to revoke. The first step is refused as a whole if it can be done to more by now.',
    ),
  })
  .meta({ id: 'BulkStep' });
export type BulkStep = z.infer<typeof BulkStep>;

export const BulkProgress = z
  .object({
    done: z.int().min(0).describe('In this step.'),
    refused: z
      .array(z.object({ certificate: Name, reason: z.string().describe('For people.') }))
      .describe('All of this step.'),
    next: Name.nullable().describe('Send it as `after` for the next step. Null: that was all.'),
  })
  .meta({ id: 'BulkProgress' });
export type BulkProgress = z.infer<typeof BulkProgress>;

/** A file about many certificates, by name, without private keys. */
export const BulkExport = z
  .object({
    selection,
    format: z
      .enum(['pem', 'csv'])
      .default('pem')
      .describe(
        'pem: the current version of each with its chain; those that have none are left out. csv: a line for each (RFC 4180).',
      ),
  })
  .meta({ id: 'BulkExport' });
export type BulkExport = z.infer<typeof BulkExport>;
