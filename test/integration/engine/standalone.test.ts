/** The solver `standalone`: an own listener, no virtual service and no HAProxy. */
import { operations } from '@certfleet/contract';
import { expect, onTestFinished, test } from 'vitest';
import { startCertfleet } from '../../harness/certfleet.js';
import { startChallengeTestServer } from '../../harness/challtestsrv.js';
import { startPebble } from '../../harness/pebble.js';
import { connects } from '../../harness/process.js';
import { profileOf, register } from './fleet.js';
import { certificateBecomes } from './waiting.js';

test('it listens while it proves, and no longer', async () => {
  const dns = await startChallengeTestServer();
  onTestFinished(() => dns.stop());
  const pebble = await startPebble({ dnsServer: dns.dnsServer });
  onTestFinished(() => pebble.stop());
  const certfleet = await startCertfleet();
  onTestFinished(() => certfleet.destroy());
  const { api } = certfleet;
  await register(api, 'pebble', pebble);
  const config = { address: '127.0.0.1', port: pebble.httpPort };
  await api.call(operations.solver.create, { body: { name: 'alone', type: 'standalone', config } });
  await api.call(operations.policy.create, {
    body: { name: 'default', accounts: ['pebble'], defaultSolver: 'alone', profile: profileOf(pebble) },
  });

  const identifiers = ['alone.example.com', 'beside.example.com'];
  await api.call(operations.certificate.request, { body: { name: 'alone', identifiers } });
  const issued = await certificateBecomes(api, 'alone', 1);
  expect(issued.identifiers.map(({ value }) => value)).toEqual(identifiers);
  await expect(connects(pebble.httpPort)).rejects.toThrow(/ECONNREFUSED/);
});
