import { createPrivateKey, X509Certificate } from 'node:crypto';
import { AcmeProblem, revokeCertificate, signerFromKey } from '@certfleet/acme';
import type { RevocationReason } from '@certfleet/contract';
import { DomainError } from '../domain/errors.js';
import type { Instant } from '../domain/time.js';
import type { Engine } from '../engine.js';
import { enqueueKeepValid } from '../jobs/enqueue.js';
import { tellRevoked } from '../notices/happenings.js';
import type { CertificateRecord } from '../store/certificates.js';
import type { Store } from '../store/index.js';
import type { PendingRevocation, VersionRecord } from '../store/versions.js';
import { orderAgain } from './order-again.js';
import { giveUpKey } from './same-key.js';

/** Why, and who wants it. */
export type Wish = Pick<PendingRevocation, 'reason' | 'by'>;

/**
 * Has it revoked by the account that it was issued to, or, where that is not valid any more, by its own key, which needs
 * no account (RFC 8555 §7.6). What the CA has revoked already counts as revoked. Throws what the CA refuses with, as it
 * is, and `not-possible` where there is neither.
 */
export async function revokeAtCa(
  { store, cas }: Engine,
  { number, keyId, accountId, chain }: VersionRecord,
  reason: RevocationReason,
): Promise<void> {
  const certificate = new X509Certificate(chain);
  const account = accountId === null ? undefined : await store.accounts.find(accountId);
  if (!account) throw noAccount(number);
  const hasKey = (await store.keys.get(keyId)).custody === 'server';
  if (account.status === 'valid' || !hasKey) {
    try {
      await revokeCertificate(await cas.session(account), certificate, { reason });
      return;
    } catch (error) {
      // What CAs say of an account that someone has deactivated without us.
      const refused = error instanceof AcmeProblem && (error.is('unauthorized') || error.is('accountDoesNotExist'));
      if (!refused || !hasKey) throw error;
    }
  }
  const server = cas.server(account.directoryUrl, account.caCertificate);
  const signer = signerFromKey(createPrivateKey(await store.keys.privateKeyPem(keyId)));
  await revokeCertificate({ server, signer }, certificate, { reason });
}

/** With the account, its CA's address was forgotten. */
export function noAccount(version: number): DomainError {
  return new DomainError(
    'not-possible',
    `No account is known for version ${version}, so nobody knows here where it could be revoked. Ask its CA, with its serial number.`,
  );
}

/** Remembers that the CA has revoked it, and replaces what is of no use any more. */
export async function markRevoked(tx: Store, version: VersionRecord, wish: Wish, now: Instant): Promise<void> {
  const certificate = await tx.certificates.get(version.certificateId);
  await tx.versions.markRevoked(version.id, now);
  const consequences = [
    ...(await replaceRevoked(tx, certificate.id, version, wish.reason, now)),
    // What was wanted before it could be done has been told then.
    ...(version.revocation === null ? await giveUpKey(tx, version, wish, now) : []),
  ];
  const what = `Version ${version.number} of ${certificate.name} was revoked (${wish.reason}).`;
  const message = [what, ...consequences].join(' ');
  await recordRevocation(tx, certificate, version, wish, 'succeeded', message);
  await tellRevoked(tx, certificate, message, 'warning', now);
}

export async function recordRevocation(
  tx: Store,
  { name }: CertificateRecord,
  { number, serial }: VersionRecord,
  { reason, by }: Wish,
  outcome: 'intended' | 'succeeded' | 'failed',
  message: string,
): Promise<void> {
  await tx.events.append({
    ...{ actor: by, action: 'certificate.revoked', subject: `certificate:${name}`, outcome, message },
    detail: { version: number, serial, reason },
  });
}

/**
 * A revoked certificate is of no use, and neither is one whose key is compromised: the next one is ordered at once, and
 * an order that is under way, perhaps with that key, is given up. Returns what is said of it.
 */
async function replaceRevoked(
  tx: Store,
  certificateId: string,
  revoked: VersionRecord,
  reason: RevocationReason,
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
