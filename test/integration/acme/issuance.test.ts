import { generateCertificateKey, obtainCertificate, toIdentifier } from '@certfleet/acme';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { overHttp01, startTestCa, type TestCa } from './ca.js';

describe('obtaining from a real Pebble', () => {
  let ca: TestCa;
  beforeAll(async () => {
    ca = await startTestCa();
  });
  afterAll(() => ca.stop());

  test('a name over http-01', async () => {
    const session = await ca.account();
    const identifiers = [toIdentifier('www.example.com')];
    const steps: string[] = [];
    const obtained = await obtainCertificate(session, {
      identifiers,
      profile: 'default',
      key: await generateCertificateKey('P-256'),
      ...overHttp01(ca),
      onProgress: ({ step }) => steps.push(step),
    });
    expect(obtained.certificates[0].subjectAltName).toBe('DNS:www.example.com');
    expect(obtained.cleanUpFailures).toEqual([]);
    expect(ca.http01.answers.size).toBe(0);
    expect(steps).toEqual([
      'ordered',
      'presenting',
      'presented',
      'validating',
      'cleaned-up',
      'finalizing',
      'processing',
      'downloading',
    ]);
  });
});
