import {
  type CertificateKeyType,
  createCsr,
  generateCertificateKey,
  parseCsr,
  privateKeyFromPem,
  privateKeyPem,
  spki,
} from '@certfleet/acme';
import { DomainError } from '../domain/errors.js';
import type { Engine } from '../engine.js';
import type { CertificateRecord } from '../store/certificates.js';
import type { Store } from '../store/index.js';
import type { KeyRecord, NewKey } from '../store/keys.js';
import type { PolicyRecord } from '../store/policies.js';
import type { VersionRecord } from '../store/versions.js';

/** What an order is made with: a key that is stored already or is to be stored with the order, and the CSR. */
export interface OrderKey {
  key: { id: string } | { create: NewKey };
  /** Base64 of the DER. */
  csr: string;
}

/**
 * Chooses the key of the next order: that of a CSR or the private one that was brought along; the current one where
 * "same" is wanted and it still is of the wanted kind; else a new one. The key of a revoked version, of whatever
 * certificate, may have been stolen: it is never certified again. Throws `not-possible` when that was brought along.
 */
export async function prepareKey(
  engine: Engine,
  certificate: CertificateRecord,
  policy: PolicyRecord,
  current: VersionRecord | null,
): Promise<OrderKey> {
  const { store } = engine;
  if (certificate.csr !== null) return keyOfCsr(engine, certificate, certificate.csr);
  if (certificate.importedKeyId !== null) {
    const imported = await store.keys.get(certificate.importedKeyId);
    await refuseRevoked(store, imported.publicKey, `The imported key of ${certificate.name}`, 'Import another key.');
    return storedKey(engine, certificate, imported);
  }
  const algorithm = (certificate.keyAlgorithm ?? policy.keyAlgorithm) as CertificateKeyType;
  const wantsSame = (certificate.keyOnRenewal ?? policy.keyOnRenewal) === 'same';
  if (wantsSame && current) {
    const known = await store.keys.get(current.keyId);
    const fits = known.custody === 'server' && known.algorithm === algorithm;
    if (fits && !(await store.revokedKeys.find(known.publicKey))) return storedKey(engine, certificate, known);
  }
  const key = await generateCertificateKey(algorithm);
  return {
    key: {
      create: {
        purpose: 'certificate',
        custody: 'server',
        algorithm,
        publicKey: spki(key).toString('base64'),
        privateKeyPem: privateKeyPem(key),
      },
    },
    csr: await csrFor(certificate, key),
  };
}

async function storedKey({ store }: Engine, certificate: CertificateRecord, { id }: KeyRecord): Promise<OrderKey> {
  return { key: { id }, csr: await csrFor(certificate, privateKeyFromPem(await store.keys.privateKeyPem(id))) };
}

const hashes = { 'SHA-256': 'sha256', 'SHA-384': 'sha384', 'SHA-512': 'sha512' } as const;

async function csrFor(certificate: CertificateRecord, key: Parameters<typeof createCsr>[0]['key']): Promise<string> {
  const subject = Object.fromEntries(Object.entries(certificate.subject).filter(([, value]) => value !== undefined));
  const hash = certificate.signatureAlgorithm && hashes[certificate.signatureAlgorithm];
  const csr = await createCsr({ identifiers: certificate.identifiers, key, subject, ...(hash ? { hash } : {}) });
  return csr.toString('base64');
}

async function keyOfCsr({ store }: Engine, { name }: CertificateRecord, csr: string): Promise<OrderKey> {
  const publicKey = spki(parseCsr(Buffer.from(csr, 'base64')).publicKey).toString('base64');
  await refuseRevoked(
    store,
    publicKey,
    `The key of the CSR of ${name}`,
    'Bring a CSR with another key, or remove the CSR.',
  );
  const key = { purpose: 'certificate', custody: 'csr', algorithm: null, publicKey, privateKeyPem: null } as const;
  return { key: { create: key }, csr };
}

async function refuseRevoked({ revokedKeys }: Store, publicKey: string, whose: string, remedy: string): Promise<void> {
  const revoked = await revokedKeys.find(publicKey);
  if (!revoked) return;
  throw new DomainError(
    'not-possible',
    `${whose} is that of version ${revoked.version} of ${revoked.certificate}, which was revoked, so it is not certified again. ${remedy}`,
  );
}
