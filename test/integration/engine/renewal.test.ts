/** When a version is replaced: by lifetime, as the CA's renewalInfo says (row 35), or because it was revoked. */
import { createPublicKey, X509Certificate } from 'node:crypto';
import { type Certificate, operations } from '@certfleet/contract';
import { afterAll, beforeEach, expect, test } from 'vitest';
import { askRenewalInfoJob } from '../../../packages/server/src/jobs/ask-renewal-info.js';
import type { Fault } from '../../harness/fault-proxy.js';
import { answer, problem } from '../../harness/faults.js';
import { startLoad } from '../../harness/load.js';
import { days, hours, minutes, startFleet } from './fleet.js';
import { certificateBecomes, certificateIs } from './waiting.js';

const fleet = await startFleet();
const { api, clock, proxy, request, served, always, counted } = fleet;

afterAll(() => fleet.stop());
beforeEach(() => clock.reset());

/** The proxy's own renewalInfo, so that the rows are tested with any Pebble. */
function window(start: number, end: number): Fault {
  const suggestedWindow = { start: new Date(start).toISOString(), end: new Date(end).toISOString() };
  return answer(200, 'application/json', JSON.stringify({ suggestedWindow }), { 'retry-after': '21600' });
}

/** Resolves with the certificate once the CA was asked about it, two minutes later, with `fault` in place. */
async function afterAsking(name: string, fault: Fault, later = minutes(2)): Promise<Certificate> {
  const { store } = fleet.certfleet.server.engine;
  const version = await store.versions.current((await store.certificates.byName(name)).id);
  const questions = () => proxy.to('renewalInfo').filter(({ path }) => path.endsWith(`/${version?.ariCertId}`)).length;
  const before = questions();
  const struck = always('renewalInfo', fault);
  clock.advance(later);
  await expect.poll(questions, { timeout: 30_000, interval: 50 }).toBeGreaterThan(before);
  // A clock that jumped while the job runs would end its lease, and the next try would be minutes away.
  const { kind, subject } = askRenewalInfoJob;
  await expect.poll(async () => (await store.jobs.find(kind, subject))?.state, { timeout: 30_000 }).toBe('waiting');
  struck.remove();
  return api.call(operations.certificate.show, { params: { name } });
}

test('by lifetime: replaced when a third of its life is left, without anyone asking', async () => {
  await request('third');
  const first = await certificateBecomes(api, 'third', 1);
  const lifetime = Date.parse(first.version?.notAfter ?? '') - Date.parse(first.version?.notBefore ?? '');
  expect(first.renewal?.reason).toBe('lifetime');
  const renewAt = Date.parse(first.renewal?.at ?? '');
  expect(Date.parse(first.version?.notAfter ?? '') - renewAt).toBe(Math.floor(lifetime / 3));

  // Pebble's clock does not jump with ours: ours goes back as soon as the renewal has begun.
  proxy.inject('newOrder', async (_seen, forward) => {
    clock.reset();
    return forward();
  });
  always('renewalInfo', problem(503, 'serverInternal'));
  clock.advance(renewAt - Date.now() - hours(1));
  const orders = counted('newOrder');
  await fleet.certfleet.restart();
  expect(orders()).toBe(0);
  clock.advance(hours(2));
  const second = await certificateBecomes(api, 'third', 2);
  expect(await served('third.example.com')).toBe(second.version?.serial);
});

test.each<[string, Fault]>([
  ['malformed', answer(200, 'application/json', '{"suggestedWindow":{"start":"soon"}}')],
  ['no JSON', answer(200, 'text/html', '<p>Bad gateway</p>')],
  ['a window that ends before it starts', window(Date.now() + days(20), Date.now() + days(10))],
  ['a 503', problem(503, 'serverInternal')],
])('35. renewalInfo is %s: no answer, the lifetime decides', async (what, fault) => {
  const name = `ari-${what.replace(/\W+/g, '')}`;
  await request(name);
  const before = await certificateBecomes(api, name, 1);
  const after = await afterAsking(name, fault);
  // It is asked again, later than before; what was decided stays.
  expect({ ...after.renewal, askedAgainAt: null }).toEqual({ ...before.renewal, askedAgainAt: null });
  expect(after.lastError).toBeNull();
});

test('35. the window is over: replaced now, and not again and again', async () => {
  await request('past');
  await certificateBecomes(api, 'past', 1);
  const past = always('renewalInfo', window(Date.now() - days(3), Date.now() - days(2)));
  clock.advance(minutes(2));
  await certificateBecomes(api, 'past', 2);
  const asked = counted('renewalInfo');
  clock.advance(minutes(2));
  await expect.poll(asked, { timeout: 30_000, interval: 50 }).toBeGreaterThan(0);
  const held = await certificateIs(api, 'past', ({ renewal }) => renewal?.reason === 'ari-window-past');
  expect(Date.parse(held.renewal?.at ?? '') - clock.now()).toBeGreaterThan(hours(20));
  expect(held.version?.number).toBe(2);
  past.remove();
});

test('35. the window moves: earlier and later, and the renewal with it; the same window keeps its moment', async () => {
  await request('moves');
  await certificateBecomes(api, 'moves', 1);
  const spans = [
    [days(40), days(42)],
    [days(20), days(22)],
    [days(50), days(52)],
  ] as const;
  for (const [from, to] of spans) {
    const base = Date.now();
    const fault = window(base + from, base + to);
    await afterAsking('moves', fault, days(1));
    const moved = await certificateIs(api, 'moves', ({ renewal }) => {
      const at = Date.parse(renewal?.at ?? '');
      return renewal?.reason === 'ari' && base + from <= at && at <= base + to;
    });
    expect(moved.renewal?.text).toMatch(/^ARI window .*, chosen /);
    await afterAsking('moves', fault, days(1));
    expect((await certificateIs(api, 'moves', () => true)).renewal?.at).toBe(moved.renewal?.at);
  }
  // Of these only the second is earlier than what the CA has said before.
  const { items } = await api.call(operations.event.list, { query: { subject: 'certificate:moves' } });
  const told = items.filter(({ action }) => action === 'certificate.renewal-moved').map(({ message }) => message);
  expect(told).toEqual([
    expect.stringMatching(/^The CA wants moves renewed earlier than planned: \d+ \w+( \d{4})? \d\d:\d\d UTC\.$/),
  ]);
});

test('revoked: replaced at once, with another key even where the same was wanted', async () => {
  await request('revoked', { keyOnRenewal: 'same' });
  await certificateBecomes(api, 'revoked', 1);
  const params = { name: 'revoked' };
  const before = await api.call(operations.certificate.export, { params, body: {} });
  await api.call(operations.certificate.revoke, { params, body: { reason: 'keyCompromise', replaceFirst: false } });
  const replaced = await certificateBecomes(api, 'revoked', 2);
  expect(await served('revoked.example.com')).toBe(replaced.version?.serial);
  const after = await api.call(operations.certificate.export, { params, body: {} });
  expect(keyOf(after.certificate)).not.toBe(keyOf(before.certificate));
  const { items } = await api.call(operations.certificate.versions, { params });
  expect(items.map(({ number, revokedAt }) => [number, revokedAt !== null])).toEqual([
    [2, false],
    [1, true],
  ]);
});

test('key "same": the renewed version has the key of the one before; "new" has another', async () => {
  const keys: string[] = [];
  await request('kept', { keyOnRenewal: 'same' });
  const params = { name: 'kept' };
  for (const version of [1, 2]) {
    if (version > 1) await api.call(operations.certificate.renew, { params });
    await certificateBecomes(api, 'kept', version);
    keys.push(keyOf((await api.call(operations.certificate.export, { params, body: {} })).certificate));
  }
  expect(keys[1]).toBe(keys[0]);
  await api.call(operations.certificate.change, { params, body: { keyOnRenewal: 'new' } });
  await api.call(operations.certificate.renew, { params });
  await certificateBecomes(api, 'kept', 3);
  expect(keyOf((await api.call(operations.certificate.export, { params, body: {} })).certificate)).not.toBe(keys[0]);
});

test.each(['keep-alive', 'new-connection'] as const)(
  'renewed, and the server killed and started again, while HAProxy serves under load (%s): 0 requests failed',
  async mode => {
    const name = `load-${mode}`;
    const serverName = `${name}.example.com`;
    // The answer comes from HAProxy itself: a challenge that stays, so that no real server is needed.
    await fleet.certfleet.server.engine.loadBalancers.presentChallenges(2, [
      { token: `load-${mode}`, keyAuthorization: `load-${mode}.thumbprint` },
    ]);
    await request(name);
    const old = await certificateBecomes(api, name, 1);
    const url = `https://127.0.0.1:${fleet.httpsPort}/.well-known/acme-challenge/load-${mode}`;
    const load = startLoad({ url, concurrency: 4, mode, serverName, pause: 2 });
    await load.reached(200);
    await api.call(operations.certificate.renew, { params: { name } });
    const renewed = await certificateBecomes(api, name, 2);
    await fleet.certfleet.restart();
    await load.reached(600);
    const result = await load.stop();
    expect(result.failures).toEqual([]);
    expect(result.answered).toBe(result.sent);
    const serials = [...result.serials.keys()].map(serial => serial.toLowerCase());
    if (mode === 'new-connection') expect(serials).toEqual([old.version?.serial, renewed.version?.serial]);
  },
);

function keyOf(certificatePem: string): string {
  return createPublicKey(new X509Certificate(certificatePem).publicKey.export({ type: 'spki', format: 'pem' }))
    .export({ type: 'spki', format: 'der' })
    .toString('base64');
}
