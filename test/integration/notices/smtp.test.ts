/** The channel `smtp` against a real mail server, and against what can be between the two. */
import { randomUUID } from 'node:crypto';
import { type ChannelPlugin, channels, type Digest, PluginError, parseConfig } from '@certfleet/plugins';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { type MailServer, startMailServer } from '../../harness/mail-server.js';
import { freePort } from '../../harness/ports.js';
import { type SmtpProxy, startSmtpProxy } from '../../harness/smtp-proxy.js';

let server: MailServer;
let proxy: SmtpProxy;
/** Of the digest that is told last. */
let id: string;

beforeAll(async () => {
  server = await startMailServer();
  proxy = await startSmtpProxy(server.smtpPort);
});
afterAll(async () => {
  await proxy.close();
  await server.stop();
});
afterEach(() => {
  proxy.fault = null;
});

const digest: Omit<Digest, 'id'> = {
  at: '2027-01-20T10:02:00.000Z',
  subject: 'Certfleet: 1 failure – bücher.example',
  severity: 'critical',
  summary: '1 failure',
  server: 'https://certfleet.example.org',
  remarks: [],
  notices: [
    {
      kind: 'failed',
      severity: 'critical',
      certificate: 'www',
      identifiers: ['www.example.org'],
      at: '2027-01-20T10:01:00.000Z',
      notAfter: '2027-01-21T10:00:00.000Z',
      message: 'The CA says: no\r\n.\r\nQUIT\r\nBcc: all@example.test',
    },
  ],
  more: 0,
};

const smtp = channels.find(({ type }) => type === 'smtp') as ChannelPlugin;
const configOf = (config: Record<string, unknown>) =>
  parseConfig(smtp, {
    ...{ host: '127.0.0.1', port: server.smtpPort, caCertificate: server.caPem },
    ...{ from: 'certfleet@example.test', to: ['ops@example.test'], timeoutSeconds: 10 },
    ...config,
  });
async function tell(config: Record<string, unknown> = {}, to?: string[]) {
  id = randomUUID();
  return smtp.tell?.(configOf(config), { ...digest, id }, { signal: new AbortController().signal, to });
}
/** Resolves with what came of the last digest, when that is so much. */
const mails = (count: number) => server.mails(count, ({ header }) => header('Message-ID') === `<${id}@example.test>`);
const all = { delivered: true, undelivered: [] };

test('a message is text and HTML, from one machine to another, and no header comes out of its content', async () => {
  expect(await tell()).toEqual(all);
  const [mail] = await mails(1);
  expect(mail?.header('From')).toBe('Certfleet <certfleet@example.test>');
  expect(mail?.header('To')).toBe('ops@example.test');
  expect(mail?.header('Auto-Submitted')).toBe('auto-generated');
  expect(mail?.header('Importance')).toBe('High');
  expect(mail?.header('Subject')).toMatch(/^=\?UTF-8\?/);
  expect(mail?.header('Bcc')).toBeUndefined();
  expect(mail?.parts.map(({ mediaType }) => mediaType)).toEqual(['text/plain', 'text/html']);
  for (const { content } of mail?.parts ?? [])
    expect(content).toContain('The CA says: no . QUIT Bcc: all@example.test');
});

describe('ways to the server', () => {
  const signedIn = () => ({ user: server.user, password: server.password });
  test.each<[string, () => Record<string, unknown>, string]>([
    ['starttls', () => ({}), 'ESMTPS'],
    ['starttls, signed in', () => ({ port: server.submissionPort, ...signedIn() }), 'ESMTPSA'],
    ['tls, signed in', () => ({ port: server.tlsPort, security: 'tls', ...signedIn() }), 'ESMTPSA'],
    ['starttls-if-offered, offered', () => ({ security: 'starttls-if-offered' }), 'ESMTPS'],
    ['none', () => ({ security: 'none' }), 'ESMTP'],
  ])('%s', async (_, config, protocol) => {
    expect(await tell(config())).toEqual(all);
    expect((await mails(1))[0]?.headers).toMatch(new RegExp(`with ${protocol}\\b`));
  });

  test('starttls-if-offered, and someone hides the offer: unencrypted', async () => {
    proxy.fault = { kind: 'no-starttls' };
    expect(await tell({ port: proxy.port, security: 'starttls-if-offered' })).toEqual(all);
    expect((await mails(1))[0]?.headers).toContain('with ESMTP ');
  });
});

describe('nothing is sent, and the reason is told', () => {
  const refused = async (config: Record<string, unknown>, reason: string, message: RegExp) => {
    const failure = await tell(config).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(PluginError);
    expect(failure).toMatchObject({ reason, message: expect.stringMatching(message) });
    expect(await mails(0)).toEqual([]);
    expect(String((failure as Error).message)).not.toContain('wrong horse');
  };

  test('someone hides that the server has STARTTLS', async () => {
    proxy.fault = { kind: 'no-starttls' };
    await refused({ port: proxy.port }, 'config', /^The mail server 127\.0\.0\.1:\d+ .*STARTTLS/);
  });

  test.each(['starttls', 'starttls-if-offered'])('a certificate of a CA that nobody knows, with %s', security =>
    refused(
      { caCertificate: undefined, security },
      'config',
      /certificate that is not trusted: .*If its CA is a private one/,
    ),
  );

  test('a certificate of a CA that nobody knows, with tls', () =>
    refused({ caCertificate: undefined, security: 'tls', port: server.tlsPort }, 'config', /not trusted/));

  test('a certificate for another name', () => refused({ host: 'localhost' }, 'config', /not trusted/));

  test('a wrong password, which is not repeated', async () => {
    const config = { port: server.submissionPort, user: server.user, password: 'wrong horse' };
    await refused(config, 'credentials', /did not let ops@example\.test sign in: 535/);
  });

  test('a server that wants a sign-in', () =>
    refused({ port: server.submissionPort }, 'config', /answered to MAIL FROM: 550 5\.7\.9/));

  test('greylisting', async () => {
    server.greylist(true);
    await refused({}, 'unavailable', /answered to DATA: 451 4\.7\.1 Greylisted/).finally(() => server.greylist(false));
  });

  test('a message whose content is refused: that is no failure of the channel', async () => {
    server.refuse(true);
    try {
      expect(await tell()).toEqual({
        ...{ delivered: false, undelivered: [] },
        refusal: expect.stringMatching(/answered to DATA: 554 5\.7\.1 Not with these words/),
      });
    } finally {
      server.refuse(false);
    }
  });

  test.each(['EHLO', 'MAIL FROM', 'RCPT TO', 'DATA'])('the connection ends at %s', async command => {
    proxy.fault = { kind: 'drop', command: new RegExp(`^${command}`) };
    await refused({ port: proxy.port, security: 'none' }, 'unavailable', /can't be reached, or closed the connection/);
  });

  test('nobody listens', async () =>
    refused({ port: await freePort() }, 'unavailable', /can't be reached.*ECONNREFUSED/));

  test('silence', async () => {
    proxy.fault = { kind: 'silence' };
    await refused({ port: proxy.port, timeoutSeconds: 1 }, 'unavailable', /no answer within 1 s/);
  });
});

describe('recipients that are refused', () => {
  const unknown = { address: 'nobody@example.test', reason: expect.stringMatching(/^550 5\.1\.1/), temporary: false };

  test('all of them', async () => {
    expect(await tell({ to: ['nobody@example.test'] })).toEqual({ delivered: false, undelivered: [unknown] });
  });

  test('one of them: the other gets it', async () => {
    const to = ['nobody@example.test', 'ops@example.test'];
    expect(await tell({ to })).toEqual({ delivered: true, undelivered: [unknown] });
    expect((await mails(1)).map(mail => mail.to)).toEqual(['ops@example.test']);
  });

  test('one of them for now', async () => {
    proxy.fault = { kind: 'answer', command: /^RCPT TO:<noc@/, reply: '450 4.2.0 Greylisted' };
    const to = ['noc@example.test', 'ops@example.test'];
    expect(await tell({ port: proxy.port, security: 'none', to })).toEqual({
      delivered: true,
      undelivered: [{ address: 'noc@example.test', reason: '450 4.2.0 Greylisted', temporary: true }],
    });
    expect((await mails(1)).map(mail => mail.to)).toEqual(['ops@example.test']);
  });

  test('to others than those that are configured', async () => {
    expect(await tell({}, ['holder@example.test'])).toEqual(all);
    const [mail] = await mails(1);
    expect([mail?.to, mail?.header('To')]).toEqual(['holder@example.test', 'holder@example.test']);
  });
});
