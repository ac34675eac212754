import { generateCertificateKey, obtainCertificate, toIdentifier } from '@certfleet/acme';
import { afterEach, expect, test } from 'vitest';
import { overHttp01, startTestCa, type TestCa } from './ca.js';

let ca: TestCa;
afterEach(() => ca.stop());

/** The chance that a request fails for good is 0.05^(10+1) in the first case and 0.5^(40+1) in the second. */
test.each([
  [5, 10],
  [50, 40],
])(
  '%i of 100 nonces refused: all of 24 certificates, 8 at a time, with as many attempts as that needs',
  async (nonceReject, maxBadNonces) => {
    ca = await startTestCa({ nonceReject });
    const session = await ca.account({ retry: { maxBadNonces } });
    const names = Array.from({ length: 24 }, (_, i) => `h${i}.example.com`);
    const issued: (string | undefined)[] = [];
    const worker = async () => {
      for (let name = names.pop(); name !== undefined; name = names.pop()) {
        const obtained = await obtainCertificate(session, {
          identifiers: [toIdentifier(name)],
          profile: 'default',
          key: await generateCertificateKey('P-256'),
          ...overHttp01(ca),
        });
        issued.push(obtained.certificates[0].subjectAltName);
      }
    };
    await Promise.all(Array.from({ length: 8 }, worker));
    expect(new Set(issued).size).toBe(24);

    const retries = ca.events.filter(event => event.type === 'retry');
    expect(retries.length).toBeGreaterThan(0);
    expect(new Set(retries.map(({ reason }) => reason))).toEqual(new Set(['badNonce']));
    // Each refusal brings the next nonce along: newNonce is asked only to fill the pool for eight workers.
    const requests = ca.events.filter(event => event.type === 'request');
    expect(requests.filter(({ operation }) => operation === 'newNonce').length).toBeLessThanOrEqual(9);
  },
);

test('warm, a certificate for one name takes seven requests and looks again only while the CA is busy', async () => {
  ca = await startTestCa({ nonceReject: 0 });
  const session = await ca.account();
  const obtain = async (name: string) =>
    obtainCertificate(session, {
      identifiers: [toIdentifier(name)],
      profile: 'default',
      key: await generateCertificateKey('P-256'),
      ...overHttp01(ca),
    });
  await obtain('warm.example.com');
  ca.events.length = 0;
  await obtain('counted.example.com');
  const requests = ca.events.flatMap(event => (event.type === 'request' ? [`${event.method} ${event.operation}`] : []));
  expect(requests.filter((request, i) => request !== requests[i - 1])).toEqual([
    'POST newOrder',
    'POST authorization',
    'POST challenge',
    'POST order',
    'POST finalize',
    'POST order',
    'POST certificate',
  ]);
});
