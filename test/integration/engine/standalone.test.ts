/** The solver `standalone`: an own listener, no virtual service and no HAProxy. */
import { operations } from '@certfleet/contract';
import { expect, onTestFinished, test } from 'vitest';
import { startCertfleet } from '../../harness/certfleet.js';
import { startChallengeTestServer } from '../../harness/challtestsrv.js';
import { startFaultProxy } from '../../harness/fault-proxy.js';
import { startPebble } from '../../harness/pebble.js';
import { connects } from '../../harness/process.js';
import { startCrashingServer } from './crashing-server.js';
import { profileOf, register } from './fleet.js';
import { certificateBecomes } from './waiting.js';

/** A policy that proves by an own listener, at a Pebble behind a proxy. */
async function startAlone() {
  const dns = await startChallengeTestServer();
  onTestFinished(() => dns.stop());
  const pebble = await startPebble({ dnsServer: dns.dnsServer });
  onTestFinished(() => pebble.stop());
  const proxy = await startFaultProxy(pebble);
  onTestFinished(() => proxy.stop());
  const certfleet = await startCertfleet();
  onTestFinished(() => certfleet.destroy());
  const { api } = certfleet;
  await register(api, 'pebble', proxy);
  const config = { address: '127.0.0.1', port: pebble.httpPort };
  await api.call(operations.solver.create, { body: { name: 'alone', type: 'standalone', config } });
  await api.call(operations.policy.create, {
    body: { name: 'default', accounts: ['pebble'], defaultSolver: 'alone', profile: profileOf(pebble) },
  });
  return { api, certfleet, pebble, proxy };
}

test('it listens while it proves, and no longer', async () => {
  const { api, pebble } = await startAlone();
  const identifiers = ['alone.example.com', 'beside.example.com'];
  await api.call(operations.certificate.request, { body: { name: 'alone', identifiers } });
  const issued = await certificateBecomes(api, 'alone', 1);
  expect(issued.identifiers.map(({ value }) => value)).toEqual(identifiers);
  await expect(connects(pebble.httpPort)).rejects.toThrow(/ECONNREFUSED/);
});

test('killed between presenting and the look of the CA: the next process listens again', async () => {
  const { api, certfleet, pebble, proxy } = await startAlone();
  const [first, second] = [startCrashingServer(certfleet), startCrashingServer(certfleet)];
  for (const child of [first, second]) onTestFinished(() => child.kill());
  await certfleet.stop();
  await first.serve();
  // The CA has not heard of it when the process dies, so that it looks for the first time when the next one runs.
  proxy.inject('challenge', async () => {
    first.kill();
    return 'drop';
  });
  const ordered = api.call(operations.certificate.request, {
    body: { name: 'heir', identifiers: ['heir.example.com'] },
  });
  await ordered.catch(error => expect(first.isGone, String(error)).toBe(true));
  await first.gone;
  await second.serve();
  await certificateBecomes(api, 'heir', 1);
  await expect(connects(pebble.httpPort)).rejects.toThrow(/ECONNREFUSED/);
  expect(proxy.to('newOrder')).toHaveLength(1);
  second.kill();
  await second.gone;
  await certfleet.restart();
});
