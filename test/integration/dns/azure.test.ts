import { writeFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { type AzureConfig, azureProvider } from '../../../packages/plugins/src/dns/azure.js';
import { createWorkdir } from '../../harness/workdir.js';
import { account, type FakeAzure, federatedToken, startAzure } from '../../providers/azure.js';
import { describeDnsProvider } from './conformance.js';
import { providerIo } from './io.js';

/** More than a page of them. */
const zones = [...Array.from({ length: 25 }, (_, index) => `zone${index}.example`), 'example.org', 'deep.example.org'];
const endpoints = (azure: FakeAzure) => ({
  endpoint: azure.url,
  loginEndpoint: azure.url,
  metadataEndpoint: azure.url,
});

describeDnsProvider(azureProvider, async () => {
  const azure = await startAzure(zones);
  const config = { ...account, ...endpoints(azure) };
  return {
    ...azure,
    config,
    zone: 'example.org',
    deeperZone: 'deep.example.org',
    foreignZone: 'example.net',
    txt: async name => azure.txt(name),
    put: async (name, values) => {
      for (const value of values) azure.put(name, value);
    },
    wrongCredentials: { config: { ...config, key: 'wrong-secret-0123456789' }, secret: 'wrong-secret-0123456789' },
  };
});

describe('Azure DNS', () => {
  let azure: FakeAzure;
  beforeAll(async () => {
    azure = await startAzure(zones);
  });
  afterAll(() => azure.stop());
  const io = () => providerIo();
  const { subscriptionId, resourceGroup, directoryId, applicationId, key } = account;
  const config = (more: Partial<AzureConfig>): AzureConfig => ({
    ...{ subscriptionId, resourceGroup, credentials: 'client-secret' as const },
    ...endpoints(azure),
    ...more,
  });
  const known = () => config({ directoryId, applicationId, key });
  const records = (name: string, value: string) => [{ name, values: [value] }];

  test('a record set that someone else changes meanwhile keeps their value too', async () => {
    const name = '_acme-challenge.busy.example.org';
    azure.interfere();
    await azureProvider.add(known(), 'example.org', records(name, 'ours'), io());
    expect(azure.txt(name)).toEqual(['of someone else', 'ours']);
    azure.interfere();
    await azureProvider.remove(known(), 'example.org', records(name, 'ours'), io());
    expect(azure.txt(name)).toEqual(['of someone else', 'of someone else']);
  });

  test("other people's metadata stays", async () => {
    const name = '_acme-challenge.kept.example.org';
    azure.put(name, 'of someone else');
    await azureProvider.add(known(), 'example.org', records(name, 'ours'), io());
    expect(azure.metadata(name)).toEqual({ owner: 'someone else' });
  });

  test("other people's values stay in the strings that they were written in", async () => {
    const name = '_acme-challenge.strings.example.org';
    azure.put(name, 'v=DKIM1; ', 'p=abc');
    await azureProvider.add(known(), 'example.org', records(name, 'ours'), io());
    expect(azure.strings(name)).toEqual([['v=DKIM1; ', 'p=abc'], ['ours']]);
    await azureProvider.remove(known(), 'example.org', records(name, 'ours'), io());
    expect(azure.strings(name)).toEqual([['v=DKIM1; ', 'p=abc']]);
  });

  test('a value that Azure DNS does not take is refused in its words, which have no "error" around them', async () => {
    const tried = azureProvider.add(known(), 'example.org', records('ttl.example.org', 'v'), providerIo({ ttl: 0 }));
    await expect(tried).rejects.toMatchObject({
      reason: 'config',
      message: expect.stringContaining('The record set is not valid. (BadRequest)'),
    });
  });

  test('a long value is several strings', async () => {
    const name = 'long.example.org';
    await azureProvider.add(known(), 'example.org', records(name, 'x'.repeat(600)), io());
    expect(azure.txt(name)).toEqual(['x'.repeat(600)]);
  });

  test.each([
    { resourceGroup: 'other-group', zone: 'example.org', says: 'ResourceGroupNotFound' },
    { resourceGroup, zone: 'example.net', says: 'ParentResourceNotFound' },
  ])('what is not there is said: $says', async ({ resourceGroup, zone, says }) => {
    const tried = azureProvider.add({ ...known(), resourceGroup }, zone, records(`_acme-challenge.${zone}`, 'v'), io());
    await expect(tried).rejects.toMatchObject({ reason: 'config', message: expect.stringContaining(says) });
  });

  test("a directory that doesn't exist is called wrong credentials", async () => {
    const tried = azureProvider.test({ ...known(), directoryId: subscriptionId }, io());
    await expect(tried).rejects.toMatchObject({
      reason: 'credentials',
      message: expect.stringContaining('AADSTS90002'),
    });
  });

  test.each(['client-secret', 'managed-identity'] as const)('an endpoint with a slash at its end: %s', async way => {
    const settings = { ...known(), credentials: way, endpoint: `${azure.url}/`, loginEndpoint: `${azure.url}/` };
    expect(await azureProvider.test(settings, io())).toContain('example.org');
  });

  test('an application needs all three', async () => {
    const tried = azureProvider.test(config({ directoryId, applicationId }), io());
    await expect(tried).rejects.toMatchObject({ reason: 'config' });
  });

  test.each([{}, { applicationId }])('the identity of the machine: %j', async given => {
    const settings = config({ credentials: 'managed-identity', ...given });
    expect(await azureProvider.test(settings, io())).toContain('example.org');
  });

  test('the identity of the machine, while its metadata service is updated', async () => {
    const settings = config({ credentials: 'managed-identity' });
    azure.update(1);
    expect(await azureProvider.test(settings, io())).toContain('example.org');
    azure.update(1000);
    await expect(azureProvider.test(settings, io())).rejects.toMatchObject({ reason: 'unavailable' });
    azure.update(0);
  });

  test('an identity that the machine does not have', async () => {
    const settings = config({ credentials: 'managed-identity', applicationId: subscriptionId });
    await expect(azureProvider.test(settings, io())).rejects.toMatchObject({ reason: 'credentials' });
  });

  test('a workload identity, by what Kubernetes mounts', async () => {
    const settings = config({ credentials: 'workload-identity' });
    await expect(azureProvider.test(settings, io())).rejects.toMatchObject({ reason: 'config' });
    const file = createWorkdir('azure').file('token');
    await writeFile(file, `${federatedToken}\n`);
    vi.stubEnv('AZURE_FEDERATED_TOKEN_FILE', file);
    vi.stubEnv('AZURE_TENANT_ID', directoryId);
    vi.stubEnv('AZURE_CLIENT_ID', applicationId);
    try {
      expect(await azureProvider.test(settings, io())).toContain('example.org');
    } finally {
      vi.unstubAllEnvs();
    }
  });
});
