import { createHmac } from 'node:crypto';
import { z } from 'zod';
import { type Digest, defineChannel } from '../channel.js';
import { Endpoint, httpService } from '../dns/http.js';
import { slackMessage, teamsMessage } from '../notices/chat.js';
import { advanced, multiline, PluginError, secret } from '../plugin.js';

const config = z.object({
  url: secret(Endpoint.describe('Where messages are posted. A secret, since chat services let in whoever knows it.')),
  form: z
    .enum(['json', 'slack', 'teams'])
    .default('json')
    .describe(
      'json: the digest as docs/guides/notices.md has it. slack: for Slack, Mattermost, Rocket.Chat. teams: an Adaptive Card for Microsoft Teams.',
    ),
  secret: secret(
    z
      .string()
      .min(16)
      .max(1000)
      .optional()
      .describe('Signs each message with HMAC-SHA-256, so that the receiver knows who sent it. Only for json.'),
  ),
  caCertificate: z
    .string()
    .max(100_000)
    .optional()
    .describe("PEM of the root that signed a private server's certificate, instead of the public CAs.")
    .meta({ ...advanced, ...multiline }),
  timeoutSeconds: z.int().min(1).max(300).default(30).describe('How long an answer is waited for.').meta(advanced),
});
type Config = z.output<typeof config>;

const forms: Record<Config['form'], (digest: Digest) => unknown> = {
  json: digest => digest,
  slack: slackMessage,
  teams: teamsMessage,
};

/** What is said of a message and not of the channel: RFC 9110 §15.5.1, §15.5.14, §15.5.21. */
const refusals = [400, 413, 422];

/** An HTTP POST of a digest, to a program or to a chat. */
export const webhookChannel = defineChannel({
  type: 'webhook',
  title: 'Webhook, Slack, Microsoft Teams',
  guide: 'docs/guides/notices.md',
  config,
  neverRunAgainst:
    'Tested with local receivers that check signature and form. Never run against Slack, Mattermost, Rocket.Chat or Microsoft Teams themselves.',

  async check({ form, secret }) {
    if (form === 'json' || secret === undefined) return;
    throw new PluginError('config', `What a chat service is sent (form ${form}) is not signed: leave the secret out.`);
  },

  async tell({ url, form, secret, caCertificate, timeoutSeconds }, digest, { signal }) {
    const message = forms[form](digest);
    const name = `The webhook at ${new URL(url).host}`;
    const service = httpService(
      { service: name, endpoint: url, caCertificate, tries: 1 },
      {
        signal,
        timeoutMs: timeoutSeconds * 1000,
        secrets: [url, ...(secret === undefined ? [] : [secret])],
      },
    );
    const { status } = await service.send({
      method: 'POST',
      path: '',
      accept: refusals,
      json: message,
      headers: {
        'x-certfleet-delivery': digest.id,
        ...(secret === undefined ? {} : { 'x-certfleet-signature': signature(JSON.stringify(message), secret) }),
      },
    });
    if (!refusals.includes(status)) return { delivered: true, undelivered: [] };
    return { delivered: false, undelivered: [], refusal: `${name} answered ${status}.` };
  },
});

/**
 * `t=<seconds>,v1=<hexadecimal>`: HMAC-SHA-256 of `<seconds>.<body>`. The moment is part of what is signed, so that a
 * message that someone has recorded can't be played again much later.
 */
function signature(body: string, secret: string): string {
  const seconds = Math.floor(Date.now() / 1000);
  return `t=${seconds},v1=${createHmac('sha256', secret).update(`${seconds}.${body}`).digest('hex')}`;
}
