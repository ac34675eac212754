import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { AccountSession } from './account.js';
import {
  certificateDetails,
  certificateNames,
  downloadCertificate,
  parseChain,
  revokeCertificate,
  rootName,
} from './certificate.js';
import { context, der, sequence } from './der.js';
import { signerFromKey } from './jws.js';
import { generateAccountKey } from './key.js';
import { AcmeInputError, AcmeProblem, AcmeProtocolError } from './problem.js';
import { AcmeServer } from './server.js';
import { type Issued, issue, issueChain } from './testing/issue.js';
import { problemReply, type ScriptedCa, type ScriptedReply, startScriptedCa } from './testing/scripted-ca.js';
import { extension, OID } from './x509.js';

// Every test has an HTTPS server of its own: generous for a busy machine.
vi.setConfig({ testTimeout: 30_000, hookTimeout: 30_000 });

let ca: ScriptedCa;
let server: AcmeServer;
let session: AccountSession;
let root: Issued;
let intermediate: Issued;
let leaf: Issued;

beforeEach(async () => {
  ca = await startScriptedCa();
  const clock = { now: Date.now, sleep: async () => undefined, random: () => 0.5 };
  server = new AcmeServer({ directoryUrl: ca.directoryUrl, userAgent: 'test', ca: ca.root, clock });
  session = { server, accountUrl: `${ca.origin}/account/1`, signer: signerFromKey(await generateAccountKey()) };
  ({ root, intermediate, leaf } = await issueChain());
});
afterEach(async () => {
  await server.close();
  await ca.stop();
});

const pem = (body: string, ...alternates: string[]): ScriptedReply => ({
  headers: {
    'content-type': 'application/pem-certificate-chain',
    link: ['<https://ca.example/directory>;rel="index"', ...alternates.map(path => `<${path}>;rel="alternate"`)],
  },
  body,
});
const download = (options = {}) => downloadCertificate(session, `${ca.origin}/cert`, options);

describe('downloading', () => {
  test('asks for a PEM chain by POST-as-GET and returns it, with the alternates', async () => {
    ca.on('/cert', pem(leaf.pem + intermediate.pem, '/cert/1'));
    const downloaded = await download();
    expect(downloaded.chainPem).toBe(leaf.pem + intermediate.pem);
    expect(downloaded.certificates.map(({ subject }) => subject)).toEqual(['CN=leaf', 'CN=Test Intermediate']);
    expect(downloaded.alternates).toEqual([`${ca.origin}/cert/1`]);
    expect(ca.requests.at(-1)).toMatchObject({
      headers: { accept: 'application/pem-certificate-chain' },
      payload: undefined,
    });
  });

  test('a certificate that is not there yet is asked for again', async () => {
    ca.on('/cert', problemReply('malformed', 404), pem(leaf.pem + intermediate.pem));
    await expect(download()).resolves.toMatchObject({ alternates: [] });
  });

  test.each<[string, () => ScriptedReply, RegExp]>([
    [
      'HTML',
      () => ({ headers: { 'content-type': 'text/html; charset=utf-8' }, body: '<html>' }),
      /text\/html instead of application\/pem-certificate-chain, beginning with "<html>"/,
    ],
    ['text/plain', () => ({ headers: { 'content-type': 'text/plain' }, body: leaf.pem }), /text\/plain instead of/],
    ['nothing', () => pem(''), /holds no certificate/],
    [
      'a PEM that is cut off',
      () => pem((leaf.pem + intermediate.pem).slice(0, -60)),
      /something other than whole certificates/,
    ],
    [
      'a private key along',
      () => pem(`${leaf.pem}-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n`),
      /something other/,
    ],
    ['text before it', () => pem(`Subject: leaf\n${leaf.pem}`), /something other/],
    [
      'a block that is no certificate',
      () => pem('-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n'),
      /Block 1 .* no X.509/,
    ],
  ])('%s is refused', async (_, reply, message) => {
    ca.on('/cert', reply());
    const failing = download();
    await expect(failing).rejects.toThrow(AcmeProtocolError);
    await expect(failing).rejects.toThrow(message);
    await expect(failing).rejects.toThrow(/Nothing was installed/);
  });
});

describe('choosing the chain by its root', () => {
  let otherIntermediate: Issued;

  beforeEach(async () => {
    const otherRoot = await issue({ commonName: 'Other Root', isCa: true });
    otherIntermediate = await issue({
      commonName: 'Test Intermediate',
      isCa: true,
      issuer: otherRoot,
      key: intermediate.key,
    });
    ca.on('/cert', pem(leaf.pem + intermediate.pem, '/cert/1', '/cert/2'));
    ca.on('/cert/1', pem(leaf.pem + intermediate.pem + root.pem));
    ca.on('/cert/2', pem(leaf.pem + otherIntermediate.pem));
  });

  test('the default chain has it: no alternate is asked for', async () => {
    await expect(download({ preferredRoot: 'Test Root' })).resolves.toMatchObject({ preferredRootFound: true });
    expect(ca.log()).not.toContain('POST /cert/1');
  });

  test('an alternate has it', async () => {
    const downloaded = await download({ preferredRoot: 'Other Root' });
    expect(downloaded.preferredRootFound).toBe(true);
    expect(rootName(downloaded)).toBe('Other Root');
  });

  test('none has it: the default chain, and it says so', async () => {
    const downloaded = await download({ preferredRoot: 'Third Root' });
    expect(downloaded).toMatchObject({ preferredRootFound: false, chainPem: leaf.pem + intermediate.pem });
  });

  test.each<[string, ScriptedReply]>([
    ['404', problemReply('malformed', 404)],
    ['HTML', { headers: { 'content-type': 'text/html' }, body: '<html>' }],
  ])('an alternate that answers %s does not matter', async (_, reply) => {
    ca.on('/cert/1', reply);
    await expect(download({ preferredRoot: 'Other Root' })).resolves.toMatchObject({ preferredRootFound: true });
    ca.on('/cert/2', reply);
    await expect(download({ preferredRoot: 'Other Root' })).resolves.toMatchObject({
      preferredRootFound: false,
      chainPem: leaf.pem + intermediate.pem,
    });
  });
});

describe('revoking', () => {
  beforeEach(() => ca.on('/revoke-cert', { status: 200 }));

  test('by the account: kid in the header, reason as its code', async () => {
    await expect(revokeCertificate(session, leaf.certificate, { reason: 'superseded' })).resolves.toBe('revoked');
    expect(ca.requests.at(-1)).toMatchObject({
      protectedHeader: { kid: session.accountUrl },
      payload: { certificate: leaf.certificate.raw.toString('base64url'), reason: 4 },
    });
  });

  test("by the certificate's key: jwk in the header, no reason unless given", async () => {
    const signer = signerFromKey(leaf.key);
    await expect(revokeCertificate({ server, signer }, leaf.certificate)).resolves.toBe('revoked');
    const request = ca.requests.at(-1);
    expect(request?.protectedHeader.jwk).toEqual(signer.publicJwk);
    expect(request?.protectedHeader).not.toHaveProperty('kid');
    expect(request?.payload).not.toHaveProperty('reason');
  });

  test('again is a success', async () => {
    ca.on('/revoke-cert', problemReply('alreadyRevoked', 400));
    await expect(revokeCertificate(session, leaf.certificate)).resolves.toBe('already-revoked');
  });

  test('refused is an error', async () => {
    ca.on('/revoke-cert', problemReply('unauthorized', 403));
    await expect(revokeCertificate(session, leaf.certificate)).rejects.toThrow(AcmeProblem);
  });
});

test('the serial number keeps its leading 00, as RFC 9773 wants it', () => {
  expect(certificateDetails(leaf.certificate).serial.toString('hex')).toBe('0087654321');
});

test('a chain may have white space around its certificates, and CRLF', () => {
  const windows = `\r\n${leaf.pem}${intermediate.pem}`.replaceAll('\n', '\r\n');
  expect(parseChain(windows).chainPem).toBe(leaf.pem + intermediate.pem);
  expect(() => parseChain('')).toThrow(AcmeInputError);
});

describe('the names of a certificate that anyone issued', () => {
  const dns = (value: string) => ({ type: 'dns', value }) as const;
  const names = (types: number[]) => types.map(type => der(context(type), Buffer.from('x@example.org')));
  test.each<[string, Partial<Parameters<typeof issue>[0]>, string[]]>([
    [
      'DNS names and addresses',
      { identifiers: [dns('a.example'), { type: 'ip', value: '2001:db8::1' }] },
      ['a.example', '2001:db8::1'],
    ],
    ['each once, in lower case', { identifiers: [dns('A.example'), dns('a.example')] }, ['a.example']],
    [
      'a wildcard, an underscore, one label',
      { identifiers: [dns('*.x.example'), dns('a_b'), dns('host')] },
      ['*.x.example', 'a_b', 'host'],
    ],
    ['without what is no name', { identifiers: [dns('a b'), dns('x\nno.example'), dns('a.example')] }, ['a.example']],
    ['the common name of one without alternatives', { commonName: 'Host.example' }, ['host.example']],
    [
      'the common name beside an e-mail address',
      { commonName: 'host.example', extensions: [extension(OID.subjectAltName, sequence(...names([1])))] },
      ['host.example'],
    ],
    ['none', { commonName: 'Some Company' }, []],
  ])('%s', async (_, options, expected) => {
    const { certificate } = await issue({ commonName: 'other.example', ...options });
    expect(certificateNames(certificate).map(({ value }) => value)).toEqual(expected);
  });
});
