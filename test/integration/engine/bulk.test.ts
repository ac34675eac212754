import { type BulkStep, operations } from '@certfleet/contract';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Fleet, startFleet } from './fleet.js';
import { certificateBecomes } from './waiting.js';

const ops = operations.certificate;
let fleet: Fleet;
beforeAll(async () => {
  fleet = await startFleet();
});
afterAll(() => fleet?.stop());

/** All steps, one after the other. */
async function bulk(body: Omit<BulkStep, 'after'>) {
  let done = 0;
  const refused: string[] = [];
  for (let after: string | null | undefined; after !== null; ) {
    const step: { done: number; refused: { certificate: string }[]; next: string | null } = await fleet.api.call(
      ops.bulk,
      { body: { ...body, ...(after === undefined ? {} : { after }) } },
    );
    done += step.done;
    refused.push(...step.refused.map(({ certificate }) => certificate));
    after = step.next;
  }
  return { done, refused };
}

test('what was shown before happens to each by itself: renewed, assigned, refused, deleted', async () => {
  const { api } = fleet;
  await fleet.request('one');
  for (const name of ['two', 'three']) await fleet.request(name, { assignments: [], labels: { team: 'shop' } });
  for (const name of ['one', 'two', 'three']) await certificateBecomes(api, name, 1);

  const shop = { filter: { label: 'team=shop' } };
  expect(await bulk({ act: { action: 'renew' }, selection: shop })).toEqual({ done: 2, refused: [] });
  for (const name of ['two', 'three']) await certificateBecomes(api, name, 2);

  const act = { action: 'assign', target: 'vs-2', isDefault: false } as const;
  const preview = await api.call(ops.bulkPreview, { body: { act, selection: { filter: {} } } });
  expect(preview).toEqual({
    ...{ total: 3, possible: 2, refusals: [{ certificate: 'one', reason: 'It is assigned to vs-2 already.' }] },
    consequences: ['Deployed to vs-2, and looked for there by a handshake: 2 certificates.'],
  });
  expect(await bulk({ act, selection: { filter: {} } })).toEqual({ done: 2, refused: ['one'] });
  await certificateBecomes(api, 'two', 2);
  expect(await fleet.served('two.example.com')).toBeDefined();

  await fleet.request('four', { assignments: [], identifiers: ['four.example.com'] });
  await certificateBecomes(api, 'four', 1);
  const some = { certificates: ['four', 'one', 'none'] };
  const deletion = await api.call(ops.bulkPreview, { body: { act: { action: 'delete' }, selection: some } });
  expect(deletion).toMatchObject({
    ...{ total: 2, possible: 1 },
    refusals: [{ certificate: 'one', reason: expect.stringContaining('assigned') }],
  });
  expect(await bulk({ act: { action: 'delete' }, selection: some })).toEqual({ done: 1, refused: ['one'] });
  const { items } = await api.call(ops.list, {});
  expect(items.map(({ name }) => name)).toEqual(['one', 'three', 'two']);
});

test('a target that is not there is told at once', async () => {
  const act = { action: 'assign', target: 'nowhere', isDefault: false } as const;
  const body = { act, selection: { filter: {} } };
  await expect(fleet.api.call(ops.bulkPreview, { body })).rejects.toMatchObject({ problem: { code: 'not-found' } });
  await expect(fleet.api.call(ops.bulk, { body })).rejects.toMatchObject({ problem: { code: 'not-found' } });
});
