import type { AccountRecord } from '../../../packages/server/src/store/accounts.js';
import type { CertificateRecord } from '../../../packages/server/src/store/certificates.js';
import type { Store } from '../../../packages/server/src/store/index.js';
import type { PolicyRecord } from '../../../packages/server/src/store/policies.js';
import type { VersionRecord } from '../../../packages/server/src/store/versions.js';
import type { PoolSettings } from '../../../packages/server/src/store/virtual-services.js';

/** How a virtual service uses its real servers where nothing is said. */
export const poolSettings = {
  scheduling: 'weighted-round-robin',
  persistence: { type: 'none' },
  healthCheck: { type: 'tcp', port: null },
  minimumServers: 1,
  unavailable: null,
} as const satisfies PoolSettings;

/** An account with its key. */
export async function createAccount(store: Store, name = 'account'): Promise<AccountRecord> {
  const base = { custody: 'server', publicKey: 'AA==', privateKeyPem: 'PEM' } as const;
  const key = await store.keys.create({ ...base, purpose: 'account', algorithm: 'ES256' });
  return store.accounts.create({ name, directoryUrl: 'https://ca.example/directory', keyId: key.id });
}

export function createPolicy(store: Store, name = 'default', accountIds: string[] = []): Promise<PolicyRecord> {
  return store.policies.create({
    ...{ name, accountIds, keyAlgorithm: 'ecdsa-p256', keyOnRenewal: 'new' },
    ...{ renewDaysBefore: null, profile: null, defaultSolverId: null },
  });
}

/** A certificate for one name. */
export function createCertificate(store: Store, policy: PolicyRecord, name: string): Promise<CertificateRecord> {
  const identifiers = [{ type: 'dns', value: `${name.toLowerCase()}.example.com`, solverId: null }] as const;
  return store.certificates.create({ name, policyId: policy.id, identifiers });
}

/** A version with a key of its own, which becomes the current one. */
export async function createVersion(
  store: Store,
  certificateId: string,
  {
    accountId = null,
    notBefore = 0,
    notAfter = 0,
  }: { accountId?: string | null; notBefore?: number; notAfter?: number } = {},
): Promise<VersionRecord> {
  const base = { custody: 'server', publicKey: 'AA==', privateKeyPem: 'PEM' } as const;
  const key = await store.keys.create({ ...base, purpose: 'certificate', algorithm: 'ecdsa-p256' });
  const version = await store.versions.create({
    ...{ certificateId, keyId: key.id, accountId, serial: '01', fingerprintSha256: 'ab', issuer: 'CN=Test' },
    ...{ chain: 'PEM', ariCertId: null, notBefore, notAfter },
  });
  await store.certificates.update(certificateId, { currentVersionId: version.id, notAfter });
  return version;
}
