/** Certificates (RFC 8555 §7.4.2) and their revocation (§7.6). */
import { X509Certificate } from 'node:crypto';
import type { AccountSession } from './account.js';
import {
  childrenOf,
  context,
  contextConstructed,
  type DerElement,
  DerError,
  expectTag,
  readElement,
  TAG,
} from './der.js';
import type { Signer } from './jws.js';
import {
  AcmeInputError,
  AcmeProblem,
  AcmeProtocolError,
  AcmeTransportError,
  type Attempted,
  type Identifier,
} from './problem.js';
import type { AcmeServer, CallOptions } from './server.js';
import { type HttpReply, header, linksOf } from './transport.js';
import { OID, readExtensions, readName, readSubjectAltName, readUsableNames, usableName } from './x509.js';

/** A chain as the CA sent it: the leaf first, each following one the issuer of the one before. */
export interface CertificateChain {
  /** Nothing but CERTIFICATE blocks, written anew from what was parsed. */
  chainPem: string;
  certificates: [X509Certificate, ...X509Certificate[]];
}

export interface DownloadedCertificate extends CertificateChain {
  /** URLs of the alternate chains that the CA offers. */
  alternates: string[];
  /** With `preferredRoot`: whether this chain leads to it. If not, it is the CA's default chain. */
  preferredRootFound?: boolean;
}

export interface DownloadOptions extends CallOptions {
  /** Common name of the root that the chain should lead to: the issuer of its last certificate. */
  preferredRoot?: string;
}

const PEM_CHAIN = 'application/pem-certificate-chain';

/**
 * Downloads the chain of a valid order. With `preferredRoot` the alternates (RFC 8555 §7.4.2) are tried in the CA's
 * order until one leads to that root; when none does, or one cannot be had, the default chain is kept.
 *
 * Does not check whether the certificate is the one that was asked for: see {@link checkIssued}.
 */
export async function downloadCertificate(
  session: AccountSession,
  url: string,
  options: DownloadOptions = {},
): Promise<DownloadedCertificate> {
  const { preferredRoot } = options;
  const { chain, alternates } = await fetchChain(session, url, options);
  if (preferredRoot === undefined) return { ...chain, alternates };
  if (rootName(chain) === preferredRoot) return { ...chain, alternates, preferredRootFound: true };
  for (const alternate of alternates) {
    try {
      const other = await fetchChain(session, alternate, options);
      if (rootName(other.chain) === preferredRoot) return { ...other.chain, alternates, preferredRootFound: true };
    } catch (error) {
      options.signal?.throwIfAborted();
      // The default chain is good; an alternate that cannot be had shows in preferredRootFound.
      if (![AcmeProblem, AcmeTransportError, AcmeProtocolError].some(kind => error instanceof kind)) throw error;
    }
  }
  return { ...chain, alternates, preferredRootFound: false };
}

async function fetchChain(
  session: AccountSession,
  url: string,
  options: CallOptions,
): Promise<{ chain: CertificateChain; alternates: string[] }> {
  const attempted = { operation: 'certificate', url };
  const reply = await session.server.post(session, attempted, undefined, { ...options, accept: PEM_CHAIN });
  return { chain: readChain(attempted, reply), alternates: linksOf(reply, 'alternate') };
}

function readChain(attempted: Attempted, reply: HttpReply): CertificateChain {
  const type = (header(reply, 'content-type') ?? 'no Content-Type').split(';', 1)[0]?.trim().toLowerCase();
  const body = reply.body.toString('utf8');
  if (type !== PEM_CHAIN) {
    throw new AcmeProtocolError(
      attempted,
      'certificate',
      `the answer is ${type} instead of ${PEM_CHAIN}, beginning with ${JSON.stringify(body.slice(0, 60))}. Nothing was installed; download it again later`,
    );
  }
  try {
    return parseChain(body);
  } catch (error) {
    throw new AcmeProtocolError(
      attempted,
      'certificate',
      `${(error as Error).message} Nothing was installed; download it again later.`,
      error,
    );
  }
}

/**
 * Parses a PEM chain strictly: CERTIFICATE blocks and white space, nothing else (RFC 8555 §9.1), each of them a
 * certificate. Throws {@link AcmeInputError}.
 */
export function parseChain(pem: string): CertificateChain {
  const blocks = pem.match(/-----BEGIN CERTIFICATE-----[A-Za-z0-9+/=\s]+-----END CERTIFICATE-----/g) ?? [];
  const rest = blocks.reduce((left, block) => left.replace(block, ''), pem).trim();
  if (rest !== '') {
    throw new AcmeInputError(
      `The chain holds something other than whole certificates: ${JSON.stringify(rest.slice(0, 60))}.`,
    );
  }
  const certificates = blocks.map((block, index) => {
    try {
      return new X509Certificate(block);
    } catch (error) {
      throw new AcmeInputError(`Block ${index + 1} of the chain is no X.509 certificate.`, { cause: error });
    }
  });
  const [leaf, ...issuers] = certificates;
  if (leaf === undefined) throw new AcmeInputError('The chain holds no certificate.');
  return {
    chainPem: certificates.map(certificate => certificate.toString()).join(''),
    certificates: [leaf, ...issuers],
  };
}

/** Common name of the root that a chain leads to: the issuer of its last certificate. */
export function rootName(chain: CertificateChain): string | undefined {
  const last = chain.certificates.at(-1);
  return last && tbsOf(last).issuer.commonName;
}

/** What Node's X509Certificate does not show, or shows as text only. */
export interface CertificateDetails {
  /** Content octets of the serial number, a leading 00 included. */
  serial: Buffer;
  issuer: { commonName?: string };
  /** SubjectPublicKeyInfo in DER. */
  spki: Buffer;
  /** keyIdentifier of the authority key identifier extension. */
  authorityKeyId?: Buffer;
  /** Subject alternative names; a {@link DerError} is thrown for names that ACME cannot order. */
  identifiers: Identifier[];
}

/** Reads a certificate's details. Throws {@link AcmeInputError} if its structure is broken. */
export function certificateDetails(certificate: X509Certificate): CertificateDetails {
  try {
    const { serial, issuer, spki, extensions } = tbsOf(certificate);
    const names = extensions.get(OID.subjectAltName);
    const authority = extensions.get(OID.authorityKeyIdentifier);
    const keyId =
      authority && childrenOf(readElement(authority), TAG.sequence).find(part => part.tag === context(0))?.content;
    return {
      serial,
      issuer,
      spki,
      identifiers: names ? readSubjectAltName(names) : [],
      ...(keyId && { authorityKeyId: keyId }),
    };
  } catch (error) {
    if (!(error instanceof DerError)) throw error;
    throw new AcmeInputError(`Certificate ${certificate.serialNumber} cannot be read: ${error.message}.`, {
      cause: error,
    });
  }
}

/**
 * The DNS names and IP addresses that a certificate is for, whoever issued it: names of other kinds are left out. One
 * without any is taken to be for its common name if that looks like either, as servers do. May be empty.
 *
 * Throws {@link AcmeInputError} if the certificate's structure is broken.
 */
export function certificateNames(certificate: X509Certificate): Identifier[] {
  try {
    const { subject, extensions } = tbsOf(certificate);
    const alternative = extensions.get(OID.subjectAltName);
    const names = alternative ? readUsableNames(alternative) : [];
    if (names.length > 0 || subject.commonName === undefined) return names;
    return usableName(subject.commonName);
  } catch (error) {
    if (!(error instanceof DerError)) throw error;
    throw new AcmeInputError(`Certificate ${certificate.serialNumber} cannot be read: ${error.message}.`, {
      cause: error,
    });
  }
}

/** TBSCertificate (RFC 5280 §4.1): version [0], serial, algorithm, issuer, validity, subject, key, … extensions [3]. */
function tbsOf(certificate: X509Certificate): {
  serial: Buffer;
  issuer: { commonName?: string };
  subject: { commonName?: string };
  spki: Buffer;
  extensions: Map<string, Buffer>;
} {
  const [tbs] = childrenOf(readElement(certificate.raw), TAG.sequence);
  const fields = childrenOf(tbs, TAG.sequence);
  if (fields[0]?.tag === contextConstructed(0)) fields.shift();
  const wrapped: DerElement | undefined = fields.find(field => field.tag === contextConstructed(3));
  return {
    serial: expectTag(fields[0], TAG.integer).content,
    issuer: readName(fields[2]),
    subject: readName(fields[4]),
    spki: expectTag(fields[5], TAG.sequence).raw,
    extensions: wrapped ? readExtensions(readElement(wrapped.content)) : new Map<string, Buffer>(),
  };
}

/** CRLReason codes (RFC 5280 §5.3.1) that a subscriber may give. */
export const REVOCATION_REASONS = {
  unspecified: 0,
  keyCompromise: 1,
  affiliationChanged: 3,
  superseded: 4,
  cessationOfOperation: 5,
  privilegeWithdrawn: 9,
} as const;

export type RevocationReason = keyof typeof REVOCATION_REASONS;

/**
 * Revokes a certificate: with an {@link AccountSession} by the account that has it (or has proven all its names), with
 * a server and a signer for the certificate's own key by that key, account or not.
 *
 * Returns `already-revoked` where it was: what was wanted is the case.
 */
export async function revokeCertificate(
  by: AccountSession | { server: AcmeServer; signer: Signer },
  certificate: X509Certificate,
  options: CallOptions & { reason?: RevocationReason } = {},
): Promise<'revoked' | 'already-revoked'> {
  const payload = {
    certificate: certificate.raw.toString('base64url'),
    ...(options.reason !== undefined && { reason: REVOCATION_REASONS[options.reason] }),
  };
  try {
    await by.server.postToResource(by, 'revokeCert', payload, options);
    return 'revoked';
  } catch (error) {
    if (error instanceof AcmeProblem && error.is('alreadyRevoked')) return 'already-revoked';
    throw error;
  }
}
