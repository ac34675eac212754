import { z } from 'zod';
import { Id, Name, Timestamp } from '../primitives.js';

/** One configured place to deploy to. */
export const Target = z
  .object({
    id: Id,
    name: Name,
    type: z.string().describe('A target plugin: virtual-service, …'),
    config: z.record(z.string(), z.unknown()),
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
    isDefault: z.boolean().describe('Served to clients whose SNI matches no certificate, or that send none.'),
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
    createdAt: Timestamp,
  })
  .meta({ id: 'Assignment' });
export type Assignment = z.infer<typeof Assignment>;

export const AssignmentCreation = z
  .object({ target: Name, isDefault: z.boolean().default(false) })
  .meta({ id: 'AssignmentCreation' });
export type AssignmentCreation = z.infer<typeof AssignmentCreation>;
