import type { Digest, Notice } from '@certfleet/plugins';
import { mostSevere, subjectOf, summarize } from '../domain/notices.js';
import type { Engine } from '../engine.js';
import { describePause, pauseOf } from '../pause.js';
import type { DigestRecord, NoticeRecord } from '../store/notices.js';

/** A message lists at most so many notices; of the others it says how many there are. */
const mostNotices = 200;

/** A stored message as channels are given it. */
export async function composeDigest(
  { store, publicUrl }: Pick<Engine, 'store' | 'publicUrl'>,
  { id, createdAt }: DigestRecord,
): Promise<Digest> {
  const { counts, notices } = await store.notices.content(id, mostNotices);
  const total = Object.values(counts).reduce((sum, count) => sum + count, 0);
  const paused = await pauseOf(store);
  return {
    id,
    at: iso(createdAt),
    subject: subjectOf(counts, notices[0]),
    severity: mostSevere(notices.map(({ severity }) => severity)),
    summary: summarize(counts),
    server: publicUrl,
    remarks: paused ? [`Nothing is renewed: Certfleet is ${describePause(paused)}`] : [],
    notices: notices.map(toNotice),
    more: total - notices.length,
  };
}

/** As little of it as says that something has happened, for those who refuse what the whole says. */
export function inBrief(digest: Digest): Digest {
  const remark = 'The whole message was refused. What it tells: certfleet event list.';
  return {
    ...digest,
    subject: `Certfleet: ${digest.summary}`,
    remarks: [remark],
    notices: [],
    more: digest.notices.length + digest.more,
  };
}

/** The message of a test. */
export function testDigest(
  { clock, publicUrl }: Pick<Engine, 'clock' | 'publicUrl'>,
  id: string,
  name: string,
): Digest {
  return {
    id,
    at: iso(clock.now()),
    subject: `Certfleet: test of ${name}`,
    severity: 'info',
    summary: '',
    server: publicUrl,
    remarks: [`This is a test of the channel ${name} of ${publicUrl}. Nothing has happened.`],
    notices: [],
    more: 0,
  };
}

function toNotice({ kind, severity, certificate, facts, createdAt }: NoticeRecord): Notice {
  const { identifiers, notAfter, message } = facts;
  const expiry = notAfter === null ? null : iso(notAfter);
  return { kind, severity, certificate, identifiers, at: iso(createdAt), notAfter: expiry, message };
}

function iso(at: number): string {
  return new Date(at).toISOString();
}
