import { z } from 'zod';
import { Id, Name, Timestamp } from '../primitives.js';

/** What channels tell of certificates. */
export const NoticeKind = z
  .enum(['issued', 'renewed', 'new-key', 'failed', 'expiring', 'revoked', 'needs-person'])
  .describe(
    'new-key: its version has another key than the one before, which matters to who pins keys (TLSA, HPKP). needs-person: somebody has to present its challenges by hand.',
  )
  .meta({ id: 'NoticeKind' });
export type NoticeKind = z.infer<typeof NoticeKind>;

/** In the order of their weight. */
export const NoticeSeverity = z
  .enum(['info', 'warning', 'critical'])
  .describe('critical: what is served expires soon, or has, and nothing has replaced it.')
  .meta({ id: 'NoticeSeverity' });
export type NoticeSeverity = z.infer<typeof NoticeSeverity>;

/** What a channel is told, and when. */
const settings = {
  enabled: z.boolean().describe('Whether it is used. What happens while it is not is never told by it.'),
  kinds: z.array(NoticeKind).max(20).describe('What it tells of; empty for a heartbeat, which tells of nothing.'),
  severity: NoticeSeverity.describe('The least severe that it tells.'),
  labels: z
    .array(z.string().min(1).max(400))
    .max(32)
    .describe('Tells only of certificates that have all of these: key or key=value.'),
  accountHolders: z
    .boolean()
    .describe("Also mails to the e-mail address of the CA account, what is told of that account's certificates."),
  collectSeconds: z
    .int()
    .min(0)
    .max(86_400)
    .describe('How long notices are collected, to be told in one message. (seconds)'),
};

/** One configured way to tell people or machines. Secrets in `config` are write-only: they read as `{"secret": true}`. */
export const Channel = z
  .object({
    id: Id,
    name: Name,
    type: z.string().describe('A channel plugin: smtp, webhook, heartbeat.'),
    config: z.record(z.string(), z.unknown()),
    ...settings,
    waiting: z.int().describe('Notices that are collected, or could not be told yet.'),
    lastSentAt: Timestamp.nullable().describe('When the other side took a message, or a heartbeat, for the last time.'),
    lastError: z
      .object({ message: z.string(), at: Timestamp, attempts: z.int() })
      .nullable()
      .describe('Since the last success.'),
    createdAt: Timestamp,
  })
  .meta({ id: 'Channel' });
export type Channel = z.infer<typeof Channel>;

export const ChannelCreation = z
  .object({
    name: Name,
    type: z.string().max(50),
    config: z.record(z.string(), z.unknown()).default({}),
    enabled: settings.enabled.default(true),
    kinds: settings.kinds.optional().describe('What it tells of; left out: everything.'),
    severity: settings.severity.default('info'),
    labels: settings.labels.default([]),
    accountHolders: settings.accountHolders.default(false),
    collectSeconds: settings.collectSeconds.default(120),
  })
  .meta({ id: 'ChannelCreation' });
export type ChannelCreation = z.infer<typeof ChannelCreation>;

/** Change a channel; left out: as it was. */
export const ChannelChange = z
  .object({ config: z.record(z.string(), z.unknown()), ...settings })
  .partial()
  .meta({ id: 'ChannelChange' });
export type ChannelChange = z.infer<typeof ChannelChange>;

/** What became of a test. */
export const ChannelTest = z
  .object({ message: z.string().describe('What was sent where, and who of the recipients was refused.') })
  .meta({ id: 'ChannelTest' });
export type ChannelTest = z.infer<typeof ChannelTest>;

/** E-mail a certificate with its chain, without its private key. */
export const CertificateMail = z
  .object({
    channel: Name.describe('A channel that mails: one of type smtp.'),
    to: z.array(z.email().max(254)).min(1).max(20).describe('Who gets it.'),
    version: z.int().min(1).optional().describe('Left out: the current one.'),
  })
  .meta({ id: 'CertificateMail' });
export type CertificateMail = z.infer<typeof CertificateMail>;
