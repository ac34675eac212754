import type { BulkAction, BulkSelection } from '@certfleet/contract';
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
      const accountId = name === 'assigned' ? null : account.id;
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

  const assigning = { action: 'assign', target: 'web', isDefault: false } as const;
  const revoking = { action: 'revoke', reason: 'unspecified', replaceFirst: true } as const;
  test.each<[BulkAction, string[][]]>([
    [{ action: 'renew' }, [['imported']]],
    [{ action: 'delete' }, [['assigned']]],
    [assigning, [['assigned'], ['with-csr']]],
    // What is assigned can be made the default.
    [{ ...assigning, isDefault: true }, [['with-csr']]],
    [{ action: 'unassign', target: 'web' }, [['imported', 'plain', 'with-csr']]],
    [revoking, [['imported'], ['assigned'], ['with-csr']]],
    [{ ...revoking, replaceFirst: false }, [['imported'], ['assigned']]],
    [{ action: 'export' }, [['imported']]],
  ])('%j is refused for these, by reason', async (act, refused) => {
    const { total, refusals } = await store.bulks.preview({ filter: {} }, act, 20);
    expect([total, refusals.map(({ certificates }) => certificates)]).toEqual([4, refused]);
    for (const { reason, count, certificates } of refusals) {
      expect(count).toBe(certificates.length);
      expect(reason.length).toBeGreaterThan(10);
    }
  });

  test('of those that are refused for one reason the first are named, and all are counted', async () => {
    const unassigning = { action: 'unassign', target: 'web' } as const;
    expect(await store.bulks.preview({ filter: {} }, unassigning, 2)).toEqual({
      ...{ total: 4, possible: 1 },
      refusals: [{ reason: 'It is not assigned to web.', count: 3, certificates: ['imported', 'plain'] }],
    });
    expect(await store.bulks.preview({ filter: {}, except: ['plain'] }, unassigning, 1)).toMatchObject({
      total: 3,
      refusals: [{ count: 2, certificates: ['imported'] }],
    });
    expect(await store.bulks.preview({ filter: { search: 'nobody' } }, unassigning, 1)).toEqual({
      ...{ total: 0, possible: 0 },
      refusals: [],
    });
  });

  test('those that are meant come by name, from where the step before ended', async () => {
    const names = async (selection: BulkSelection, after: string, limit: number) =>
      (await store.bulks.next(selection, { action: 'renew' }, after, limit)).map(({ name }) => name);
    expect(await names({ filter: {} }, '', 2)).toEqual(['assigned', 'imported']);
    expect(await names({ filter: {} }, 'imported', 9)).toEqual(['plain', 'with-csr']);
    expect(await names({ certificates: ['plain', 'nobody', 'assigned'] }, '', 9)).toEqual(['assigned', 'plain']);
    const source = 'acme';
    const expiresBefore = new Date(start + 2 * day).toISOString();
    expect(await names({ filter: { source, expiresBefore } }, '', 9)).toEqual(['assigned', 'plain']);
    expect(await names({ filter: { account: 'letsencrypt' } }, '', 9)).toEqual(['plain', 'with-csr']);
    expect(await names({ filter: { target: 'web' } }, '', 9)).toEqual(['assigned']);
    expect(await names({ filter: {}, except: ['imported', 'with-csr'] }, '', 9)).toEqual(['assigned', 'plain']);
  });

  test('each of those that are meant comes with what is known against it, and when it was made', async () => {
    const next = await store.bulks.next({ filter: {} }, { action: 'delete' }, '', 9);
    expect(next.map(({ name, refusal }) => [name, refusal])).toEqual([
      ['assigned', 'It is assigned to targets. Unassign it first.'],
      ['imported', null],
      ['plain', null],
      ['with-csr', null],
    ]);
    expect(next.map(({ createdAt }) => createdAt)).toEqual([start, start, start, start]);
  });

  test('those that have a version come with its chain, the others as they are', async () => {
    const all = { filter: {} };
    const chains = await store.bulks.chains(all, 'assigned', 9);
    expect(chains).toEqual(['plain', 'with-csr'].map(name => ({ name, number: 1, chain: 'PEM' })));
    expect(await store.bulks.chains(all, '', 1)).toMatchObject([{ name: 'assigned' }]);
    const details = await store.bulks.details(all, 'assigned', 2);
    expect(details.map(({ name, version }) => [name, version?.number])).toEqual([
      ['imported', undefined],
      ['plain', 1],
    ]);
  });
});
