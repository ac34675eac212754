import { operations } from '@certfleet/contract';
import { afterAll, expect, test } from 'vitest';
import { askRenewalInfoJob } from '../../../packages/server/src/jobs/ask-renewal-info.js';
import type { Fault } from '../../harness/fault-proxy.js';
import { problem } from '../../harness/faults.js';
import { minutes, startFleet } from './fleet.js';
import { certificateBecomes, certificateIs } from './waiting.js';

const fleet = await startFleet();
const { api, clock, request, always } = fleet;

afterAll(() => fleet.stop());

test('a CA that is slow to answer about one certificate does not keep the others waiting', async () => {
  const names = ['one', 'two', 'three', 'four'];
  for (const name of names) await request(name);
  for (const name of names) await certificateBecomes(api, name, 1);

  // No answer before all four have been asked about: asked one after the other, this would never end.
  let asked = 0;
  let tellAll: () => void = () => undefined;
  const all = new Promise<void>(resolve => {
    tellAll = resolve;
  });
  const slow: Fault = async (_seen, forward) => {
    asked += 1;
    if (asked === names.length) tellAll();
    await all;
    return forward();
  };
  always('renewalInfo', slow);
  // Whatever moment each of them drew for its first question is over by then.
  clock.advance(minutes(6 * 60));
  await fleet.certfleet.restart();
  await all;

  const { items } = await api.call(operations.certificate.list, {});
  expect(items.map(({ status }) => status)).toEqual(names.map(() => 'valid'));
});

/** Has the CA asked about everything, and keeps its answers back until `answer` is called. */
async function askAboutAll(certificates: number, fault?: Fault): Promise<{ answer(): void }> {
  let answer: () => void = () => undefined;
  const answered = new Promise<void>(resolve => {
    answer = resolve;
  });
  let asked = 0;
  always('renewalInfo', async (seen, forward, proxy) => {
    asked += 1;
    await answered;
    return fault ? fault(seen, forward, proxy) : forward();
  });
  clock.advance(minutes(6 * 60 + 60));
  await fleet.certfleet.restart();
  await expect.poll(() => asked, { timeout: 30_000 }).toBe(certificates);
  return { answer };
}

test('a failure to answer about a version that was replaced meanwhile is not held against the new one', async () => {
  await request('renewed', { assignments: [] });
  await certificateIs(api, 'renewed', ({ version }) => version?.number === 1);
  const { answer } = await askAboutAll(5, problem(503, 'serverInternal'));
  await api.call(operations.certificate.renew, { params: { name: 'renewed' } });
  await certificateIs(api, 'renewed', ({ version }) => version?.number === 2);

  const { store } = fleet.certfleet.server.engine;
  const { ariCheckAt } = await store.certificates.byName('renewed');
  expect(ariCheckAt).not.toBeNull();
  answer();
  const failures = async (name: string) => (await store.certificates.byName(name)).ariFailures;
  for (const name of ['one', 'two', 'three', 'four']) {
    await expect.poll(() => failures(name), { timeout: 30_000 }).toBeGreaterThan(0);
  }
  expect(await store.certificates.byName('renewed')).toMatchObject({ ariFailures: 0, ariCheckAt });
});

test('a certificate that is deleted while the CA is asked about it is no failure', async () => {
  const { answer } = await askAboutAll(5);
  await api.call(operations.certificate.delete, { params: { name: 'renewed' } });
  answer();
  const { store } = fleet.certfleet.server.engine;
  const { kind, subject } = askRenewalInfoJob;
  await expect.poll(async () => (await store.jobs.find(kind, subject))?.state, { timeout: 30_000 }).toBe('waiting');
  expect(await store.jobs.find(kind, subject)).toMatchObject({ attempt: 0, lastError: null });
});
