import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { cloudflareProvider } from '../../../packages/plugins/src/dns/cloudflare.js';
import { type FakeCloudflare, globalKey, startCloudflare, token } from '../../providers/cloudflare.js';
import { describeDnsProvider } from './conformance.js';
import { providerIo } from './io.js';

/** More than a page of them; those that are asked for come last. */
const zones = [...Array.from({ length: 60 }, (_, index) => `zone${index}.example`), 'example.org', 'deep.example.org'];

describeDnsProvider(cloudflareProvider, async () => {
  const cloudflare = await startCloudflare(zones);
  const config = { apiToken: token, endpoint: cloudflare.url };
  return {
    ...cloudflare,
    config,
    zone: 'example.org',
    deeperZone: 'deep.example.org',
    foreignZone: 'example.net',
    txt: async name => cloudflare.txt(name),
    put: async (name, values) => {
      for (const value of values) cloudflare.put(name, value);
    },
    wrongCredentials: { config: { ...config, apiToken: 'wrong-token-0123456789' }, secret: 'wrong-token-0123456789' },
  };
});

describe('Cloudflare', () => {
  let cloudflare: FakeCloudflare;
  beforeAll(async () => {
    cloudflare = await startCloudflare(zones);
  });
  afterAll(() => cloudflare.stop());
  const io = () => providerIo({ ttl: 1 });

  test("takes the account's global key too", async () => {
    const { email, key } = globalKey;
    const known = { email, globalApiKey: key, endpoint: cloudflare.url };
    expect(await cloudflareProvider.test(known, io())).toEqual(zones);
    const wrong = cloudflareProvider.test({ ...known, globalApiKey: 'f'.repeat(37) }, io());
    await expect(wrong).rejects.toMatchObject({ reason: 'credentials', message: expect.stringContaining('9103') });
  });

  test.each([{ email: 'dns@example.com' }, { globalApiKey: 'f'.repeat(37) }, {}])(
    'has to be given a whole set of credentials: %j',
    async given => {
      const tried = async () => cloudflareProvider.test({ ...given, endpoint: cloudflare.url }, io());
      await expect(tried).rejects.toMatchObject({
        reason: 'config',
        message: expect.stringContaining('e-mail address'),
      });
    },
  );

  test('a token of a wrong form is called wrong credentials, in its own words', async () => {
    const tried = cloudflareProvider.test({ apiToken: 'short', endpoint: cloudflare.url }, io());
    await expect(tried).rejects.toMatchObject({ reason: 'credentials', message: expect.stringContaining('(6003)') });
  });

  test('zones are listed once for all names that are looked up together', async () => {
    const together = io();
    const before = cloudflare.requests.length;
    const known = { apiToken: token, endpoint: cloudflare.url };
    await Promise.all(
      ['a', 'b', 'c'].map(name =>
        cloudflareProvider.findZone?.(known, [`${name}.example.org`, 'example.org'], together),
      ),
    );
    expect(cloudflare.requests.slice(before)).toEqual([
      'GET /zones?status=active&page=1&per_page=50',
      'GET /zones?status=active&page=2&per_page=50',
    ]);
  });

  test('a zone that is not delegated to Cloudflare is none', async () => {
    const pending = ['new.example.org', 'example.org'];
    const two = await startCloudflare(['example.org'], { pending });
    try {
      const settings = { apiToken: token, endpoint: two.url };
      expect(await cloudflareProvider.findZone?.(settings, ['new.example.org', 'example.org'], io())).toBe(
        'example.org',
      );
      const name = '_acme-challenge.www.example.org';
      await cloudflareProvider.add(settings, 'example.org', [{ name, values: ['v'] }], io());
      expect(two.requests.at(-1)).toBe(`POST /zones/${'2'.padStart(32, '0')}/dns_records`);
    } finally {
      await two.stop();
    }
  });

  test("values that were entered without quotes are known as one's own", async () => {
    const name = '_acme-challenge.plain.example.org';
    cloudflare.put(name, 'without-quotes');
    const records = [{ name, values: ['without-quotes'] }];
    await cloudflareProvider.remove({ apiToken: token, endpoint: cloudflare.url }, 'example.org', records, io());
    expect(cloudflare.txt(name)).toEqual([]);
  });
});
