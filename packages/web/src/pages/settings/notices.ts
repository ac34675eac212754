import type { NoticeKind, NoticeSeverity } from '@certfleet/contract';

/** What each kind of notice tells, in the order of docs/guides/notices.md. */
export const noticeKinds: Record<NoticeKind, string> = {
  issued: 'Issued: the first version of a certificate',
  renewed: 'Renewed: another version took its place',
  'needs-person': 'Needs a person: somebody has to present its challenges by hand',
  'new-key': 'New key: a version has another key than the one before',
  failed: 'Failed: an attempt to issue, a deployment or a revocation',
  expiring: 'Expiring: nothing has replaced what is served yet',
  revoked: 'Revoked: a version was revoked',
};

/** From when on a channel tells. */
export const severities: Record<NoticeSeverity, string> = {
  info: 'Everything',
  warning: 'Warnings: what should be looked at',
  critical: 'Critical: what is served expires soon, or has',
};
