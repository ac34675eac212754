import type { CertificatePreflight, PreflightFinding } from '@certfleet/contract';
import { isInside, solvers } from '@certfleet/plugins';
import { refuseImported } from '../actions/import-certificate.js';
import { chooseAccount } from '../domain/account-choice.js';
import { DomainError } from '../domain/errors.js';
import { parseIdentifiers } from '../domain/identifier-set.js';
import { belowPublicSuffix, readIdentifier } from '../domain/identifiers.js';
import { explainChoice } from '../domain/proof.js';
import type { Engine } from '../engine.js';
import { type ChosenSolver, findSolvers } from '../issuance/choose-solver.js';
import { pluginOf } from '../plugin-config.js';
import type { AccountRecord } from '../store/accounts.js';
import { type AcmeCertificate, type CertificateIdentifier, isAcme } from '../store/certificates.js';
import type { PolicyRecord } from '../store/policies.js';
import { finding } from './findings.js';

/** What is looked at: the next order of a certificate that is there, or of one that may be requested. */
export interface Subject {
  /** Null: it is not there yet. */
  certificate: AcmeCertificate | null;
  policy: PolicyRecord;
  profile: string | null;
  /** Without those that no CA can certify. */
  identifiers: readonly CertificateIdentifier[];
  proofs: ReadonlyMap<string, ChosenSolver | DomainError>;
  /** Who would make the order; null: no account can be used. */
  account: AccountRecord | null;
  /** Others of the policy that may take over. */
  fallbacks: readonly AccountRecord[];
}

/**
 * Reads what is to be looked at. The findings are about the names themselves and what proves them; a name that no CA can
 * certify has no others. Throws `not-found` for a certificate without names given, a policy or a solver.
 */
export async function readSubject(
  engine: Engine,
  body: CertificatePreflight,
): Promise<{ subject: Subject; findings: PreflightFinding[] }> {
  const { store } = engine;
  const known = body.identifiers
    ? await store.certificates.findByName(body.name)
    : await store.certificates.byName(body.name);
  if (known) refuseImported(known, 'ordered');
  const certificate = known && isAcme(known) ? known : null;
  const policy =
    body.policy === undefined && certificate
      ? await store.policies.get(certificate.policyId)
      : await store.policies.byName(body.policy ?? 'default');
  const profile = (body.profile === undefined ? certificate?.profile : body.profile) ?? policy.profile;
  const read = body.identifiers
    ? await readNames(engine, body.identifiers, profile)
    : { identifiers: certificate?.identifiers ?? [], findings: [] };
  const { identifiers } = read;
  const proofs = await findSolvers(engine, { identifiers, policyId: policy.id }, policy);

  const accounts = await Promise.all(policy.accountIds.map(id => store.accounts.get(id)));
  const account = chooseAccount(accounts, certificate?.strikes ?? 0);
  const fallbacks = accounts.filter(({ id, status }) => status === 'valid' && id !== account?.id);
  return {
    subject: { certificate, policy, profile, identifiers, proofs, account, fallbacks },
    findings: [...read.findings, ...identifiers.map(aboutName), ...identifiers.map(({ value }) => aboutProof(value))],
  };

  function aboutProof(name: string): PreflightFinding {
    const proof = proofs.get(name);
    if (proof === undefined || proof instanceof DomainError) {
      return finding('solver', name, 'refused', proof?.message ?? `Nothing proves ${name}.`);
    }
    const { challengeType, solver, choice } = proof;
    const byPerson = pluginOf(solvers, solver.type).inspect !== undefined;
    const effort = byPerson ? ' Somebody presents what the CA is to find, at each renewal too.' : '';
    const message = `Proven over ${challengeType} by ${solver.name}: ${explainChoice(choice)}.${effort}`;
    return finding('solver', name, 'ok', message);
  }
}

/** Those of the typed names that can be certified, and what is wrong with the others. */
async function readNames(
  { store }: Engine,
  typed: NonNullable<CertificatePreflight['identifiers']>,
  profile: string | null,
): Promise<{ identifiers: CertificateIdentifier[]; findings: PreflightFinding[] }> {
  const entries = typed.map(entry => (typeof entry === 'string' ? { value: entry, solver: null } : entry));
  const faults = faultsOf(
    entries.map(({ value }) => value),
    profile,
  );
  const identifiers: CertificateIdentifier[] = [];
  for (const [position, { value, solver }] of entries.entries()) {
    const reading = readIdentifier(value);
    if ('fault' in reading || faults.has(`identifiers.${position}`)) continue;
    const solverId = solver === null ? null : (await store.solvers.byName(solver)).id;
    identifiers.push({ ...reading.identifier, solverId });
  }
  const findings = [...faults].map(([path, message]) => {
    const position = /^identifiers\.(\d+)$/.exec(path)?.[1];
    const name = position === undefined ? null : (entries[Number(position)]?.value ?? null);
    return finding('identifier', name, 'refused', message);
  });
  return { identifiers, findings };
}

/** What a request of these names is refused for, by the path of the field. */
function faultsOf(typed: readonly string[], profile: string | null): Map<string, string> {
  try {
    parseIdentifiers(typed, profile);
    return new Map();
  } catch (error) {
    if (!(error instanceof DomainError) || error.code !== 'invalid-identifier') throw error;
    return new Map(error.fields.map(({ path, message }) => [path, message]));
  }
}

function aboutName({ type, value }: CertificateIdentifier): PreflightFinding {
  if (type === 'ip' ? isInside(value) : !belowPublicSuffix({ type, value })) {
    const what = type === 'ip' ? 'An address of a private network' : 'A name of a private network';
    return finding('identifier', value, 'unknown', `${what}: only a private CA certifies it.`);
  }
  return finding('identifier', value, 'ok', 'Can be certified.');
}
