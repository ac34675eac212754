import { z } from 'zod';
import { Name } from '../primitives.js';
import { IdentifierInput } from './certificate.js';

/** A certificate that is to be looked at before it is ordered. The fields are those of a request. */
export const CertificatePreflight = z
  .object({
    name: Name.describe(
      'Of a certificate that is there, whose settings count where others are left out, or of a new one.',
    ),
    identifiers: z.array(IdentifierInput).min(1).max(100).optional(),
    policy: Name.optional().describe('Left out: that of the certificate, or "default" for a new one.'),
    profile: z.string().max(100).nullable().optional(),
    offline: z
      .boolean()
      .default(false)
      .describe('Ask nobody: only what is known here, which are the checks identifier, solver, limits and duplicates.'),
  })
  .meta({ id: 'CertificatePreflight' });
export type CertificatePreflight = z.infer<typeof CertificatePreflight>;

/**
 * ok: nothing is wrong. warning: it may fail, or somebody should know. unknown: it can't be told from here. refused: an
 * order can only fail.
 */
export const PreflightResult = z.enum(['ok', 'unknown', 'warning', 'refused']).meta({ id: 'PreflightResult' });
export type PreflightResult = z.infer<typeof PreflightResult>;

/** What was looked at. */
export const PreflightCheck = z
  .enum(['identifier', 'account', 'profile', 'solver', 'addresses', 'http-01', 'dns-01', 'caa', 'limits', 'duplicates'])
  .meta({ id: 'PreflightCheck' });
export type PreflightCheck = z.infer<typeof PreflightCheck>;

/** What one check came to for one name, or for the certificate. */
export const PreflightFinding = z
  .object({
    check: PreflightCheck,
    name: z.string().nullable().describe('An identifier, as it was typed if it is none. Null: all of them.'),
    result: PreflightResult,
    message: z.string().describe('What was found, for people.'),
    remedy: z.string().nullable().describe('What to do. Null: nothing, or the message says it.'),
    solver: Name.nullable().describe(
      'One that is where the name leads, and that is not asked to prove it. Null: none is known.',
    ),
  })
  .meta({ id: 'PreflightFinding' });
export type PreflightFinding = z.infer<typeof PreflightFinding>;

export const PreflightReport = z
  .object({
    result: PreflightResult.describe('The worst of the findings.'),
    findings: z.array(PreflightFinding).describe('The worst first, then by check and name.'),
  })
  .meta({ id: 'PreflightReport' });
export type PreflightReport = z.infer<typeof PreflightReport>;
