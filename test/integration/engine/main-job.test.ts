import { operations } from '@certfleet/contract';
import { readServedCertificate } from '@certfleet/haproxy';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Certfleet, startCertfleet } from '../../harness/certfleet.js';
import { type ChallengeTestServer, startChallengeTestServer } from '../../harness/challtestsrv.js';
import { type Pebble, startPebble } from '../../harness/pebble.js';
import { freePort } from '../../harness/ports.js';
import { certificateBecomes } from './waiting.js';

let dns: ChallengeTestServer;
let pebble: Pebble;
let certfleet: Certfleet;
let httpsPort: number;

beforeAll(async () => {
  dns = await startChallengeTestServer();
  pebble = await startPebble({ dnsServer: dns.dnsServer });
  certfleet = await startCertfleet();
  httpsPort = await freePort();
  const { api } = certfleet;
  await api.call(operations.account.register, {
    body: { name: 'pebble', directoryUrl: pebble.directoryUrl, caCertificate: pebble.caPem, agreeToTerms: true },
  });
  const http = { address: '127.0.0.1', port: pebble.httpPort, type: 'redirect', redirectPort: httpsPort } as const;
  const redirect = await api.call(operations.virtualService.create, { body: http });
  await api.call(operations.virtualService.create, { body: { address: '127.0.0.1', port: httpsPort, type: 'https' } });
  await api.call(operations.policy.create, {
    body: { name: 'default', accounts: ['pebble'], defaultSolver: `vs-${redirect.index}` },
  });
});

afterAll(async () => {
  await certfleet?.destroy();
  await pebble?.stop();
  await dns?.stop();
});

test('from a request to a certificate that HAProxy serves, and its renewal', async () => {
  const { api } = certfleet;
  await api.call(operations.certificate.request, {
    body: { name: 'www', identifiers: ['www.example.com', 'example.com'], assignments: [{ target: 'vs-2' }] },
  });
  const issued = await certificateBecomes(api, 'www', 1);
  expect(issued.lastError).toBeNull();
  expect(issued.renewal?.reason).toBe('lifetime');
  const served = await readServedCertificate({ address: '127.0.0.1', port: httpsPort, serverName: 'example.com' });
  expect(served.serialNumber.toLowerCase()).toBe(issued.version?.serial);

  await api.call(operations.certificate.renew, { params: { name: 'www' } });
  const renewed = await certificateBecomes(api, 'www', 2);
  const servedThen = await readServedCertificate({ address: '127.0.0.1', port: httpsPort, serverName: 'example.com' });
  expect(servedThen.serialNumber.toLowerCase()).toBe(renewed.version?.serial);
  expect(renewed.version?.serial).not.toBe(issued.version?.serial);
});
