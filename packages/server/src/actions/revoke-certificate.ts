import type { Revocation } from '@certfleet/contract';
import { DomainError } from '../domain/errors.js';
import type { Engine } from '../engine.js';
import { type Actor, describeActor } from '../http/actor.js';
import { orderAgain } from '../issuance/order-again.js';
import { markRevoked, noAccount, recordRevocation, revokeAtCa, type Wish } from '../issuance/revocation.js';
import { giveUpKey } from '../issuance/same-key.js';
import { enqueueKeepValid, enqueueRevokeReplaced } from '../jobs/enqueue.js';
import type { CertificateRecord } from '../store/certificates.js';
import type { VersionDetail, VersionRecord } from '../store/versions.js';
import { versionOf } from './export-certificate.js';
import { fromCa } from './from-ca.js';
import { refuseImported } from './import-certificate.js';

/**
 * Revokes a version at its CA (RFC 8555 §7.6): the current one when the next is served in its place, unless it is to be at
 * once. Its key is never certified again. Throws `not-possible` where no account can revoke it or no key could replace
 * that of a CSR, and what the CA refuses with.
 */
export async function revoke(
  engine: Engine,
  name: string,
  { version: number, reason, replaceFirst }: Revocation,
  actor: Actor,
): Promise<VersionDetail> {
  const { store, clock } = engine;
  const certificate = await store.certificates.byName(name);
  refuseImported(certificate, 'revoked');
  const version = await versionOf(store, certificate, number);
  if (version.accountId === null) throw noAccount(version.number);
  const by = describeActor(actor);
  const isLive = certificate.currentVersionId === version.id && version.revokedAt === null;
  if (replaceFirst && isLive && version.notAfter > clock.now()) {
    await revokeWhenReplaced(engine, certificate, version, { reason, by });
  } else {
    const what = `Version ${version.number} of ${name}`;
    await recordRevocation(
      store,
      certificate,
      version,
      { reason, by },
      'intended',
      `${what} is to be revoked (${reason}).`,
    );
    try {
      await fromCa(() => revokeAtCa(engine, version, reason));
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      await recordRevocation(store, certificate, version, { reason, by }, 'failed', `${what} was not revoked: ${why}`);
      throw error;
    }
    await store.transaction(tx => markRevoked(tx, version, { reason, by }, clock.now()));
  }
  const details = await store.versions.details([version.id]);
  return details.get(version.id) ?? { ...version, keyAlgorithm: null, account: null };
}

/** Writes down that it is wanted, and has the next version ordered at once, with another key. */
async function revokeWhenReplaced(
  { store, clock }: Engine,
  { id, name, csr }: CertificateRecord,
  version: VersionRecord,
  wish: Wish,
): Promise<void> {
  if (csr !== null) {
    throw new DomainError(
      'not-possible',
      `${name} can't be replaced first: its key came with a CSR, and is not certified again. Bring a CSR with another key (certificate change --csr), or have it revoked at once (replaceFirst: false).`,
    );
  }
  await store.transaction(async tx => {
    const certificate = await tx.certificates.get(id);
    const now = clock.now();
    await tx.versions.setRevocation(version.id, { ...wish, at: now, trouble: null });
    const { publicKey } = await tx.keys.get(version.keyId);
    await tx.revokedKeys.add(publicKey, { certificate: name, version: version.number, revokedAt: now });
    const consequences = await giveUpKey(tx, version, wish, now);
    await tx.certificates.update(id, orderAgain(certificate, now, 'revoked'));
    await enqueueKeepValid(tx, certificate, now);
    await enqueueRevokeReplaced(tx, certificate, version.id, now);
    const message = `Version ${version.number} of ${name} is to be revoked (${wish.reason}) as soon as the next one is served in its place.`;
    await recordRevocation(tx, certificate, version, wish, 'intended', [message, ...consequences].join(' '));
  });
}
