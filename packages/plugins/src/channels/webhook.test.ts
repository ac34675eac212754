import { createHmac } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { Digest } from '../channel.js';
import { parseConfig } from '../plugin.js';
import { receiver } from '../testing/receiver.js';
import { webhookChannel } from './webhook.js';

const digest: Digest = {
  id: '0192f0c1-2d3e-7a4b-8c5d-000000000001',
  at: '2027-01-20T10:02:00.000Z',
  subject: 'Certfleet: www was renewed – ✓',
  severity: 'info',
  summary: '1 renewed',
  server: 'https://certfleet.example.org',
  remarks: [],
  notices: [],
  more: 0,
};
const secret = 'a secret of the two';
const tell = (config: Record<string, unknown>) =>
  webhookChannel.tell?.(parseConfig(webhookChannel, config), digest, { signal: new AbortController().signal }) ??
  Promise.reject();

test('the digest as it is, with a signature that its receiver can check', async () => {
  const { url, requests } = await receiver();
  expect(await tell({ url, secret })).toEqual({ delivered: true, undelivered: [] });
  const [{ method, headers, body }] = requests as [(typeof requests)[0]];
  expect(method).toBe('POST');
  expect(JSON.parse(body)).toEqual(digest);
  expect(headers['content-type']).toBe('application/json');
  expect(headers['x-certfleet-delivery']).toBe(digest.id);
  const [, seconds = '', signature] =
    /^t=(\d+),v1=([0-9a-f]{64})$/.exec(String(headers['x-certfleet-signature'])) ?? [];
  expect(Math.abs(Number(seconds) - Date.now() / 1000)).toBeLessThan(60);
  expect(signature).toBe(createHmac('sha256', secret).update(`${seconds}.${body}`).digest('hex'));
});

test('without a secret it is not signed', async () => {
  const { url, requests } = await receiver();
  await tell({ url });
  expect(requests[0]?.headers).not.toHaveProperty('x-certfleet-signature');
});

test.each([
  ['slack', { text: expect.stringContaining(digest.subject) }],
  ['teams', { type: 'message', attachments: [expect.objectContaining({ contentUrl: null })] }],
])('the form of %s', async (form, expected) => {
  const { url, requests } = await receiver();
  await tell({ url, form });
  expect(JSON.parse(requests[0]?.body ?? '')).toEqual(expected);
});

describe('what goes wrong', () => {
  test.each([
    [
      404,
      {},
      {
        reason: 'config',
        message: expect.stringMatching(/^The webhook at 127\.0\.0\.1:\d+: POST answered 404: no_service$/),
      },
    ],
    [403, {}, { reason: 'credentials' }],
    [429, { 'retry-after': '120' }, { reason: 'rateLimited', retryAfterMs: 120_000 }],
    [500, {}, { reason: 'unavailable' }],
    // A redirect that were followed would turn the POST into a GET, and take the message to who knows where.
    [302, { location: 'http://127.0.0.1:1/' }, { reason: 'config' }],
  ])('status %i', async (status, headers, expected) => {
    const { url, requests } = await receiver({ status, headers, body: 'no_service' });
    await expect(tell({ url })).rejects.toMatchObject({ name: 'PluginError', ...expected });
    // Never twice by itself: the first may have arrived.
    expect(requests).toHaveLength(1);
  });

  test('nobody listens; the URL, which is a secret, is not told', async () => {
    const { url, close } = await receiver();
    await close();
    await expect(tell({ url: `${url}/T000/B000/hush` })).rejects.toMatchObject({
      reason: 'unavailable',
      message: expect.not.stringContaining('hush'),
    });
  });

  test('no answer in time', async () => {
    const { url } = await receiver('silence');
    await expect(tell({ url, timeoutSeconds: 1 })).rejects.toMatchObject({ message: /no answer within 1 s/ });
  });
});

test.each([
  ['http to elsewhere', { url: 'http://hooks.example.org/' }, /https/],
  ['another scheme', { url: 'file:///etc/passwd' }, /url/i],
  ['a short secret', { url: 'https://hooks.example.org/', secret: 'short' }, /16/],
])('refused: %s', (_, config, message) => {
  expect(() => parseConfig(webhookChannel, config)).toThrow(message);
});

test('refused: a secret where nothing is signed', async () => {
  const config = parseConfig(webhookChannel, { url: 'https://hooks.example.org/', form: 'slack', secret });
  await expect(webhookChannel.check(config, {} as never)).rejects.toThrow(/leave the secret out/);
});
