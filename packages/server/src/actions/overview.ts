import type { AccountBudget, CertificateProblem, Overview, RateBudget } from '@certfleet/contract';
import { peek } from '../domain/bucket.js';
import { DomainError } from '../domain/errors.js';
import { limitsFor, type RateLimitName } from '../domain/rate-limits.js';
import { remedyFor, type Trouble } from '../domain/remedy.js';
import { days, type Instant, seconds } from '../domain/time.js';
import type { Engine } from '../engine.js';
import { pauseOf } from '../pause.js';
import { remembered } from '../remembered.js';
import type { AccountRecord } from '../store/accounts.js';
import type { TroubledCertificate } from '../store/overview.js';
import { allStatistics } from './virtual-service-statistics.js';

const shownDays = 13 * 7;
const shownProblems = 20;
const shownAccounts = 20;
const shownDomains = 5;

/**
 * How everything does. The answer is kept for twenty times as long as it took, at most 15 seconds: small stores are
 * always counted anew, and one with 100,000 certificates is not busy with counting, however many people look on.
 */
export function overviewOf(engine: Engine): () => Promise<Overview> {
  return remembered(
    cost => Math.min(20 * cost, seconds(15)),
    () => count(engine),
  );
}

async function count(engine: Engine): Promise<Overview> {
  const { store, clock } = engine;
  const now = clock.now();
  const certificates = await store.overviews.countByHealth();
  const troubled = await store.overviews.troubled(shownProblems);
  const today = now - (now % days(1));
  const { expiring, renewals } = await store.overviews.calendar(today, shownDays);
  const jobs = await store.jobs.countByState();
  return {
    at: iso(now),
    paused: await pauseOf(store),
    certificates,
    problems: {
      total:
        certificates.revoked +
        certificates.expired +
        certificates['needs-person'] +
        certificates.failing +
        certificates['not-deployed'],
      items: troubled.map(toProblem),
    },
    days: expiring.map((ending, at) => ({
      day: iso(today + at * days(1)).slice(0, 10),
      expiring: ending,
      renewals: renewals[at] ?? 0,
    })),
    accounts: await budgets(engine, now),
    virtualServices: await countServices(engine),
    assignments: await store.overviews.countAssignments(),
    jobs: { running: jobs.running ?? 0, due: jobs.due ?? 0 },
    solvers: await store.overviews.countSolvers(),
    channels: await store.channels.countByState(),
  };
}

function toProblem(certificate: TroubledCertificate): CertificateProblem {
  const { name, health, notAfter } = certificate;
  const since = sinceWhen(certificate);
  return {
    certificate: name,
    health,
    notAfter: notAfter === null ? null : iso(notAfter),
    ...remedyFor(troubleOf(certificate)),
    since: since === null ? null : iso(since),
  };
}

function troubleOf(certificate: TroubledCertificate): Trouble {
  const { health, policyId, order, lastError: error, lastProblem: problem, failedDeployment } = certificate;
  switch (health) {
    case 'revoked':
    case 'expired':
      return { health, imported: policyId === null, error, problem };
    case 'not-deployed':
      return { health, target: failedDeployment?.target ?? 'its target', error: failedDeployment?.error ?? null };
    default: {
      const byHand = order?.needsPerson ?? false;
      return { health: byHand || certificate.needsPerson ? 'needs-person' : 'failing', byHand, error, problem };
    }
  }
}

function sinceWhen({ health, version, failingSince, order, failedDeployment }: TroubledCertificate): Instant | null {
  switch (health) {
    case 'revoked':
      return version?.revokedAt ?? null;
    case 'expired':
      return version?.notAfter ?? null;
    case 'not-deployed':
      return failedDeployment?.since ?? null;
    default:
      return failingSince ?? order?.createdAt ?? null;
  }
}

async function budgets(engine: Engine, now: Instant): Promise<AccountBudget[]> {
  const accounts = (await engine.store.accounts.list({ limit: shownAccounts })).items;
  const valid = accounts.filter(({ status }) => status === 'valid');
  return Promise.all(
    valid.map(async account => ({
      account: account.name,
      directoryUrl: account.directoryUrl,
      budgets: await budgetsOf(engine, account, now),
    })),
  );
}

async function budgetsOf(
  { store, rateLimits }: Engine,
  { id, directoryUrl }: AccountRecord,
  now: Instant,
): Promise<RateBudget[]> {
  const limits = rateLimits(directoryUrl);
  const level = (name: RateLimitName & RateBudget['limit'], of: string | null, state: number | null): RateBudget[] => {
    const limit = limits[name];
    if (limit === null) return [];
    const { left, nextAt } = peek(state, limit, now);
    const { count: allowed, per } = limit;
    return [
      {
        ...{ limit: name, of, count: allowed, windowSeconds: per / 1000, used: allowed - left, left },
        nextAt: left > 0 ? null : iso(nextAt),
      },
    ];
  };
  const [own] = limitsFor({ account: id, identifiers: [], kind: 'first' }, limits).takes;
  const known = own ? await store.rateBuckets.read(directoryUrl, [own.bucket]) : new Map<string, number>();
  const prefix = 'certificatesPerRegisteredDomain:';
  const domains = limits.certificatesPerRegisteredDomain
    ? await store.rateBuckets.emptiest(directoryUrl, prefix, shownDomains)
    : [];
  return [
    ...(own ? level('newOrdersPerAccount', null, known.get(own.bucket) ?? null) : []),
    ...domains.flatMap(({ bucket, state }) =>
      level('certificatesPerRegisteredDomain', bucket.slice(prefix.length), state),
    ),
  ];
}

async function countServices(engine: Engine): Promise<Overview['virtualServices']> {
  const counts = { total: 0, up: 0, down: 0, disabled: 0, redirect: 0, unknown: 0 };
  for (const { state } of await servicesAsFarAsKnown(engine)) {
    counts[state] += 1;
    counts.total += 1;
  }
  return counts;
}

/** A HAProxy that does not answer is told of, and hides nothing else. */
async function servicesAsFarAsKnown(engine: Engine) {
  try {
    return await allStatistics(engine);
  } catch (error) {
    if (!(error instanceof DomainError) || error.code !== 'haproxy-unavailable') throw error;
    return await allStatistics(engine, 'unknown');
  }
}

function iso(instant: Instant): string {
  return new Date(instant).toISOString();
}
