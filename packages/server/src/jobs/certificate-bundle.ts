import { certificateNames, parseChain } from '@certfleet/acme';
import type { CertificateBundle } from '@certfleet/plugins';
import type { Store } from '../store/index.js';
import type { VersionRecord } from '../store/versions.js';

/** What a target installs for an assignment. Throws when the private key is not here. */
export async function bundleFor(
  store: Store,
  { name }: { name: string },
  { chain, keyId }: VersionRecord,
  { isDefault }: { isDefault: boolean },
): Promise<CertificateBundle> {
  const { certificates } = parseChain(chain);
  return {
    name,
    chain,
    privateKey: await store.keys.privateKeyPem(keyId),
    identifiers: certificateNames(certificates[0]).map(({ value }) => value),
    isDefault,
  };
}
