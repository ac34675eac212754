/** Whether what the CA issued is what was asked for. A chain is installed only after it has passed. */
import type { KeyObject, X509Certificate } from 'node:crypto';
import { type CertificateChain, type CertificateDetails, certificateDetails } from './certificate.js';
import { identifierKey } from './identifier.js';
import { AcmeInputError, AcmeProtocolError, type Identifier } from './problem.js';
import { spki } from './spki.js';

export interface Expected {
  /** The key that the CSR was for, private or public, or its SubjectPublicKeyInfo in DER as {@link spki} writes it. */
  key: KeyObject | Uint8Array;
  identifiers: readonly Identifier[];
  /** Milliseconds since the epoch. */
  now: number;
  /**
   * Accept a leaf without issuers. Right only for a private CA that issues from its root: elsewhere a chain without
   * intermediates is a truncated one, and many clients would not trust it.
   */
  allowLeafOnly?: boolean;
}

/** CAs antedate certificates; one that begins later than this ahead of our clock means that one clock is wrong. */
const CLOCK_SKEW_MS = 3_600_000;

/**
 * Throws {@link AcmeProtocolError} with fault `certificate` that lists everything that is wrong: key, names, validity,
 * chain. Does not check against a trust store, since a private CA's root is not in any.
 */
export function checkIssued(chain: CertificateChain, expected: Expected, url = 'the downloaded certificate'): void {
  const [leaf, ...issuers] = chain.certificates;
  const faults = [
    ...contentFaults(leaf, expected),
    ...validityFaults(leaf, expected.now),
    ...chainFaults(leaf, issuers, expected.allowLeafOnly ?? false),
  ];
  if (faults.length === 0) return;
  throw new AcmeProtocolError(
    { operation: 'certificate', url },
    'certificate',
    `the CA issued something else than what was asked for: ${faults.join('; ')}. It must not be installed; the one in use stays`,
  );
}

function contentFaults(leaf: X509Certificate, { key, identifiers }: Expected): string[] {
  let details: CertificateDetails;
  try {
    details = certificateDetails(leaf);
  } catch (error) {
    if (!(error instanceof AcmeInputError)) throw error;
    return [error.message];
  }
  const issued = new Set(details.identifiers.map(identifierKey));
  const wanted = new Set(identifiers.map(identifierKey));
  const missing = [...wanted].filter(name => !issued.has(name));
  const extra = [...issued].filter(name => !wanted.has(name));
  // Comparing the octets first saves OpenSSL the parsing; only equal keys in another encoding need it.
  const expected = key instanceof Uint8Array ? key : spki(key);
  const ours = details.spki.equals(expected) || spki(leaf.publicKey).equals(expected);
  return [
    ...(ours ? [] : ['its key is not ours']),
    ...(missing.length > 0 ? [`it lacks ${missing.join(', ')}`] : []),
    ...(extra.length > 0 ? [`it also names ${extra.join(', ')}`] : []),
  ];
}

function validityFaults(leaf: X509Certificate, now: number): string[] {
  const notBefore = Date.parse(leaf.validFrom);
  const notAfter = Date.parse(leaf.validTo);
  if (!(notBefore < notAfter)) return [`its validity ends (${leaf.validTo}) before it begins (${leaf.validFrom})`];
  if (notAfter <= now) return [`it has expired already (${leaf.validTo})`];
  if (notBefore > now + CLOCK_SKEW_MS)
    return [`it is not valid before ${leaf.validFrom}: compare our clock with the CA's`];
  return [];
}

function chainFaults(leaf: X509Certificate, issuers: readonly X509Certificate[], allowLeafOnly: boolean): string[] {
  if (leaf.ca) return ['the first certificate is a CA, not the one that was ordered'];
  if (issuers.length === 0)
    return allowLeafOnly ? [] : ['the chain is incomplete: no issuer came with the certificate'];
  let subject = leaf;
  for (const [index, issuer] of issuers.entries()) {
    if (!issuer.ca) return [`certificate ${index + 2} of the chain is no CA`];
    if (!subject.checkIssued(issuer) || !subject.verify(issuer.publicKey)) {
      return [`certificate ${index + 1} of the chain was not issued by certificate ${index + 2}`];
    }
    subject = issuer;
  }
  return [];
}
