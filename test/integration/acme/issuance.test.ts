import { createPublicKey } from 'node:crypto';
import {
  AcmeInputError,
  AcmeProblem,
  CERTIFICATE_KEY_TYPES,
  createCsr,
  deactivateAuthorization,
  fetchAuthorization,
  fetchOrder,
  finalizeOrder,
  generateCertificateKey,
  newOrder,
  type ObtainRequest,
  obtainCertificate,
  presentationFor,
  respondToChallenge,
  toIdentifier,
  waitForOrder,
} from '@certfleet/acme';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { overHttp01, startTestCa, type TestCa } from './ca.js';
import { startTlsAlpnResponder, type TlsAlpnResponder } from './tls-alpn-responder.js';

let tlsAlpn: TlsAlpnResponder;
let ca: TestCa;
beforeAll(async () => {
  tlsAlpn = await startTlsAlpnResponder();
  ca = await startTestCa({ tlsPort: tlsAlpn.port, domainBlocklist: ['blocked.example'] });
});
afterAll(async () => {
  await ca.stop();
  await tlsAlpn.stop();
});

const request = async (...names: string[]): Promise<ObtainRequest> => ({
  identifiers: names.map(toIdentifier),
  profile: 'default',
  key: await generateCertificateKey('P-256'),
  ...overHttp01(ca),
});

describe('over http-01', () => {
  test('one name, step by step, and everything is cleaned up', async () => {
    const steps: string[] = [];
    const obtained = await obtainCertificate(await ca.account(), {
      ...(await request('www.example.com')),
      onProgress: ({ step }) => steps.push(step),
    });
    expect(obtained.certificates[0].subjectAltName).toBe('DNS:www.example.com');
    expect(obtained.certificates).toHaveLength(2);
    expect(obtained.order.profile).toBe('default');
    expect(obtained.cleanUpFailures).toEqual([]);
    expect(ca.http01.answers.size).toBe(0);
    expect(steps.filter(step => step !== 'processing')).toEqual([
      'ordered',
      'presenting',
      'presented',
      'validating',
      'cleaned-up',
      'finalizing',
      'downloading',
    ]);
  });

  test('twelve names, whose authorizations come in any order', async () => {
    const names = Array.from({ length: 12 }, (_, i) => `h${i}.example.com`);
    const obtained = await obtainCertificate(await ca.account(), await request(...names));
    expect(obtained.certificates[0].subjectAltName?.split(', ').sort()).toEqual(
      names.map(name => `DNS:${name}`).sort(),
    );
  });

  test('an internationalized name', async () => {
    const obtained = await obtainCertificate(await ca.account(), await request('bücher.example'));
    expect(obtained.certificates[0].subjectAltName).toBe('DNS:xn--bcher-kva.example');
  });

  test('an IP address', async () => {
    const obtained = await obtainCertificate(await ca.account(), await request('127.0.0.1'));
    expect(obtained.certificates[0].subjectAltName).toBe('IP Address:127.0.0.1');
  });

  test.each(CERTIFICATE_KEY_TYPES)('a key of type %s', async type => {
    const key = await generateCertificateKey(type);
    const obtained = await obtainCertificate(await ca.account(), { ...(await request('a.example.com')), key });
    expect(obtained.certificates[0].publicKey.equals(createPublicKey(key))).toBe(true);
  });

  test('a CSR that was brought along', async () => {
    const { key, ...rest } = await request('csr.example.com');
    if (key === undefined) throw new Error('the request has a key');
    const csr = await createCsr({ identifiers: rest.identifiers, key, subject: { organization: 'Beispiel GmbH' } });
    const obtained = await obtainCertificate(await ca.account(), { ...rest, csr });
    expect(obtained.certificates[0].subjectAltName).toBe('DNS:csr.example.com');
  });

  test('a CSR for other names is refused before anything is ordered', async () => {
    const { key, ...rest } = await request('csr.example.com');
    if (key === undefined) throw new Error('the request has a key');
    const csr = await createCsr({ identifiers: [toIdentifier('other.example.com')], key });
    const session = await ca.account();
    const before = ca.events.length;
    await expect(obtainCertificate(session, { ...rest, csr })).rejects.toBeInstanceOf(AcmeInputError);
    expect(ca.events).toHaveLength(before);
  });

  test('a wildcard cannot be proven that way, and the error says what the CA offers', async () => {
    const obtaining = obtainCertificate(await ca.account(), await request('*.example.com'));
    await expect(obtaining).rejects.toThrow(/\*\.example\.com cannot be proven by http-01: the CA offers .*dns-01/);
  });

  test('nothing is presented: the error of the challenge, the name, and clean-up all the same', async () => {
    const cleaned: string[] = [];
    const obtaining = obtainCertificate(await ca.account(), {
      ...(await request('good.example.com', 'missing.example.com')),
      present: async presentation => {
        if (presentation.type !== 'http-01' || presentation.identifier.value === 'missing.example.com') return;
        ca.http01.answers.set(presentation.path, presentation.body);
      },
      cleanUp: async presentation => {
        cleaned.push(presentation.identifier.value);
      },
    });
    await expect(obtaining).rejects.toMatchObject({
      errorName: 'unauthorized',
      identifiers: [toIdentifier('missing.example.com')],
    });
    await expect(obtaining).rejects.toThrow(/http-01 of missing\.example\.com .* 404/);
    expect(cleaned.sort()).toEqual(['good.example.com', 'missing.example.com']);
    ca.http01.answers.clear();
  });

  test('presenting fails: that error, and clean-up of all that was begun', async () => {
    const cleaned: string[] = [];
    const obtaining = obtainCertificate(await ca.account(), {
      ...(await request('a.example.com', 'b.example.com')),
      present: async ({ identifier }) => {
        if (identifier.value === 'b.example.com') throw new Error('the load balancer is down');
      },
      cleanUp: async ({ identifier }) => {
        cleaned.push(identifier.value);
      },
    });
    await expect(obtaining).rejects.toThrow('the load balancer is down');
    expect(cleaned.sort()).toEqual(['a.example.com', 'b.example.com']);
  });

  test('cleaning up fails: the certificate is not lost, and the failure is told', async () => {
    const obtained = await obtainCertificate(await ca.account(), {
      ...(await request('a.example.com')),
      cleanUp: async () => {
        throw new Error('the load balancer is down');
      },
    });
    expect(obtained.certificates).toHaveLength(2);
    expect(obtained.cleanUpFailures).toMatchObject([{ error: new Error('the load balancer is down') }]);
    ca.http01.answers.clear();
  });

  test('one blocked name of three: the error names it', async () => {
    const names = ['a.example.com', 'www.blocked.example', 'c.example.com'];
    const obtaining = obtainCertificate(await ca.account(), await request(...names));
    await expect(obtaining).rejects.toMatchObject({ errorName: 'rejectedIdentifier' });
    await expect(obtaining).rejects.toThrow(/www\.blocked\.example/);
  });
});

test('a wildcard and its base name over dns-01, at one record name', async () => {
  const recordNames: string[] = [];
  // The test DNS server sets one value at a time, a real one keeps both: so both names are proven one after the other.
  const present: ObtainRequest['present'] = async presentation => {
    if (presentation.type !== 'dns-01') throw new Error(`asked for ${presentation.type}`);
    recordNames.push(presentation.record.name);
    await ca.dns.setTxt(presentation.record.name, presentation.record.value);
  };
  const obtained = await obtainCertificate(await ca.account(), {
    ...(await request('*.wild.example.com', 'wild.example.com')),
    challengeTypes: ['dns-01'],
    present,
    cleanUp: async presentation => {
      if (presentation.type === 'dns-01') await ca.dns.clearTxt(presentation.record.name);
    },
  });
  expect(recordNames).toEqual(['_acme-challenge.wild.example.com', '_acme-challenge.wild.example.com']);
  expect(obtained.certificates[0].subjectAltName).toContain('DNS:*.wild.example.com');
});

test('over dns-account-01, at a name of the account', async () => {
  const session = await ca.account();
  const recordNames: string[] = [];
  const obtaining = obtainCertificate(session, {
    ...(await request('labelled.example.com')),
    challengeTypes: ['dns-account-01'],
    present: async presentation => {
      if (presentation.type !== 'dns-account-01') throw new Error(`asked for ${presentation.type}`);
      recordNames.push(presentation.record.name);
      await ca.dns.setTxt(presentation.record.name, presentation.record.value);
    },
    cleanUp: async presentation => {
      if (presentation.type === 'dns-account-01') await ca.dns.clearTxt(presentation.record.name);
    },
  });
  await expect(obtaining).resolves.toMatchObject({ cleanUpFailures: [] });
  expect(recordNames).toEqual([expect.stringMatching(/^_[a-z2-7]{16}\._acme-challenge\.labelled\.example\.com$/)]);
});

test.each([
  ['alpn.example.com', 'alpn.example.com'],
  ['127.0.0.1', '1.0.0.127.in-addr.arpa'],
])('%s over tls-alpn-01, asked for as %s', async (name, serverName) => {
  const obtained = await obtainCertificate(await ca.account(), {
    ...(await request(name)),
    challengeTypes: ['tls-alpn-01'],
    present: async presentation => {
      if (presentation.type === 'tls-alpn-01') tlsAlpn.present(presentation);
    },
    cleanUp: async presentation => {
      if (presentation.type === 'tls-alpn-01') tlsAlpn.cleanUp(presentation.serverName);
    },
  });
  expect(tlsAlpn.asked).toContain(serverName);
  expect(obtained.certificates[0].subjectAltName).toContain(name);
});

describe('step by step', () => {
  test('from stored strings alone, each step in a process of its own', async () => {
    const session = await ca.account();
    /** What another process would start with: the account's URL and key, and JSON. */
    const elsewhere = () => ({ ...session, server: ca.server() });
    const stored = <T>(value: T): T => JSON.parse(JSON.stringify(value));

    const { order } = stored(
      await newOrder(elsewhere(), { identifiers: [toIdentifier('steps.example.com')], profile: 'default' }),
    );
    const [authorizationUrl] = order.authorizations;
    if (authorizationUrl === undefined) throw new Error('the order has an authorization');
    const { authorization } = stored(await fetchAuthorization(elsewhere(), authorizationUrl));
    const presentation = stored(await presentationFor(elsewhere(), authorization, ['http-01']));
    if (presentation.type !== 'http-01') throw new Error('it was http-01 that was asked for');
    ca.http01.answers.set(presentation.path, presentation.body);
    await respondToChallenge(elsewhere(), { url: presentation.challengeUrl });
    const ready = await waitForOrder(elsewhere(), { order }, ['pending'], { firstMs: 20 });
    expect(ready.status).toBe('ready');
    const key = await generateCertificateKey('P-256');
    const csr = await createCsr({ identifiers: order.identifiers, key });
    await finalizeOrder(elsewhere(), stored(ready), csr);
    // Killed here: the order URL is enough to go on. A second finalize is refused by the CA, and tells how far it is.
    const again = await finalizeOrder(elsewhere(), ready, csr);
    const valid = await waitForOrder(elsewhere(), again, ['processing'], { firstMs: 20 });
    expect(valid.status).toBe('valid');
    ca.http01.answers.clear();
  });

  test('finalized too early: the order is told as it is, pending', async () => {
    const session = await ca.account();
    const { order } = await newOrder(session, { identifiers: [toIdentifier('early.example.com')], profile: 'default' });
    const csr = await createCsr({ identifiers: order.identifiers, key: await generateCertificateKey('P-256') });
    await expect(finalizeOrder(session, order, csr)).resolves.toMatchObject({ order: { status: 'pending' } });
  });

  test('an authorization that is given up takes its order along', async () => {
    const session = await ca.account();
    const { order } = await newOrder(session, {
      identifiers: [toIdentifier('given-up.example.com')],
      profile: 'default',
    });
    const [url = ''] = order.authorizations;
    await expect(deactivateAuthorization(session, url)).resolves.toMatchObject({
      authorization: { status: 'deactivated' },
    });
    expect((await fetchOrder(session, order.url)).order.status).not.toBe('pending');
  });
});

test('a profile that the CA does not have is refused, with those that it has', async () => {
  const session = await ca.account();
  const ordering = newOrder(session, { identifiers: [toIdentifier('a.example.com')], profile: 'tlsserver' });
  await expect(ordering).rejects.toThrow(/choose one of .*default.*shortlived|choose one of .*shortlived.*default/);
});

test('the profile decides on the life of a certificate', async () => {
  const obtained = await obtainCertificate(await ca.account(), {
    ...(await request('short.example.com')),
    profile: 'shortlived',
  });
  const [leaf] = obtained.certificates;
  expect(Date.parse(leaf.validTo) - Date.parse(leaf.validFrom)).toBeLessThanOrEqual(160 * 3_600_000);
});

test('an order of somebody else is not ours to see', async () => {
  const { order } = await newOrder(await ca.account(), {
    identifiers: [toIdentifier('a.example.com')],
    profile: 'default',
  });
  await expect(fetchOrder(await ca.account(), order.url)).rejects.toBeInstanceOf(AcmeProblem);
});
