import { checkCsr, parseCsr } from '@certfleet/acme';
import type { CertificateRequest } from '@certfleet/contract';
import { DomainError } from '../domain/errors.js';
import { parseIdentifiers } from '../domain/identifier-set.js';
import type { CertificateIdentifier } from '../store/certificates.js';
import type { Store } from '../store/index.js';

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

/** A CSR that was brought along, as base64 of its DER, after making sure that it asks for these names. */
export function readCsr(pem: string, identifiers: readonly CertificateIdentifier[]): string {
  return checkedCsr(pem, identifiers).toString('base64');
}

/** Makes sure that a stored CSR still asks for the names of its certificate. Throws `invalid-input`. */
export function readCsrAgain(stored: string, identifiers: readonly CertificateIdentifier[]): void {
  checkedCsr(Buffer.from(stored, 'base64'), identifiers);
}

function checkedCsr(csr: string | Uint8Array, identifiers: readonly CertificateIdentifier[]): Buffer {
  try {
    const parsed = parseCsr(csr);
    checkCsr(parsed, identifiers);
    return parsed.der;
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : String(cause);
    throw new DomainError('invalid-input', message, { cause, fields: [{ path: 'csr', message }] });
  }
}
