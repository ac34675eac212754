import { isIPv6 } from 'node:net';
import { describeInstant, type Instant } from '../domain/time.js';
import { tellNeedsPerson } from '../notices/happenings.js';
import type { AcmeCertificate, CertificateRecord } from '../store/certificates.js';
import type { ChallengeRecord } from '../store/challenges.js';
import type { Store } from '../store/index.js';

/** Whether a person has to present it and nobody has said yet that it is there. */
export function isOpen({ byPerson, confirmedAt, state }: ChallengeRecord): boolean {
  return byPerson && confirmedAt === null && state !== 'cleaned';
}

/** The URL at which http-01 has its file (RFC 8555 §8.3, for IP addresses RFC 8738 §4). */
export function challengeUrl({ identifier, token }: Pick<ChallengeRecord, 'identifier' | 'token'>): string {
  return `http://${isIPv6(identifier) ? `[${identifier}]` : identifier}/.well-known/acme-challenge/${token}`;
}

/** Who has to do what, for people. */
export function openInWords(name: string, open: readonly ChallengeRecord[]): string {
  const names = listed(open.map(({ identifier, type }) => `${identifier} (${type})`));
  return `Somebody has to present by hand what proves ${names}: "certfleet certificate challenges ${name}" says what and where; then "certfleet certificate verify ${name}" goes on.`;
}

/** An event and a notice, once for each order: somebody has to present these challenges until it ends. */
export async function askPerson(
  tx: Store,
  certificate: AcmeCertificate,
  challenges: readonly ChallengeRecord[],
  { now, until }: { now: Instant; until: Instant },
): Promise<void> {
  const { name } = certificate;
  const message = `${openInWords(name, challenges)} The order ends at ${describeInstant(until, now)}.`;
  await tx.events.append({
    actor: 'system',
    action: 'certificate.needs-person',
    subject: `certificate:${name}`,
    outcome: 'intended',
    message,
    detail: { until: new Date(until).toISOString() },
  });
  await tellNeedsPerson(tx, certificate, message, now);
}

/** An event that says what is of no use any more. Nothing here can remove what people have presented. */
export async function tellRemovable(
  tx: Store,
  { name }: Pick<CertificateRecord, 'name'>,
  challenges: readonly ChallengeRecord[],
): Promise<void> {
  if (challenges.length === 0) return;
  await tx.events.append({
    actor: 'system',
    action: 'certificate.challenges-removable',
    subject: `certificate:${name}`,
    outcome: 'succeeded',
    message: removableInWords(name, challenges),
  });
}

/** What may be removed, for people. */
export function removableInWords(name: string, challenges: readonly ChallengeRecord[]): string {
  const places = challenges.map(challenge =>
    challenge.type === 'dns-01'
      ? `the TXT value "${challenge.value}" at _acme-challenge.${challenge.identifier}`
      : challengeUrl(challenge),
  );
  return `What was presented by hand for ${name} can be removed now, as far as it is there: ${listed(places)}.`;
}

/** At most ten. */
function listed(items: readonly string[]): string {
  const shown = items.slice(0, 10).join(', ');
  return items.length > 10 ? `${shown} and ${items.length - 10} more` : shown;
}
