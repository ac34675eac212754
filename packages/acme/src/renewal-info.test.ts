import { X509Certificate } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { AcmeInputError } from './problem.js';
import { certId, parseRenewalInfo } from './renewal-info.js';
import { tlsAlpnCertificate } from './tls-alpn.js';

/** RFC 9773 appendix A. */
const RFC_9773_CERTIFICATE = `-----BEGIN CERTIFICATE-----
MIIBQzCB66ADAgECAgUAh2VDITAKBggqhkjOPQQDAjAVMRMwEQYDVQQDEwpFeGFt
cGxlIENBMCIYDzAwMDEwMTAxMDAwMDAwWhgPMDAwMTAxMDEwMDAwMDBaMBYxFDAS
BgNVBAMTC2V4YW1wbGUuY29tMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEeBZu
7cbpAYNXZLbbh8rNIzuOoqOOtmxA1v7cRm//AwyMwWxyHz4zfwmBhcSrf47NUAFf
qzLQ2PPQxdTXREYEnKMjMCEwHwYDVR0jBBgwFoAUaYhba4dGQEHhs3uEe6CuLN4B
yNQwCgYIKoZIzj0EAwIDRwAwRAIge09+S5TZAlw5tgtiVvuERV6cT4mfutXIlwTb
+FYN/8oCIClDsqBklhB9KAelFiYt9+6FDj3z4KGVelYM5MdsO3pK
-----END CERTIFICATE-----
`;

describe('certID', () => {
  test('is that of RFC 9773 §4.1, with the leading 00 of the serial number', () => {
    expect(certId(new X509Certificate(RFC_9773_CERTIFICATE))).toBe('aYhba4dGQEHhs3uEe6CuLN4ByNQ.AIdlQyE');
  });

  test('of a certificate without authority key identifier is an error', async () => {
    const { certificatePem } = await tlsAlpnCertificate({ type: 'dns', value: 'a.example' }, 'x');
    expect(() => certId(new X509Certificate(certificatePem))).toThrow(AcmeInputError);
  });
});

const NOW = Date.parse('2026-11-21T09:00:00Z');
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const window = (start: unknown, end: unknown) => ({ suggestedWindow: { start, end } });
const parse = (body: unknown, retryAfter?: string) =>
  parseRenewalInfo(
    {
      url: 'https://ca.example/ari/id',
      status: 200,
      headers: { 'content-type': 'application/json', ...(retryAfter !== undefined && { 'retry-after': retryAfter }) },
      body: Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)),
    },
    NOW,
  );

describe('an answer', () => {
  test('with a window', () => {
    const body = {
      ...window('2026-11-25T00:00:00Z', '2026-11-27T00:00:00Z'),
      explanationURL: 'https://ca.example/why',
    };
    expect(parse(body, '21600')).toEqual({
      answer: 'window',
      start: new Date('2026-11-25T00:00:00Z'),
      end: new Date('2026-11-27T00:00:00Z'),
      explanationUrl: 'https://ca.example/why',
      retryAfterMs: 6 * HOUR,
    });
  });

  test('with a window in the past is an answer: now', () => {
    expect(parse(window('2020-01-01T00:00:00Z', '2020-01-02T00:00:00Z')).answer).toBe('window');
  });

  test.each([
    ['fractions of seconds', '2026-11-25T00:00:00.123456Z'],
    ['an offset', '2026-11-25T01:00:00+01:00'],
    ['small letters', '2026-11-25t00:00:00z'],
  ])('with %s in a time', (_, start) => {
    expect(parse(window(start, '2026-11-27T00:00:00Z')).answer).toBe('window');
  });

  test.each<[string, unknown]>([
    ['a window that ends before it starts (RFC 9773 §4.2)', window('2026-11-27T00:00:00Z', '2026-11-25T00:00:00Z')],
    ['a window that ends as it starts', window('2026-11-25T00:00:00Z', '2026-11-25T00:00:00Z')],
    ['no window', {}],
    ['a window that is null', { suggestedWindow: null }],
    ['times that are no times', window('soon', 'later')],
    ['times that are numbers', window(1, 2)],
    ['times without a zone', window('2026-11-25T00:00:00', '2026-11-27T00:00:00')],
    ['a day that does not exist', window('2026-13-45T00:00:00Z', '2026-11-27T00:00:00Z')],
    ['a list', []],
    ['HTML', '<html>maintenance</html>'],
    ['nothing', ''],
  ])('with %s is no answer', (_, body) => {
    expect(parse(body)).toEqual({ answer: 'no-answer', reason: expect.any(String), retryAfterMs: 6 * HOUR });
  });

  test('with an explanation that is no web address is shown without it', () => {
    const body = { ...window('2026-11-25T00:00:00Z', '2026-11-27T00:00:00Z'), explanationURL: 'javascript:alert(1)' };
    expect(parse(body)).not.toHaveProperty('explanationUrl');
  });
});

test.each<[string, string | undefined, number]>([
  ['missing: 6 hours', undefined, 6 * HOUR],
  ['6 hours', '21600', 6 * HOUR],
  ['a second: a minute', '1', MINUTE],
  ['a week: a day', '604800', 24 * HOUR],
  ['garbage: 6 hours', 'never', 6 * HOUR],
  ['a date', 'Sat, 21 Nov 2026 10:00:00 GMT', HOUR],
])('Retry-After: %s', (_, header, expected) => {
  expect(parse(window('2026-11-25T00:00:00Z', '2026-11-27T00:00:00Z'), header).retryAfterMs).toBe(expected);
});
