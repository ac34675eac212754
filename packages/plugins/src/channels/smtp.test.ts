import { describe, expect, test } from 'vitest';
import { parseConfig } from '../plugin.js';
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
