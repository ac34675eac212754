import { describe, expect, onTestFinished, test } from 'vitest';
import { parseConfig } from '../plugin.js';
import { startDrippingMailServer } from '../testing/dripping-mail-server.js';
import { smtpChannel } from './smtp.js';

const usual = { host: 'mail.example.org', from: 'certfleet@example.org', to: ['ops@example.org'] };
const check = (config: Record<string, unknown>) =>
  smtpChannel.check(parseConfig(smtpChannel, { ...usual, ...config }), {} as never);

describe('nothing but an address gets in where addresses enter', () => {
  test.each([
    ['a line of its own', 'ops@example.org\r\nBcc: all@example.org'],
    ['a bare line feed', 'ops@example.org\nBcc: all@example.org'],
    ['a line feed at the end', 'ops@example.org\n'],
    ['a NUL', 'ops@example.org\0'],
    ['a second recipient', 'ops@example.org, all@example.org'],
    ['a second recipient in brackets', 'ops@example.org> <all@example.org'],
    ['a name', 'Ops <ops@example.org>'],
    ['a quoted local part, which programs read differently', '"all@example.com x"@example.org'],
    ['a route', '<@elsewhere.example:ops@example.org>'],
    ['a parameter of the envelope', 'ops@example.org NOTIFY=SUCCESS'],
    ['no address', 'ops'],
  ])('refused: %s', (_, address) => {
    expect(() => parseConfig(smtpChannel, { ...usual, to: [address] })).toThrow(/email/i);
    expect(() => parseConfig(smtpChannel, { ...usual, from: address })).toThrow(/email/i);
  });

  test.each(['Ops\r\nBcc: all@example.org', 'Ops\u2028x', 'Ops\0'])('refused in the name: %j', fromName => {
    expect(() => parseConfig(smtpChannel, { ...usual, fromName })).toThrow(/control characters/);
  });

  test.each(['o.p-s+certs@mail.example.org', "o'brien@example.org"])('taken: %s', address => {
    expect(parseConfig(smtpChannel, { ...usual, to: [address] })).toMatchObject({ to: [address] });
  });
});

describe('a password goes over encrypted connections only', () => {
  const user = { user: 'certfleet', password: 'hush' };
  test.each(['starttls-if-offered', 'none'])('refused with %s', async security => {
    await expect(check({ ...user, security })).rejects.toThrow(/could be read/);
    await check({ ...user, security, host: '127.0.0.1' });
  });
  test.each(['starttls', 'tls'])('taken with %s', security => check({ ...user, security }));
});

test('a user without a password is refused, and the other way round', async () => {
  await expect(check({ user: 'certfleet' })).rejects.toThrow(/both/);
  await expect(check({ password: 'hush' })).rejects.toThrow(/both/);
});

describe('a server that answers for ever', () => {
  const send = async (port: number, timeoutSeconds: number, signal: AbortSignal) => {
    const config = { ...usual, host: '127.0.0.1', port, security: 'none', timeoutSeconds };
    const mail = { id: 'one', to: usual.to, subject: 'Hello', text: 'Hello', attachments: [] };
    await smtpChannel.mail?.(parseConfig(smtpChannel, config), mail, signal);
  };

  test('is given up after four times as long as one answer may take', async () => {
    const { port, connected } = await startDrippingMailServer(onTestFinished);
    const sending = send(port, 1, new AbortController().signal);
    await expect(sending).rejects.toMatchObject({
      name: 'PluginError',
      reason: 'unavailable',
      message: expect.stringMatching(/has not taken the mail within 4 s/),
    });
    await expect.poll(connected, { timeout: 60_000 }).toBe(0);
  });

  test('is given up at once when that is asked for', async () => {
    const { port, connected } = await startDrippingMailServer(onTestFinished);
    const stop = new AbortController();
    const sending = send(port, 300, stop.signal);
    await expect.poll(connected, { timeout: 10_000 }).toBe(1);
    stop.abort(new Error('stopped'));
    await expect(sending).rejects.toThrow('stopped');
  });
});
