/** What people change while it runs: names, keys, proofs, accounts, assignments; and what they take with them. */
import { createPublicKey, generateKeyPairSync, X509Certificate } from 'node:crypto';
import { createCsr } from '@certfleet/acme';
import { type ErrorCode, operations } from '@certfleet/contract';
import { readServedCertificate } from '@certfleet/haproxy';
import { afterAll, beforeEach, expect, test } from 'vitest';
import { startFaultProxy } from '../../harness/fault-proxy.js';
import { changeJson, problem } from '../../harness/faults.js';
import { freePort } from '../../harness/ports.js';
import { hours, minutes, profileOf, register, startFleet } from './fleet.js';
import { certificateBecomes, certificateFails, certificateGets, certificateIs } from './waiting.js';

const fleet = await startFleet({
  server: {
    rateLimits: () => ({
      newOrdersPerAccount: null,
      certificatesPerRegisteredDomain: { count: 1000, per: hours(24) },
      certificatesPerExactSet: { count: 3, per: hours(24) },
      failuresPerIdentifier: null,
      renewalsExempt: false,
    }),
  },
});
const { api, clock, request, served, challenges, always, counted } = fleet;

afterAll(() => fleet.stop());
beforeEach(() => clock.reset());

const refusedWith = (code: ErrorCode) => expect.objectContaining({ problem: expect.objectContaining({ code }) });
const at = (serverName: string, keyType: 'ec' | 'rsa') =>
  readServedCertificate({ address: '127.0.0.1', port: fleet.httpsPort, serverName, keyType });

test('other names and another kind of key: issued again under the same name', async () => {
  const params = { name: 'changed' };
  await request('changed');
  await certificateBecomes(api, 'changed', 1);
  const identifiers = ['changed.example.com', 'also.changed.example.com'];
  await api.call(operations.certificate.change, { params, body: { identifiers } });
  const wider = await certificateBecomes(api, 'changed', 2);
  expect(await served('also.changed.example.com')).toBe(wider.version?.serial);

  await api.call(operations.certificate.change, { params, body: { keyAlgorithm: 'P-384' } });
  const stronger = await certificateBecomes(api, 'changed', 3);
  expect(stronger.version?.keyAlgorithm).toBe('P-384');
  expect(await served('changed.example.com')).toBe(stronger.version?.serial);

  await api.call(operations.certificate.change, { params, body: { labels: { team: 'web' } } });
  const labelled = await certificateIs(api, 'changed', ({ labels }) => labels.team === 'web');
  expect(labelled.version?.number).toBe(3);
});

test('changed while its order runs: that order is given up with its challenges, another one is made', async () => {
  const pending = always(
    'order',
    changeJson(order => {
      order.status = 'pending';
    }),
  );
  await request('hurried');
  await certificateIs(api, 'hurried', ({ issuance }) => issuance?.step === 'validating');
  clock.advance(minutes(1));
  await certificateIs(api, 'hurried', ({ issuance }) => issuance?.reason === 'The CA is validating.');
  const identifiers = ['other.hurried.example.com'];
  await api.call(operations.certificate.change, { params: { name: 'hurried' }, body: { identifiers } });
  pending.remove();
  await certificateBecomes(api, 'hurried', 1);
  await expect.poll(challenges, { timeout: 30_000 }).toEqual([]);
  const { store } = fleet.certfleet.server.engine;
  const { items } = await store.orders.ofCertificate((await store.certificates.byName('hurried')).id);
  expect(items.map(({ state }) => state)).toEqual(['done', 'abandoned']);
});

test('changed while its certificate is being downloaded: what comes is not what is wanted any more, and ordered again', async () => {
  const identifiers = ['last.example.com', 'moment.example.com'];
  fleet.proxy.inject('certificate', async (_seen, forward) => {
    await api.call(operations.certificate.change, { params: { name: 'last' }, body: { identifiers } });
    return forward();
  });
  await request('last');
  await certificateBecomes(api, 'last', 1);
  const { certificate } = await api.call(operations.certificate.export, { params: { name: 'last' }, body: {} });
  expect(new X509Certificate(certificate).subjectAltName).toBe(identifiers.map(name => `DNS:${name}`).join(', '));
});

test('RSA beside EC for the same names on one virtual service: each client gets its kind', async () => {
  const identifiers = ['both.example.com'];
  await request('both-ec', { identifiers });
  await request('both-rsa', { identifiers, keyAlgorithm: 'RSA-2048' });
  const ec = await certificateBecomes(api, 'both-ec', 1);
  const rsa = await certificateBecomes(api, 'both-rsa', 1);
  for (const [keyType, { version }] of [['ec', ec] as const, ['rsa', rsa] as const]) {
    const { leaf } = await at('both.example.com', keyType);
    expect(leaf.publicKey.asymmetricKeyType).toBe(keyType);
    expect(leaf.serialNumber.toLowerCase()).toBe(version?.serial);
  }
});

test('many certificates on one virtual service, by SNI', async () => {
  const names = Array.from({ length: 12 }, (_, index) => `many-${index}`);
  await Promise.all(names.map(name => request(name)));
  for (const name of names) {
    const { version } = await certificateBecomes(api, name, 1);
    expect(await served(`${name}.example.com`)).toBe(version?.serial);
  }
});

test('a CSR that was brought along: certified with its key, which is not here to be exported or deployed', async () => {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const der = await createCsr({ identifiers: [{ type: 'dns', value: 'csr.example.com' }], key: privateKey });
  const csr = `-----BEGIN CERTIFICATE REQUEST-----\n${der.toString('base64')}\n-----END CERTIFICATE REQUEST-----\n`;
  await expect(request('csr', { csr })).rejects.toEqual(refusedWith('not-possible'));
  await request('csr', { csr, assignments: [] });
  await certificateBecomes(api, 'csr', 1);
  const params = { name: 'csr' };
  const { certificate } = await api.call(operations.certificate.export, { params, body: {} });
  const certified = new X509Certificate(certificate).publicKey;
  expect(createPublicKey(certified.export({ type: 'spki', format: 'pem' })).equals(publicKey)).toBe(true);
  await expect(api.call(operations.certificate.exportKey, { params, body: {} })).rejects.toEqual(
    refusedWith('not-possible'),
  );
  const change = api.call(operations.certificate.change, { params, body: { identifiers: ['not.csr.example.com'] } });
  await expect(change).rejects.toEqual(refusedWith('invalid-input'));

  // Given up for a key of our own and assigned at once: what is deployed is the next version, whose key is here.
  await api.call(operations.certificate.change, { params, body: { csr: null } });
  await api.call(operations.certificate.assign, { params, body: { target: 'vs-2' } });
  const own = await certificateBecomes(api, 'csr', 2);
  expect(await served('csr.example.com')).toBe(own.version?.serial);
});

test('the ledger of the CA’s limits: the order waits, and says until when and why', async () => {
  const params = { name: 'limited' };
  await request('limited');
  await certificateBecomes(api, 'limited', 1);
  for (const version of [2, 3]) {
    await api.call(operations.certificate.renew, { params });
    await certificateBecomes(api, 'limited', version);
  }
  const orders = counted('newOrder', 'limited.example.com');
  await api.call(operations.certificate.renew, { params });
  const waits = await certificateIs(api, 'limited', ({ renewal }) => /limit of 3/.test(renewal?.text ?? ''));
  expect(waits.renewal?.text).toMatch(
    /^Waits for the CA's limit of 3 certificates for this exact set of names in 24 hours: possible at .*, in 8 hours$/,
  );
  expect(waits.lastError).toBeNull();
  expect(orders()).toBe(0);
  // Who waits for a limit comes back within a quarter of an hour, not all at once.
  clock.advance(hours(8) + minutes(16));
  const renewed = await certificateBecomes(api, 'limited', 4);
  expect(renewed.renewal?.text).not.toMatch(/limit/);
});

test('orders that come to nothing take nothing of the limits on certificates', async () => {
  const refused = always('newOrder', problem(500, 'serverInternal'));
  await request('unlucky');
  await certificateFails(api, 'unlucky', 'serverInternal');
  for (const attempts of [2, 3, 4, 5]) {
    await api.call(operations.certificate.renew, { params: { name: 'unlucky' } });
    await certificateIs(api, 'unlucky', ({ lastError }) => lastError?.attempts === attempts);
  }
  refused.remove();
  await api.call(operations.certificate.renew, { params: { name: 'unlucky' } });
  await certificateGets(api, 'unlucky', 1);
});

test('three failures in a row: the policy’s second account takes over', async () => {
  const second = await startFaultProxy(fleet.pebble);
  try {
    await register(api, 'second', second);
    const profile = profileOf(fleet.pebble);
    const body = { name: 'two', accounts: ['pebble', 'second'], defaultSolver: 'vs-1', profile };
    await api.call(operations.policy.create, { body });
    const down = always('newOrder', problem(500, 'serverInternal'));
    await request('fallback', { policy: 'two' });
    for (const [attempts, wait] of [
      [1, minutes(1.3)],
      [2, minutes(13)],
      [3, minutes(130)],
    ] as const) {
      await certificateIs(api, 'fallback', ({ lastError }) => lastError?.attempts === attempts);
      clock.advance(wait);
    }
    const { version } = await certificateGets(api, 'fallback', 1);
    expect(version?.account).toBe('second');
    down.remove();
    const { store } = fleet.certfleet.server.engine;
    const { items } = await store.orders.ofCertificate((await store.certificates.byName('fallback')).id);
    expect(items.map(({ state }) => state)).toEqual(['done']);
  } finally {
    await second.stop();
  }
});

test('its account is deactivated while an order runs: the next account of the policy takes over', async () => {
  await register(api, 'leaving', fleet.proxy);
  const profile = profileOf(fleet.pebble);
  const body = { name: 'leaving', accounts: ['leaving', 'pebble'], defaultSolver: 'vs-1', profile };
  await api.call(operations.policy.create, { body });
  const down = always('challenge', problem(500, 'serverInternal'));
  await request('left', { policy: 'leaving' });
  const failing = await certificateFails(api, 'left', 'serverInternal');
  expect(failing.issuance?.account).toBe('leaving');
  await api.call(operations.account.deactivate, { params: { name: 'leaving' } });
  down.remove();
  clock.advance(minutes(2));
  expect((await certificateGets(api, 'left', 1)).version?.account).toBe('pebble');
  await expect.poll(challenges, { timeout: 30_000 }).toEqual([]);
});

test('export with and without the key, and the event that it leaves', async () => {
  await request('exported');
  await certificateBecomes(api, 'exported', 1);
  const params = { name: 'exported' };
  const open = await api.call(operations.certificate.export, { params, body: {} });
  expect(open.privateKey).toBeNull();
  const whole = await api.call(operations.certificate.exportKey, { params, body: {} });
  expect(whole.privateKey).toMatch(/^-----BEGIN PRIVATE KEY-----/);
  const query = { subject: 'certificate:exported', action: 'certificate.key-exported' };
  const { items } = await api.call(operations.event.list, { query });
  expect(items.map(({ actor }) => actor)).toEqual(['user:admin']);
});

test('deleted: not while it is assigned; then it is off its target, and its key is gone', async () => {
  await request('deleted');
  await certificateBecomes(api, 'deleted', 1);
  const params = { name: 'deleted' };
  await expect(api.call(operations.certificate.delete, { params })).rejects.toEqual(refusedWith('in-use'));
  const { version } = await certificateIs(api, 'deleted', () => true);
  await api.call(operations.certificate.unassign, { params: { name: 'deleted', target: 'vs-2' } });
  expect(await served('deleted.example.com')).not.toBe(version?.serial);
  await api.call(operations.certificate.delete, { params });
  await expect(api.call(operations.certificate.show, { params })).rejects.toEqual(refusedWith('not-found'));
});

test('a virtual service that has proven names can be deleted once nothing is proven by it any more', async () => {
  const body = { address: '127.0.0.1', port: await freePort(), type: 'http' } as const;
  const { index } = await api.call(operations.virtualService.create, { body });
  await request('moved', { identifiers: [{ value: 'moved.example.com', solver: `vs-${index}` }] });
  await certificateBecomes(api, 'moved', 1);
  const remove = () => api.call(operations.virtualService.delete, { params: { index } });
  await expect(remove()).rejects.toEqual(refusedWith('in-use'));
  await api.call(operations.certificate.change, {
    params: { name: 'moved' },
    body: { identifiers: [{ value: 'moved.example.com', solver: null }] },
  });
  await certificateBecomes(api, 'moved', 2);
  await remove();
});
