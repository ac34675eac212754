/** A DNS account is assigned to a request that is stuck: it goes on at once, and nothing is left in a zone. */
import { ApiError, type ErrorCode, operations } from '@certfleet/contract';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { freePort } from '../../harness/ports.js';
import { certificateBecomes, certificateFails, certificateGets, certificateIs } from '../engine/waiting.js';
import { type DnsFleet, startDnsFleet } from './dns-fleet.js';

let fleet: DnsFleet;

beforeAll(async () => {
  // The secondary never shows anything: a name is proven only by an account that does not ask it.
  fleet = await startDnsFleet({ bind: { zones: ['example.org', 'example.com'], secondary: 'behind' } });
  await fleet.addAccount('works', { nameservers: [fleet.bind.address] });
  await fleet.addAccount('off');
  const { api } = fleet;
  await api.call(operations.solver.change, { params: { name: 'off' }, body: { enabled: false } });
  await api.call(operations.policy.create, { body: { name: 'bare', accounts: ['pebble'] } });
  const web = { name: 'web', type: 'standalone', config: { port: await freePort() } };
  await api.call(operations.solver.create, { body: web });
});
afterAll(() => fleet.stop());

function request(name: string, solver: string | null, names = [`${name}.example.org`, `*.${name}.example.org`]) {
  const body = { name, identifiers: names.map(value => ({ value, solver })) };
  return fleet.api.call(operations.certificate.request, { body });
}

function assign(name: string, solver: string, identifiers?: string[]) {
  const body = { solver, ...(identifiers ? { identifiers } : {}) };
  return fleet.api.call(operations.certificate.assignDns, { params: { name }, body });
}

/** What proves each name, if it is set for the name itself. */
const solversOf = ({ identifiers }: { identifiers: { solver: string | null }[] }) =>
  identifiers.map(({ solver }) => solver);

const nothingIsLeft = () => expect.poll(() => fleet.left(), { timeout: 30_000 }).toEqual([]);

/** Lets something happen between a request and its first attempt. */
async function beforeItIsTried(work: () => Promise<unknown>): Promise<void> {
  await fleet.api.call(operations.system.pause, { body: { reason: 'Something is about to break.' } });
  await work();
  await fleet.api.call(operations.system.resume, {});
}

describe('a failed request goes on at once, and is issued, when it failed because of', () => {
  test.each<[string, string, () => Promise<unknown>, RegExp]>([
    [
      'a wrong key',
      'wrong-key',
      async () => {
        await fleet.addAccount('wrong-key', { keySecret: Buffer.alloc(32, 1).toString('base64') });
        await request('wrong-key', 'wrong-key');
      },
      /wrong-key|BADSIG/,
    ],
    [
      'a zone that the account may not change',
      'wrong-zone',
      async () => {
        await fleet.addAccount('powerless', { ...fleet.bind.powerlessKey });
        await request('wrong-zone', 'powerless');
      },
      /REFUSED/,
    ],
    [
      'an account that was disabled',
      'disabled',
      () =>
        beforeItIsTried(async () => {
          await fleet.addAccount('leaving');
          await request('disabled', 'leaving');
          const params = { name: 'leaving' };
          await fleet.api.call(operations.solver.change, { params, body: { enabled: false } });
        }),
      /leaving.* is disabled/,
    ],
    [
      'a domain that nothing proves any more',
      'unbound',
      () =>
        beforeItIsTried(async () => {
          const pattern = 'unbound.example.org';
          await fleet.api.call(operations.domain.create, { body: { pattern, solver: 'works' } });
          const body = { name: 'unbound', policy: 'bare', identifiers: [pattern] };
          await fleet.api.call(operations.certificate.request, { body });
          await fleet.api.call(operations.domain.delete, { params: { pattern } });
        }),
      /Nothing is configured to prove unbound/,
    ],
  ])('%s', { timeout: 120_000 }, async (_, name, happens, message) => {
    await happens();
    expect((await certificateFails(fleet.api, name, message)).request).toBe('failed');
    await assign(name, 'works');
    const issued = await certificateGets(fleet.api, name, 1);
    expect(new Set(solversOf(issued))).toEqual(new Set(['works']));
    expect(issued.request).toBe('available');
    await nothingIsLeft();
  });
});

test('an order that waits is given up for one that goes on, without a failure; what the first one wrote is taken away', {
  timeout: 120_000,
}, async () => {
  await request('waits', 'dns');
  const waits = await certificateIs(fleet.api, 'waits', ({ issuance }) => issuance?.reason?.includes('ns2') ?? false);
  expect(waits.request).toBe('pending');
  expect(await fleet.left()).toHaveLength(2);
  await assign('waits', 'works');
  await certificateBecomes(fleet.api, 'waits', 1);
  await nothingIsLeft();
});

test('some names: the others are proven as before', { timeout: 120_000 }, async () => {
  await fleet.addAccount('closing', { nameservers: [fleet.bind.address] });
  await beforeItIsTried(async () => {
    await request('some', 'closing', ['a.some.example.com', 'b.some.example.com']);
    await fleet.api.call(operations.solver.change, { params: { name: 'closing' }, body: { enabled: false } });
  });
  await certificateFails(fleet.api, 'some', 'a.some.example.com');
  expect(solversOf(await assign('some', 'works', ['A.some.example.com']))).toEqual(['works', 'closing']);
  await certificateFails(fleet.api, 'some', 'b.some.example.com');
  await assign('some', 'works', ['b.some.example.com']);
  expect(solversOf(await certificateGets(fleet.api, 'some', 1))).toEqual(['works', 'works']);
});

test('what is valid is not issued again; its renewal is proven by the new account', { timeout: 120_000 }, async () => {
  const { api } = fleet;
  await request('calm', 'works', ['calm.example.org']);
  await certificateBecomes(api, 'calm', 1);
  await fleet.addAccount('next', { nameservers: [fleet.bind.address] });
  const orders = () => fleet.proxy.to('newOrder').length;
  const before = orders();
  await assign('calm', 'next');
  const after = await assign('calm', 'next');
  expect({ solvers: solversOf(after), request: after.request }).toEqual({ solvers: ['next'], request: 'available' });
  const query = { subject: 'certificate:calm', action: 'certificate.dns-assigned' };
  expect((await api.call(operations.event.list, { query })).items).toHaveLength(1);
  await api.call(operations.certificate.renew, { params: { name: 'calm' } });
  const renewed = await certificateBecomes(api, 'calm', 2);
  expect(renewed.request).toBe('renewed');
  expect(orders()).toBe(before + 1);
});

test.each<[string, string, string, string[] | undefined, ErrorCode, RegExp]>([
  [
    'a name that it is not for',
    'refusals',
    'works',
    ['www.example.org'],
    'invalid-input',
    /is not for www\.example\.org/,
  ],
  ['what is no name', 'refusals', 'works', ['a b'], 'invalid-identifier', /a b/],
  ['an account that there is not', 'refusals', 'nobody', undefined, 'not-found', /nobody/],
  ['a disabled one', 'refusals', 'off', undefined, 'unprovable', /off.* is disabled/],
  ['what proves by http-01', 'refusals', 'web', ['refusals.example.org'], 'unprovable', /no DNS account/],
  ['an IP address', 'refusals', 'works', ['127.0.0.1'], 'unprovable', /IP address/],
  ['a certificate that there is not', 'missing', 'works', undefined, 'not-found', /missing/],
])('refused: %s', async (_, name, solver, identifiers, code, detail) => {
  await fleet.api.call(operations.system.pause, { body: { reason: 'Nothing is to be issued.' } });
  const body = { name: 'refusals', identifiers: ['refusals.example.org', { value: '127.0.0.1', solver: 'web' }] };
  await fleet.api.call(operations.certificate.request, { body }).catch(() => undefined);
  const error = await assign(name, solver, identifiers).catch(thrown => thrown);
  expect(error).toBeInstanceOf(ApiError);
  expect({ code: error.problem.code, detail: error.problem.detail }).toEqual({
    code,
    detail: expect.stringMatching(detail),
  });
});
