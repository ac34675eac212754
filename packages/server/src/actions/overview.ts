import type { AccountBudget, CertificateProblem, Overview } from '@certfleet/contract';
import { DomainError } from '../domain/errors.js';
import { remedyFor, type Trouble } from '../domain/remedy.js';
import { days, type Instant, seconds } from '../domain/time.js';
import type { Engine } from '../engine.js';
import { pauseOf } from '../pause.js';
import { remembered } from '../remembered.js';
import type { TroubledCertificate } from '../store/overview.js';
import { budgetsOf } from './budgets.js';
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
        certificates['not-deployed'] +
        certificates.unproven,
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
  const { name, health } = certificate;
  const notAfter = endOf(certificate);
  const since = sinceWhen(certificate);
  return {
    certificate: name,
    health,
    notAfter: notAfter === null ? null : iso(notAfter),
    ...remedyFor(troubleOf(certificate)),
    since: since === null ? null : iso(since),
  };
}

/** Of a version that could not be brought to a target, or read there, nobody is served. */
function endOf({ health, servedUntil, notAfter }: TroubledCertificate): Instant | null {
  if (health === 'not-deployed' || health === 'unproven') return servedUntil;
  return servedUntil ?? notAfter;
}

function troubleOf(certificate: TroubledCertificate): Trouble {
  const { health, policyId, order, lastError: error, lastProblem: problem, badDeployment } = certificate;
  switch (health) {
    case 'revoked':
    case 'expired':
      return { health, imported: policyId === null, error, problem };
    case 'not-deployed':
    case 'unproven':
      return { health, target: badDeployment?.target ?? 'its target', error: badDeployment?.error ?? null };
    default: {
      const byHand = order?.needsPerson ?? false;
      const imported = policyId === null;
      const needsPerson = byHand || imported || certificate.needsPerson;
      return { health: needsPerson ? 'needs-person' : 'failing', imported, byHand, error, problem };
    }
  }
}

function sinceWhen({ health, version, failingSince, order, badDeployment }: TroubledCertificate): Instant | null {
  switch (health) {
    case 'revoked':
      return version?.revokedAt ?? null;
    case 'expired':
      return version?.notAfter ?? null;
    case 'not-deployed':
    case 'unproven':
      return badDeployment?.since ?? null;
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
      budgets: await budgetsOf(engine, account, shownDomains, now),
    })),
  );
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
