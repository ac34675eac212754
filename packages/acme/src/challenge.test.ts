import { describe, expect, test } from 'vitest';
import {
  dns01Record,
  dnsAccount01Record,
  findChallenge,
  http01Path,
  keyAuthorization,
  parseChallenge,
} from './challenge.js';
import { AcmeInputError } from './problem.js';

const TOKEN = 'evaGxfADs6pSRb2LAv9IZf17Dt3juxGJ-PCt92wr-oA';
/** RFC 7638 §3.1, whose thumbprint is known. */
const KEY = {
  kty: 'RSA',
  n: '0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw',
  e: 'AQAB',
} as const;
const KEY_AUTHORIZATION = `${TOKEN}.NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs`;

test('the key authorization is token, dot, thumbprint (RFC 8555 §8.1)', () => {
  expect(keyAuthorization(TOKEN, KEY)).toBe(KEY_AUTHORIZATION);
});

describe('http-01', () => {
  test('has its path (RFC 8555 §8.3)', () => {
    expect(http01Path(TOKEN)).toBe(`/.well-known/acme-challenge/${TOKEN}`);
  });

  test.each(['../../../../etc/passwd', 'short', `${TOKEN}/x`, `${TOKEN}\r\nX: y`, `${TOKEN}=`, '', 'ä'.repeat(30)])(
    'refuses the token %j, which must not get into a path',
    token => {
      expect(() => http01Path(token)).toThrow(AcmeInputError);
      expect(() => keyAuthorization(token, KEY)).toThrow(AcmeInputError);
    },
  );
});

test.each([
  ['www.example.org', '_acme-challenge.www.example.org'],
  ['*.example.org', '_acme-challenge.example.org'],
])('dns-01 for %s is at %s (RFC 8555 §8.4)', (name, recordName) => {
  const { name: actual, value } = dns01Record(name, KEY_AUTHORIZATION);
  expect(actual).toBe(recordName);
  // echo -n KEY_AUTHORIZATION | openssl dgst -sha256 -binary | basenc --base64url, without padding
  expect(value).toBe('ZTRx1Ckl1-tM05o5zaizTTA0yUy5AGereMgSNWC6Ll8');
});

test('dns-account-01 has the label of the draft', () => {
  const record = dnsAccount01Record('example.org', 'https://example.com/acme/acct/ExampleAccount', KEY_AUTHORIZATION);
  expect(record.name).toBe('_ujmmovf2vn55tgye._acme-challenge.example.org');
  expect(record.value).toBe(dns01Record('example.org', KEY_AUTHORIZATION).value);
});

describe('reading challenges', () => {
  const url = 'https://ca.example/challenge/1';

  test.each<[string, unknown]>([
    ['null', null],
    ['a string', 'http-01'],
    ['without type', { url, token: TOKEN }],
    ['without URL', { type: 'http-01', token: TOKEN }],
  ])('%s is none', (_, value) => {
    expect(parseChallenge(value)).toBeUndefined();
  });

  test.each([
    ['missing (dns-persist-01 has none)', undefined],
    ['short', 'abc'],
    ['with a path in it', `../${TOKEN}`],
    ['not a string', 5],
  ])('a token that is %s is left out', (_, token) => {
    expect(parseChallenge({ type: 'http-01', url, status: 'pending', token })).toEqual({
      type: 'http-01',
      url,
      status: 'pending',
    });
  });

  test('one of an unknown type is kept, but never chosen', () => {
    const challenges = [
      { type: 'carrier-pigeon-01', url, status: 'pending', token: TOKEN },
      { type: 'http-01', url, status: 'pending' },
      { type: 'dns-01', url, status: 'pending', token: TOKEN },
    ].flatMap(value => parseChallenge(value) ?? []);
    expect(challenges).toHaveLength(3);
    expect(findChallenge({ challenges }, 'http-01')).toBeUndefined();
    expect(findChallenge({ challenges }, 'dns-01')).toMatchObject({ type: 'dns-01', token: TOKEN });
  });
});
