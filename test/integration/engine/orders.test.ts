/** Orders that go other ways than usual: rows 12 to 16, 21 to 24, 31 to 34, 36 and 38, through the whole engine. */
import { deactivateAccount } from '@certfleet/acme';
import { operations } from '@certfleet/contract';
import { PluginError } from '@certfleet/plugins';
import { afterAll, beforeEach, expect, onTestFinished, test, vi } from 'vitest';
import { answer, change, changeJson, dropRequest, problem } from '../../harness/faults.js';
import { days, hours, minutes, profileOf, register, startFleet } from './fleet.js';
import { certificateBecomes, certificateFails, certificateGets, certificateIs } from './waiting.js';

const failuresPerIdentifier = { count: 2, per: hours(1) };
const fleet = await startFleet({
  pebble: { domainBlocklist: ['blocked.example.net'] },
  server: {
    rateLimits: () => ({
      newOrdersPerAccount: null,
      certificatesPerRegisteredDomain: null,
      certificatesPerExactSet: null,
      failuresPerIdentifier,
      renewalsExempt: false,
    }),
  },
});
const { api, clock, proxy, request, served, challenges, always, counted } = fleet;

afterAll(() => fleet.stop());
beforeEach(() => clock.reset());

const processing = changeJson(order => {
  if (order.status === 'valid') order.status = 'processing';
  delete order.certificate;
});

/** What is presented is taken away after the failure has been written down. */
const nothingIsPresented = () => expect.poll(challenges, { timeout: 30_000, interval: 50 }).toEqual([]);

/** Its job waits for its next moment, counted from now: only then is it of use to advance the clock. */
async function isPutBack(name: string): Promise<void> {
  const { store } = fleet.certfleet.server.engine;
  const { id } = await store.certificates.byName(name);
  await expect
    .poll(async () => (await store.jobs.find('keep-valid', id))?.state, { timeout: 30_000, interval: 20 })
    .toBe('waiting');
}

const truncated = change(reply => {
  reply.body = reply.body.subarray(0, reply.body.length - 400);
});

test('13. an authorization is invalid: the CA’s words with the name, tried again later and later, then held back by the ledger', async () => {
  const name = 'refused.example.com';
  await fleet.dns.addA(name, ['127.0.0.66']);
  await request('refused');
  const failed = await certificateFails(api, 'refused', name);
  expect(failed.lastError?.message).toMatch(/connection|refused/i);
  expect(failed.status).toBe('failing');
  expect(failed.request).toBe('failed');
  const { problem } = failed.lastError ?? {};
  expect(problem?.subproblems).toEqual([{ identifier: name, type: problem?.type, detail: problem?.detail }]);
  const wait = Date.parse(failed.renewal?.at ?? '') - Date.parse(failed.lastError?.at ?? '');
  expect(wait).toBeGreaterThanOrEqual(minutes(1));
  expect(wait).toBeLessThan(minutes(1.3));
  await nothingIsPresented();

  clock.advance(minutes(1.3));
  await certificateIs(api, 'refused', ({ lastError }) => lastError?.attempts === 2);
  clock.advance(minutes(13));
  const held = await certificateIs(api, 'refused', ({ renewal }) => /limit of/.test(renewal?.text ?? ''));
  expect(held.renewal?.text).toContain(`limit of 2 failed authorizations of ${name} in 60 minutes`);

  await fleet.dns.clearA(name);
  clock.advance(hours(1));
  const issued = await certificateGets(api, 'refused', 1);
  expect(issued.lastError).toBeNull();
  expect(issued.request).toBe('available');
  expect(issued.renewal?.text).not.toMatch(/limit/);
});

test('12. pending for ever: given up after ten minutes, cleaned up, and the CA was not asked like mad', async () => {
  const pending = always(
    'order',
    changeJson(order => {
      order.status = 'pending';
    }),
  );
  const looks = counted('order');
  await request('pending');
  await certificateIs(api, 'pending', ({ issuance }) => issuance?.step === 'validating');
  clock.advance(minutes(1));
  await certificateIs(api, 'pending', ({ issuance }) => issuance?.reason === 'The CA is validating.');
  expect(await challenges()).toHaveLength(1);
  clock.advance(minutes(11));
  const failed = await certificateFails(api, 'pending', /has not validated .* within 10 minutes/);
  expect(failed.lastError?.attempts).toBe(1);
  await nothingIsPresented();
  expect(looks()).toBeLessThan(100);

  pending.remove();
  clock.advance(minutes(2));
  await certificateGets(api, 'pending', 1);
});

test('a solver cannot clean up: the order goes on all the same, people are told, and it is tried again', async () => {
  const { loadBalancers } = fleet.certfleet.server.engine;
  const refusal = new PluginError('unavailable', 'HAProxy does not answer.');
  const withdraw = vi.spyOn(loadBalancers, 'withdrawChallenges').mockRejectedValue(refusal);
  onTestFinished(() => withdraw.mockRestore());
  await request('untidy');
  await certificateBecomes(api, 'untidy', 1);
  expect(await challenges()).toHaveLength(1);
  const query = { subject: 'certificate:untidy', action: 'certificate.clean-up-failed' };
  const told = async () => (await api.call(operations.event.list, { query })).items.map(({ message }) => message);
  expect(await told()).toEqual([expect.stringContaining('HAProxy does not answer.')]);
  await isPutBack('untidy');
  const tries = withdraw.mock.calls.length;
  clock.advance(hours(1.1));
  await expect.poll(() => withdraw.mock.calls.length, { timeout: 30_000 }).toBeGreaterThan(tries);
  await isPutBack('untidy');
  withdraw.mockRestore();
  clock.advance(hours(1.1));
  await nothingIsPresented();
  expect(await told()).toHaveLength(1);
});

test('a solver cannot clean up for a week: it is given up, and people are told what may be left', async () => {
  const { loadBalancers, store } = fleet.certfleet.server.engine;
  const withdraw = loadBalancers.withdrawChallenges.bind(loadBalancers);
  const refused = vi.spyOn(loadBalancers, 'withdrawChallenges').mockImplementation(async (...all) => {
    await withdraw(...all);
    throw new PluginError('credentials', 'The password is wrong.');
  });
  onTestFinished(() => refused.mockRestore());
  await request('forgotten');
  await certificateBecomes(api, 'forgotten', 1);
  await isPutBack('forgotten');
  clock.advance(days(6.9));
  await isPutBack('forgotten');
  const [left] = await store.challenges.uncleaned();
  expect(left?.identifier).toBe('forgotten.example.com');
  clock.advance(days(0.2));
  await expect.poll(() => store.challenges.uncleaned(), { timeout: 30_000 }).toEqual([]);
  const query = { subject: 'certificate:forgotten', action: 'certificate.clean-up-given-up' };
  const { items } = await api.call(operations.event.list, { query });
  expect(items.map(({ message }) => message)).toEqual([expect.stringContaining(left?.value ?? 'none')]);
});

test('14. the order becomes invalid after finalize: its error, with the name', async () => {
  const name = 'forbidden.example.com';
  proxy.inject(
    'finalize',
    changeJson(order => {
      const identifier = { type: 'dns', value: name };
      const type = 'urn:ietf:params:acme:error:caa';
      order.status = 'invalid';
      order.error = { type, detail: 'CAA forbids issuance', subproblems: [{ type, detail: 'not us', identifier }] };
    }),
  );
  await request('forbidden');
  const failed = await certificateFails(api, 'forbidden', 'CAA forbids issuance');
  expect(failed.lastError?.message).toContain(`${name}: caa, not us`);
  const type = 'urn:ietf:params:acme:error:caa';
  expect(failed.lastError?.problem).toEqual({
    ...{ type, detail: 'CAA forbids issuance' },
    subproblems: [{ identifier: name, type, detail: 'not us' }],
  });
  clock.advance(minutes(2));
  await certificateGets(api, 'forbidden', 1);
});

test('16. processing for long: the same order is taken up by the next start of the server', async () => {
  const name = 'slow.example.com';
  const [orders, finalizations] = [counted('newOrder', name), counted('finalize', name)];
  const faults = [always('finalize', processing), always('order', processing)];
  await request('slow');
  await certificateIs(api, 'slow', ({ issuance }) => issuance?.step === 'finalizing');
  clock.advance(minutes(1));
  await certificateIs(api, 'slow', ({ issuance }) => issuance?.reason === 'The CA is issuing.');
  await fleet.certfleet.restart();
  for (const fault of faults) fault.remove();
  clock.advance(minutes(11));
  const issued = await certificateBecomes(api, 'slow', 1);
  expect(await served('slow.example.com')).toBe(issued.version?.serial);
  expect([orders(), finalizations()]).toEqual([1, 1]);
});

test.each(['challenge', 'order', 'finalize'] as const)(
  '28. the CA cannot be reached at %s: the same order goes on later',
  async endpoint => {
    const orders = counted('newOrder', `down-${endpoint}.example.com`);
    const down = always(endpoint, dropRequest);
    await request(`down-${endpoint}`);
    await certificateFails(api, `down-${endpoint}`, endpoint);
    down.remove();
    clock.advance(minutes(2));
    await certificateGets(api, `down-${endpoint}`, 1);
    expect(orders()).toBe(1);
  },
);

test('21. the certificate’s URL answers 404 for a while: the same order, the same URL', async () => {
  const orders = counted('newOrder', 'absent.example.com');
  const absent = always('certificate', problem(404, 'malformed'));
  await request('absent');
  await certificateFails(api, 'absent', 'certificate');
  absent.remove();
  clock.advance(minutes(2));
  await certificateGets(api, 'absent', 1);
  expect(orders()).toBe(1);
});

test('22, 23, 24. what comes back is not what was asked for: the old one stays live until another order brings a good one', async () => {
  await request('other');
  await certificateBecomes(api, 'other', 1);
  const other = await api.call(operations.certificate.export, { params: { name: 'other' }, body: {} });
  await request('checked');
  const old = await certificateBecomes(api, 'checked', 1);

  const wrong = [
    [answer(200, 'text/html', '<h1>Down for maintenance</h1>'), /certificate/],
    [truncated, /certificate/],
    [
      answer(200, 'application/pem-certificate-chain', `${other.certificate}${other.chain}`),
      /its key is not ours; it lacks checked\.example\.com; it also names other\.example\.com/,
    ],
  ] as const;
  for (const [fault, complaint] of wrong) {
    const struck = always('certificate', fault);
    await api.call(operations.certificate.renew, { params: { name: 'checked' } });
    await certificateFails(api, 'checked', complaint);
    expect(await served('checked.example.com')).toBe(old.version?.serial);
    struck.remove();
  }
  clock.advance(days(1));
  const renewed = await certificateGets(api, 'checked', 2);
  expect(await served('checked.example.com')).toBe(renewed.version?.serial);
});

test.each([
  ['alreadyReplaced', problem(409, 'alreadyReplaced')],
  ['a 404', problem(404, 'malformed')],
  ['a 500', problem(500, 'serverInternal')],
  ['a 403', problem(403, 'unauthorized')],
])('34. "replaces" provokes %s: ordered again without it', async (what, refuse) => {
  const name = `replaces-${what.replace(/\W+/g, '')}`;
  await request(name);
  await certificateBecomes(api, name, 1);
  const orders = proxy.to('newOrder').length;
  const fault = always('newOrder', (seen, forward, itself) =>
    seen.payload?.replaces === undefined ? forward() : refuse(seen, forward, itself),
  );
  await api.call(operations.certificate.renew, { params: { name } });
  await certificateBecomes(api, name, 2);
  fault.remove();
  const payloads = proxy.to('newOrder').slice(orders);
  expect(payloads[0]?.payload).toHaveProperty('replaces');
  expect(payloads.at(-1)?.payload).not.toHaveProperty('replaces');
});

test('31. the CA wants a person to agree to new terms: asked once, said so, and tried again a day later', async () => {
  const terms = always(
    'newOrder',
    problem(403, 'userActionRequired', { detail: 'Terms of service have changed: https://ca.example/terms-2' }),
  );
  const orders = counted('newOrder', 'terms.example.com');
  await request('terms');
  const failed = await certificateFails(api, 'terms', 'https://ca.example/terms-2');
  expect(failed.lastError?.message).toMatch(/agree/);
  clock.advance(hours(3));
  await fleet.certfleet.restart();
  const event = await api.call(operations.event.list, { query: { subject: 'certificate:terms', outcome: 'failed' } });
  expect(event.items[0]?.message).toMatch(/can only work once someone changes/);
  expect(orders()).toBe(1);
  terms.remove();
  clock.advance(hours(22));
  await certificateGets(api, 'terms', 1);
});

test('33. the CA has deactivated the account: an error, no other account is made', async () => {
  await register(api, 'gone', proxy);
  const body = { name: 'gone', accounts: ['gone'], defaultSolver: 'vs-1', profile: profileOf(fleet.pebble) };
  await api.call(operations.policy.create, { body });
  const { store, cas } = fleet.certfleet.server.engine;
  await deactivateAccount(await cas.session(await store.accounts.byName('gone')));

  const registrations = counted('newAccount');
  await request('orphan', { policy: 'gone' });
  const failed = await certificateFails(api, 'orphan', /newOrder/);
  expect(failed.lastError?.message).toMatch(/account/i);
  expect(registrations()).toBe(0);
});

test.each([
  ['32. externalAccountRequired', problem(403, 'externalAccountRequired'), /external account/],
  ['36. invalidProfile', problem(400, 'invalidProfile'), /profile/],
])('%s on an order: permanent, asked once', async (title, fault, message) => {
  const name = title.replace(/\W+/g, '-').toLowerCase();
  const refused = always('newOrder', fault);
  const orders = counted('newOrder', `${name}.example.com`);
  await request(name);
  await certificateFails(api, name, message);
  clock.advance(hours(20));
  await fleet.certfleet.restart();
  expect(orders()).toBe(1);
  refused.remove();
});

test('38. one of three names is refused: the error names it', async () => {
  const identifiers = ['a.three.example.com', 'www.blocked.example.net', 'c.three.example.com'];
  await request('three', { identifiers });
  const failed = await certificateFails(api, 'three', 'rejectedIdentifier');
  expect(failed.lastError?.message).toContain('www.blocked.example.net');
  expect(failed.lastError?.message).not.toContain('a.three.example.com');
});
