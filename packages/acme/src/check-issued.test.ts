import { createPublicKey, generateKeyPairSync } from 'node:crypto';
import { beforeAll, describe, expect, test } from 'vitest';
import { type CertificateChain, parseChain } from './certificate.js';
import { checkIssued } from './check-issued.js';
import { context, der, sequence } from './der.js';
import { toIdentifier } from './identifier.js';
import { generateCertificateKey } from './key.js';
import type { AcmeProtocolError, Identifier } from './problem.js';
import { spki } from './spki.js';
import { type Issued, type IssueOptions, issue, issueChain } from './testing/issue.js';
import { extension, OID } from './x509.js';

const newKey = () => generateCertificateKey('P-256');
const NOW = Date.now();
const DAY = 86_400_000;
const identifiers = [toIdentifier('www.example.org')];
let root: Issued;
let intermediate: Issued;
let leaf: Issued;

const chain = (...certificates: Issued[]): CertificateChain => parseChain(certificates.map(({ pem }) => pem).join(''));
const check = (issued: CertificateChain, more: object = {}) =>
  checkIssued(issued, { key: leaf.key, identifiers, now: NOW, ...more });

beforeAll(async () => {
  ({ root, intermediate, leaf } = await issueChain());
});

describe('passes', () => {
  test('a leaf with its issuer', () => expect(() => check(chain(leaf, intermediate))).not.toThrow());
  test('with the root along', () => expect(() => check(chain(leaf, intermediate, root))).not.toThrow());
  test('against the public key', () =>
    expect(() => check(chain(leaf, intermediate), { key: createPublicKey(leaf.key) })).not.toThrow());
  test('against the octets of the public key', () =>
    expect(() => check(chain(leaf, intermediate), { key: Uint8Array.from(spki(leaf.key)) })).not.toThrow());
  test('a leaf alone, where the caller says so', () =>
    expect(() => check(chain(leaf), { allowLeafOnly: true })).not.toThrow());
  test('names in another order and case', async () => {
    const names = ['b.example', 'a.example', '192.0.2.1', '2001:db8::1'].map(toIdentifier);
    const other = await issue({ commonName: 'leaf', issuer: intermediate, identifiers: names, key: leaf.key });
    expect(() =>
      check(chain(other, intermediate), {
        identifiers: ['A.example', '2001:DB8::1', 'b.example', '192.0.2.1'].map(toIdentifier),
      }),
    ).not.toThrow();
  });
});

/** A chain whose leaf differs from the right one in what is given. */
const leafWith = async (wrong: Partial<IssueOptions>) =>
  chain(await issue({ commonName: 'leaf', issuer: intermediate, key: leaf.key, identifiers, ...wrong }), intermediate);
const mailName = () => extension(OID.subjectAltName, sequence(der(context(1), Buffer.from('a@b.example'))));
const [more, evil] = ['more.example', 'evil.example'].map(toIdentifier) as [Identifier, Identifier];

test.each<[string, () => Promise<CertificateChain>, RegExp, object?]>([
  ['the key of somebody else', async () => leafWith({ key: await newKey() }), /its key is not ours/],
  [
    'the octets of the key of somebody else',
    () => leafWith({}),
    /its key is not ours/,
    { key: Uint8Array.from(spki(generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey)) },
  ],
  ['a name missing', async () => leafWith({}), /it lacks more\.example/, { identifiers: [...identifiers, more] }],
  ['a name too many', () => leafWith({ identifiers: [...identifiers, evil] }), /it also names evil\.example/],
  ['no names', () => leafWith({ identifiers: [] }), /it lacks www\.example\.org/],
  [
    'a name that is no identifier',
    () => leafWith({ identifiers: [], extensions: [mailName()] }),
    /neither a DNS name nor an IP address/,
  ],
  ['expired', () => leafWith({}), /expired already/, { now: NOW + 91 * DAY }],
  ['not valid for days', () => leafWith({}), /not valid before/, { now: NOW - 3 * DAY }],
  ['an end before the beginning', () => leafWith({ notAfter: new Date(NOW - 2 * DAY) }), /ends .* before it begins/],
  ['no issuer: a truncated chain', async () => chain(leaf), /incomplete/],
  ['a gap: the root instead of the intermediate', async () => chain(leaf, root), /1 of the chain was not issued by/],
  [
    'another intermediate of the same name',
    async () => chain(leaf, await issue({ commonName: 'Test Intermediate', isCa: true })),
    /certificate 1 .* not issued by certificate 2/,
  ],
  [
    'one of the same name and key identifier, with another key',
    async () => {
      const subjectKeyId = spki(intermediate.key).subarray(-20);
      return chain(leaf, await issue({ commonName: 'Test Intermediate', isCa: true, subjectKeyId }));
    },
    /certificate 1 .* not issued by certificate 2/,
  ],
  [
    'an issuer of another name, with the right key',
    async () => chain(leaf, await issue({ commonName: 'Renamed', isCa: true, key: intermediate.key })),
    /certificate 1 .* not issued by certificate 2/,
  ],
  [
    'an issuer that is no CA',
    async () => chain(leaf, await issue({ commonName: 'Test Intermediate', issuer: root, key: intermediate.key })),
    /certificate 2 of the chain is no CA/,
  ],
  ['the chain the wrong way round', async () => chain(intermediate, leaf), /first certificate is a CA/],
])('refuses %s', async (_, issued, message, expected) => {
  const wrong = await issued();
  expect(() => check(wrong, expected)).toThrow(
    expect.objectContaining({
      name: 'AcmeProtocolError',
      fault: 'certificate',
      message: expect.stringMatching(message),
    }),
  );
  expect(() => check(wrong, expected)).toThrow(/must not be installed/);
});

test('says everything that is wrong at once', async () => {
  const key = await newKey();
  const failure = (): AcmeProtocolError | undefined => {
    try {
      check(chain(leaf), { key, identifiers: [toIdentifier('other.example')] });
    } catch (error) {
      return error as AcmeProtocolError;
    }
    return undefined;
  };
  expect(failure()?.message).toMatch(
    /key is not ours; it lacks other\.example; it also names www\.example\.org; .*incomplete/,
  );
});
