import { z } from 'zod';
import { Name } from '../primitives.js';

/** What became of a request: of the last time that a certificate was to be issued. */
export const RequestStatus = z
  .enum(['pending', 'available', 'failed', 'renewed'])
  .describe(
    'pending: to be issued now, or being issued. failed: the last attempt failed; it is tried again. available: the first version was issued. renewed: another one was issued in its place.',
  );
export type RequestStatus = z.infer<typeof RequestStatus>;

/** What a CA said is wrong: its problem document (RFC 8555 §6.7), with a part for each name that it is about. */
export const CaProblem = z
  .object({
    type: z.string().describe('A URI, mostly urn:ietf:params:acme:error:…'),
    detail: z.string().nullable(),
    subproblems: z.array(
      z.object({
        identifier: z.string().nullable().describe('The name that it is about. Null: the CA does not say.'),
        type: z.string(),
        detail: z.string().nullable(),
      }),
    ),
  })
  .meta({ id: 'CaProblem' });
export type CaProblem = z.infer<typeof CaProblem>;

/** Say what proves names of a certificate by dns-01. */
export const DnsAssignment = z
  .object({
    solver: Name.describe('A DNS account, or another solver that presents dns-01.'),
    identifiers: z
      .array(z.string().min(1).max(300))
      .min(1)
      .max(100)
      .optional()
      .describe('Which of its names. Left out: all DNS names.'),
  })
  .meta({ id: 'DnsAssignment' });
export type DnsAssignment = z.infer<typeof DnsAssignment>;
