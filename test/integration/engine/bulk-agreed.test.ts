/** Many certificates are deleted, while others come to fit after somebody has seen how many they are. */
import { type BulkStep, operations } from '@certfleet/contract';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { type Certfleet, startCertfleet } from '../../harness/certfleet.js';
import { certificateFor } from '../notices/certificate.js';
import { days } from './fleet.js';

const ops = operations.certificate;
const act = { action: 'delete' } as const;
const selection = { filter: { label: 'team=gone' } };
let certfleet: Certfleet;
beforeAll(async () => {
  certfleet = await startCertfleet();
});
afterAll(() => certfleet?.destroy());

/** What was agreed to when there were `b` and `d`. */
let agreed: NonNullable<BulkStep['agreed']>;
beforeEach(async () => {
  const { api } = certfleet;
  for (const name of await names()) await api.call(ops.delete, { params: { name } });
  await make('a', {});
  for (const name of ['b', 'd']) await make(name);
  const { possible, asOf } = await api.call(ops.bulkPreview, { body: { act, selection } });
  expect(possible).toBe(2);
  agreed = { most: possible, asOf };
});

async function make(name: string, labels: Record<string, string> = { team: 'gone' }): Promise<void> {
  const file = await certificateFor(`${name}.example.org`, Date.now() - days(1), Date.now() + days(90));
  await certfleet.api.call(ops.import, { body: { name, file, labels } });
}

/** Which there are. */
async function names(): Promise<string[]> {
  const { items } = await certfleet.api.call(ops.list, {});
  return items.map(({ name }) => name);
}

const step = (more: Partial<BulkStep>) => certfleet.api.call(ops.bulk, { body: { act, selection, ...more } });

test('a step without what was agreed to is refused', async () => {
  await expect(step({})).rejects.toMatchObject({
    problem: { code: 'invalid-input', errors: [{ path: 'agreed', message: expect.any(String) }] },
  });
});

test('more fit when it begins: it is refused with both numbers, and nothing is done', async () => {
  await make('c');
  await expect(step({ agreed })).rejects.toMatchObject({
    problem: { code: 'conflict', detail: expect.stringContaining('3 certificates; 2 were agreed to') },
  });
  expect(await names()).toEqual(['a', 'b', 'c', 'd']);
});

test('one is made while it is at work: it stays, and the reason is said', async () => {
  await make('c');
  expect(await step({ agreed, after: 'a' })).toEqual({
    done: 2,
    refused: [{ certificate: 'c', reason: expect.stringContaining('made after the preview') }],
    next: null,
  });
  expect(await names()).toEqual(['a', 'c']);
});

test('an older one comes to fit while it is at work: no more are taken than were agreed to', async () => {
  await certfleet.api.call(ops.change, { params: { name: 'a' }, body: { labels: { team: 'gone' } } });
  expect(await step({ agreed, after: '0' })).toEqual({
    done: 2,
    refused: [{ certificate: 'd', reason: expect.stringContaining('fits only since the preview') }],
    next: null,
  });
  expect(await names()).toEqual(['d']);
});
