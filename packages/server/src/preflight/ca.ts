import { AcmeProblem, AcmeProtocolError, AcmeTransportError, type Directory } from '@certfleet/acme';
import type { PreflightFinding } from '@certfleet/contract';
import { DnsError } from '@certfleet/plugins';
import type { CaaDecision } from '../domain/caa.js';
import { baseName, type Identifier } from '../domain/identifiers.js';
import { seconds } from '../domain/time.js';
import type { Engine } from '../engine.js';
import { decideByLook, issuerOf, lookUpCaa } from '../issuance/caa.js';
import type { AccountRecord } from '../store/accounts.js';
import { finding, notAnswered } from './findings.js';
import type { Subject } from './subject.js';

const patience = seconds(10);

/** Whether the policy has an account that can be used, its CA answers, and knows the profile. */
export async function checkAccount(
  { cas }: Engine,
  { policy, account, fallbacks, profile, identifiers }: Subject,
): Promise<PreflightFinding[]> {
  if (account === null) {
    const remedy = 'Register one and put it there.';
    return [finding('account', null, 'refused', `Policy ${policy.name} has no account that can be used.`, remedy)];
  }
  const signal = AbortSignal.timeout(patience);
  let directory: Directory;
  try {
    directory = await cas.server(account.directoryUrl, account.caCertificate).directory({ signal });
  } catch (error) {
    const silent = [AcmeProblem, AcmeProtocolError, AcmeTransportError].some(known => error instanceof known);
    if (!silent && !signal.aborted) throw error;
    const reason = silent ? (error as Error).message : `${account.directoryUrl} gave no answer within 10 seconds.`;
    return [finding('account', null, 'warning', `The CA of account ${account.name} can't be reached: ${reason}`)];
  }
  const after = fallbacks.length > 0 ? ` After it: ${fallbacks.map(({ name }) => name).join(', ')}.` : '';
  return [
    finding('account', null, 'ok', `Account ${account.name} can be used.${after}`),
    ...aboutProfile(directory, account, profile).map(found => withHope(found, fallbacks)),
    ...identifiers.flatMap(identifier => aboutAddress(account, identifier, profile)),
  ];
}

/** What the first account's CA refuses, another one's may grant: then nothing is certain to fail. */
function withHope(found: PreflightFinding, fallbacks: readonly AccountRecord[]): PreflightFinding {
  if (found.result !== 'refused' || fallbacks.length === 0) return found;
  const message = `${found.message} The order fails there until the next account takes over.`;
  return { ...found, result: 'warning', message };
}

/** draft-ietf-acme-profiles: a CA that lists profiles refuses all others. */
function aboutProfile({ meta }: Directory, { name }: AccountRecord, profile: string | null): PreflightFinding[] {
  if (profile === null) return [];
  const listed = Object.keys(meta.profiles);
  if (listed.includes(profile)) return [finding('profile', null, 'ok', `The CA has the profile ${profile}.`)];
  if (listed.length === 0) {
    return [
      finding('profile', null, 'warning', `The CA of account ${name} lists no profiles; ${profile} may be refused.`),
    ];
  }
  const remedy = `Choose one of ${listed.join(', ')}.`;
  return [finding('profile', null, 'refused', `The CA of account ${name} has no profile ${profile}.`, remedy)];
}

/** Let's Encrypt's rule since 2025. */
function aboutAddress(
  { directoryUrl }: AccountRecord,
  identifier: Identifier,
  profile: string | null,
): PreflightFinding[] {
  const { hostname } = new URL(directoryUrl);
  if (identifier.type !== 'ip' || !hostname.endsWith('.letsencrypt.org') || profile === 'shortlived') return [];
  const message = "Let's Encrypt certifies IP addresses in its profile shortlived alone.";
  return [finding('profile', identifier.value, 'warning', message, 'Set the profile shortlived.')];
}

/**
 * Whether CAA records permit the CA. Refused is what no account of the policy can get: an account whose CA is forbidden
 * passes on to the next.
 */
export async function checkCaa(engine: Engine, subject: Subject): Promise<PreflightFinding[]> {
  const { account, fallbacks, identifiers, proofs } = subject;
  if (account === null) return [];
  const [look, issuer, ...others] = await Promise.all([
    lookUpCaa(engine, identifiers),
    issuerOf(engine, account),
    ...fallbacks.map(fallback => issuerOf(engine, fallback)),
  ]);
  return identifiers
    .filter(({ type }) => type === 'dns')
    .flatMap(identifier => {
      const records = look.get(baseName(identifier));
      if (records instanceof DnsError) return [notAnswered('caa', identifier.value, records)];
      const decide = (who: typeof issuer) => decideByLook(look, identifier, proofs.get(identifier.value), who);
      const first = aboutCaa(identifier.value, account, decide(issuer));
      const rest = others.map((other, at) => ({ fallback: fallbacks[at] as AccountRecord, decision: decide(other) }));
      const hope = rest.some(({ decision }) => decision.outcome !== 'forbidden');
      if (first.result === 'refused') return [hope ? { ...first, result: 'warning' } : first];
      return [
        first,
        ...rest.flatMap(({ fallback, decision }) =>
          decision.outcome === 'forbidden' ? [notForFallback(identifier.value, fallback, decision)] : [],
        ),
      ];
    });
}

function aboutCaa(name: string, account: AccountRecord, decision: CaaDecision): PreflightFinding {
  switch (decision.outcome) {
    case 'permitted':
      return finding('caa', name, 'ok', `CAA permits the CA of account ${account.name}.`);
    case 'unknown':
      return finding('caa', name, 'unknown', decision.reason);
    case 'forbidden':
      return finding('caa', name, 'refused', `Account ${account.name}: ${decision.reason}`, decision.remedy);
  }
}

function notForFallback(
  name: string,
  fallback: AccountRecord,
  { reason, remedy }: Extract<CaaDecision, { outcome: 'forbidden' }>,
): PreflightFinding {
  return finding('caa', name, 'warning', `Account ${fallback.name} could not take over: ${reason}`, remedy);
}
