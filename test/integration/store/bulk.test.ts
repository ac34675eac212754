import type { BulkAction } from '@certfleet/contract';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { OpenStore } from '../../../packages/server/src/store/index.js';
import { databases, open } from './databases.js';
import { createAccount, createCertificate, createPolicy, createVersion } from './fleet.js';

const start = Date.UTC(2027, 0, 1);
const day = 86_400_000;

describe.each(databases)('many certificates at a time on $name', databases => {
  let store: OpenStore;
  beforeAll(() => databases.start());
  afterAll(() => databases.stop());
  beforeEach(async () => {
    store = await open(await databases.create(), { clock: { now: () => start } });
    const policy = await createPolicy(store);
    const account = await createAccount(store, 'letsencrypt');
    for (const [at, name] of ['assigned', 'plain', 'with-csr'].entries()) {
      const { id } = await createCertificate(store, policy, name);
      const accountId = name === 'plain' ? account.id : null;
      await createVersion(store, id, { notAfter: start + at * day, accountId });
    }
    const target = await store.targets.create({ name: 'web', type: 'test', config: {} });
    const { id: certificateId } = await store.certificates.byName('assigned');
    await store.assignments.create({ certificateId, targetId: target.id, isDefault: false });
    await store.certificates.update((await store.certificates.byName('with-csr')).id, { csr: 'AA==' });
    const identifiers = [{ type: 'dns', value: 'imported.example.com', solverId: null }] as const;
    await store.certificates.create({ name: 'imported', policyId: null, identifiers });
    return () => store.close();
  });

  test.each<[BulkAction, string[]]>([
    [{ action: 'renew' }, ['imported']],
    [{ action: 'delete' }, ['assigned']],
    [{ action: 'assign', target: 'web', isDefault: false }, ['assigned', 'with-csr']],
    [{ action: 'revoke', reason: 'unspecified' }, ['imported', 'with-csr']],
  ])('%j is refused for these', async (act, refused) => {
    const { total, refused: count, refusals } = await store.bulks.preview({ filter: {} }, act, 20);
    expect([total, count, refusals.map(({ certificate }) => certificate)]).toEqual([4, refused.length, refused]);
    expect(refusals.every(({ reason }) => reason.length > 10)).toBe(true);
    const one = await store.bulks.preview({ filter: {} }, act, 1);
    expect([one.refused, one.refusals.length]).toEqual([refused.length, 1]);
  });

  test('those that are meant come by name, from where the step before ended', async () => {
    expect(await store.bulks.names({ filter: {} }, '', 2)).toEqual(['assigned', 'imported']);
    expect(await store.bulks.names({ filter: {} }, 'imported', 9)).toEqual(['plain', 'with-csr']);
    expect(await store.bulks.names({ certificates: ['plain', 'nobody', 'assigned'] }, '', 9)).toEqual([
      'assigned',
      'plain',
    ]);
    const source = 'acme';
    const expiresBefore = new Date(start + 2 * day).toISOString();
    expect(await store.bulks.names({ filter: { source, expiresBefore } }, '', 9)).toEqual(['assigned', 'plain']);
    expect(await store.bulks.names({ filter: { account: 'letsencrypt' } }, '', 9)).toEqual(['plain']);
  });
});
