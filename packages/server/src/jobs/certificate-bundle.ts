import { certificateNames, parseChain } from '@certfleet/acme';
import type { CertificateBundle, ShownCertificate } from '@certfleet/plugins';
import type { Store } from '../store/index.js';
import type { VersionRecord } from '../store/versions.js';

/** What a target installs for an assignment. Throws when the private key is not here. */
export async function bundleFor(
  store: Store,
  certificate: { name: string },
  version: VersionRecord,
  assignment: { isDefault: boolean },
): Promise<CertificateBundle> {
  return { ...shownFor(certificate, version, assignment), privateKey: await store.keys.privateKeyPem(version.keyId) };
}

/** The same without the key: what is looked for where it is served. */
export function shownFor(
  { name }: { name: string },
  { chain }: VersionRecord,
  { isDefault }: { isDefault: boolean },
): ShownCertificate {
  const { certificates } = parseChain(chain);
  const identifiers = certificateNames(certificates[0]).map(({ value }) => value);
  return { name, chain, identifiers, isDefault };
}
