import type { CertificateChallenges, Challenge } from '@certfleet/contract';
import { challengeName, DnsError, eachLimited, PluginError } from '@certfleet/plugins';
import { seconds } from '../domain/time.js';
import type { Engine } from '../engine.js';
import { challengeUrl, isOpen } from '../issuance/by-person.js';
import { endOf } from '../issuance/run.js';
import type { ChallengeRecord } from '../store/challenges.js';
import type { OrderRecord } from '../store/orders.js';

/** Someone waits for the answer: aliases that are not found by then are shown as none. */
const longestSearch = seconds(10);
const searchesAtOnce = 8;

/** What a certificate's running order has to have presented, and what can be removed of the one before. */
export async function showChallenges(engine: Engine, name: string): Promise<CertificateChallenges> {
  const { store } = engine;
  const certificate = await store.certificates.byName(name);
  const { items: orders } = await store.orders.ofCertificate(certificate.id, { limit: 2 });
  const running = orders.find(order => !hasEnded(order)) ?? null;
  const ended = orders.find(hasEnded);
  const challenges = running === null ? [] : await store.challenges.uncleaned(running.id);
  const before = ended === undefined ? [] : await store.challenges.ofOrder(ended.id);
  const shown = await toChallenges(engine, [...challenges, ...before.filter(({ byPerson }) => byPerson)]);
  return {
    certificate: name,
    order: running && {
      step: running.state,
      account: (await store.accounts.get(running.accountId)).name,
      expiresAt: iso(endOf(running)),
    },
    needsPerson: challenges.some(isOpen),
    challenges: shown.slice(0, challenges.length),
    removable: shown.slice(challenges.length).map(challenge => ({ ...challenge, state: 'removable' as const })),
    lastError:
      certificate.lastError === null || certificate.lastErrorAt === null
        ? null
        : { message: certificate.lastError, at: iso(certificate.lastErrorAt) },
  };
}

/** Challenges as the API shows them: where each belongs, aliases followed as they lead now. */
export async function toChallenges(
  { store, ports }: Engine,
  challenges: readonly ChallengeRecord[],
): Promise<Challenge[]> {
  const signal = AbortSignal.timeout(longestSearch);
  const names = new Map<string, string>();
  const proven = challenges.filter(({ type }) => type === 'dns-01').map(({ identifier }) => identifier);
  await eachLimited([...new Set(proven)], searchesAtOnce, async identifier => {
    names.set(identifier, await recordName(identifier));
  });
  const solverNames = new Map<string, string>();
  for (const id of new Set(challenges.map(({ solverId }) => solverId))) {
    solverNames.set(id, (await store.solvers.get(id)).name);
  }
  return challenges.map(challenge => {
    const { identifier, type, token, value, solverId, byPerson, confirmedAt, sighting } = challenge;
    const usual = usualName(identifier);
    const recordAt = names.get(identifier) ?? usual;
    return {
      identifier,
      type,
      solver: solverNames.get(solverId) ?? '',
      byPerson,
      state: byPerson ? (confirmedAt === null ? 'open' : 'confirmed') : 'presented',
      http: type === 'http-01' ? { url: challengeUrl(challenge), file: token, content: value } : null,
      dns: type === 'dns-01' ? { name: recordAt, aliasOf: recordAt === usual ? null : usual, value } : null,
      sighting: sighting && { ...sighting, at: iso(sighting.at) },
    };
  });

  /** A DNS that gives no answer, or a wrong one, is told of by whoever looks for the record. */
  async function recordName(identifier: string): Promise<string> {
    try {
      return await challengeName(identifier, ports.dns, signal);
    } catch (error) {
      if (signal.aborted || error instanceof DnsError || error instanceof PluginError) return usualName(identifier);
      throw error;
    }
  }
}

function usualName(identifier: string): string {
  return `_acme-challenge.${identifier.toLowerCase()}`;
}

function hasEnded({ state }: OrderRecord): boolean {
  return state === 'done' || state === 'failed' || state === 'abandoned';
}

function iso(instant: number): string {
  return new Date(instant).toISOString();
}
