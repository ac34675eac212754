import { type Happening, toldAs } from '../domain/notices.js';
import { type Instant, seconds } from '../domain/time.js';
import type { CertificateRecord } from '../store/certificates.js';
import type { ChannelRecord } from '../store/channels.js';
import type { Store } from '../store/index.js';
import type { NewNotice } from '../store/notices.js';

/** As much of a certificate as a notice about it needs. `notAfter`: of the version that is current by now. */
export type ToldCertificate = Pick<CertificateRecord, 'id' | 'name' | 'identifiers' | 'notAfter' | 'policyId'>;

/** The job that tells what a channel has to tell; its subject is the channel's id. */
export function sendNoticesJob(channelId: string) {
  return { kind: 'send-notices', subject: channelId, lock: `channel:${channelId}` } as const;
}

/**
 * Writes down what channels are to tell of a happening, in the transaction of the happening itself: there is neither
 * without the other. It costs one statement when no channel tells of it.
 */
export async function tell(
  tx: Store,
  certificate: ToldCertificate,
  happening: Happening,
  now: Instant,
  accountId?: string,
): Promise<void> {
  const telling = (await tx.channels.enabled()).filter(({ kinds }) =>
    kinds.some(kind => happening.kinds.includes(kind)),
  );
  if (telling.length === 0) return;
  const labels = telling.some(each => each.labels.length > 0) ? await tx.certificates.labels(certificate.id) : {};
  const holder = telling.some(each => each.accountHolders) ? await holderOf(tx, certificate, accountId) : null;
  const notices = telling.flatMap(channel => noticesFor(channel, certificate, happening, labels, holder));
  await tx.notices.add(notices);
  for (const { id, collectSeconds } of telling) {
    if (!notices.some(({ channelId }) => channelId === id)) continue;
    await tx.jobs.enqueue({ ...sendNoticesJob(id), urgency: now, runAt: now + seconds(collectSeconds) });
  }
}

function noticesFor(
  channel: ChannelRecord,
  { name, identifiers, notAfter }: ToldCertificate,
  happening: Happening,
  labels: Readonly<Record<string, string>>,
  holder: string | null,
): NewNotice[] {
  const kind = toldAs(channel, happening, labels);
  if (kind === null) return [];
  const { severity, message } = happening;
  const facts = { identifiers: identifiers.map(({ value }) => value), notAfter, message };
  const notice = { channelId: channel.id, recipient: null, kind, severity, certificate: name, facts };
  return channel.accountHolders && holder !== null ? [notice, { ...notice, recipient: holder }] : [notice];
}

/** The e-mail address of the account that issued the certificate or, before that, of the one that is to. */
async function holderOf(
  tx: Store,
  { id, policyId }: ToldCertificate,
  accountId: string | undefined,
): Promise<string | null> {
  const issuer = accountId ?? (await tx.versions.current(id))?.accountId;
  const wanted = issuer ?? (policyId === null ? undefined : (await tx.policies.get(policyId)).accountIds[0]);
  const account = wanted === undefined ? undefined : await tx.accounts.find(wanted);
  return account?.email ?? null;
}
