/** Which solver proves which name of a certificate is told before an order is made. */
import { operations } from '@certfleet/contract';
import { afterAll, expect, test } from 'vitest';
import { profileOf, startFleet } from './fleet.js';

const fleet = await startFleet();
const { api } = fleet;

afterAll(() => fleet.stop());

const proofsOf = async (name: string) => (await api.call(operations.certificate.proofs, { params: { name } })).items;

test('the first rule that names a solver is told; without one, that nobody can prove the name', async () => {
  await api.call(operations.policy.create, {
    body: { name: 'undecided', accounts: ['pebble'], profile: profileOf(fleet.pebble) },
  });
  for (const pattern of ['.bound.example.com', 'exact.example.com']) {
    await api.call(operations.domain.create, { body: { pattern, solver: 'vs-1' } });
  }
  const own = { value: 'own.bound.example.com', solver: 'vs-1' };
  await fleet.request('proven', {
    ...{ policy: 'undecided', assignments: [] },
    identifiers: [own, 'www.bound.example.com', 'exact.example.com'],
  });
  const by = { solver: 'vs-1', challengeType: 'http-01' };
  expect(await proofsOf('proven')).toMatchObject([
    { identifier: 'own.bound.example.com', ...by, rule: 'certificate', pattern: null },
    { identifier: 'www.bound.example.com', ...by, rule: 'suffix', pattern: '.bound.example.com' },
    { identifier: 'exact.example.com', ...by, rule: 'domain', pattern: 'exact.example.com' },
  ]);

  await fleet.request('usual', { assignments: [] });
  expect(await proofsOf('usual')).toMatchObject([{ ...by, rule: 'policy', pattern: null }]);

  await api.call(operations.domain.delete, { params: { pattern: '.bound.example.com' } });
  expect((await proofsOf('proven'))[1]).toMatchObject({
    ...{ identifier: 'www.bound.example.com', solver: null, challengeType: null, rule: null },
    reason: expect.stringMatching(/^Nothing is configured to prove www\.bound\.example\.com/),
  });
});
