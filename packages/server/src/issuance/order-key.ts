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
import type { NewKey } from '../store/keys.js';
import type { PolicyRecord } from '../store/policies.js';
import type { VersionRecord } from '../store/versions.js';

/** What an order is made with: a key that is stored already or is to be stored with the order, and the CSR. */
export interface OrderKey {
  key: { id: string } | { create: NewKey };
  /** Base64 of the DER. */
  csr: string;
}

/**
 * Chooses the key of the next order: that of a CSR that was brought along; the current one where "same" is wanted and
 * it still is of the wanted kind; else a new one. The key of a revoked version, current or not, may have been stolen:
 * it is never certified again. Throws `not-possible` for a CSR with such a key.
 */
export async function prepareKey(
  engine: Engine,
  certificate: CertificateRecord,
  policy: PolicyRecord,
  current: VersionRecord | null,
): Promise<OrderKey> {
  if (certificate.csr !== null) return broughtAlong(engine, certificate, certificate.csr);

  const algorithm = (certificate.keyAlgorithm ?? policy.keyAlgorithm) as CertificateKeyType;
  const wantsSame = (certificate.keyOnRenewal ?? policy.keyOnRenewal) === 'same';
  if (wantsSame && current) {
    const known = await engine.store.keys.get(current.keyId);
    const fits = known.custody === 'server' && known.algorithm === algorithm;
    if (fits && !(await engine.store.versions.anyRevokedWithKey(certificate.id, known.publicKey))) {
      const key = privateKeyFromPem(await engine.store.keys.privateKeyPem(known.id));
      return { key: { id: known.id }, csr: await csrFor(certificate, key) };
    }
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

async function csrFor(certificate: CertificateRecord, key: Parameters<typeof createCsr>[0]['key']): Promise<string> {
  const subject = Object.fromEntries(Object.entries(certificate.subject).filter(([, value]) => value !== undefined));
  const csr = await createCsr({ identifiers: certificate.identifiers, key, subject });
  return csr.toString('base64');
}

async function broughtAlong({ store }: Engine, certificate: CertificateRecord, csr: string): Promise<OrderKey> {
  const publicKey = spki(parseCsr(Buffer.from(csr, 'base64')).publicKey).toString('base64');
  if (await store.versions.anyRevokedWithKey(certificate.id, publicKey)) {
    throw new DomainError(
      'not-possible',
      `A version of ${certificate.name} with the key of its CSR was revoked, and that key is not certified again. Bring a CSR with another key, or remove the CSR.`,
    );
  }
  const key = { purpose: 'certificate', custody: 'csr', algorithm: null, publicKey, privateKeyPem: null } as const;
  return { key: { create: key }, csr };
}
