/** A tool that sends the same change every hour must not have certificates issued every hour. */
import { type CertificateChange, operations } from '@certfleet/contract';
import { afterAll, expect, test } from 'vitest';
import { profileOf, startFleet } from './fleet.js';
import { certificateBecomes } from './waiting.js';

const fleet = await startFleet();
const { api, request, pebble } = fleet;

afterAll(() => fleet.stop());

const names = ['repeated.example.com', 'a.repeated.example.com', 'b.repeated.example.com'];

test('what is as it was already: nothing is issued, and no event tells of a change', async () => {
  const params = { name: 'repeated' };
  const subject = { organization: 'Example', country: 'CH' };
  await request('repeated', { identifiers: names, subject, labels: { team: 'web', stage: 'live' } });
  const before = await certificateBecomes(api, 'repeated', 1);
  const bodies: CertificateChange[] = [
    { identifiers: names },
    { identifiers: [names[0] as string, names[2] as string, names[1] as string] },
    { policy: 'default' },
    { subject: { country: 'CH', organization: 'Example' } },
    { profile: null, keyAlgorithm: null, keyOnRenewal: null, csr: null },
    { labels: { stage: 'live', team: 'web' } },
    {},
  ];
  for (const body of bodies) {
    const { updatedAt: _, ...after } = await api.call(operations.certificate.change, { params, body });
    expect(before, JSON.stringify(body)).toMatchObject(after);
  }
  const query = { subject: 'certificate:repeated', action: 'certificate.changed' };
  expect((await api.call(operations.event.list, { query })).items).toEqual([]);
});

test('another common name, with the same names: issued again', async () => {
  const params = { name: 'turned' };
  const [first, ...others] = names.map(name => name.replace('repeated', 'turned'));
  await request('turned', { identifiers: [first as string, ...others] });
  await certificateBecomes(api, 'turned', 1);
  const identifiers = [...others, first as string];
  await api.call(operations.certificate.change, { params, body: { identifiers } });
  await certificateBecomes(api, 'turned', 2);
});

test('a profile that takes fewer names than there are, by the change or by the other policy: refused', async () => {
  const params = { name: 'wide' };
  const identifiers = Array.from({ length: 26 }, (_, index) => `n${index}.wide.example.com`);
  await request('wide', { identifiers, assignments: [] });
  const few = { name: 'few', accounts: ['pebble'], defaultSolver: 'vs-1', profile: 'shortlived' };
  await api.call(operations.policy.create, { body: few });
  const many = { name: 'many', accounts: ['pebble'], defaultSolver: 'vs-1', profile: profileOf(pebble) };
  await api.call(operations.policy.create, { body: many });
  const refused = expect.objectContaining({ problem: expect.objectContaining({ code: 'invalid-identifier' }) });
  const change = (body: CertificateChange) => api.call(operations.certificate.change, { params, body });
  await expect(change({ profile: 'shortlived' })).rejects.toEqual(refused);
  await expect(change({ policy: 'few' })).rejects.toEqual(refused);
  await expect(change({ policy: 'few', profile: null })).rejects.toEqual(refused);
  expect((await change({ policy: 'many', profile: null })).policy).toBe('many');
});

test('more names with "profile": null count against the policy’s profile, not the certificate’s earlier one', async () => {
  const params = { name: 'narrow' };
  await request('narrow', { profile: 'shortlived', assignments: [] });
  const identifiers = Array.from({ length: 26 }, (_, index) => `n${index}.narrow.example.com`);
  const changed = await api.call(operations.certificate.change, { params, body: { identifiers, profile: null } });
  expect(changed.identifiers).toHaveLength(26);
});
