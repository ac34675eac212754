/** Rows 1, 2, 9, 10, 12, 15 and 16: how long and how often a client asks, and broken connections. */
import { AcmeProblem, AcmeProtocolError, AcmeTransportError, fetchOrder } from '@certfleet/acme';
import { expect, test } from 'vitest';
import { changeJson, dropRequest, loseAnswer, problem, stall } from '../../harness/faults.js';
import { failure, registerClient, startCa } from './ca.js';

const ca = await startCa();
const always = { times: Number.POSITIVE_INFINITY };

test.each([
  [429, 'rateLimited'],
  [500, 'serverInternal'],
  [503, 'serverInternal'],
])('1, 2. status %i with Retry-After on newOrder: waits, then signs again with a fresh nonce', async (status, name) => {
  const { proxy, clock, obtain } = await registerClient(ca);
  proxy.inject('newOrder', problem(status, name, { retryAfter: '3' }));
  await obtain();

  const [refused, taken] = proxy.to('newOrder');
  expect(clock.slept[0]).toBe(3_000);
  expect(taken?.jws?.nonce).not.toBe(refused?.jws?.nonce);
  expect(proxy.reusedNonces).toEqual([]);
});

test('2. status 500 and 503 without Retry-After: waits a little longer each time', async () => {
  const { proxy, clock, obtain } = await registerClient(ca);
  proxy.inject('newOrder', problem(500, 'serverInternal'));
  proxy.inject('newOrder', problem(503, 'serverInternal'), { times: 2 });
  await obtain();
  const [first = 0, second = 0, third = 0] = clock.slept;
  expect(first).toBeGreaterThan(0);
  expect(second).toBeGreaterThan(first);
  expect(third).toBeGreaterThan(second);
});

test('2. status 503 for ever: a bounded number of attempts', async () => {
  const { proxy, obtain } = await registerClient(ca);
  proxy.inject('newOrder', problem(503, 'serverInternal'), always);
  const error = await failure(AcmeProblem, obtain());
  expect(error.status).toBe(503);
  expect(proxy.to('newOrder').length).toBeLessThanOrEqual(5);
});

test('9. Retry-After as an HTTP-date: waits until then', async () => {
  const { proxy, clock, obtain } = await registerClient(ca);
  const date = new Date(clock.now() + 4_000).toUTCString();
  proxy.inject('newOrder', problem(503, 'serverInternal', { retryAfter: date }));
  await obtain();
  expect(clock.slept[0]).toBeGreaterThan(1_500);
  expect(clock.slept[0]).toBeLessThanOrEqual(4_000);
});

test.each([
  ['garbage', 'soon'],
  ['a negative number', '-5'],
  ['a fraction', '1.5'],
  ['a date that is none', 'Thu, 99 Foo 2026 00:00:00 GMT'],
])('10. Retry-After is %s: the default wait', async (_what, retryAfter) => {
  const { proxy, clock, obtain } = await registerClient(ca);
  proxy.inject('newOrder', problem(503, 'serverInternal', { retryAfter }));
  await obtain();
  expect(clock.slept[0]).toBeGreaterThan(0);
  expect(clock.slept[0]).toBeLessThan(1_000);
});

test('10. Retry-After of a day on newOrder: handed to the caller, who reschedules; nobody sleeps', async () => {
  const { proxy, clock, obtain } = await registerClient(ca);
  proxy.inject('newOrder', problem(429, 'rateLimited', { retryAfter: '86400' }));
  const error = await failure(AcmeProblem, obtain());
  expect(error.retryAfterMs).toBe(86_400_000);
  expect(clock.slept).toEqual([]);
  expect(proxy.to('newOrder')).toHaveLength(1);
});

test('10. Retry-After of a day on an order that is processed: not waited for beyond the deadline', async () => {
  const { proxy, clock, obtain } = await registerClient(ca);
  const processing = changeJson((order, reply) => {
    order.status = 'processing';
    delete order.certificate;
    reply.headers['retry-after'] = '86400';
  });
  proxy.inject('finalize', processing);
  proxy.inject('order', processing, { after: 1, ...always });
  const started = clock.now();
  const error = await failure(AcmeProtocolError, obtain({ poll: { firstMs: 20, deadlineMs: 60_000 } }));
  expect(error.fault).toBe('deadline');
  expect(clock.now() - started).toBeLessThan(120_000);
});

test('12. an order that stays pending: ends at the deadline, cleans up, and has not asked like mad', async () => {
  const { proxy, presented, cleanedUp, obtain } = await registerClient(ca);
  proxy.inject(
    'order',
    changeJson(order => {
      order.status = 'pending';
    }),
    always,
  );
  const error = await failure(AcmeProtocolError, obtain({ poll: { deadlineMs: 300_000 } }));
  expect(error.fault).toBe('deadline');
  expect(error.message).toMatch(/pending/);
  expect(presented).toHaveLength(1);
  expect(cleanedUp).toEqual(presented);
  expect(proxy.to('order').length).toBeLessThan(100);
});

test('15. processing for five looks, then valid', async () => {
  const { proxy, clock, obtain } = await registerClient(ca);
  const processing = changeJson((order, reply) => {
    order.status = 'processing';
    delete order.certificate;
    reply.headers['retry-after'] = '2';
  });
  proxy.inject('finalize', processing);
  let finalized = false;
  let looks = 0;
  proxy.inject(
    'order',
    async (seen, forward, itself) => {
      finalized ||= itself.to('finalize').length > 0;
      if (!finalized || looks >= 5) return forward();
      looks += 1;
      return processing(seen, forward, itself);
    },
    always,
  );
  const { order } = await obtain();
  expect(order.status).toBe('valid');
  expect(looks).toBe(5);
  expect(clock.slept.filter(ms => ms === 2_000)).toHaveLength(6);
});

test('16. processing past the deadline: says so, and the same order can be taken up later', async () => {
  const { proxy, session, obtain } = await registerClient(ca);
  const processing = changeJson(order => {
    if (order.status === 'valid') order.status = 'processing';
    delete order.certificate;
  });
  const faults = [proxy.inject('finalize', processing), proxy.inject('order', processing, always)];
  const error = await failure(AcmeProtocolError, obtain({ poll: { deadlineMs: 30_000 } }));
  expect(error.fault).toBe('deadline');

  for (const fault of faults) fault.remove();
  expect((await fetchOrder(session, error.url)).order.status).toBe('valid');
  expect(proxy.to('newOrder')).toHaveLength(1);
  expect(proxy.to('finalize')).toHaveLength(1);
});

test.each(['newOrder', 'authorization', 'challenge', 'order', 'finalize', 'certificate'] as const)(
  'the connection breaks before the CA gets %s: sent again',
  async endpoint => {
    const { proxy, obtain } = await registerClient(ca);
    const fault = proxy.inject(endpoint, dropRequest);
    await obtain();
    expect(fault.struck).toBe(1);
    expect(proxy.reusedNonces).toEqual([]);
  },
);

test.each(['newOrder', 'authorization', 'challenge', 'order', 'finalize', 'certificate'] as const)(
  'the CA gets %s, but its answer is lost: a certificate all the same, from one order finalized once',
  async endpoint => {
    const { proxy, obtain } = await registerClient(ca);
    const fault = proxy.inject(endpoint, loseAnswer);
    await obtain();
    expect(fault.struck).toBe(1);
    expect(proxy.reusedNonces).toEqual([]);
    expect(proxy.to('finalize').filter(request => request.status === 200)).toHaveLength(
      endpoint === 'finalize' ? 0 : 1,
    );
  },
);

test('a CA that does not answer: a time-out that says what was asked and what to do', async () => {
  const { proxy, obtain } = await registerClient(ca, { requestTimeoutMs: 300, retry: { maxFailures: 2 } });
  proxy.inject('newOrder', stall, always);
  const error = await failure(AcmeTransportError, obtain());
  expect(error.failure).toBe('timeout');
  expect(error.message).toMatch(/newOrder .*300 ms/);
  expect(proxy.to('newOrder')).toHaveLength(2);
});
