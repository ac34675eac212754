/** Which solver proves which name of a certificate is told before an order is made. */
import { operations } from '@certfleet/contract';
import { afterAll, expect, onTestFinished, test } from 'vitest';
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

test('while its virtual service is disabled a solver is shown so, and orders, proofs and the names that nobody can prove say it', async () => {
  await fleet.request('waiting', { assignments: [] });
  const params = { index: 1 };
  await api.call(operations.virtualService.change, { params, body: { enabled: false } });
  onTestFinished(async () => {
    await api.call(operations.virtualService.change, { params, body: { enabled: true } });
  });

  const solver = await api.call(operations.solver.show, { params: { name: 'vs-1' } });
  expect(solver).toMatchObject({ enabled: true, virtualService: { index: 1, enabled: false } });
  const reason = expect.stringMatching(/^Virtual service 1 is disabled, so its solver vs-1 can't prove .*default/);
  expect(await proofsOf('waiting')).toMatchObject([{ solver: null, reason }]);
  const { items } = await api.call(operations.domain.unprovable, {});
  expect(items).toContainEqual({ certificate: 'waiting', identifier: 'waiting.example.com', reason });
  await expect(fleet.request('later', { assignments: [] })).rejects.toMatchObject({ problem: { code: 'unprovable' } });

  // What does not need a proof can be changed nevertheless.
  const labels = { team: 'shop' };
  await api.call(operations.certificate.change, { params: { name: 'waiting' }, body: { labels } });
});
