import { checkCsr, type ParsedCsr, parseCsr } from '@certfleet/acme';
import type { CertificateRequest } from '@certfleet/contract';
import { DomainError } from '../domain/errors.js';
import { parseIdentifiers } from '../domain/identifier-set.js';
import { refuseWeakKey } from '../key-files/key-strength.js';
import type { CertificateIdentifier } from '../store/certificates.js';
import type { Store } from '../store/index.js';
import { refuseRevokedKey } from './revoked-key.js';

/**
 * The names of a certificate as people typed them, each with the solver that they named for it. `profile` is the one
 * that counts: the certificate's own, else its policy's. Throws `invalid-identifier`, `not-found` for a solver.
 */
export async function readIdentifiers(
  store: Store,
  typed: CertificateRequest['identifiers'],
  profile: string | null,
): Promise<CertificateIdentifier[]> {
  const entries = typed.map(entry => (typeof entry === 'string' ? { value: entry, solver: null } : entry));
  const parsed = parseIdentifiers(
    entries.map(({ value }) => value),
    profile,
  );
  return Promise.all(
    parsed.map(async (identifier, position) => {
      const solver = entries[position]?.solver ?? null;
      return { ...identifier, solverId: solver === null ? null : (await store.solvers.byName(solver)).id };
    }),
  );
}

/**
 * A CSR that was brought along, as base64 of its DER, after making sure that it asks for these names. Throws
 * `invalid-input`, also for a key that is too weak, or that a revoked version was for.
 */
export async function readCsr(
  store: Store,
  pem: string,
  identifiers: readonly CertificateIdentifier[],
): Promise<string> {
  const { der, publicKey } = checkedCsr(pem, identifiers);
  refuseWeakKey(publicKey, 'csr');
  await refuseRevokedKey(store, publicKey, 'csr');
  return der.toString('base64');
}

/** Makes sure that a stored CSR still asks for the names of its certificate. Throws `invalid-input`. */
export function readCsrAgain(stored: string, identifiers: readonly CertificateIdentifier[]): void {
  checkedCsr(Buffer.from(stored, 'base64'), identifiers);
}

function checkedCsr(csr: string | Uint8Array, identifiers: readonly CertificateIdentifier[]): ParsedCsr {
  try {
    const parsed = parseCsr(csr);
    checkCsr(parsed, identifiers);
    return parsed;
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : String(cause);
    throw new DomainError('invalid-input', message, { cause, fields: [{ path: 'csr', message }] });
  }
}
