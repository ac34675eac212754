import type { Instant } from '../domain/time.js';
import { enqueueKeepValid } from '../jobs/enqueue.js';
import { tellRevoked } from '../notices/happenings.js';
import { type CertificateRecord, isAcme } from '../store/certificates.js';
import type { Store } from '../store/index.js';
import type { VersionRecord } from '../store/versions.js';
import { orderAgain } from './order-again.js';
import type { Wish } from './revocation.js';

/**
 * What the revocation of a version means for whatever else has its key. Where the key was brought along, it is given up,
 * so that there is a next version. If it is compromised, other certificates that are served with it, or are being issued
 * for it, are replaced at once, and people are told of each: somebody else can pretend to be them. Call it when the
 * revocation is wanted, not only when it is done. Returns what is said of it in the event of the revocation.
 */
export async function giveUpKey(tx: Store, version: VersionRecord, wish: Wish, now: Instant): Promise<string[]> {
  const { publicKey } = await tx.keys.get(version.keyId);
  const { id, name } = await tx.certificates.get(version.certificateId);
  const revoked = `version ${version.number} of ${name}`;
  const given: string[] = [];
  for (const certificate of await tx.certificates.withImportedKey(publicKey)) {
    await giveUpImportedKey(tx, certificate);
    const message = `The imported key of ${certificate.name} is not used again: until another one is imported, its policy decides.`;
    given.push(message);
    if (certificate.id === id) continue;
    const why = `It is that of ${revoked}, which is revoked (${wish.reason}).`;
    await record(tx, certificate, 'changed', wish, `${message} ${why}`);
  }
  if (wish.reason !== 'keyCompromise') return given;
  for (const other of await tx.keys.certificatesWith(publicKey)) {
    if (other === id) continue;
    const certificate = await tx.certificates.get(other);
    given.push(await replaceCompromised(tx, certificate, revoked, wish, now));
  }
  return given;
}

async function giveUpImportedKey(tx: Store, { id, importedKeyId }: CertificateRecord): Promise<void> {
  await tx.certificates.update(id, { importedKeyId: null, keyOnRenewal: null });
  if (importedKeyId !== null) await tx.keys.deleteUnused([importedKeyId]);
}

/** Orders the next version, with another key, unless that takes a person; an event and a notice in either case. */
async function replaceCompromised(
  tx: Store,
  certificate: CertificateRecord,
  revoked: string,
  wish: Wish,
  now: Instant,
): Promise<string> {
  const { name, csr } = certificate;
  const needsPerson = whatToBring(certificate);
  if (needsPerson === null) {
    await tx.certificates.update(certificate.id, orderAgain(certificate, now, 'revoked'));
    await enqueueKeepValid(tx, certificate, now);
  }
  const next = needsPerson ?? 'It is replaced at once, with another key.';
  const stays = `What it has stays valid until it is revoked too${
    isAcme(certificate) ? ` (certfleet certificate revoke ${name} --reason keyCompromise${csr ? ' --now' : ''})` : ''
  }.`;
  const message = `${name} has the key of ${revoked}, which is compromised. ${next} ${stays}`;
  await record(tx, certificate, 'key-compromised', wish, message);
  await tellRevoked(tx, certificate, message, needsPerson === null ? 'warning' : 'critical', now);
  return `${name} has the same key: ${needsPerson ?? 'it is replaced at once.'}`;
}

/** Null: there will be a next version by itself. */
function whatToBring({ name, policyId, csr }: CertificateRecord): string | null {
  if (policyId === null) return `It was imported: have one with another key issued, and import that in its place.`;
  return csr === null
    ? null
    : `Its key came with a CSR: bring one with another key (certificate change ${name} --csr).`;
}

async function record(
  tx: Store,
  { name }: CertificateRecord,
  verb: 'changed' | 'key-compromised',
  { by, reason }: Wish,
  message: string,
): Promise<void> {
  await tx.events.append({
    ...{ actor: by, action: `certificate.${verb}`, subject: `certificate:${name}`, outcome: 'succeeded', message },
    detail: { reason },
  });
}
