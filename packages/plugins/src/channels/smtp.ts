import { Line, Port } from '@certfleet/contract';
import { createTransport } from 'nodemailer';
import { z } from 'zod';
import { type Delivery, type Digest, defineChannel, type Mail, type Undelivered } from '../channel.js';
import { redact } from '../dns/http.js';
import { digestHtml } from '../notices/html.js';
import { digestText } from '../notices/text.js';
import { advanced, multiline, PluginError, type PluginErrorReason, secret } from '../plugin.js';

/** Only what is an address and nothing else: no line break, comma or bracket can make a header or a recipient of its own. */
const Address = z.email().max(254);

const config = z.object({
  host: z.string().min(1).max(253).describe('The mail server: a name or an address.'),
  port: Port.optional().describe('Left out: 465 for tls, 25 for none, else 587.'),
  security: z
    .enum(['starttls', 'tls', 'starttls-if-offered', 'none'])
    .default('starttls')
    .describe(
      'starttls: encrypted after STARTTLS, or nothing is sent. tls: encrypted from the start. starttls-if-offered: unencrypted with a server that has no STARTTLS, or with someone in between who hides it. none: never encrypted.',
    ),
  caCertificate: z
    .string()
    .max(100_000)
    .optional()
    .describe("PEM of the root that signed a private server's certificate, instead of the public CAs.")
    .meta({ ...advanced, ...multiline }),
  user: Line.min(1).max(320).optional().describe('To sign in with; left out: it does not sign in.'),
  password: secret(z.string().min(1).max(1000).optional().describe('Of this user.')),
  from: Address.describe('The address that mails come from.'),
  fromName: Line.max(100).default('Certfleet').describe('The name beside it.'),
  to: z.array(Address).min(1).max(50).describe('Who gets the notices.'),
  timeoutSeconds: z
    .int()
    .min(1)
    .max(300)
    .default(30)
    .describe('How long an answer of the server is waited for; four times as long for a whole mail.')
    .meta(advanced),
});
type Config = z.output<typeof config>;

const usualPorts: Record<Config['security'], number> = {
  starttls: 587,
  tls: 465,
  'starttls-if-offered': 587,
  none: 25,
};

/** What a message consists of, beside sender and recipients. */
interface Content {
  id: string;
  to: readonly string[];
  subject: string;
  text: string;
  html?: string;
  priority?: 'high';
  attachments?: { filename: string; contentType: string; content: string }[];
}

/** E-mail over SMTP (RFC 5321), with STARTTLS (RFC 3207) or implicit TLS (RFC 8314) and authentication (RFC 4954). */
export const smtpChannel = defineChannel({
  type: 'smtp',
  title: 'E-mail (SMTP)',
  guide: 'docs/guides/notices.md',
  config,
  neverRunAgainst: 'Tested against chasquid 1.11 on the same machine. Never run against a public mail provider.',

  async check({ user, password, security, host }) {
    if ((user === undefined) !== (password === undefined)) {
      throw new PluginError('config', 'To sign in takes both a user and a password. Give both, or neither.');
    }
    const encrypted = security === 'tls' || security === 'starttls';
    if (user !== undefined && !encrypted && !isThisMachine(host)) {
      throw new PluginError(
        'config',
        `With security ${security} the password could be read on the way to ${host}. Choose starttls or tls.`,
      );
    }
  },

  async tell(settings, digest, { signal, to = settings.to }) {
    return send(settings, contentOf(digest, to), signal);
  },

  async mail(settings, { id, to, subject, text, attachments }: Mail, signal) {
    const files = attachments.map(({ fileName: filename, mediaType: contentType, content }) => ({
      filename,
      contentType,
      content,
    }));
    return send(settings, { id, to, subject, text, attachments: files }, signal);
  },
});

function contentOf(digest: Digest, to: readonly string[]): Content {
  const { id, subject, severity } = digest;
  return {
    id,
    to,
    subject,
    text: digestText(digest),
    html: digestHtml(digest),
    ...(severity === 'critical' ? { priority: 'high' } : {}),
  };
}

function isThisMachine(host: string): boolean {
  return /^(localhost|127(\.\d+){3}|::1)$/.test(host);
}

/** The whole of a delivery may take so many times as long as one answer: a server that drips would hold it for ever. */
const answersPerDelivery = 4;

async function send(settings: Config, { id, to, ...content }: Content, signal: AbortSignal): Promise<Delivery> {
  const { from, fromName, timeoutSeconds } = settings;
  const late = AbortSignal.timeout(answersPerDelivery * timeoutSeconds * 1000);
  const transport = createTransport(transportOf(settings));
  try {
    const sent = await transport.sendMail({
      ...content,
      // As objects: nothing is parsed, so that a name can't be taken for an address.
      from: { name: fromName, address: from },
      to: to.map(address => ({ name: '', address })),
      messageId: `<${id}@${from.slice(from.lastIndexOf('@') + 1)}>`,
      // RFC 3834 §5: an absent recipient's machine must not answer.
      headers: { 'Auto-Submitted': 'auto-generated' },
      disableFileAccess: true,
      disableUrlAccess: true,
      signal: AbortSignal.any([signal, late]),
    });
    return { delivered: true, undelivered: (sent.rejectedErrors ?? []).map(undelivered) };
  } catch (error) {
    signal.throwIfAborted();
    const fault = error as SmtpFault;
    if (fault.rejectedErrors !== undefined && fault.rejectedErrors.length > 0) {
      return { delivered: false, undelivered: fault.rejectedErrors.map(undelivered) };
    }
    const failure = explain(settings, fault, late.aborted);
    // RFC 5321 §3.3: to DATA it answers what it thinks of the message.
    if (fault.command === 'DATA' && failure.reason === 'config') {
      return { delivered: false, undelivered: [], refusal: failure.message };
    }
    throw failure;
  } finally {
    transport.close();
  }
}

function transportOf({ host, port, security, caCertificate, user, password, timeoutSeconds }: Config) {
  const patience = timeoutSeconds * 1000;
  return {
    host,
    port: port ?? usualPorts[security],
    secure: security === 'tls',
    requireTLS: security === 'starttls',
    ignoreTLS: security === 'none',
    ...(caCertificate === undefined ? {} : { tls: { ca: caCertificate } }),
    ...(user === undefined || password === undefined ? {} : { auth: { user, pass: password } }),
    connectionTimeout: patience,
    greetingTimeout: patience,
    socketTimeout: patience,
    dnsTimeout: patience,
  };
}

/** What Nodemailer says of a failure; `responseCode` and `response` are the server's. */
interface SmtpFault extends Error {
  code?: string | undefined;
  /** What Node called it. */
  originalCode?: string | undefined;
  command?: string | undefined;
  responseCode?: number | undefined;
  response?: string | undefined;
  recipient?: string | undefined;
  rejectedErrors?: SmtpFault[] | undefined;
}

function undelivered({ recipient, response, responseCode, message }: SmtpFault): Undelivered {
  return { address: recipient ?? '', reason: response ?? message, temporary: isTemporary(responseCode) };
}

/** RFC 5321 §4.2.1: 4yz may work later, 5yz won't as it is. */
function isTemporary(responseCode: number | undefined): boolean {
  return responseCode !== undefined && responseCode < 500;
}

/** `late`: it was given up, however much the server still had to say. */
function explain(settings: Config, fault: SmtpFault, late: boolean): PluginError {
  const { host, security, user, password, timeoutSeconds } = settings;
  const { code, command, responseCode, response } = fault;
  const server = `${host}:${settings.port ?? usualPorts[security]}`;
  const said = response === undefined ? fault.message : response;
  const text = `The mail server ${server} ${what()}`;
  return new PluginError(reason(), redact(text, password === undefined ? [] : [password]), { cause: fault });

  function what(): string {
    if (late) return `has not taken the mail within ${answersPerDelivery * timeoutSeconds} s, slow as it answers.`;
    if (code === 'EAUTH' || code === 'ENOAUTH') return `did not let ${user ?? 'nobody'} sign in: ${said}`;
    if (response !== undefined && responseCode !== undefined)
      return `answered to ${command ?? 'the connection'}: ${said}`;
    if (code === 'ETIMEDOUT') return `gave no answer within ${timeoutSeconds} s (${fault.message}).`;
    if (isUntrusted(fault))
      return `has a certificate that is not trusted: ${fault.message}. If its CA is a private one, give its certificate.`;
    if (code === 'ETLS') return `could not be talked to encrypted: ${fault.message}.`;
    return `can't be reached, or closed the connection: ${fault.message}.`;
  }

  function reason(): PluginErrorReason {
    if (code === 'EAUTH' || code === 'ENOAUTH') return isTemporary(responseCode) ? 'unavailable' : 'credentials';
    if (responseCode !== undefined) return isTemporary(responseCode) ? 'unavailable' : 'config';
    return isUntrusted(fault) ? 'config' : 'unavailable';
  }
}

/** What OpenSSL says of a chain, or Node of a name that is not in the certificate. */
function isUntrusted({ originalCode = '' }: SmtpFault): boolean {
  return /^(CERT_|DEPTH_|SELF_|UNABLE_TO_|ERR_TLS_CERT_)/.test(originalCode);
}
