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
async function bulk(body: Omit<BulkStep, 'after' | 'agreed'>) {
  const { possible, asOf } = await fleet.api.call(ops.bulkPreview, { body });
  let done = 0;
  const refused: string[] = [];
  for (let after: string | null | undefined; after !== null; ) {
    const step: { done: number; refused: { certificate: string }[]; next: string | null } = await fleet.api.call(
      ops.bulk,
      { body: { ...body, ...(after === undefined ? {} : { after }), agreed: { most: possible - done, asOf } } },
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
    ...{ total: 3, possible: 2 },
    refusals: [{ reason: 'It is assigned to vs-2 already.', count: 1, certificates: ['one'] }],
    consequences: ['Deployed to vs-2, and looked for there by a handshake: 2 certificates.'],
    asOf: expect.any(String),
  });
  expect(await bulk({ act, selection: { filter: {} } })).toEqual({ done: 2, refused: ['one'] });
  const asDefault = { ...act, isDefault: true };
  expect(await bulk({ act: asDefault, selection: { certificates: ['two'] } })).toEqual({ done: 1, refused: [] });
  const again = await api.call(ops.bulkPreview, { body: { act: asDefault, selection: { filter: {} } } });
  expect(again).toMatchObject({ possible: 2, refusals: [{ certificates: ['two'] }] });
  expect(again.consequences.slice(1)).toEqual([
    'two is the default of vs-2 now, and will not be any more.',
    'A target has one default: of these it is the last one by name.',
  ]);
  await certificateBecomes(api, 'two', 2);
  expect(await fleet.served('two.example.com')).toBeDefined();

  await fleet.request('four', { assignments: [], identifiers: ['four.example.com'] });
  await certificateBecomes(api, 'four', 1);
  const some = { certificates: ['four', 'one', 'none'] };
  const deletion = await api.call(ops.bulkPreview, { body: { act: { action: 'delete' }, selection: some } });
  expect(deletion).toMatchObject({
    ...{ total: 2, possible: 1 },
    refusals: [{ certificates: ['one'], reason: expect.stringContaining('assigned') }],
  });
  expect(await bulk({ act: { action: 'delete' }, selection: some })).toEqual({ done: 1, refused: ['one'] });
  const { items } = await api.call(ops.list, {});
  expect(items.map(({ name }) => name)).toEqual(['one', 'three', 'two']);

  const taken = await bulk({ act: { action: 'unassign', target: 'vs-2' }, selection: { filter: {}, except: ['one'] } });
  expect(taken).toEqual({ done: 2, refused: [] });
  await expect.poll(() => namesOn('vs-2'), { timeout: 30_000 }).toEqual(['one']);
  const all = { act: { action: 'delete' }, selection: { filter: {} } } as const;
  expect(await bulk(all)).toEqual({ done: 2, refused: ['one'] });
});

async function namesOn(target: string): Promise<string[]> {
  const { items } = await fleet.api.call(ops.list, { query: { target } });
  return items.map(({ name }) => name);
}

test('all are revoked at once, since their keys are known to others', async () => {
  for (const name of ['known', 'also-known']) {
    await fleet.request(name, { assignments: [], labels: { team: 'careless' } });
    await certificateBecomes(fleet.api, name, 1);
  }
  const act = { action: 'revoke', reason: 'keyCompromise', replaceFirst: false } as const;
  const selection = { filter: { label: 'team=careless' } };
  const preview = await fleet.api.call(ops.bulkPreview, { body: { act, selection } });
  expect(preview).toMatchObject({ possible: 2 });
  expect(preview.consequences[0]).toContain('at once and for good: 2 certificates.');
  expect(await bulk({ act, selection })).toEqual({ done: 2, refused: [] });
  for (const name of ['known', 'also-known']) {
    const { items } = await fleet.api.call(ops.versions, { params: { name } });
    expect(items.find(({ number }) => number === 1)?.revokedAt).not.toBeNull();
  }
});

test('what fits is in one file, each with its chain, and as a table', async () => {
  await fleet.request('in-file', { assignments: [], labels: { team: 'files' } });
  await certificateBecomes(fleet.api, 'in-file', 1);
  const selection = { filter: { label: 'team=files' } };
  const text = async (format: 'pem' | 'csv') => {
    const chunks: Uint8Array[] = [];
    const file = await fleet.api.call(ops.bulkExport, { body: { selection, format } });
    for await (const chunk of file) chunks.push(chunk);
    return Buffer.concat(chunks).toString();
  };
  const { certificate, chain } = await fleet.api.call(ops.export, { params: { name: 'in-file' }, body: {} });
  expect(chain).toContain('BEGIN CERTIFICATE');
  expect(await text('pem')).toBe(`# in-file, version 1\n${certificate}${chain}`);
  const [head, line, ...others] = (await text('csv')).split('\r\n');
  expect(others).toEqual(['']);
  expect(head?.split(',').slice(0, 3)).toEqual(['name', 'health', 'names']);
  expect(line).toMatch(/^in-file,healthy,in-file\.example\.com,default,pebble,/);
});

test('a target that is not there is told at once', async () => {
  const act = { action: 'assign', target: 'nowhere', isDefault: false } as const;
  const body = { act, selection: { filter: {} } };
  await expect(fleet.api.call(ops.bulkPreview, { body })).rejects.toMatchObject({ problem: { code: 'not-found' } });
  await expect(fleet.api.call(ops.bulk, { body })).rejects.toMatchObject({ problem: { code: 'not-found' } });
});
