/**
 * Certificate signing requests (PKCS #10, RFC 2986) as RFC 8555 §7.4 wants them; written, or brought along and read.
 */
import { createPublicKey, type KeyObject, verify } from 'node:crypto';
import {
  childrenOf,
  contextConstructed,
  type DerElement,
  der,
  expectTag,
  oid,
  readBitString,
  readElement,
  readOid,
  sequence,
  set,
  TAG,
  unsigned,
} from './der.js';
import { identifierKey, sameIdentifiers, toIdentifier } from './identifier.js';
import { AcmeInputError, type Identifier } from './problem.js';
import { spki } from './spki.js';
import {
  type CertificateKey,
  OID,
  readExtensions,
  readName,
  readSubjectAltName,
  type SignatureHash,
  type Subject,
  signed,
  subjectAltName,
  writeName,
} from './x509.js';

export interface CsrRequest {
  identifiers: readonly Identifier[];
  key: CertificateKey;
  /** Left out, the subject is empty, which is what current profiles make of it anyway. */
  subject?: Subject;
  /** What it is signed with, if the key is here. Left out: SHA-384 for P-384, else SHA-256. */
  hash?: SignatureHash;
}

const VERSION_1 = unsigned(Uint8Array.of(0));

/** A DER certificate signing request with all identifiers as subject alternative names. */
export async function createCsr(request: CsrRequest): Promise<Buffer> {
  if (request.identifiers.length === 0)
    throw new AcmeInputError('A certificate signing request needs at least one identifier.');
  const attributes = der(
    contextConstructed(0),
    sequence(oid(OID.extensionRequest), set(sequence(subjectAltName(request.identifiers)))),
  );
  const info = sequence(
    VERSION_1,
    writeName(request.subject ?? {}),
    spki('sign' in request.key ? request.key.publicKey : request.key),
    attributes,
  );
  return signed(request.key, () => info, request.hash);
}

/** What a brought CSR asks for. */
export interface ParsedCsr {
  der: Buffer;
  subject: Subject;
  /** RFC 8555 §7.4: the names in subjectAltName, and the common name if it is not among them. */
  identifiers: Identifier[];
  publicKey: KeyObject;
}

const HASHES: Record<string, 'sha256' | 'sha384' | 'sha512'> = {
  '1.2.840.10045.4.3.2': 'sha256',
  '1.2.840.10045.4.3.3': 'sha384',
  '1.2.840.10045.4.3.4': 'sha512',
  '1.2.840.113549.1.1.11': 'sha256',
  '1.2.840.113549.1.1.12': 'sha384',
  '1.2.840.113549.1.1.13': 'sha512',
};

/**
 * Reads a CSR in PEM or DER and verifies its own signature, which proves that whoever made it has the key.
 *
 * Throws {@link AcmeInputError} saying what is wrong with it.
 */
export function parseCsr(input: string | Uint8Array): ParsedCsr {
  const octets = typeof input === 'string' ? csrFromPem(input) : Buffer.from(input);
  try {
    return readCsr(octets);
  } catch (error) {
    if (error instanceof AcmeInputError) throw error;
    throw new AcmeInputError(`This is no certificate signing request: ${(error as Error).message}.`, { cause: error });
  }
}

/** Refuses a CSR that does not ask for exactly these identifiers: the CA would refuse it after all the validations. */
export function checkCsr(csr: ParsedCsr, identifiers: readonly Identifier[]): void {
  if (sameIdentifiers(csr.identifiers, identifiers)) return;
  const list = (some: readonly Identifier[]) => some.map(identifierKey).sort().join(', ');
  throw new AcmeInputError(
    `The certificate signing request asks for ${list(csr.identifiers)}, the order is for ${list(identifiers)}: they must be the same.`,
  );
}

function csrFromPem(pem: string): Buffer {
  const [, label, body = ''] =
    /^\s*-----BEGIN ((?:NEW )?CERTIFICATE REQUEST)-----([A-Za-z0-9+/=\s]+)-----END \1-----\s*$/.exec(pem) ?? [];
  if (label === undefined) {
    throw new AcmeInputError(
      'This is no PEM of one certificate signing request ("-----BEGIN CERTIFICATE REQUEST-----").',
    );
  }
  return Buffer.from(body, 'base64');
}

function readCsr(octets: Buffer): ParsedCsr {
  const [info, algorithm, signature] = childrenOf(readElement(octets), TAG.sequence);
  const [, subjectElement, key, attributes] = childrenOf(info, TAG.sequence);
  const publicKey = createPublicKey({ key: expectTag(key, TAG.sequence).raw, type: 'spki', format: 'der' });
  const algorithmOid = readOid(childrenOf(algorithm, TAG.sequence)[0]);
  const hash = HASHES[algorithmOid];
  if (hash === undefined)
    throw new AcmeInputError(
      `The certificate signing request is signed with ${algorithmOid}: use ECDSA or RSA with SHA-256.`,
    );
  if (!verify(hash, expectTag(info, TAG.sequence).raw, publicKey, readBitString(signature))) {
    throw new AcmeInputError(
      "The certificate signing request's signature does not verify with its own key: make it again.",
    );
  }
  const subject = readName(subjectElement);
  const names = requestedNames(attributes);
  if (subject.commonName !== undefined) {
    // RFC 8555 §7.4 counts the common name, so one that is no identifier would only be refused by the CA, and later.
    const commonName = toIdentifier(subject.commonName);
    if (!names.some(name => identifierKey(name) === identifierKey(commonName))) names.push(commonName);
  }
  if (names.length === 0) throw new AcmeInputError('The certificate signing request holds no name at all.');
  return { der: octets, subject, identifiers: names, publicKey };
}

function requestedNames(attributes: DerElement | undefined): Identifier[] {
  if (attributes === undefined) return [];
  for (const attribute of childrenOf(attributes, contextConstructed(0))) {
    const [type, values] = childrenOf(attribute, TAG.sequence);
    if (readOid(type) !== OID.extensionRequest) continue;
    const [extensions] = childrenOf(values, TAG.set);
    const names = readExtensions(extensions).get(OID.subjectAltName);
    if (names) return readSubjectAltName(names);
  }
  return [];
}
