import { z } from 'zod';
import { ListQuery } from '../list.js';
import { Id, Name, Timestamp } from '../primitives.js';

/** What is under way for a certificate: an order at a CA, or a deployment to a target. */
export const Running = z
  .object({
    id: Id.describe('Of the order or the deployment.'),
    kind: z.enum(['order', 'deployment']),
    certificate: Name,
    account: Name.nullable().describe('Whose order it is. Null: a deployment.'),
    target: Name.nullable().describe('Where it is deployed. Null: an order.'),
    step: z
      .enum(['new', 'created', 'presenting', 'validating', 'finalizing', 'pending', 'installed'])
      .describe('The steps of an order, in their order (docs/issuance-cycle.md); then those of a deployment.'),
    startedAt: Timestamp,
    stepSince: Timestamp.describe('Since when it is at this step.'),
    waitsUntil: Timestamp.nullable().describe('Null: it works, or waits for its turn.'),
    reason: z.string().nullable().describe('Why it waits, or what went wrong the last time, for people.'),
    needsPerson: z.boolean().describe('Whether nothing goes on before somebody has presented challenges by hand.'),
  })
  .meta({ id: 'Running' });
export type Running = z.infer<typeof Running>;

export const RunningQuery = ListQuery.extend({
  certificate: Name.optional().describe('What is under way for this one.'),
});
