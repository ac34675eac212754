import type { NameProof } from '@certfleet/contract';
import { DomainError } from '../domain/errors.js';
import { explainChoice } from '../domain/proof.js';
import type { Engine } from '../engine.js';
import { findSolvers } from '../issuance/choose-solver.js';
import { isAcme } from '../store/certificates.js';

/** What proves each name of a certificate as things are configured now, by the one rule of domain/proof.ts. */
export async function showProofs({ store }: Engine, name: string): Promise<NameProof[]> {
  const certificate = await store.certificates.byName(name);
  const nobody = { solver: null, challengeType: null, rule: null, pattern: null };
  if (!isAcme(certificate)) {
    const reason = 'The certificate was imported: whoever had it issued has proven its names.';
    return certificate.identifiers.map(({ value }) => ({ ...nobody, identifier: value, reason }));
  }
  const found = await findSolvers({ store }, certificate);
  return certificate.identifiers.map(({ value }) => {
    const proof = found.get(value);
    if (proof === undefined) throw new Error(`No rule was asked about ${value} of ${name}.`);
    if (proof instanceof DomainError) return { ...nobody, identifier: value, reason: proof.message };
    const { choice, challengeType, solver } = proof;
    return {
      identifier: value,
      solver: solver.name,
      challengeType,
      rule: choice.reason,
      pattern: 'pattern' in choice ? choice.pattern : null,
      reason: `Chosen because ${explainChoice(choice)}.`,
    };
  });
}
