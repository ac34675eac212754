import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { goDaddyProvider } from '../../../packages/plugins/src/dns/godaddy.js';
import { credentials, type FakeGoDaddy, startGoDaddy } from '../../providers/godaddy.js';
import { describeDnsProvider } from './conformance.js';
import { providerIo } from './io.js';

/** More than a page of them. */
const domains = [...Array.from({ length: 1001 }, (_, index) => `a${index}.example`), 'example.org', 'deep.example.org'];

describeDnsProvider(goDaddyProvider, async () => {
  const goDaddy = await startGoDaddy(domains);
  const config = { ...credentials, endpoint: goDaddy.url };
  return {
    ...goDaddy,
    config,
    zone: 'example.org',
    deeperZone: 'deep.example.org',
    foreignZone: 'example.net',
    txt: async name => goDaddy.txt(name),
    put: async (name, values) => {
      for (const value of values) goDaddy.put(name, value);
    },
    wrongCredentials: {
      config: { ...config, apiSecret: 'wrong-secret-0123456789' },
      secret: 'wrong-secret-0123456789',
    },
  };
});

describe('GoDaddy', () => {
  let goDaddy: FakeGoDaddy;
  beforeAll(async () => {
    goDaddy = await startGoDaddy(['example.org']);
  });
  afterAll(() => goDaddy.stop());
  const io = () => providerIo();
  const config = () => ({ ...credentials, endpoint: goDaddy.url });

  test('a hundred names are written by one request, and found beyond the first page of records', async () => {
    for (let index = 0; index < 600; index += 1) goDaddy.put(`old${index}.example.org`, 'of someone else');
    const records = Array.from({ length: 100 }, (_, index) => ({
      name: `_acme-challenge.n${index}.example.org`,
      values: ['value'],
    }));
    const before = goDaddy.requests.length;
    await goDaddyProvider.add(config(), 'example.org', records, io());
    expect(goDaddy.requests.slice(before).map(line => line.split(' ')[0])).toEqual(['GET', 'GET', 'PATCH']);
    await goDaddyProvider.remove(config(), 'example.org', records, io());
    expect(records.flatMap(({ name }) => goDaddy.txt(name))).toEqual([]);
    expect(goDaddy.txt('old599.example.org')).toEqual(['of someone else']);
  });

  test('a hundred names are taken away in one go, waiting as long as GoDaddy says for its next minute', async () => {
    const slow = await startGoDaddy(['example.org'], { requestsPerMinute: 60, minute: 3000 });
    try {
      const names = Array.from({ length: 100 }, (_, index) => `_acme-challenge.n${index}.example.org`);
      for (const name of names) slow.put(name, 'value');
      const records = names.map(name => ({ name, values: ['value'] }));
      await goDaddyProvider.remove({ ...credentials, endpoint: slow.url }, 'example.org', records, io());
      expect(names.flatMap(name => slow.txt(name))).toEqual([]);
      // Two are under way at a time.
      expect(slow.refused()).toBeLessThanOrEqual(2);
    } finally {
      await slow.stop();
    }
  });

  test('a zone that the account has no more', async () => {
    const tried = goDaddyProvider.add(config(), 'example.net', [{ name: 'www.example.net', values: ['v'] }], io());
    await expect(tried).rejects.toMatchObject({ reason: 'config', message: expect.stringContaining('UNKNOWN_DOMAIN') });
  });
});
