import { z } from 'zod';
import { Id, Name, Timestamp } from '../primitives.js';
import { ServicePlace } from './service-place.js';

/** One configured place to deploy to. */
export const Target = z
  .object({
    id: Id,
    name: Name,
    type: z.string().describe('A target plugin: virtual-service, …'),
    config: z.record(z.string(), z.unknown()),
    virtualService: ServicePlace.nullable().describe('Which it is; null: none.'),
    certificates: z.array(Name).describe('Assigned to it, the default first.'),
    defaultCertificate: Name.nullable().describe('Which of them is the default; null: none.'),
    createdAt: Timestamp,
  })
  .meta({ id: 'Target' });
export type Target = z.infer<typeof Target>;

export const TargetCreation = z
  .object({ name: Name, type: z.string().max(50), config: z.record(z.string(), z.unknown()).default({}) })
  .meta({ id: 'TargetCreation' });
export type TargetCreation = z.infer<typeof TargetCreation>;

/** What should be: this certificate on that target, for its names (SNI) or as the default. */
export const Assignment = z
  .object({
    id: Id,
    certificate: Name,
    target: Name,
    virtualService: ServicePlace.nullable().describe('Which the target is; null: none.'),
    isDefault: z
      .boolean()
      .describe('Served to clients whose SNI matches no certificate, or that send none. One of a target is, at most.'),
    deployment: z
      .object({
        id: Id,
        version: z.int(),
        status: z.enum(['pending', 'installed', 'verified', 'unreachable', 'failed', 'rolled-back', 'superseded']),
        error: z.string().nullable(),
        servedSerial: z.string().nullable().describe('Read by a handshake after installing; hexadecimal.'),
        at: Timestamp,
      })
      .nullable()
      .describe('The latest attempt.'),
    toBeTakenOff: z
      .object({
        since: Timestamp,
        reason: z.string().nullable().describe('Null: other work on the certificate comes first.'),
      })
      .nullable()
      .describe('It was unassigned, which waits to be done; null: it stays.'),
    createdAt: Timestamp,
  })
  .meta({ id: 'Assignment' });
export type Assignment = z.infer<typeof Assignment>;

export const AssignmentCreation = z
  .object({ target: Name, isDefault: z.boolean().default(false) })
  .meta({ id: 'AssignmentCreation' });
export type AssignmentCreation = z.infer<typeof AssignmentCreation>;

/** What a target serves at this moment instead of what was read when it was deployed. */
export const Served = z
  .object({
    target: Name,
    state: z
      .enum(['as-it-should', 'older', 'other', 'no-answer', 'failed', 'not-issued'])
      .describe(
        'older: an earlier version of the certificate. other: another certificate. no-answer: nothing answered there. failed: it could not be looked at. not-issued: there is nothing to look for yet.',
      ),
    expected: z.object({ version: z.int(), serial: z.string() }).nullable().describe('The latest version.'),
    served: z
      .object({ serial: z.string(), version: z.int().nullable().describe('Null: not one of this certificate.') })
      .nullable()
      .describe('Read by a handshake as clients do it; the serial in hexadecimal.'),
    reason: z.string().nullable().describe('Why nothing could be read.'),
    at: Timestamp,
  })
  .meta({ id: 'Served' });
export type Served = z.infer<typeof Served>;
