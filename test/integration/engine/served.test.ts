/** What is served is read anew when someone looks, whatever the last deployment has seen. */
import { operations, type Served } from '@certfleet/contract';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { freePort } from '../../harness/ports.js';
import { startFleet } from './fleet.js';
import { certificateBecomes, certificateGets } from './waiting.js';

const fleet = await startFleet();
const { api } = fleet;
const { loadBalancers } = fleet.certfleet.server.engine;
const params = { name: 'seen' };

beforeAll(async () => {
  await api.call(operations.virtualService.create, {
    body: { address: '127.0.0.1', port: await freePort(), type: 'https' },
  });
  await fleet.request('seen', {
    assignments: [
      { target: 'vs-2', isDefault: false },
      { target: 'vs-3', isDefault: false },
    ],
  });
  await certificateBecomes(api, 'seen', 1);
});
afterAll(() => fleet.stop());

async function look(): Promise<Record<string, Pick<Served, 'state' | 'served'>>> {
  const { items } = await api.call(operations.certificate.served, { params });
  return Object.fromEntries(items.map(({ target, state, served }) => [target, { state, served }]));
}

async function serialOf(version: number): Promise<string> {
  const { items } = await api.call(operations.certificate.versions, { params });
  return items.find(({ number }) => number === version)?.serial ?? '';
}

test('as it should be, with the serial that a handshake has read', async () => {
  const seen = { state: 'as-it-should', served: { serial: await serialOf(1), version: 1 } };
  expect(await look()).toEqual({ 'vs-2': seen, 'vs-3': seen });
});

test('an earlier version, which someone has put back', async () => {
  const first = await loadBalancers.certificate(2, 'seen');
  if (!first) throw new Error('Virtual service 2 does not hold the certificate.');
  await api.call(operations.certificate.renew, { params });
  await certificateGets(api, 'seen', 2);
  await loadBalancers.installCertificate(2, 'seen', first);
  expect(await look()).toEqual({
    'vs-2': { state: 'older', served: { serial: await serialOf(1), version: 1 } },
    'vs-3': { state: 'as-it-should', served: { serial: await serialOf(2), version: 2 } },
  });
});

test('another certificate, and no answer; looking leaves no event', async () => {
  const events = async () => (await api.call(operations.event.list, { query: {} })).items.map(({ id }) => id);
  await loadBalancers.removeCertificate(2, 'seen');
  await api.call(operations.virtualService.change, { params: { index: 3 }, body: { enabled: false } });
  const before = await events();
  expect(await look()).toMatchObject({
    'vs-2': { state: 'other', served: { version: null } },
    'vs-3': { state: 'no-answer', served: null },
  });
  expect(await events()).toEqual(before);
});

test('nothing is looked for before something is issued', async () => {
  await fleet.dns.addA('waiting.example.com', ['127.0.0.9']);
  await fleet.request('waiting');
  const { items } = await api.call(operations.certificate.served, { params: { name: 'waiting' } });
  expect(items).toMatchObject([{ target: 'vs-2', state: 'not-issued', expected: null }]);
});
