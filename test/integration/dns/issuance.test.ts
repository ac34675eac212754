/** From names to a certificate by DNS updates, all of it real: BIND is changed, and Pebble asks it. */
import { X509Certificate } from 'node:crypto';
import { operations } from '@certfleet/contract';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { MovableClock, minutes } from '../engine/fleet.js';
import { certificateBecomes, certificateFails, certificateGets, certificateIs } from '../engine/waiting.js';
import { type DnsFleet, startDnsFleet } from './dns-fleet.js';

const zones = ['example.org', 'example.com', 'delegated.example.net'];

describe('a primary and a secondary', () => {
  let fleet: DnsFleet;
  beforeAll(async () => {
    const records = {
      'example.com': [
        '_acme-challenge.alias CNAME alias.delegated.example.net.',
        '_acme-challenge.far CNAME step.example.org.',
        '_acme-challenge.loop CNAME back.example.org.',
      ],
      'example.org': ['step CNAME far.delegated.example.net.', 'back CNAME _acme-challenge.loop.example.com.'],
    };
    fleet = await startDnsFleet({ bind: { zones, records, failing: ['broken.example'], secondary: 'prompt' } });
  });
  afterAll(() => fleet.stop());

  test('a hundred names with wildcards in two zones: one certificate, renewed with its key, exported, revoked; nothing left', {
    timeout: 120_000,
  }, async () => {
    const identifiers = Array.from({ length: 25 }, (_, index) => [
      `h${index}.example.org`,
      `*.h${index}.example.org`,
      `h${index}.example.com`,
      `*.w${index}.example.com`,
    ]).flat();
    const { api } = fleet;
    const params = { name: 'hundred' };
    await api.call(operations.certificate.request, { body: { ...params, identifiers, keyOnRenewal: 'same' } });
    await certificateBecomes(api, 'hundred', 1);
    const first = await api.call(operations.certificate.export, { params, body: {} });
    const leaf = new X509Certificate(first.certificate);
    const names = leaf.subjectAltName?.split(', ').map(name => name.replace('DNS:', ''));
    expect(names?.sort()).toEqual(identifiers.toSorted());
    expect(await fleet.left()).toEqual([]);

    await api.call(operations.certificate.renew, { params });
    await certificateBecomes(api, 'hundred', 2);
    const second = await api.call(operations.certificate.export, { params, body: {} });
    expect(new X509Certificate(second.certificate).publicKey.equals(leaf.publicKey)).toBe(true);
    expect(second.certificate).not.toBe(first.certificate);
    for (const format of ['pem', 'pkcs12', 'pkcs12-legacy', 'jks'] as const) {
      const body = { format, password: 'correct horse' };
      const { keystore, privateKey } = await api.call(operations.certificate.exportKey, { params, body });
      expect([keystore === null, privateKey === null]).toEqual(format === 'pem' ? [true, false] : [false, true]);
    }
    const revoked = await api.call(operations.certificate.revoke, {
      params,
      body: { version: 1, reason: 'superseded' },
    });
    expect(revoked.revokedAt).not.toBeNull();
    expect(await fleet.left()).toEqual([]);
  });

  test('a wildcard and its apex: two values at one name', async () => {
    await fleet.request('apex', ['apex.example.org', '*.apex.example.org']);
    await certificateBecomes(fleet.api, 'apex', 1);
    expect(await fleet.left()).toEqual([]);
  });

  test('aliases are followed, into another zone', async () => {
    await fleet.request('alias', ['alias.example.com', '*.alias.example.com', 'far.example.com']);
    await certificateBecomes(fleet.api, 'alias', 1);
    expect(await fleet.left()).toEqual([]);
  });

  test('an alias that leads back to itself is called so, and nothing is written', async () => {
    await fleet.request('loop', ['loop.example.com']);
    const failed = await certificateFails(fleet.api, 'loop', 'leads back to itself');
    expect(failed.lastError?.message).toContain(
      '_acme-challenge.loop.example.com → back.example.org → _acme-challenge.loop.example.com',
    );
    expect(await fleet.left()).toEqual([]);
  });

  test('two certificates at once on one name: both are issued', async () => {
    const names = ['one', 'two', 'three', 'four'];
    await Promise.all(names.map(name => fleet.request(name, ['shared.example.org', '*.shared.example.org'])));
    for (const name of names) await certificateBecomes(fleet.api, name, 1);
    expect(await fleet.left()).toEqual([]);
  });

  test('a name in no zone of the account: says which it would be, and the other certificates go on', async () => {
    await fleet.addAccount('elsewhere', { zone: 'example.com' });
    const elsewhere = { value: 'www.example.org', solver: 'elsewhere' };
    await fleet.api.call(operations.certificate.request, { body: { name: 'elsewhere', identifiers: [elsewhere] } });
    await fleet.request('beside', ['beside.example.org']);
    await certificateBecomes(fleet.api, 'beside', 1);
    const failed = await certificateFails(fleet.api, 'elsewhere', 'no zone');
    expect(failed.lastError?.message).toBe(
      'This account has no zone for _acme-challenge.www.example.org: it would be one of _acme-challenge.www.example.org, www.example.org, example.org. It has example.com.',
    );
  });

  test('a zone that fails: what was asked of whom, and what came back', async () => {
    await fleet.request('broken', ['www.broken.example']);
    const failed = await certificateFails(fleet.api, 'broken', 'SERVFAIL');
    expect(failed.lastError?.message).toBe(
      `${fleet.bind.address} answered SERVFAIL when asked for CNAME _acme-challenge.www.broken.example.`,
    );
    // It was never put anywhere: there is nothing to take away, and nobody is asked again and again.
    const { store } = fleet.certfleet.server.engine;
    const { id } = await store.certificates.byName('broken');
    await expect.poll(() => store.challenges.leftOver(id), { timeout: 30_000 }).toEqual([]);
  });

  test('a wrong secret is called so, without the secret; corrected, the certificate is tried at once', async () => {
    const keySecret = Buffer.alloc(32, 7).toString('base64');
    await fleet.addAccount('wrong', { keySecret });
    await fleet.api.call(operations.certificate.request, {
      body: { name: 'wrong', identifiers: [{ value: 'wrong.example.org', solver: 'wrong' }] },
    });
    const failed = await certificateFails(fleet.api, 'wrong', 'BADSIG');
    expect(failed.lastError?.message).not.toContain(keySecret);
    const { keySecret: right } = fleet.bind.keys[0];
    await fleet.api.call(operations.solver.change, {
      params: { name: 'wrong' },
      body: { config: { keySecret: right } },
    });
    await certificateGets(fleet.api, 'wrong', 1);
    expect(await fleet.left()).toEqual([]);
  });

  test.each<[string, () => Record<string, unknown>, string]>([
    ['may not change anything any more', () => ({ ...fleet.bind.powerlessKey }), 'REFUSED'],
    ['is not there any more', () => ({ server: '127.0.0.3:9', zone: 'example.org' }), "can't be reached"],
  ])('a certificate whose DNS account %s can be deleted; what may be left is told', async (_, config, why) => {
    const name = why === 'REFUSED' ? 'powerless' : 'unreachable';
    await fleet.addAccount(name, config());
    const identifiers = [{ value: `${name}.example.org`, solver: name }];
    await fleet.api.call(operations.certificate.request, { body: { name, identifiers } });
    await certificateFails(fleet.api, name, why);
    await fleet.api.call(operations.certificate.delete, { params: { name } });
    const query = { action: 'certificate.deleted', subject: `certificate:${name}` };
    const { items } = await fleet.api.call(operations.event.list, { query });
    expect(items.map(({ message }) => message)).toEqual([
      expect.stringMatching(
        new RegExp(`remove what is left of them: ${name}\\.example\\.org \\(dns-01\\): [\\w-]{43}\\. .*${why}`),
      ),
    ]);
    await fleet.api.call(operations.solver.delete, { params: { name } });
  });

  test('a disabled account proves nothing; enabled, what failed is tried at once', async () => {
    const name = 'switched';
    await fleet.addAccount(name);
    const change = (enabled: boolean) =>
      fleet.api.call(operations.solver.change, { params: { name }, body: { enabled } });
    const identifiers = [{ value: 'switched.example.org', solver: name }];
    await fleet.api.call(operations.certificate.request, { body: { name, identifiers } });
    await certificateBecomes(fleet.api, name, 1);

    expect((await change(false)).enabled).toBe(false);
    const refused =
      'The solver switched, which proves switched.example.org, is disabled. It was chosen because the certificate names it for this identifier. Enable it, or choose another one.';
    await expect(
      fleet.api.call(operations.certificate.request, { body: { name: 'another', identifiers } }),
    ).rejects.toMatchObject({ problem: { code: 'unprovable', detail: refused } });
    await fleet.api.call(operations.certificate.renew, { params: { name } });
    await certificateFails(fleet.api, name, refused);
    await change(true);
    await certificateGets(fleet.api, name, 2);
    expect(await fleet.left()).toEqual([]);
  });

  test('a trial says what the account sees and where a challenge would go, and changes nothing', async () => {
    const trial = (name: string, body: { identifier?: string }) =>
      fleet.api.call(operations.solver.test, { params: { name }, body });
    await fleet.addAccount('of-a-zone', { zone: 'example.com' });
    expect(await trial('of-a-zone', {})).toMatchObject({ zones: ['example.com'], record: null });
    const record = {
      name: 'alias.delegated.example.net',
      zone: 'delegated.example.net',
      nameServers: ['ns1.delegated.example.net', 'ns2.delegated.example.net'],
    };
    expect(await trial('dns', { identifier: '*.alias.example.com' })).toMatchObject({
      zones: null,
      record,
      answers: null,
      byPerson: false,
    });
    await expect(trial('of-a-zone', { identifier: 'www.example.org' })).rejects.toMatchObject({
      problem: { code: 'not-possible', detail: expect.stringContaining('It has example.com.') },
    });
    await fleet.addAccount('mistyped', { keyName: 'mistyped.key' });
    await expect(trial('mistyped', {})).rejects.toMatchObject({
      problem: { code: 'plugin-failed', detail: expect.stringContaining('knows no key mistyped.key') },
    });
    expect(await fleet.left()).toEqual([]);
  });
});

describe('a secondary that is behind', () => {
  const clock = new MovableClock();
  let fleet: DnsFleet;
  beforeAll(async () => {
    fleet = await startDnsFleet({ bind: { zones, secondary: 'behind' }, server: { clock } });
    await fleet.addAccount('impatient', { propagationSeconds: 1 });
    await fleet.addAccount('satisfied', { nameservers: [fleet.bind.address] });
  });
  afterAll(() => fleet.stop());

  const request = (name: string, solver: string) =>
    fleet.api.call(operations.certificate.request, {
      body: { name, identifiers: [{ value: `${name}.example.org`, solver }] },
    });

  test('the CA is told to look when the last name server has the value', async () => {
    const record = () => fleet.bind.txt('_acme-challenge.patient.example.org');
    await request('patient', 'dns');
    // It is looked for a while before the job is put back with its reason.
    await expect.poll(record, { timeout: 30_000 }).toHaveLength(1);
    clock.advance(minutes(0.5));
    const waiting = await certificateIs(
      fleet.api,
      'patient',
      ({ issuance }) => issuance?.reason?.includes('ns2') ?? false,
    );
    const [value] = await record();
    expect(waiting.issuance?.reason).toBe(
      `ns2.example.org (127.0.0.2:${fleet.bind.primary.port}) says that _acme-challenge.patient.example.org does not exist, where "${value}" should be.`,
    );
    expect(fleet.proxy.to('challenge')).toHaveLength(0);
    await fleet.bind.catchUp('example.org');
    clock.advance(minutes(0.5));
    await certificateBecomes(fleet.api, 'patient', 1);
    expect(await fleet.left()).toEqual([]);
  });

  test('where name servers are in many places, the CA is told to look some time after all have it', async () => {
    await fleet.addAccount('settling', { nameservers: [fleet.bind.address], settleSeconds: 600 });
    await request('settled', 'settling');
    const waits = ({ issuance }: { issuance: { reason: string | null } | null }) =>
      issuance?.reason?.includes('to settle; then the CA is told to look') ?? false;
    await certificateIs(fleet.api, 'settled', waits);
    const asked = fleet.proxy.to('challenge').length;
    clock.advance(minutes(9));
    await certificateIs(fleet.api, 'settled', waits);
    expect(fleet.proxy.to('challenge')).toHaveLength(asked);
    clock.advance(minutes(2));
    await certificateBecomes(fleet.api, 'settled', 1);
    expect(await fleet.left()).toEqual([]);
  });

  test('a value that never shows up: a clear error, nothing left in the zone, and the others go on', async () => {
    await request('never', 'impatient');
    await request('meanwhile', 'satisfied');
    await certificateBecomes(fleet.api, 'meanwhile', 1);
    const failed = await certificateFails(fleet.api, 'never', 'could not be seen within');
    expect(failed.lastError?.message).toMatch(
      /^What was presented could not be seen within 1 second: ns2\.example\.org \(127\.0\.0\.2:\d+\) says that _acme-challenge\.never\.example\.org does not exist, where "[\w-]{43}" should be\. /,
    );
    await expect.poll(() => fleet.left()).toEqual([]);
  });

  test('a name server that says nothing is named', async () => {
    fleet.bind.silenceSecondary(true);
    await request('silent', 'impatient');
    await certificateFails(fleet.api, 'silent', /ns2\.example\.org \(127\.0\.0\.2:\d+\): .* gave no answer within/);
    fleet.bind.silenceSecondary(false);
    await expect.poll(() => fleet.left()).toEqual([]);
  });
});
