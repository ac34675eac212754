import { X509Certificate } from 'node:crypto';
import { revokeCertificate } from '@certfleet/acme';
import type { Revocation } from '@certfleet/contract';
import { DomainError } from '../domain/errors.js';
import type { Instant } from '../domain/time.js';
import type { Engine } from '../engine.js';
import { type Actor, describeActor } from '../http/actor.js';
import { enqueueKeepValid } from '../jobs/enqueue.js';
import { tellRevoked } from '../notices/happenings.js';
import type { Store } from '../store/index.js';
import type { VersionDetail, VersionRecord } from '../store/versions.js';
import { versionOf } from './export-certificate.js';
import { fromCa } from './from-ca.js';
import { refuseImported } from './import-certificate.js';
import { orderAgain } from './order-again.js';

/**
 * Revokes a version at its CA (RFC 8555 §7.6). Its key is never certified again, and what is of no use any more is replaced
 * at once. Throws `not-possible` where no account can revoke it, and what the CA refuses with.
 */
export async function revoke(
  engine: Engine,
  name: string,
  { version: number, reason }: Revocation,
  actor: Actor,
): Promise<VersionDetail> {
  const { store, clock } = engine;
  const certificate = await store.certificates.byName(name);
  refuseImported(certificate, 'revoked');
  const version = await versionOf(store, certificate, number);
  if (version.accountId === null) {
    throw new DomainError('not-possible', `No account is known for version ${version.number}.`);
  }
  const session = await engine.cas.session(await store.accounts.get(version.accountId));
  const what = `version ${version.number} of ${name}`;
  const record = (tx: Store, outcome: 'intended' | 'succeeded', message: string) =>
    tx.events.append({
      actor: describeActor(actor),
      action: 'certificate.revoked',
      subject: `certificate:${name}`,
      outcome,
      message,
      detail: { version: version.number, serial: version.serial, reason },
    });
  await record(store, 'intended', `${what} is to be revoked (${reason}).`);
  await fromCa(() => revokeCertificate(session, new X509Certificate(version.chain), { reason }));
  await store.transaction(async tx => {
    const now = clock.now();
    await tx.versions.markRevoked(version.id, now);
    const consequences = [
      ...(await replaceRevoked(tx, certificate.id, version, reason, now)),
      ...(await giveUpImportedKey(tx, version)),
    ];
    const message = [`${what} was revoked (${reason}).`, ...consequences].join(' ');
    await record(tx, 'succeeded', message);
    await tellRevoked(tx, certificate, `V${message.slice(1)}`, now);
  });
  const details = await store.versions.details([version.id]);
  return details.get(version.id) ?? { ...version, keyAlgorithm: null, account: null };
}

/** Wherever the key was brought along: the next version gets another one, so that there is a next version. */
async function giveUpImportedKey(tx: Store, { keyId }: VersionRecord): Promise<string[]> {
  const { publicKey } = await tx.keys.get(keyId);
  const certificates = await tx.certificates.withImportedKey(publicKey);
  for (const { id, importedKeyId } of certificates) {
    await tx.certificates.update(id, { importedKeyId: null, keyOnRenewal: null });
    if (importedKeyId !== null) await tx.keys.deleteUnused([importedKeyId]);
  }
  return certificates.map(
    ({ name }) => `The imported key of ${name} is not used again: until another one is imported, its policy decides.`,
  );
}

/**
 * A revoked certificate is of no use, and neither is one whose key is compromised: the next one is ordered at once, and
 * an order that is under way, perhaps with that key, is given up. Returns what is said of it.
 */
async function replaceRevoked(
  tx: Store,
  certificateId: string,
  revoked: VersionRecord,
  reason: Revocation['reason'],
  now: Instant,
): Promise<string[]> {
  const certificate = await tx.certificates.get(certificateId);
  const current = await tx.versions.current(certificateId);
  const order = await tx.orders.active(certificateId);
  const { publicKey } = await tx.keys.get(revoked.keyId);
  const hasKey = async (keyId: string | undefined) =>
    reason === 'keyCompromise' && keyId !== undefined && (await tx.keys.get(keyId)).publicKey === publicKey;

  const isCurrent = current?.id === revoked.id;
  const shared: string[] = [];
  if (current && !isCurrent && (await hasKey(current.keyId))) shared.push(`Version ${current.number}`);
  if (await hasKey(order?.keyId)) shared.push('The running order');
  if (!isCurrent && shared.length === 0) return [];
  await tx.certificates.update(certificateId, orderAgain(certificate, now, isCurrent ? 'revoked' : 'requested'));
  await enqueueKeepValid(tx, certificate, now);
  return shared.map(each => `${each} has the same key and is replaced at once.`);
}
