/**
 * The parts of X.509 (RFC 5280) that CSRs and certificates have in common: names, extensions, subject alternative
 * names, signature algorithms. Writing and reading stand side by side.
 */
import { sign as cryptoSign, type KeyObject } from 'node:crypto';
import {
  bitString,
  childrenOf,
  context,
  type DerElement,
  DerError,
  der,
  expectTag,
  NULL,
  octetString,
  oid,
  readElement,
  readOid,
  sequence,
  set,
  TAG,
  TRUE,
  text,
} from './der.js';
import { ipFromOctets, ipOctets, toIdentifier } from './identifier.js';
import { signInThread } from './key.js';
import { AcmeInputError, type Identifier } from './problem.js';

/** Subject fields of a CSR (RFC 5280 §4.1.2.6). A public CA ignores all but the common name. */
export interface Subject {
  country?: string;
  state?: string;
  locality?: string;
  organization?: string;
  organizationalUnit?: string;
  commonName?: string;
  emailAddress?: string;
}

/**
 * OID, upper bound in characters (RFC 5280 appendix A.1) and string type of each field, in the order they are written.
 */
const SUBJECT_FIELDS: readonly [keyof Subject, string, number, number][] = [
  ['country', '2.5.4.6', 2, TAG.printableString],
  ['state', '2.5.4.8', 128, TAG.utf8String],
  ['locality', '2.5.4.7', 128, TAG.utf8String],
  ['organization', '2.5.4.10', 64, TAG.utf8String],
  ['organizationalUnit', '2.5.4.11', 64, TAG.utf8String],
  ['commonName', '2.5.4.3', 64, TAG.utf8String],
  ['emailAddress', '1.2.840.113549.1.9.1', 255, TAG.ia5String],
];

/** A Name with one attribute in each RDN. Throws {@link AcmeInputError} for a field that X.520 has no room for. */
export function writeName(subject: Subject): Buffer {
  return sequence(
    ...SUBJECT_FIELDS.flatMap(([field, type, bound, tag]) => {
      const value = subject[field];
      if (value === undefined || value === '') return [];
      if ([...value].length > bound) {
        throw new AcmeInputError(
          `The subject's ${field} is longer than the ${bound} characters that X.520 allows: ${JSON.stringify(value)}.`,
        );
      }
      if (field === 'country' && !/^[A-Z]{2}$/.test(value)) {
        throw new AcmeInputError(
          `The subject's country is an ISO 3166 code of two capital letters, not ${JSON.stringify(value)}.`,
        );
      }
      // biome-ignore lint/suspicious/noControlCharactersInRegex: IA5String is exactly this range
      if (tag === TAG.ia5String && !/^[\x00-\x7f]*$/.test(value)) {
        throw new AcmeInputError(`The subject's ${field} may hold ASCII characters only: ${JSON.stringify(value)}.`);
      }
      return [set(sequence(oid(type), text(tag, value)))];
    }),
  );
}

/** The fields of a Name that {@link Subject} has; of several with one type the last, which is the most specific. */
export function readName(name: DerElement | undefined): Subject {
  const subject: Subject = {};
  for (const rdn of childrenOf(name, TAG.sequence)) {
    for (const attribute of childrenOf(rdn, TAG.set)) {
      const [type, value] = childrenOf(attribute, TAG.sequence);
      const dotted = readOid(type);
      const known = SUBJECT_FIELDS.find(([, fieldOid]) => fieldOid === dotted);
      if (known && value) subject[known[0]] = readText(value);
    }
  }
  return subject;
}

/** BMPString (0x1e) is UTF-16; the other string types in use are ASCII, Latin-1 at worst, or UTF-8. */
function readText(element: DerElement): string {
  return element.tag === 0x1e
    ? Buffer.from(element.content).swap16().toString('utf16le')
    : element.content.toString('utf8');
}

export const OID = {
  subjectAltName: '2.5.29.17',
  authorityKeyIdentifier: '2.5.29.35',
  basicConstraints: '2.5.29.19',
  keyUsage: '2.5.29.15',
  extensionRequest: '1.2.840.113549.1.9.14',
  acmeIdentifier: '1.3.6.1.5.5.7.1.31',
} as const;

export function extension(type: string, value: Uint8Array, critical = false): Buffer {
  return sequence(oid(type), ...(critical ? [TRUE] : []), octetString(value));
}

/** Extensions by OID. */
export function readExtensions(extensions: DerElement | undefined): Map<string, Buffer> {
  return new Map(
    childrenOf(extensions, TAG.sequence).map(entry => {
      const parts = childrenOf(entry, TAG.sequence);
      return [readOid(parts[0]), expectTag(parts.at(-1), TAG.octetString).content];
    }),
  );
}

/** subjectAltName with dNSName and iPAddress entries (RFC 5280 §4.2.1.6, RFC 8738 §3). */
export function subjectAltName(identifiers: readonly Identifier[], critical = false): Buffer {
  const names = identifiers.map(({ type, value }) =>
    type === 'dns' ? der(context(2), Buffer.from(value, 'ascii')) : der(context(7), ipOctets(value)),
  );
  return extension(OID.subjectAltName, sequence(...names), critical);
}

/** The identifiers in a subjectAltName's value. Throws {@link DerError} for names that ACME cannot order. */
export function readSubjectAltName(value: Uint8Array): Identifier[] {
  return childrenOf(readElement(value), TAG.sequence).map(name => {
    if (name.tag === context(2)) return { type: 'dns', value: name.content.toString('latin1').toLowerCase() };
    if (name.tag === context(7)) return { type: 'ip', value: ipFromOctets(name.content) };
    throw new DerError(
      `a subject alternative name is neither a DNS name nor an IP address (tag 0x${name.tag.toString(16)})`,
    );
  });
}

/** Those of a subjectAltName's names that are DNS names or IP addresses, each once; others are left out. */
export function readUsableNames(value: Uint8Array): Identifier[] {
  const names = childrenOf(readElement(value), TAG.sequence).flatMap(({ tag, content }) => {
    if (tag === context(2)) return usableName(content.toString('latin1'));
    const isAddress = tag === context(7) && (content.length === 4 || content.length === 16);
    return isAddress ? [{ type: 'ip' as const, value: ipFromOctets(content) }] : [];
  });
  return [...new Map(names.map(name => [name.value, name])).values()];
}

/** The identifier that a certificate's text stands for; none for what is neither a DNS name nor an address. */
export function usableName(text: string): Identifier[] {
  // The URL parser behind toIdentifier leaves line breaks out instead of refusing them.
  if (/\s/.test(text)) return [];
  try {
    return [toIdentifier(text)];
  } catch (error) {
    if (error instanceof AcmeInputError) return [];
    throw error;
  }
}

/**
 * A certificate's private key, or the ability to sign with one that lives elsewhere: `sign` gets the octets to be
 * signed and returns the signature as X.509 wants it (ECDSA: DER; RSA: PKCS #1 v1.5), with SHA-384 for P-384 and
 * SHA-256 otherwise.
 */
export type CertificateKey = KeyObject | { publicKey: KeyObject; sign(data: Uint8Array): Promise<Uint8Array> };

/** The hashes that a CSR may be signed with. */
export type SignatureHash = 'sha256' | 'sha384' | 'sha512';

/** ecdsa-with-SHA… (RFC 5758 §3.2) and sha…WithRSAEncryption (RFC 4055 §5), which has NULL for parameters. */
const SIGNATURE_OIDS = {
  ec: { sha256: '1.2.840.10045.4.3.2', sha384: '1.2.840.10045.4.3.3', sha512: '1.2.840.10045.4.3.4' },
  rsa: { sha256: '1.2.840.113549.1.1.11', sha384: '1.2.840.113549.1.1.12', sha512: '1.2.840.113549.1.1.13' },
} as const;

/** The hash is the usual one of the key unless given. The private half of a key tells its type as well as the public one. */
function algorithmOf(key: KeyObject, wanted?: SignatureHash): { identifier: Buffer; hash: SignatureHash } {
  const { asymmetricKeyType: type, asymmetricKeyDetails: details } = key;
  const curve = details?.namedCurve;
  if (type === 'rsa') {
    const hash = wanted ?? 'sha256';
    return { identifier: sequence(oid(SIGNATURE_OIDS.rsa[hash]), NULL), hash };
  }
  if (curve !== 'prime256v1' && curve !== 'secp384r1') {
    throw new AcmeInputError(`A certificate key is P-256, P-384 or RSA, not ${curve ?? type}.`);
  }
  const hash = wanted ?? (curve === 'secp384r1' ? 'sha384' : 'sha256');
  return { identifier: sequence(oid(SIGNATURE_OIDS.ec[hash])), hash };
}

/**
 * SEQUENCE { to-be-signed, algorithm, signature }: the outside of a CSR and of a certificate alike. `wanted` is for keys
 * that are here; one that lives elsewhere signs with its usual hash.
 */
export async function signed(
  key: CertificateKey,
  toBeSigned: (algorithm: Buffer) => Buffer,
  wanted?: SignatureHash,
): Promise<Buffer> {
  const { identifier, hash } = 'sign' in key ? algorithmOf(key.publicKey) : algorithmOf(key, wanted);
  const data = toBeSigned(identifier);
  return sequence(data, identifier, bitString(await signData(key, hash, data)));
}

async function signData(key: CertificateKey, hash: string, data: Buffer): Promise<Uint8Array> {
  if ('sign' in key) return key.sign(data);
  // Milliseconds for RSA: in a thread. Microseconds for EC: less than going to a thread and back.
  return key.asymmetricKeyType === 'rsa' ? signInThread(hash, data, key) : cryptoSign(hash, data, key);
}
