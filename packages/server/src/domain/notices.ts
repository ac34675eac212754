import type { NoticeKind, NoticeSeverity } from '@certfleet/contract';
import { classifyFailure } from './retry.js';
import { type Duration, days, hours, type Instant, minutes } from './time.js';

/** Something that people may want to be told. */
export interface Happening {
  /** What it is, in the order of weight: a channel tells it as the first of these that it tells of. */
  kinds: readonly NoticeKind[];
  severity: NoticeSeverity;
  /** One or two sentences for people. */
  message: string;
}

/** What a channel is to tell. */
export interface Wishes {
  kinds: readonly NoticeKind[];
  /** The least. */
  severity: NoticeSeverity;
  /** `key` or `key=value`; a certificate needs all of them. */
  labels: readonly string[];
}

const weights: Record<NoticeSeverity, number> = { info: 0, warning: 1, critical: 2 };

/** As what a channel tells a happening about a certificate with these labels; null: it does not. */
export function toldAs(
  { kinds, severity, labels: wanted }: Wishes,
  happening: Happening,
  labels: Readonly<Record<string, string>>,
): NoticeKind | null {
  if (weights[happening.severity] < weights[severity]) return null;
  if (!wanted.every(label => hasLabel(labels, label))) return null;
  return happening.kinds.find(kind => kinds.includes(kind)) ?? null;
}

/** Whether there is such a label: `key`, or `key=value`. */
function hasLabel(labels: Readonly<Record<string, string>>, wanted: string): boolean {
  const at = wanted.indexOf('=');
  if (at < 0) return Object.hasOwn(labels, wanted);
  const key = wanted.slice(0, at);
  return Object.hasOwn(labels, key) && labels[key] === wanted.slice(at + 1);
}

/** The most severe of some; `info` of none. */
export function mostSevere(severities: readonly NoticeSeverity[]): NoticeSeverity {
  return severities.reduce<NoticeSeverity>((most, each) => (weights[each] > weights[most] ? each : most), 'info');
}

/** How many notices of each kind. */
export type NoticeCounts = Partial<Record<NoticeKind, number>>;

/** What to call the notices of one kind in a summary; the weightiest first. */
const summaries: readonly [NoticeKind, one: string, many: string][] = [
  ['failed', 'failure', 'failures'],
  ['expiring', 'about to expire', 'about to expire'],
  ['needs-person', 'waiting for somebody', 'waiting for somebody'],
  ['revoked', 'revoked', 'revoked'],
  ['new-key', 'new key', 'new keys'],
  ['renewed', 'renewed', 'renewed'],
  ['issued', 'issued', 'issued'],
];

/** `2 failures, 1 about to expire, 40 renewed` */
export function summarize(counts: NoticeCounts): string {
  return summaries
    .flatMap(([kind, one, many]) => {
      const count = counts[kind] ?? 0;
      return count === 0 ? [] : [`${count} ${count === 1 ? one : many}`];
    })
    .join(', ');
}

const single: Record<NoticeKind, string> = {
  failed: 'failed',
  expiring: 'is about to expire',
  'needs-person': 'waits for somebody',
  revoked: 'was revoked',
  'new-key': 'has a new key',
  renewed: 'was renewed',
  issued: 'was issued',
};

/** A message's subject: of a single notice its certificate, of more their number. */
export function subjectOf(counts: NoticeCounts, first: { kind: NoticeKind; certificate: string } | undefined): string {
  const total = Object.values(counts).reduce((sum, count) => sum + count, 0);
  if (total === 1 && first) return `Certfleet: ${first.certificate} ${single[first.kind]}`;
  return `Certfleet: ${summarize(counts)}`;
}

const firstWaits: readonly Duration[] = [minutes(1), minutes(5), minutes(15)];
const laterWaits: Duration = hours(1);

/**
 * When a message that could not be delivered is tried again; `attempts` counts this failure. What the other side asks to
 * be waited for (Retry-After) is waited for. What only a person can mend is tried at most hourly all the same: the mending
 * may happen where we don't see it, and a channel that is changed or tested tries at once.
 */
export function nextDelivery(attempts: number, error: unknown, now: Instant): Instant {
  const scheduled = firstWaits[attempts - 1] ?? laterWaits;
  const failure = classifyFailure(error);
  if (failure.kind === 'person') return now + laterWaits;
  return now + (failure.kind === 'wait' ? Math.max(failure.for, minutes(1)) : scheduled);
}

/** After this a message is given up, which is an event: what it tells is no news any more. */
export const messageLife: Duration = days(7);

/** What shows whether Certfleet does its work. */
export interface Work {
  /** Why nothing is issued or deployed; null: it is. */
  paused: string | null;
  /** How long the oldest job that may run has been due. */
  lag: Duration;
}

/**
 * Why no heartbeat may be sent, for people; null: it may. `patience`: how late work may be. As long as the reason is the
 * same, so are its words: a new one is an event.
 */
export function withholdHeartbeat({ paused, lag }: Work, patience: Duration): string | null {
  if (paused !== null) return `Certfleet is paused: ${paused}`;
  if (lag <= patience) return null;
  return `Work has been due for more than ${Math.round(patience / minutes(1))} minutes and is not done.`;
}
