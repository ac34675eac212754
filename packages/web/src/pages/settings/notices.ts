import type { NoticeKind, NoticeSeverity } from '@certfleet/contract';

/** What each kind of notice tells, in the order of docs/guides/notices.md. */
export const noticeKinds: Record<NoticeKind, string> = {
  issued: 'issued: the first version of a certificate',
  renewed: 'renewed: another version took its place',
  'needs-person': 'needs-person: somebody has to present its challenges by hand',
  'new-key': 'new-key: a version has another key than the one before',
  failed: 'failed: an attempt to issue, a deployment or a revocation',
  expiring: 'expiring: nothing has replaced what is served yet',
  revoked: 'revoked: a version was revoked',
};

/** From when on a channel tells. */
export const severities: Record<NoticeSeverity, string> = {
  info: 'info: everything',
  warning: 'warning: what should be looked at',
  critical: 'critical: what is served expires soon, or has',
};
