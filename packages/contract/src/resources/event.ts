import { z } from 'zod';
import { ListQuery } from '../list.js';
import { Timestamp } from '../primitives.js';

/** Everything that changes something leaves one. `outcome` of a long action comes as a second event. */
export const Event = z
  .object({
    id: z.int().describe('Grows with time.'),
    at: Timestamp,
    actor: z.string().describe('user:<name>, token:<name>, system, cli'),
    action: z.string().describe('<noun>.<what happened>: certificate.issued'),
    subject: z.string().nullable().describe('<noun>:<name>'),
    outcome: z.enum(['intended', 'succeeded', 'failed']),
    message: z.string(),
    detail: z.record(z.string(), z.unknown()),
  })
  .meta({ id: 'Event' });
export type Event = z.infer<typeof Event>;

const filter = {
  subject: z.string().max(200).optional(),
  action: z.string().max(100).optional().describe('certificate.issued; or certificate, for all that happens to those.'),
  actor: z.string().max(200).optional(),
  outcome: z.enum(['intended', 'succeeded', 'failed']).optional(),
  search: z.string().min(1).max(200).optional().describe('Text in the message, whatever its case.'),
  since: Timestamp.optional(),
  until: Timestamp.optional(),
  order: z.enum(['newest', 'oldest']).default('newest'),
};

export const EventQuery = ListQuery.extend(filter);

/** Which events are downloaded, and how. */
export const EventExport = z.object({
  ...filter,
  format: z
    .enum(['csv', 'jsonl'])
    .default('csv')
    .describe('csv: RFC 4180 with a heading, where no cell is a formula. jsonl: a JSON document on each line.'),
});
