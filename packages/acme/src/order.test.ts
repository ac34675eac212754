import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { toIdentifier } from './identifier.js';
import { fetchOrder, finalizeOrder, newOrder, refusesReplaces } from './order.js';
import { ACME_ERROR_PREFIX, AcmeInputError, AcmeProblem, AcmeProtocolError, AcmeTransportError } from './problem.js';
import { type ScriptedAccount, startScriptedAccount } from './testing/scripted-account.js';
import { directoryAt, problemReply, type ScriptedReply } from './testing/scripted-ca.js';

// Every test has an HTTPS server of its own: generous for a busy machine.
vi.setConfig({ testTimeout: 30_000, hookTimeout: 30_000 });

let scripted: ScriptedAccount;
beforeEach(async () => {
  scripted = await startScriptedAccount();
});
afterEach(() => scripted.stop());

const identifiers = ['a.example', 'b.example'].map(toIdentifier);
const orderReply = (more: object = {}, reply: ScriptedReply = {}): ScriptedReply => ({
  headers: { location: '/order/1' },
  body: {
    status: 'pending',
    identifiers,
    authorizations: [`${scripted.ca.origin}/authz/2`, `${scripted.ca.origin}/authz/1`],
    finalize: `${scripted.ca.origin}/order/1/finalize`,
    ...more,
  },
  ...reply,
});
const url = () => `${scripted.ca.origin}/order/1`;

describe('newOrder', () => {
  test('sends what was asked for, nothing else', async () => {
    scripted.ca.on('/new-order', orderReply({ expires: '2026-12-01T00:00:00Z', profile: 'default', replaces: 'a.b' }));
    const { order } = await newOrder(scripted.session, { identifiers, profile: 'default', replaces: 'a.b' });
    expect(scripted.ca.requests.at(-1)?.payload).toEqual({ identifiers, profile: 'default', replaces: 'a.b' });
    expect(order).toMatchObject({
      url: url(),
      status: 'pending',
      expires: '2026-12-01T00:00:00Z',
      profile: 'default',
      replaces: 'a.b',
    });
    expect(JSON.parse(JSON.stringify(order))).toEqual(order);
  });

  test('ready at once, when authorizations are reused', async () => {
    scripted.ca.on('/new-order', orderReply({ status: 'ready' }));
    await expect(newOrder(scripted.session, { identifiers })).resolves.toMatchObject({ order: { status: 'ready' } });
  });

  test.each<[string, object, RegExp]>([
    ['no Location', { headers: {} }, /Location/],
    ['no order', { body: { status: 'pending' } }, /no list of identifiers/],
  ])('%s is an error', async (_, reply, message) => {
    scripted.ca.on('/new-order', orderReply({}, reply));
    const ordering = newOrder(scripted.session, { identifiers });
    await expect(ordering).rejects.toThrow(AcmeProtocolError);
    await expect(ordering).rejects.toThrow(message);
  });

  test('rejectedIdentifier names the culprit among three', async () => {
    const reply = problemReply('compound', 400);
    const subproblems = [
      { type: `${ACME_ERROR_PREFIX}rejectedIdentifier`, detail: 'no', identifier: toIdentifier('b.example') },
    ];
    scripted.ca.on('/new-order', { ...reply, body: { ...(reply.body as object), subproblems } });
    const ordering = newOrder(scripted.session, { identifiers: [...identifiers, toIdentifier('c.example')] });
    await expect(ordering).rejects.toMatchObject({ identifiers: [toIdentifier('b.example')] });
    await expect(ordering).rejects.toThrow(/b\.example: rejectedIdentifier, no/);
  });

  test('a profile that the directory does not list is not asked for, even after looking again', async () => {
    const ordering = newOrder(scripted.session, { identifiers, profile: 'shortlived' });
    await expect(ordering).rejects.toThrow(AcmeInputError);
    await expect(ordering).rejects.toThrow(/no profile "shortlived": choose one of default/);
    expect(scripted.ca.log()).toEqual(['GET /directory', 'GET /directory']);
  });

  test('a profile that the CA has added meanwhile is asked for', async () => {
    await scripted.session.server.directory();
    scripted.ca.on('/directory', { body: directoryAt(scripted.ca.origin, { meta: { profiles: { shortlived: '' } } }) });
    scripted.ca.on('/new-order', orderReply());
    await newOrder(scripted.session, { identifiers, profile: 'shortlived' });
    expect(scripted.ca.requests.at(-1)?.payload).toMatchObject({ profile: 'shortlived' });
  });

  test('a profile named like a member of every object is no profile', async () => {
    await expect(newOrder(scripted.session, { identifiers, profile: 'constructor' })).rejects.toThrow(/no profile/);
  });
});

test.each<[string, () => unknown, boolean]>([
  ['alreadyReplaced', () => problem('alreadyReplaced', 409), true],
  ['409 by another name', () => problem('conflict', 409), true],
  ['404', () => problem('malformed', 404), true],
  ['500', () => problem('serverInternal', 500), true],
  ['malformed', () => problem('malformed', 400), true],
  ['of another account: unauthorized', () => problem('unauthorized', 403), true],
  ['rateLimited', () => problem('rateLimited', 429), false],
  ['rateLimited, sent as a 503', () => problem('rateLimited', 503), false],
  ['rejectedIdentifier', () => problem('rejectedIdentifier', 400), false],
  ['no connection', () => new AcmeTransportError({ operation: 'newOrder', url: 'x' }, 'reset', 'x', undefined), false],
])('whether to order again without replaces: %s', (_, error, expected) => {
  expect(refusesReplaces(error())).toBe(expected);
});

function problem(name: string, status: number): AcmeProblem {
  return new AcmeProblem({ operation: 'newOrder', url: 'x' }, { type: ACME_ERROR_PREFIX + name }, { status });
}

describe('an order', () => {
  test.each<[string, object, object]>([
    ['processing', { status: 'processing' }, { status: 'processing' }],
    [
      'valid',
      { status: 'valid', certificate: 'https://ca.example/cert/1' },
      { certificate: 'https://ca.example/cert/1' },
    ],
    ['invalid without a reason', { status: 'invalid' }, { status: 'invalid' }],
    ['invalid', { status: 'invalid', error: { type: 't', detail: 'd' } }, { error: { type: 't', detail: 'd' } }],
  ])('%s', async (_, more, expected) => {
    scripted.ca.on('/order/1', orderReply(more));
    const { order } = await fetchOrder(scripted.session, url());
    expect(order).toMatchObject(expected);
  });

  test.each<[string, object, RegExp]>([
    ['valid without certificate', { status: 'valid' }, /"certificate" is no string/],
    ['a certificate that is not over HTTPS', { status: 'valid', certificate: 'http://ca.example/' }, /no https/],
    ['an unknown status', { status: 'sleeping' }, /"sleeping", none of pending, ready/],
    ['an identifier of an unknown type', { identifiers: [{ type: 'email', value: 'a' }] }, /unknown identifier/],
    ['no authorizations', { authorizations: 'none' }, /no list/],
  ])('%s is refused', async (_, more, message) => {
    scripted.ca.on('/order/1', orderReply(more));
    await expect(fetchOrder(scripted.session, url())).rejects.toThrow(message);
  });

  test.each([
    ['7', 7_000],
    ['999999999', 86_400_000],
    ['-1', undefined],
  ])('Retry-After %s is passed on as %s ms', async (value, expected) => {
    scripted.ca.on('/order/1', orderReply({ status: 'processing' }, { headers: { 'retry-after': value } }));
    expect((await fetchOrder(scripted.session, url())).retryAfterMs).toBe(expected);
  });
});

describe('finalize', () => {
  const finalize = () =>
    finalizeOrder(scripted.session, { url: url(), finalize: `${url()}/finalize` }, Buffer.from('csr'));

  test('sends the CSR in base64url; the URL of the order is kept when Location is missing', async () => {
    scripted.ca.on('/order/1/finalize', orderReply({ status: 'processing' }, { headers: {} }));
    const { order } = await finalize();
    expect(scripted.ca.requests.at(-1)?.payload).toEqual({ csr: 'Y3Ny' });
    expect(order).toMatchObject({ url: url(), status: 'processing' });
  });

  test('valid at once', async () => {
    scripted.ca.on('/order/1/finalize', orderReply({ status: 'valid', certificate: 'https://ca.example/c' }));
    await expect(finalize()).resolves.toMatchObject({ order: { status: 'valid' } });
  });

  test('orderNotReady because an answer got lost: the order tells how far it is', async () => {
    scripted.ca.on('/order/1/finalize', { hangUp: 'before' }, problemReply('orderNotReady', 403));
    scripted.ca.on('/order/1', orderReply({ status: 'processing' }));
    await expect(finalize()).resolves.toMatchObject({ order: { status: 'processing' } });
  });

  test('orderNotReady of an order that says it is ready is an error, not a loop', async () => {
    scripted.ca.on('/order/1/finalize', problemReply('orderNotReady', 403));
    scripted.ca.on('/order/1', orderReply({ status: 'ready' }));
    await expect(finalize()).rejects.toMatchObject({ errorName: 'orderNotReady' });
  });

  test('badCSR is an error', async () => {
    scripted.ca.on('/order/1/finalize', problemReply('badCSR', 400));
    await expect(finalize()).rejects.toMatchObject({ errorName: 'badCSR' });
  });
});
