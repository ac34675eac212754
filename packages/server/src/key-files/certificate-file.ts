import { createPublicKey, type KeyObject, X509Certificate } from 'node:crypto';
import { fileBlocks, isDer } from './file-blocks.js';
import { refuseMismatchedHalves, refuseWeakKey } from './key-strength.js';
import { type PemBlock, pemBlocks } from './pem.js';
import { describeBlocks, isPrivateKey, openPrivateKey } from './private-key.js';
import { refuseFile } from './upload.js';

/** What a file with a certificate and its key held. */
export interface CertificateFile {
  /** The certificate of the key. */
  leaf: X509Certificate;
  key: KeyObject;
  /** All others, in the file's order. */
  others: X509Certificate[];
}

/**
 * A certificate with its private key: PEM, in any order and with text around, PFX (PKCS#12) or JKS. The key may be
 * encrypted; of a PFX and a JKS, `passPhrase` opens the file. The leaf is the certificate that has the key, wherever it
 * stands.
 *
 * Throws `invalid-input` saying what is missing, too much, or does not fit.
 */
export async function readCertificateFile(file: Buffer, passPhrase: string | undefined): Promise<CertificateFile> {
  const blocks = await fileBlocks(file, passPhrase);
  const certificates = distinct(blocks.filter(isCertificate).map(parseCertificate));
  const keyBlocks = distinctBlocks(blocks.filter(isPrivateKey));
  const [keyBlock] = keyBlocks;
  if (certificates.length === 0) throw refuseFile(`The file holds no certificate${instead(blocks)}.`);
  if (!keyBlock) {
    throw refuseFile(
      `The file holds ${certificates.length} certificate(s), but no private key: bring both together, in one file.`,
    );
  }
  if (keyBlocks.length > 1) throw refuseFile(`The file holds ${keyBlocks.length} private keys; bring one.`);
  const key = await openPrivateKey(keyBlock, passPhrase);
  refuseWeakKey(key);
  refuseMismatchedHalves(key);
  const spki = spkiOf(createPublicKey(key));
  const [leaf, second] = certificates.filter(({ publicKey }) => spkiOf(publicKey).equals(spki));
  if (!leaf) {
    const names = certificates.map(({ subject }) => (subject ?? '').replaceAll('\n', ', ')).join('; ');
    throw refuseFile(`The private key belongs to none of the certificates in the file (${names.slice(0, 500)}).`);
  }
  if (second) throw refuseFile('The file holds several certificates of the same private key; bring one of them.');
  return { leaf, key, others: certificates.filter(each => each !== leaf) };
}

/**
 * The one certificate in a file, PEM or DER: an intermediate. Throws `invalid-input`, also for a private key, which has
 * no business there.
 */
export function readOneCertificate(file: Buffer): X509Certificate {
  if (isDer(file)) return certificateFrom(file, 'The file is neither PEM nor a certificate in DER.');
  const blocks = pemBlocks(file);
  if (blocks.some(isPrivateKey)) {
    throw refuseFile('The file holds a private key; an intermediate certificate comes without one.');
  }
  const certificates = distinct(blocks.filter(isCertificate).map(parseCertificate));
  const [certificate] = certificates;
  if (!certificate) throw refuseFile(`The file holds no certificate${instead(blocks)}.`);
  if (certificates.length > 1) {
    throw refuseFile(`The file holds ${certificates.length} certificates; bring each under a name of its own.`);
  }
  return certificate;
}

function isCertificate({ label }: PemBlock): boolean {
  return label === 'CERTIFICATE' || label === 'X509 CERTIFICATE';
}

function parseCertificate({ text }: PemBlock, index: number): X509Certificate {
  return certificateFrom(
    text.replaceAll('X509 CERTIFICATE', 'CERTIFICATE'),
    `Certificate ${index + 1} of the file is damaged: it can't be read.`,
  );
}

function certificateFrom(content: string | Buffer, message: string): X509Certificate {
  try {
    const certificate = new X509Certificate(content);
    // Read here once, since OpenSSL finds a damaged key only then.
    if (certificate.publicKey.type === 'public') return certificate;
  } catch (cause) {
    throw refuseFile(message, 'file', cause);
  }
  throw refuseFile(message);
}

function instead(blocks: readonly PemBlock[]): string {
  return blocks.length > 0 ? `, but ${describeBlocks(blocks)}` : ' in PEM form, and is neither a PFX nor a JKS';
}

function spkiOf(key: KeyObject): Buffer {
  return key.export({ type: 'spki', format: 'der' });
}

/** Files that were put together often hold the same certificate twice. */
function distinct(certificates: readonly X509Certificate[]): X509Certificate[] {
  return [...new Map(certificates.map(each => [each.fingerprint256, each])).values()];
}

function distinctBlocks(blocks: readonly PemBlock[]): PemBlock[] {
  return [...new Map(blocks.map(each => [each.text, each])).values()];
}
