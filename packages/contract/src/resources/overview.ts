import { z } from 'zod';
import { Name, Timestamp } from '../primitives.js';
import { CertificateHealth } from './certificate.js';
import { Pause } from './system.js';

const count = z.int().min(0);

/** Something that people should look at, with what to do about it. */
export const CertificateProblem = z
  .object({
    certificate: Name,
    health: CertificateHealth,
    notAfter: Timestamp.nullable().describe(
      'When the first of what its targets serve ends, as handshakes have read it; where none was read, when its current version ends. Null: none was issued yet, or none was read where it is to be served.',
    ),
    message: z.string().describe('What is wrong, for people.'),
    remedy: z.string().describe('What to do, for people.'),
    action: z
      .enum(['challenges', 'deployments', 'import', 'preflight', 'renew'])
      .describe('What helps to mend it: what to open or to do for this certificate.'),
    since: Timestamp.nullable().describe('Since when. Null: nobody wrote it down.'),
  })
  .meta({ id: 'CertificateProblem' });
export type CertificateProblem = z.infer<typeof CertificateProblem>;

/** What is left of one limit of a CA, as far as it is known here. */
export const RateBudget = z
  .object({
    limit: z.enum(['newOrdersPerAccount', 'certificatesPerRegisteredDomain']),
    of: z.string().nullable().describe('The registered domain. Null: the account as a whole.'),
    count: z.int().min(1).describe('So many are allowed in each window.'),
    windowSeconds: z.int().min(1),
    used: count,
    left: count,
    nextAt: Timestamp.nullable().describe('When there is room again. Null: there is some now.'),
  })
  .meta({ id: 'RateBudget' });
export type RateBudget = z.infer<typeof RateBudget>;

/** What a CA still lets an account do. */
export const AccountBudget = z
  .object({
    account: Name,
    directoryUrl: z.string(),
    budgets: z
      .array(RateBudget)
      .describe('That of the account, then the registered domains that have the least left. Empty: no known limits.'),
  })
  .meta({ id: 'AccountBudget' });
export type AccountBudget = z.infer<typeof AccountBudget>;

/** How everything does, in one look. */
export const Overview = z
  .object({
    at: Timestamp.describe('When it was counted: with very many certificates up to 15 seconds ago.'),
    paused: Pause.nullable().describe('Null: it works.'),
    certificates: z.object({
      total: count,
      revoked: count,
      expired: count,
      'needs-person': count,
      failing: count,
      'not-deployed': count,
      unproven: count,
      'in-progress': count,
      due: count,
      healthy: count,
    }),
    problems: z.object({
      total: count.describe('How many there are.'),
      items: z.array(CertificateProblem).max(20).describe('The most urgent ones first: what expires soonest.'),
    }),
    days: z
      .array(
        z.object({
          day: z.iso.date().describe('In UTC.'),
          expiring: count.describe('Certificates whose current version ends on this day, if nothing replaces it.'),
          renewals: count.describe('Certificates whose next order is planned for this day.'),
        }),
      )
      .describe('The coming 13 weeks from today on.'),
    accounts: z.array(AccountBudget).describe('The first 20 that can be used, by name.'),
    virtualServices: z.object({
      total: count,
      up: count,
      down: count,
      disabled: count,
      redirect: count,
      unknown: count.describe('HAProxy does not run, or does not answer.'),
    }),
    assignments: z.object({
      total: count,
      pending: count.describe('A deployment is under way.'),
      failing: count.describe('The latest deployment failed, or was taken back.'),
      unproven: count.describe('Installed, but nothing answers there: no handshake has read it.'),
    }),
    jobs: z.object({ running: count, due: count.describe('They wait for a free hand, or for their lock.') }),
    solvers: z.object({
      total: count,
      disabled: count,
      leftOver: count.describe('Those that could not take away yet what they have presented.'),
    }),
    channels: z.object({ working: count, failing: count, disabled: count }),
  })
  .meta({ id: 'Overview' });
export type Overview = z.infer<typeof Overview>;
