import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { authorizationProblem, deactivateAuthorization, fetchAuthorization } from './authorization.js';
import { respondToChallenge } from './challenge.js';
import { toIdentifier } from './identifier.js';
import { presentationFor } from './presentation.js';
import { ACME_ERROR_PREFIX } from './problem.js';
import { type ScriptedAccount, startScriptedAccount } from './testing/scripted-account.js';
import { problemReply } from './testing/scripted-ca.js';

// Every test has an HTTPS server of its own: generous for a busy machine.
vi.setConfig({ testTimeout: 30_000, hookTimeout: 30_000 });

const TOKEN = 'evaGxfADs6pSRb2LAv9IZf17Dt3juxGJ-PCt92wr-oA';
let scripted: ScriptedAccount;
beforeEach(async () => {
  scripted = await startScriptedAccount();
});
afterEach(() => scripted.stop());

const authorization = (more: object = {}) => ({
  body: {
    status: 'pending',
    identifier: { type: 'dns', value: 'a.example' },
    challenges: [challenge('http-01'), challenge('dns-01'), challenge('tls-alpn-01')],
    ...more,
  },
});
const challenge = (type: string, more: object = {}) => ({
  type,
  url: `https://ca.example/challenge/${type}`,
  status: 'pending',
  token: TOKEN,
  ...more,
});
const fetch = () => fetchAuthorization(scripted.session, `${scripted.ca.origin}/authz/1`);

describe('an authorization', () => {
  test('with what it needs to be proven, and when to look again', async () => {
    scripted.ca.on('/authz/1', {
      ...authorization({ wildcard: true, expires: '2026-12-01T00:00:00Z' }),
      headers: { 'retry-after': '3' },
    });
    await expect(fetch()).resolves.toEqual({
      authorization: {
        url: `${scripted.ca.origin}/authz/1`,
        identifier: { type: 'dns', value: 'a.example' },
        wildcard: true,
        status: 'pending',
        expires: '2026-12-01T00:00:00Z',
        challenges: ['http-01', 'dns-01', 'tls-alpn-01'].map(type => challenge(type)),
      },
      retryAfterMs: 3_000,
    });
    expect(scripted.ca.requests.at(-1)?.payload).toBeUndefined();
  });

  test('of a CA that repeats the wildcard label in the identifier is the same', async () => {
    scripted.ca.on('/authz/1', authorization({ identifier: { type: 'dns', value: '*.a.example' } }));
    await expect(fetch()).resolves.toMatchObject({
      authorization: { identifier: { type: 'dns', value: 'a.example' }, wildcard: true },
    });
  });

  test('with broken challenges among good ones keeps the good ones', async () => {
    scripted.ca.on('/authz/1', authorization({ challenges: [null, { type: 'http-01' }, challenge('dns-01')] }));
    expect((await fetch()).authorization.challenges.map(({ type }) => type)).toEqual(['dns-01']);
  });

  test.each<[string, object, RegExp]>([
    ['an unknown status', { status: 'asleep' }, /none of pending, valid, invalid, deactivated, expired, revoked/],
    ['no identifier', { identifier: undefined }, /no identifier/],
    ['no challenges', { challenges: undefined }, /no list of challenges/],
  ])('with %s is refused', async (_, more, message) => {
    scripted.ca.on('/authz/1', authorization(more));
    await expect(fetch()).rejects.toThrow(message);
  });

  test('is deactivated by posting that status (RFC 8555 §7.5.2)', async () => {
    scripted.ca.on('/authz/1', authorization({ status: 'deactivated' }));
    await deactivateAuthorization(scripted.session, `${scripted.ca.origin}/authz/1`);
    expect(scripted.ca.requests.at(-1)?.payload).toEqual({ status: 'deactivated' });
  });

  test('that failed tells the error of its challenge, and the name', async () => {
    const error = { type: `${ACME_ERROR_PREFIX}connection`, detail: 'Connection refused', status: 400 };
    scripted.ca.on(
      '/authz/1',
      authorization({
        status: 'invalid',
        wildcard: true,
        challenges: [challenge('dns-01', { status: 'invalid', error })],
      }),
    );
    const problem = authorizationProblem((await fetch()).authorization);
    expect(problem).toMatchObject({ errorName: 'connection', identifiers: [toIdentifier('a.example')] });
    expect(problem?.message).toMatch(
      /^dns-01 of \*\.a\.example .* failed: 400 connection: Connection refused\. Make sure/,
    );
  });

  test('that failed without saying why is a problem all the same; a pending one is none', async () => {
    scripted.ca.on('/authz/1', authorization({ status: 'invalid' }), authorization());
    expect(authorizationProblem((await fetch()).authorization)?.message).toContain('the CA does not say why');
    expect(authorizationProblem((await fetch()).authorization)).toBeUndefined();
  });
});

describe('what to present', () => {
  test.each([
    [['http-01'], { type: 'http-01', path: `/.well-known/acme-challenge/${TOKEN}` }],
    [['dns-01', 'http-01'], { type: 'dns-01', record: { name: '_acme-challenge.a.example' } }],
    [['dns-account-01', 'tls-alpn-01'], { type: 'tls-alpn-01', serverName: 'a.example' }],
  ] as const)('prefers %j in that order', async (types, expected) => {
    scripted.ca.on('/authz/1', authorization());
    const presentation = await presentationFor(scripted.session, (await fetch()).authorization, types);
    expect(presentation).toMatchObject(expected);
    expect(presentation.keyAuthorization.startsWith(`${TOKEN}.`)).toBe(true);
  });

  test.each([
    ['only types that we do not know', [challenge('carrier-pigeon-01')], /the CA offers carrier-pigeon-01/],
    ['no token', [challenge('http-01', { token: undefined })], /http-01 \(without token\)/],
    ['a token that is a path', [challenge('http-01', { token: '../../x' })], /http-01 \(without token\)/],
    ['nothing', [], /offers nothing/],
  ])('an authorization with %s cannot be proven, and the error says what there is', async (_, challenges, message) => {
    scripted.ca.on('/authz/1', authorization({ challenges }));
    const { authorization: read } = await fetch();
    await expect(presentationFor(scripted.session, read, ['http-01'])).rejects.toThrow(message);
  });
});

describe('responding to a challenge', () => {
  const respond = () => respondToChallenge(scripted.session, { url: `${scripted.ca.origin}/challenge/1` });

  test('posts the empty object (RFC 8555 §7.5.1)', async () => {
    scripted.ca.on('/challenge/1', { body: challenge('http-01', { status: 'processing' }) });
    await expect(respond()).resolves.toMatchObject({ status: 'processing' });
    expect(scripted.ca.requests.at(-1)?.payload).toEqual({});
  });

  test('a second time, after the first answer got lost: the challenge tells how far it is', async () => {
    scripted.ca.on('/challenge/1', problemReply('malformed', 400), { body: challenge('http-01', { status: 'valid' }) });
    await expect(respond()).resolves.toMatchObject({ status: 'valid' });
    expect(scripted.ca.requests.at(-1)?.payload).toBeUndefined();
  });

  test('refused while it is pending: the error', async () => {
    scripted.ca.on('/challenge/1', problemReply('malformed', 400), { body: challenge('http-01') });
    await expect(respond()).rejects.toMatchObject({ errorName: 'malformed' });
  });
});
