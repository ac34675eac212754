/** Rows 3 to 8 of the fault table: nonces (RFC 8555 §6.5). */
import { AcmeProblem, DEFAULT_RETRY_LIMITS, fetchAccount } from '@certfleet/acme';
import { expect, test } from 'vitest';
import { problem, withoutHeader } from '../../harness/faults.js';
import { failure, registerClient, startCa } from './ca.js';

const ca = await startCa();

test('3. badNonce three times: each retry takes the nonce of the error before it', async () => {
  const { proxy, obtain } = await registerClient(ca);
  proxy.inject('newOrder', problem(400, 'badNonce'), { times: 3 });
  await obtain();

  const orders = proxy.to('newOrder');
  expect(orders).toHaveLength(4);
  expect(orders.slice(1).map(order => order.jws?.nonce)).toEqual(orders.slice(0, 3).map(order => order.replayNonce));
  expect(proxy.reusedNonces).toEqual([]);
});

test('4. badNonce for ever: a bounded number of attempts, then the problem', async () => {
  const { proxy, obtain } = await registerClient(ca);
  proxy.inject('newOrder', problem(400, 'badNonce'), { times: Number.POSITIVE_INFINITY });
  const error = await failure(AcmeProblem, obtain());

  expect(error.is('badNonce')).toBe(true);
  expect(proxy.to('newOrder')).toHaveLength(DEFAULT_RETRY_LIMITS.maxBadNonces);
});

test('5. badNonce without a Replay-Nonce: goes on with another nonce', async () => {
  const { proxy, obtain } = await registerClient(ca);
  proxy.inject('newOrder', problem(400, 'badNonce', { nonce: 'none' }), { times: 2 });
  await obtain();
  expect(proxy.to('newOrder')).toHaveLength(3);
  expect(proxy.reusedNonces).toEqual([]);
});

test('5. badNonce with a Replay-Nonce that is no base64url: ignored, as RFC 8555 §6.5.1 says', async () => {
  const { proxy, obtain } = await registerClient(ca);
  proxy.inject('newOrder', problem(400, 'badNonce', { nonce: 'not a nonce!' }));
  await obtain();
  expect(proxy.to('newOrder').map(order => order.jws?.nonce)).not.toContain('not a nonce!');
});

test('6. success without a Replay-Nonce: the next request fetches one', async () => {
  const { proxy, obtain } = await registerClient(ca);
  const before = proxy.to('newNonce').length;
  const silent = proxy.inject('newOrder', withoutHeader('replay-nonce'));
  await obtain();
  expect(silent.struck).toBe(1);
  expect(proxy.to('newNonce')).toHaveLength(before + 1);
  expect(proxy.to('newOrder')).toHaveLength(1);
});

test('7. twenty requests at once: no nonce twice', async () => {
  const { proxy, session } = await registerClient(ca);
  await Promise.all(Array.from({ length: 20 }, () => fetchAccount(session)));
  const nonces = proxy.to('account').map(request => request.jws?.nonce);
  expect(nonces).toHaveLength(20);
  expect(new Set(nonces).size).toBe(20);
  expect(proxy.reusedNonces).toEqual([]);
});

test('8. all nonces of the pool are stale: every request recovers by itself', async () => {
  const { proxy, session } = await registerClient(ca);
  await Promise.all(Array.from({ length: 8 }, () => fetchAccount(session)));
  const stale = new Set(proxy.seen.flatMap(request => request.replayNonce ?? []));
  const refuse = problem(400, 'badNonce');
  proxy.inject(
    'account',
    (request, forward, itself) => (stale.has(request.jws?.nonce ?? '') ? refuse(request, forward, itself) : forward()),
    { times: Number.POSITIVE_INFINITY },
  );

  for (let request = 0; request < 8; request += 1) expect((await fetchAccount(session)).status).toBe('valid');
  // At most one refusal for each nonce that was lying in the pool.
  expect(proxy.to('account').filter(request => request.status === 400).length).toBeLessThanOrEqual(8);
  expect(proxy.reusedNonces).toEqual([]);
});
