/** A policy's next account takes over only if CAA lets its CA issue: two CAs that say what CAA records know them by. */
import { operations } from '@certfleet/contract';
import { afterAll, expect, onTestFinished, test, vi } from 'vitest';
import { type FaultProxy, startFaultProxy } from '../../harness/fault-proxy.js';
import { problem } from '../../harness/faults.js';
import { startPebble } from '../../harness/pebble.js';
import { days, MovableClock, minutes, profileOf, register } from '../engine/fleet.js';
import { certificateGets, certificateIs } from '../engine/waiting.js';
import { startDnsFleet } from './dns-fleet.js';

const clock = new MovableClock();
const fleet = await startDnsFleet({
  bind: {
    zones: ['only-first.test', 'both.test', 'neither.test'],
    records: {
      'only-first.test': ['@ CAA 0 issue "first-ca.test"'],
      'both.test': ['@ CAA 0 issue "first-ca.test"', '@ CAA 0 issue "second-ca.test; validationmethods=dns-01"'],
      'neither.test': ['@ CAA 0 issue ";"'],
    },
    failing: ['broken.test'],
  },
  pebble: { caaIdentities: ['first-ca.test'] },
  server: { clock, sessionLife: { idle: days(3650), absolute: days(3650) } },
});
const { api, proxy: first } = fleet;
const pebble = await startPebble({ dnsServer: fleet.bind.address, caaIdentities: ['second-ca.test'] });
const second = await startFaultProxy(pebble);
await register(api, 'second', second);
await register(api, 'third', first);
for (const [name, accounts] of [
  ['two', ['pebble', 'second']],
  ['three', ['pebble', 'second', 'third']],
] as const) {
  const body = { name, accounts: [...accounts], defaultSolver: 'dns', profile: profileOf(pebble) };
  await api.call(operations.policy.create, { body });
}

afterAll(async () => {
  await fleet.stop();
  await second.stop();
  await pebble.stop();
});

/** The CA refuses every order for this name, until the end of the test; for good unless it is `malformed`. */
function refuse(proxy: FaultProxy, name: string, kid: string, error = 'rejectedIdentifier'): void {
  const refused = proxy.inject(
    'newOrder',
    async (seen, forward, to) => {
      const wanted = JSON.stringify(seen.payload).includes(`"${name}"`) && (seen.jws?.kid ?? '') === kid;
      return wanted ? problem(400, error)(seen, forward, to) : forward();
    },
    { times: Number.POSITIVE_INFINITY },
  );
  onTestFinished(() => refused.remove());
}

const accountUrl = async (name: string) =>
  (await api.call(operations.account.show, { params: { name } })).accountUrl ?? '';
const request = (name: string, identifier: string, policy: string) =>
  api.call(operations.certificate.request, { body: { name, identifiers: [identifier], policy } });
const failed = (name: string, attempts: number) =>
  certificateIs(api, name, ({ lastError }) => lastError?.attempts === attempts);
const ordersAt = (proxy: FaultProxy, name: string) =>
  proxy.to('newOrder').filter(({ payload }) => JSON.stringify(payload).includes(`"${name}"`)).length;
const passedOver = async (name: string) =>
  (
    await api.call(operations.event.list, {
      query: { subject: `certificate:${name}`, action: 'certificate.account-passed-over' },
    })
  ).items.map(({ message }) => message);

test('CAA names the first CA alone: the second account does not take over, and an event says why', async () => {
  const name = 'www.only-first.test';
  refuse(first, name, await accountUrl('pebble'));
  await request('alone', name, 'two');
  const { renewal } = await failed('alone', 1);
  // As after the last account: tried again on the usual schedule.
  expect(Date.parse(renewal?.at ?? '')).toBeGreaterThan(clock.now() + days(0.9));
  expect(await passedOver('alone')).toEqual([
    'Account second does not take over: CAA forbids its CA to issue for www.only-first.test: only-first.test CAA 0 issue "first-ca.test" names who may issue, and that is not second-ca.test. Publish only-first.test CAA 0 issue "second-ca.test" as well, or use an account at a CA that is named there.',
  ]);
  await api.call(operations.certificate.renew, { params: { name: 'alone' } });
  await failed('alone', 2);
  expect(ordersAt(second, name)).toBe(0);
  expect(ordersAt(first, name)).toBe(2);
});

test('the second account is passed over, the third takes over within minutes', async () => {
  const name = 'www2.only-first.test';
  refuse(first, name, await accountUrl('pebble'));
  await request('third-in-turn', name, 'three');
  await failed('third-in-turn', 1);
  clock.advance(minutes(2));
  expect((await certificateGets(api, 'third-in-turn', 1)).version?.account).toBe('third');
  expect(await passedOver('third-in-turn')).toHaveLength(1);
  expect(ordersAt(second, name)).toBe(0);
});

test.each([
  ['CAA names both CAs', 'www.both.test'],
  ['nothing restricts who issues', 'free.example'],
  ['DNS answers SERVFAIL: the CA looks for itself', 'www.broken.test'],
])('%s: the second account takes over', async (_, name) => {
  refuse(first, name, await accountUrl('pebble'));
  const certificate = name.replaceAll('.', '-');
  await request(certificate, name, 'two');
  await failed(certificate, 1);
  clock.advance(minutes(2));
  await vi.waitFor(() => expect(ordersAt(second, name)).toBeGreaterThan(0), { timeout: 45_000 });
  expect(await passedOver(certificate)).toEqual([]);
});

test('the DNS is asked when a turn changes, and only then; a CA that nobody lets issue says so itself', async () => {
  const name = 'www.neither.test';
  const caa = vi.spyOn(fleet.certfleet.server.engine.ports.dns, 'caa');
  onTestFinished(() => caa.mockRestore());
  const looks = () => caa.mock.calls.filter(([asked]) => asked === name).length;
  refuse(first, name, await accountUrl('pebble'), 'malformed');
  await request('patient', name, 'two');
  const seen: number[] = [];
  for (const attempt of [1, 2, 3, 4]) {
    await failed('patient', attempt);
    seen.push(looks());
    if (attempt < 4) await api.call(operations.certificate.renew, { params: { name: 'patient' } });
  }
  expect(seen).toEqual([0, 0, 1, 1]);
  expect(ordersAt(second, name)).toBe(0);
  expect(await passedOver('patient')).toHaveLength(1);
});

test('the server stops while the DNS is asked: it does not wait for that, and counts no failure', async () => {
  const name = 'stopped.only-first.test';
  const { certfleet } = fleet;
  const caa = vi.spyOn(certfleet.server.engine.ports.dns, 'caa');
  const asked = new Promise<void>(resolve =>
    caa.mockImplementation(
      (_, { signal } = {}) =>
        new Promise((_resolve, reject) => {
          signal?.addEventListener('abort', () => reject(signal.reason));
          resolve();
        }),
    ),
  );
  refuse(first, name, await accountUrl('pebble'));
  await request('stopped', name, 'two');
  await asked;
  const started = performance.now();
  await certfleet.stop();
  expect(performance.now() - started).toBeLessThan(8_000);
  await certfleet.restart();
  await failed('stopped', 1);
  expect(ordersAt(first, name)).toBe(2);
});
