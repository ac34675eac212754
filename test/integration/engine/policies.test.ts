/** What a change of a policy does to the certificates that have it. */
import { operations, type Policy } from '@certfleet/contract';
import { afterAll, expect, test } from 'vitest';
import { problem } from '../../harness/faults.js';
import { days, profileOf, startFleet } from './fleet.js';
import { certificateBecomes, certificateIs } from './waiting.js';

const fleet = await startFleet();
const { api, request, certfleet } = fleet;
const { store } = certfleet.server.engine;

afterAll(() => fleet.stop());

function policy(name: string, renewDaysBefore: number | null): Promise<Policy> {
  const usual = { name, accounts: ['pebble'], defaultSolver: 'vs-1', profile: profileOf(fleet.pebble) };
  return api.call(operations.policy.create, { body: { ...usual, renewDaysBefore } });
}

const change = (name: string, renewDaysBefore: number | null) =>
  api.call(operations.policy.change, { params: { name }, body: { renewDaysBefore } });

const planned = async (name: string) => {
  const query = { subject: `policy:${name}`, action: 'policy.renewals-planned' };
  return (await api.call(operations.event.list, { query })).items;
};

test('other days before notAfter: the renewals of its certificates move, and no others', async () => {
  await policy('moved', 20);
  await policy('unmoved', 20);
  await request('moves', { policy: 'moved', assignments: [] });
  await request('stays', { policy: 'unmoved', assignments: [] });
  const { version, renewal } = await certificateBecomes(api, 'moves', 1);
  const stays = await certificateBecomes(api, 'stays', 1);
  const notAfter = Date.parse(version?.notAfter ?? '');
  expect(Date.parse(renewal?.at ?? '')).toBe(notAfter - days(20));

  await change('moved', 25);
  const moved = await certificateIs(api, 'moves', certificate => certificate.renewal?.at !== renewal?.at);
  expect(moved.renewal).toMatchObject({ at: new Date(notAfter - days(25)).toISOString(), reason: 'policy' });
  await change('moved', null);
  await certificateIs(api, 'moves', certificate => certificate.renewal?.reason === 'lifetime');
  expect((await api.call(operations.certificate.show, { params: { name: 'stays' } })).renewal).toEqual(stays.renewal);
  // By this, open pages learn that what they show has moved: once for each change, after all of them.
  await expect.poll(() => planned('moved')).toHaveLength(2);
  expect(await planned('unmoved')).toEqual([]);
});

test('a renewal that is due by the new days is made, without anyone asking', async () => {
  await policy('due', 1);
  await request('due', { policy: 'due', assignments: [] });
  const { version } = await certificateBecomes(api, 'due', 1);
  const half = (Date.parse(version?.notAfter ?? '') - Date.parse(version?.notBefore ?? '')) / 2;
  // Nobody asks the CA again, which would plan it anew as well.
  fleet.always('renewalInfo', problem(503, 'serverInternal'));
  // Pebble's clock does not jump with ours: ours goes back as soon as the renewal has begun.
  fleet.proxy.inject('newOrder', async (_seen, forward) => {
    fleet.clock.reset();
    return forward();
  });
  fleet.clock.advance(half + days(1));
  await change('due', 365);
  await certificateBecomes(api, 'due', 2);
});

test('hundreds of certificates: all of them, whatever a batch holds', async () => {
  const { id: policyId } = await policy('many', 20);
  const { id: keyId } = await store.keys.create({
    ...{ purpose: 'certificate', custody: 'csr', algorithm: null, publicKey: 'AA==' },
  });
  const life = { notBefore: Date.now(), notAfter: Date.now() + days(90) };
  const names = Array.from({ length: 250 }, (_, index) => `many-${index}`);
  await Promise.all(
    names.map(name =>
      store.transaction(async tx => {
        const { id } = await tx.certificates.create({ name, policyId, identifiers: [] });
        const version = await tx.versions.create({
          ...{ certificateId: id, keyId, accountId: null, serial: '01', fingerprintSha256: name, issuer: 'CN=Test' },
          ...{ chain: 'PEM', ariCertId: null, ...life },
        });
        const renewAt = life.notAfter - days(20);
        await tx.certificates.update(id, { currentVersionId: version.id, renewAt, renewReason: 'policy' });
      }),
    ),
  );
  await change('many', 40);
  const planned = async () => {
    const all = await Promise.all(names.map(name => store.certificates.byName(name)));
    return all.filter(({ renewAt }) => renewAt === life.notAfter - days(40)).length;
  };
  await expect.poll(planned, { timeout: 30_000, interval: 200 }).toBe(250);
});

test('shown is what the days come to, cut to half of a short life', async () => {
  const { renewals } = await policy('shown', 60);
  expect(renewals.map(({ lifetime, reason, text }) => [lifetime, reason, text])).toEqual([
    ['398 days', 'policy', '60 days before it expires, or earlier if the CA suggests it'],
    ['90 days', 'half-lifetime', '45 days before it expires: 60 days are more than half of a life of 90 days'],
    ['45 days', 'half-lifetime', '22.5 days before it expires: 60 days are more than half of a life of 45 days'],
    ['160 hours', 'half-lifetime', '3.3 days before it expires: 60 days are more than half of a life of 6.7 days'],
  ]);
  expect(renewals[1]).toMatchObject({ lifetimeSeconds: 90 * 86_400, leadSeconds: 45 * 86_400 });
  const preview = await fleet.api.call(operations.policy.renewals, { query: { renewDaysBefore: 60 } });
  expect(preview.items).toEqual(renewals);
  const { renewals: byCa } = await change('shown', null);
  expect((await fleet.api.call(operations.policy.renewals, {})).items).toEqual(byCa);
  const first = byCa.find(({ lifetime }) => lifetime === '90 days');
  expect(first?.text).toBe('when the CA suggests it, else 30 days before it expires');
});
