import { X509Certificate } from 'node:crypto';
import {
  type AccountSession,
  certId,
  checkIssued,
  downloadCertificate,
  fetchRenewalInfo,
  generateCertificateKey,
  newOrder,
  type ObtainedCertificate,
  type ObtainRequest,
  obtainCertificate,
  offersRenewalInfo,
  parseChain,
  revokeCertificate,
  rootName,
  signerFromKey,
  toIdentifier,
} from '@certfleet/acme';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { overHttp01, startTestCa, type TestCa } from './ca.js';

let ca: TestCa;
let session: AccountSession;
beforeAll(async () => {
  ca = await startTestCa({ alternateRoots: 2, chainLength: 2 });
  session = await ca.account();
});
afterAll(() => ca.stop());

async function obtain(more: Partial<ObtainRequest> = {}): Promise<ObtainedCertificate> {
  return obtainCertificate(session, {
    identifiers: [toIdentifier('www.example.com')],
    profile: 'default',
    key: await generateCertificateKey('P-256'),
    ...overHttp01(ca),
    ...more,
  });
}

const commonName = async (root: Promise<string>) =>
  new X509Certificate(await root).subject
    .split('\n')
    .find(part => part.startsWith('CN='))
    ?.slice(3);

describe('chains', () => {
  test('with two intermediates, down to the root that the CA names', async () => {
    const obtained = await obtain();
    expect(obtained.certificates).toHaveLength(3);
    expect(rootName(obtained)).toBe(await commonName(ca.pebble.rootPem()));
    const root = new X509Certificate(await ca.pebble.rootPem());
    expect(obtained.certificates.at(-1)?.verify(root.publicKey)).toBe(true);
  });

  test('an alternate chain by the name of its root', async () => {
    const second = await commonName(ca.pebble.rootPem(2));
    if (second === undefined) throw new Error('the root has a common name');
    const obtained = await obtain({ preferredRoot: second });
    expect(obtained.alternates).toHaveLength(2);
    expect(obtained.preferredRootFound).toBe(true);
    expect(rootName(obtained)).toBe(second);
  });

  test('no such root: the default chain, and it says so', async () => {
    const obtained = await obtain({ preferredRoot: 'Nobody’s Root' });
    expect(obtained.preferredRootFound).toBe(false);
    expect(rootName(obtained)).toBe(await commonName(ca.pebble.rootPem()));
  });

  test('a real chain with its issuers cut off is refused', async () => {
    const key = await generateCertificateKey('P-256');
    const obtained = await obtain({ key });
    const leafOnly = parseChain(obtained.certificates[0].toString());
    const expected = { key, identifiers: [toIdentifier('www.example.com')], now: Date.now() };
    expect(() => checkIssued(leafOnly, expected)).toThrow(/chain is incomplete/);
    expect(() => checkIssued(obtained, expected)).not.toThrow();
  });

  test('can be downloaded again later, from the URL alone', async () => {
    const { order, chainPem } = await obtain();
    if (order.status !== 'valid') throw new Error('an order that was obtained is valid');
    const again = await downloadCertificate({ ...session, server: ca.server() }, order.certificate);
    expect(again.chainPem).toBe(chainPem);
  });
});

describe('revocation', () => {
  test('by the account, with a reason; a second time is a success', async () => {
    const { certificates } = await obtain();
    await expect(revokeCertificate(session, certificates[0], { reason: 'superseded' })).resolves.toBe('revoked');
    await expect(revokeCertificate(session, certificates[0])).resolves.toBe('already-revoked');
  });

  test.each(['P-256', 'P-384', 'RSA-2048'] as const)(
    "by the certificate's own key (%s), without an account",
    async type => {
      const key = await generateCertificateKey(type);
      const { certificates } = await obtain({ key });
      const by = { server: ca.server(), signer: signerFromKey(key) };
      await expect(revokeCertificate(by, certificates[0], { reason: 'keyCompromise' })).resolves.toBe('revoked');
    },
  );

  test('by another key is refused', async () => {
    const { certificates } = await obtain();
    const by = { server: session.server, signer: signerFromKey(await generateCertificateKey('P-256')) };
    await expect(revokeCertificate(by, certificates[0])).rejects.toMatchObject({ status: 403 });
  });
});

describe('renewal information (RFC 9773)', () => {
  test('is offered, with a window within the life of the certificate', async () => {
    const { certificates } = await obtain();
    const [leaf] = certificates;
    await expect(offersRenewalInfo(session.server)).resolves.toBe(true);
    const info = await fetchRenewalInfo(session.server, certId(leaf));
    if (info.answer !== 'window') throw new Error(`no window: ${info.reason}`);
    expect(info.start.getTime()).toBeGreaterThan(Date.parse(leaf.validFrom));
    expect(info.end.getTime()).toBeLessThanOrEqual(Date.parse(leaf.validTo));
    expect(info.retryAfterMs).toBeGreaterThanOrEqual(60_000);
  });

  test('follows the CA when it changes its mind', async () => {
    const { certificates } = await obtain();
    const [start, end] = [new Date('2020-01-01T00:00:00Z'), new Date('2020-01-02T00:00:00Z')];
    await ca.pebble.setRenewalInfo(certificates[0].toString(), { start, end });
    await expect(fetchRenewalInfo(session.server, certId(certificates[0]))).resolves.toMatchObject({
      answer: 'window',
      start,
      end,
    });
  });

  test.each([
    [
      'a window the wrong way round',
      '{"suggestedWindow":{"start":"2026-02-01T00:00:00Z","end":"2026-01-01T00:00:00Z"}}',
    ],
    ['an empty object', '{}'],
    ['no JSON', 'come back later'],
  ])('%s is no answer', async (_, body) => {
    const { certificates } = await obtain();
    await ca.pebble.setRenewalInfo(certificates[0].toString(), { body });
    await expect(fetchRenewalInfo(session.server, certId(certificates[0]))).resolves.toMatchObject({
      answer: 'no-answer',
      reason: expect.any(String),
    });
  });

  test('for a certificate that the CA has not issued is a problem', async () => {
    const [authority] = certId((await obtain()).certificates[0]).split('.');
    await expect(fetchRenewalInfo(session.server, `${authority}.AIdlQyE`)).rejects.toMatchObject({
      status: 404,
    });
  });
});

describe('an order that replaces a certificate', () => {
  test('is taken, and says what it replaces', async () => {
    const replaces = certId((await obtain()).certificates[0]);
    const renewed = await obtain({ replaces });
    expect(renewed.order.replaces).toBe(replaces);
    expect(renewed.withoutReplaces).toBeUndefined();
  });

  test('that has been replaced already is made without it, and says why', async () => {
    const replaces = certId((await obtain()).certificates[0]);
    await obtain({ replaces });
    const again = await obtain({ replaces });
    expect(again.withoutReplaces).toMatchObject({ status: 409, errorName: 'alreadyReplaced' });
    expect(again.order.replaces).toBeUndefined();
  });

  test('that the CA does not know is made without it', async () => {
    const renewed = await obtain({ replaces: 'aYhba4dGQEHhs3uEe6CuLN4ByNQ.AIdlQyE' });
    expect(renewed.withoutReplaces).toBeDefined();
    expect(renewed.certificates).toHaveLength(3);
  });

  test('is the plumbing’s own error, for those who decide themselves', async () => {
    const replaces = certId((await obtain()).certificates[0]);
    await obtain({ replaces });
    const ordering = newOrder(session, {
      identifiers: [toIdentifier('www.example.com')],
      profile: 'default',
      replaces,
    });
    await expect(ordering).rejects.toMatchObject({ errorName: 'alreadyReplaced' });
  });
});
