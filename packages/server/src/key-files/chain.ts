import type { X509Certificate } from 'node:crypto';

/** A leaf's way up as it is served: without its root, which clients have. */
export interface Chain {
  /** The leaf first, each following one the issuer of the one before. */
  certificates: [X509Certificate, ...X509Certificate[]];
  /**
   * Whether it leads to a root, or to what a root has issued; if not, `missing` names the issuer that was not found.
   */
  missing: string | null;
  /** Those of the certificates that were brought along and have no place in it; roots are not counted. */
  unused: X509Certificate[];
}

/**
 * Puts a chain in order, and completes it with certificates that are known here. Which of several issuers with the same
 * name and key is taken: one that was brought along before one that is known, then the one that is valid the longest.
 */
export function buildChain(
  leaf: X509Certificate,
  broughtAlong: readonly X509Certificate[],
  known: readonly X509Certificate[],
): Chain {
  const certificates: Chain['certificates'] = [leaf];
  let last = leaf;
  let missing: string | null = null;
  while (!isSelfSigned(last)) {
    const next = issuerOf(last, broughtAlong, certificates) ?? issuerOf(last, known, certificates);
    if (!next) {
      missing = oneLine(last.issuer);
      break;
    }
    if (isSelfSigned(next)) break;
    certificates.push(next);
    last = next;
  }
  const used = new Set(certificates.map(certificate => certificate.fingerprint256));
  const unused = broughtAlong.filter(each => !used.has(each.fingerprint256) && !isSelfSigned(each));
  // An intermediate at the end is complete without its root: clients have that, and only they can tell.
  return { certificates, missing: certificates.length > 1 ? null : missing, unused };
}

/** The common way to say who issued what: on one line. */
export function oneLine(name: string): string {
  return name.replaceAll('\n', ', ');
}

/** Not by checkIssued, which also wants the right to sign: a server's own certificate has it seldom. */
function isSelfSigned(certificate: X509Certificate): boolean {
  return certificate.subject === certificate.issuer && isVerified(certificate, certificate);
}

function issuerOf(
  subject: X509Certificate,
  candidates: readonly X509Certificate[],
  before: readonly X509Certificate[],
): X509Certificate | undefined {
  const taken = new Set(before.map(certificate => certificate.fingerprint256));
  return candidates
    .filter(
      each => each.ca && !taken.has(each.fingerprint256) && subject.checkIssued(each) && isVerified(subject, each),
    )
    .sort((a, b) => Date.parse(b.validTo) - Date.parse(a.validTo))[0];
}

/** A key of another kind than the signature's is no verification either, but an error of OpenSSL's. */
function isVerified(subject: X509Certificate, issuer: X509Certificate): boolean {
  try {
    return subject.verify(issuer.publicKey);
  } catch {
    return false;
  }
}
