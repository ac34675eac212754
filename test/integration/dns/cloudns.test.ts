import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { clouDnsProvider } from '../../../packages/plugins/src/dns/cloudns.js';
import { type FakeClouDns, password, startClouDns, users } from '../../providers/cloudns.js';
import { describeDnsProvider } from './conformance.js';
import { providerIo } from './io.js';

/** More than a page of them. */
const zones = [
  ...Array.from({ length: 100 }, (_, index) => ({ name: `zone${index}.example`, type: 'master' as const })),
  { name: 'example.org', type: 'master' as const },
  { name: 'deep.example.org', type: 'master' as const },
  { name: 'slave.example', type: 'slave' as const },
];

describeDnsProvider(clouDnsProvider, async () => {
  const clouDns = await startClouDns(zones);
  const config = { authId: users.authId, authPassword: password, endpoint: clouDns.url };
  return {
    ...clouDns,
    config,
    zone: 'example.org',
    deeperZone: 'deep.example.org',
    foreignZone: 'slave.example',
    txt: async name => clouDns.txt(name),
    put: async (name, values) => {
      for (const value of values) clouDns.put(name, value);
    },
    wrongCredentials: { config: { ...config, authPassword: 'wrong-password-0123' }, secret: 'wrong-password-0123' },
  };
});

describe('ClouDNS', () => {
  let clouDns: FakeClouDns;
  beforeAll(async () => {
    clouDns = await startClouDns(zones);
  });
  afterAll(() => clouDns.stop());
  const io = () => providerIo({ ttl: 61 });

  test.each(Object.entries(users))('a user is known by %s', async (field, value) => {
    const settings = { [field]: value, authPassword: password, endpoint: clouDns.url };
    expect(await clouDnsProvider.test(settings, io())).toContain('example.org');
  });

  test.each([{}, { authId: 1234, subAuthUser: 'acme' }])('needs one user: %j', async given => {
    const tried = async () => clouDnsProvider.test({ ...given, authPassword: password, endpoint: clouDns.url }, io());
    await expect(tried).rejects.toMatchObject({ reason: 'config', message: expect.stringContaining('one of authId') });
  });

  test('finds its value beyond the first page of a name', async () => {
    const name = '_acme-challenge.many.example.org';
    for (let index = 0; index < 150; index += 1) clouDns.put(name, `value ${index}`);
    const settings = { authId: users.authId, authPassword: password, endpoint: clouDns.url };
    const records = [{ name, values: ['value 149'] }];
    await clouDnsProvider.add(settings, 'example.org', records, io());
    expect(clouDns.txt(name)).toHaveLength(150);
    await clouDnsProvider.remove(settings, 'example.org', records, io());
    expect(clouDns.txt(name)).toHaveLength(149);
  });
});
