import { setTimeout } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { route53Provider } from '../../../packages/plugins/src/dns/route53.js';
import { type AccessKeys, type FakeRoute53, type FakeZone, startRoute53 } from '../../providers/route53.js';
import { type ProviderServer, startProviderServer } from '../../providers/server.js';
import { startSts } from '../../providers/sts.js';
import { describeDnsProvider } from './conformance.js';
import { providerIo } from './io.js';

const secretAccessKey = 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY';
const own = { accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey };
const knownKeys = (): AccessKeys => new Map([[own.accessKeyId, { secret: secretAccessKey }]]);

/** More than a page of them, and a private one of the same name, which comes first. */
const zones: FakeZone[] = [
  { id: 'ZPRIVATE', name: 'example.org', isPrivate: true },
  ...Array.from({ length: 12 }, (_, index) => ({ id: `Z${index}`, name: `zone${index}.example` })),
  { id: 'ZPUBLIC', name: 'example.org' },
  { id: 'ZDEEP', name: 'deep.example.org' },
  { id: 'ZTWICE1', name: 'twice.example' },
  { id: 'ZTWICE2', name: 'twice.example' },
];

describeDnsProvider(route53Provider, async () => {
  const route53 = await startRoute53(zones, knownKeys());
  const config = { ...own, endpoint: route53.url };
  return {
    ...route53,
    config,
    zone: 'example.org',
    deeperZone: 'deep.example.org',
    foreignZone: 'example.net',
    txt: async name => route53.txt(name),
    put: async (name, values) => {
      for (const value of values) route53.put(name, value);
    },
    wrongCredentials: {
      config: { ...config, secretAccessKey: 'wrong-secret-0123456789' },
      secret: 'wrong-secret-0123456789',
    },
  };
});

describe('Amazon Route 53', () => {
  let route53: FakeRoute53;
  let keys: AccessKeys;
  beforeAll(async () => {
    keys = knownKeys();
    route53 = await startRoute53(zones, keys);
  });
  afterAll(() => route53.stop());
  const io = () => providerIo();
  const config = (more: object) => ({ region: 'us-east-1', endpoint: route53.url, ...more });
  const add = (more: object, zone = 'example.org') =>
    route53Provider.add(config(more), zone, [{ name: `_acme-challenge.${zone}`, values: ['v'] }], io());

  test('two public zones of one name: which one has to be said', async () => {
    const refused = { reason: 'config', message: expect.stringContaining('ZTWICE1, ZTWICE2') };
    await expect(add(own, 'twice.example')).rejects.toMatchObject(refused);
    await add({ ...own, hostedZoneId: 'ZTWICE1' }, 'twice.example');
    expect(route53.txt('_acme-challenge.twice.example')).toEqual(['v']);
    await expect(add({ ...own, hostedZoneId: 'ZNONE' })).rejects.toMatchObject({ reason: 'config' });
  });

  test.each<[string, number | 'denied', string[]]>([
    ['the CA is not told to look before Amazon says that all of its servers have it', 2, ['GET', 'GET', 'GET']],
    ['credentials that may not ask how a change goes do without', 'denied', ['GET']],
  ])('%s', async (_, pending, asked) => {
    route53.pending = pending;
    const before = route53.requests.length;
    const records = [{ name: `_acme-challenge.${pending}.example.org`, values: ['v'] }];
    await route53Provider.add(config(own), 'example.org', records, io());
    const changes = route53.requests.slice(before).filter(line => line.includes('/2013-04-01/change/'));
    expect(changes.map(line => line.split(' ')[0])).toEqual(asked);
    route53.pending = 0;
  });

  test('a batch that Route 53 refuses for another reason than a race is a configuration to be mended', async () => {
    const name = '_acme-challenge.alias.example.org';
    route53.alias(name);
    const tried = route53Provider.add(config(own), 'example.org', [{ name, values: ['v'] }], io());
    const message = expect.stringContaining('conflicting RRSet of type CNAME');
    await expect(tried).rejects.toMatchObject({ reason: 'config', message });
  });

  test('a role of another account, with an external id', async () => {
    const role = { arn: 'arn:aws:iam::123456789012:role/dns', externalId: 'certfleet-7' };
    const sts = await startSts(keys, role);
    try {
      const settings = { ...own, roleArn: role.arn, stsEndpoint: sts.url };
      expect(await route53Provider.test(config({ ...settings, externalId: role.externalId }), io())).toContain(
        'example.org',
      );
      const wrong = route53Provider.test(config({ ...settings, externalId: 'other' }), io());
      await expect(wrong).rejects.toMatchObject({ reason: 'credentials' });
    } finally {
      await sts.stop();
    }
  });

  test.each(['silent', 'halfway'] as const)('a role is not waited for without end: STS stays %s', async how => {
    const role = { arn: 'arn:aws:iam::123456789012:role/dns', externalId: 'certfleet-7' };
    const sts = await startSts(keys, role);
    sts.hang(how);
    try {
      const settings = config({ ...own, roleArn: role.arn, externalId: role.externalId, stsEndpoint: sts.url });
      const tried = route53Provider.test(settings, providerIo({ timeoutMs: 200 }));
      const outcome = Promise.race([tried, setTimeout(10_000, 'still waiting after 10 s', { ref: false })]);
      await expect(outcome).rejects.toMatchObject({ reason: 'unavailable' });
    } finally {
      await sts.stop();
    }
  });

  test.each([{ accessKeyId: own.accessKeyId }, { secretAccessKey }, { ...own, profile: 'p' }])(
    'half or double credentials are no configuration: %j',
    async given => {
      await expect(add(given)).rejects.toMatchObject({ reason: 'config', message: expect.stringContaining('profile') });
    },
  );

  test('a hundred names among many stay within five requests a second', async () => {
    const busy = await startRoute53([{ id: 'ZBUSY', name: 'example.org' }], keys, { requestsPerSecond: 5 });
    try {
      for (let index = 0; index < 700; index += 1) busy.put(`n${index}.example.org`, 'of someone else');
      const records = Array.from({ length: 100 }, (_, index) => ({
        name: `_acme-challenge.n${index * 7}.example.org`,
        values: ['v'],
      }));
      busy.put(records[99]?.name ?? '', 'of someone else');
      const settings = config({ ...own, endpoint: busy.url });
      await route53Provider.add(settings, 'example.org', records, io());
      expect(records.flatMap(({ name }) => busy.txt(name)).filter(value => value === 'v')).toHaveLength(100);
      await route53Provider.remove(settings, 'example.org', records, io());
      expect(records.flatMap(({ name }) => busy.txt(name))).toEqual(['of someone else']);
      expect(busy.requests.length).toBeLessThanOrEqual(12 + busy.refused);
      expect(busy.refused).toBeLessThan(10);
    } finally {
      await busy.stop();
    }
  });

  describe("this machine's own credentials", () => {
    let metadata: ProviderServer;
    beforeAll(async () => {
      metadata = await startInstanceMetadata(keys);
      for (const name of ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_PROFILE']) vi.stubEnv(name, undefined);
      vi.stubEnv('AWS_CONFIG_FILE', '/dev/null');
      vi.stubEnv('AWS_SHARED_CREDENTIALS_FILE', '/dev/null');
    });
    afterAll(async () => {
      vi.unstubAllEnvs();
      await metadata.stop();
    });

    test('of the instance role', async () => {
      vi.stubEnv('AWS_EC2_METADATA_SERVICE_ENDPOINT', metadata.url);
      expect(await route53Provider.test(config({}), io())).toContain('example.org');
    });

    test('none at all', async () => {
      vi.stubEnv('AWS_EC2_METADATA_DISABLED', 'true');
      await expect(route53Provider.test(config({}), io())).rejects.toMatchObject({ reason: 'credentials' });
    });
  });
});

/** The metadata service of an instance with a role, version 2: nothing without a session's token. */
async function startInstanceMetadata(keys: AccessKeys): Promise<ProviderServer> {
  const [AccessKeyId, SecretAccessKey, Token] = ['ASIAINSTANCEROLE0001', 'instance-secret', 'instance-token'];
  keys.set(AccessKeyId, { secret: SecretAccessKey, sessionToken: Token });
  const base = '/latest/meta-data/iam/security-credentials/';
  return startProviderServer(
    ({ method, path, headers }) => {
      if (method === 'PUT' && path === '/latest/api/token') return { status: 200, body: 'session' };
      if (headers['x-aws-ec2-metadata-token'] !== 'session') return { status: 401 };
      if (path === base) return { status: 200, body: 'certfleet-role' };
      const Expiration = new Date(Date.now() + 3_600_000).toISOString();
      return { status: 200, body: { Code: 'Success', AccessKeyId, SecretAccessKey, Token, Expiration } };
    },
    { status: 429 },
  );
}
