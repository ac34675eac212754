import { setMaxListeners } from 'node:events';
import { AcmeProblem, AcmeProtocolError, AcmeTransportError } from '@certfleet/acme';
import { DnsError, eachLimited } from '@certfleet/plugins';
import { type CaaDecision, type CaaRecordSet, decideCaa, type Issuer } from '../domain/caa.js';
import { DomainError } from '../domain/errors.js';
import { baseName, type Identifier } from '../domain/identifiers.js';
import { seconds } from '../domain/time.js';
import type { Engine } from '../engine.js';
import type { AccountRecord } from '../store/accounts.js';
import type { AcmeCertificate } from '../store/certificates.js';
import { type ChosenSolver, findSolvers } from './choose-solver.js';

/** By name without `*.`: the records that hold for it, null for none, or why they could not be asked for. */
type CaaLook = ReadonlyMap<string, CaaRecordSet | null | DnsError>;

/** Names that are asked for at a time. */
const atOnce = 16;
/** What is not answered by then is not known. A CA asks for itself, and with more patience. */
const longestLook = seconds(10);

/**
 * Asks the DNS for the CAA records of all names. What can't be asked for within seconds is an error in the answer. Throws
 * `stop`'s reason when that aborts.
 */
export async function lookUpCaa(
  { ports }: Engine,
  identifiers: readonly Identifier[],
  stop?: AbortSignal,
): Promise<CaaLook> {
  const signal = withinPatience(stop);
  // Each of the names that are asked for at the same time listens to it.
  setMaxListeners(0, signal);
  const names = [...new Set(identifiers.filter(({ type }) => type === 'dns').map(baseName))];
  const look = new Map<string, CaaRecordSet | null | DnsError>();
  await eachLimited(names, atOnce, async name => {
    try {
      signal.throwIfAborted();
      look.set(name, await ports.dns.caa(name, { signal }));
    } catch (error) {
      stop?.throwIfAborted();
      if (error instanceof DnsError) look.set(name, error);
      else if (signal.aborted) look.set(name, new DnsError('timeout', `No answer when asked for CAA ${name}.`));
      else throw error;
    }
  });
  return look;
}

/** Who would issue with this account. A CA that gives no directory says nothing of itself. Throws as {@link lookUpCaa}. */
export async function issuerOf({ cas }: Engine, account: AccountRecord, stop?: AbortSignal): Promise<Issuer> {
  const { accountUrl, directoryUrl, caCertificate } = account;
  const signal = withinPatience(stop);
  try {
    const { meta } = await cas.server(directoryUrl, caCertificate).directory({ signal });
    return { caaIdentities: meta.caaIdentities, accountUrl };
  } catch (error) {
    stop?.throwIfAborted();
    const silent = [AcmeProblem, AcmeProtocolError, AcmeTransportError].some(known => error instanceof known);
    if (!silent && !signal.aborted) throw error;
    return { caaIdentities: [], accountUrl };
  }
}

function withinPatience(stop: AbortSignal | undefined): AbortSignal {
  const enough = AbortSignal.timeout(longestLook);
  return stop === undefined ? enough : AbortSignal.any([stop, enough]);
}

/** Whether CAA lets this issuer certify a name that this proves. */
export function decideByLook(
  look: CaaLook,
  identifier: Identifier,
  proof: ChosenSolver | DomainError | undefined,
  issuer: Issuer,
): CaaDecision {
  const set = look.get(baseName(identifier)) ?? null;
  if (set instanceof DnsError) return { outcome: 'unknown', reason: set.message };
  const challengeType = proof === undefined || proof instanceof DomainError ? null : proof.challengeType;
  return decideCaa(identifier, challengeType, set, issuer);
}

/**
 * The accounts whose CA is forbidden by CAA to issue for one of a certificate's names: for people why, by the account's id.
 * What can't be asked for, or what a CA doesn't tell, forbids nothing: the CA looks for itself before it issues. Throws
 * `stop`'s reason when that aborts.
 */
export async function forbiddenByCaa(
  engine: Engine,
  certificate: AcmeCertificate,
  accounts: readonly AccountRecord[],
  stop: AbortSignal,
): Promise<Map<string, string>> {
  const { identifiers } = certificate;
  const [look, proofs] = await Promise.all([lookUpCaa(engine, identifiers, stop), findSolvers(engine, certificate)]);
  const forbidden = new Map<string, string>();
  for (const account of accounts) {
    const issuer = await issuerOf(engine, account, stop);
    for (const identifier of identifiers) {
      const decision = decideByLook(look, identifier, proofs.get(identifier.value), issuer);
      if (decision.outcome !== 'forbidden') continue;
      forbidden.set(
        account.id,
        `CAA forbids its CA to issue for ${identifier.value}: ${decision.reason} ${decision.remedy}`,
      );
      break;
    }
  }
  return forbidden;
}
