import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { toIdentifier } from './identifier.js';
import { explainInvalidOrder } from './invalid-order.js';
import { generateCertificateKey } from './key.js';
import { type ObtainRequest, obtainCertificate, waitForOrder } from './obtain.js';
import type { Order } from './order.js';
import { ACME_ERROR_PREFIX, AcmeInputError } from './problem.js';
import { type Issued, issueChain } from './testing/issue.js';
import { type ScriptedAccount, startScriptedAccount } from './testing/scripted-account.js';
import { problemReply, type ScriptedReply } from './testing/scripted-ca.js';

// Every test has an HTTPS server of its own: generous for a busy machine.
vi.setConfig({ testTimeout: 30_000, hookTimeout: 30_000 });

const TOKEN = 'evaGxfADs6pSRb2LAv9IZf17Dt3juxGJ-PCt92wr-oA';
const identifiers = [toIdentifier('www.example.org')];
let scripted: ScriptedAccount;
let issued: { intermediate: Issued; leaf: Issued };
let presented: string[];
let cleaned: string[];

beforeEach(async () => {
  scripted = await startScriptedAccount();
  issued = await issueChain();
  [presented, cleaned] = [[], []];
  scripted.ca.on('/new-order', order('pending'));
  scripted.ca.on('/authz/1', authorization('pending'));
  scripted.ca.on('/challenge/1', { body: challenge('processing') });
  scripted.ca.on('/order/1', order('ready'));
  scripted.ca.on('/order/1/finalize', order('valid'));
  scripted.ca.on('/cert/1', {
    headers: { 'content-type': 'application/pem-certificate-chain' },
    body: issued.leaf.pem + issued.intermediate.pem,
  });
});
afterEach(() => scripted.stop());

const at = (path: string) => `${scripted.ca.origin}${path}`;
const order = (status: string, more: object = {}, headers = {}): ScriptedReply => ({
  headers: { location: at('/order/1'), ...headers },
  body: {
    status,
    identifiers,
    authorizations: [at('/authz/1')],
    finalize: at('/order/1/finalize'),
    ...(status === 'valid' && { certificate: at('/cert/1') }),
    ...more,
  },
});
const challenge = (status: string, more: object = {}) => ({
  type: 'http-01',
  url: at('/challenge/1'),
  status,
  token: TOKEN,
  ...more,
});
const authorization = (status: string, more: object = {}): ScriptedReply => ({
  body: { status, identifier: identifiers[0], challenges: [challenge(status)], ...more },
});

const obtain = (more: Partial<ObtainRequest> = {}) =>
  obtainCertificate(scripted.session, {
    identifiers,
    key: issued.leaf.key,
    challengeTypes: ['http-01'],
    present: async ({ identifier }) => {
      presented.push(identifier.value);
    },
    cleanUp: async ({ identifier }) => {
      cleaned.push(identifier.value);
    },
    ...more,
  });
const posts = () => scripted.ca.log().filter(line => line.startsWith('POST'));

describe('obtaining', () => {
  test('takes the steps of RFC 8555 §7.1 in their order; finalize may answer valid at once', async () => {
    await expect(obtain()).resolves.toMatchObject({ chainPem: issued.leaf.pem + issued.intermediate.pem });
    expect(posts()).toEqual([
      'POST /new-order',
      'POST /authz/1',
      'POST /challenge/1',
      'POST /order/1',
      'POST /order/1/finalize',
      'POST /cert/1',
    ]);
    expect([presented, cleaned]).toEqual([['www.example.org'], ['www.example.org']]);
  });

  test('an order that is ready at once needs no challenge', async () => {
    scripted.ca.on('/new-order', order('ready'));
    await obtain();
    expect(posts()).toEqual(['POST /new-order', 'POST /order/1/finalize', 'POST /cert/1']);
    expect(presented).toEqual([]);
  });

  test('an authorization that is valid already is not proven again', async () => {
    scripted.ca.on('/authz/1', authorization('valid'));
    await obtain();
    expect(presented).toEqual([]);
    expect(posts()).not.toContain('POST /challenge/1');
  });

  test.each(['invalid', 'deactivated', 'expired', 'revoked'])(
    'an authorization that is %s ends it, with a reason',
    async status => {
      scripted.ca.on('/authz/1', authorization(status, { challenges: [] }));
      await expect(obtain()).rejects.toThrow(/www\.example\.org/);
      expect(presented).toEqual([]);
    },
  );

  test('processing for five looks, then valid', async () => {
    scripted.ca.on('/order/1/finalize', order('processing'));
    scripted.ca.on('/order/1', order('ready'), ...Array(5).fill(order('processing')), order('valid'));
    await expect(obtain()).resolves.toMatchObject({ order: { status: 'valid' } });
  });

  test('invalid after finalize: the error of the order', async () => {
    scripted.ca.on('/order/1/finalize', order('processing'));
    scripted.ca.on(
      '/order/1',
      order('ready'),
      order('invalid', { error: { type: `${ACME_ERROR_PREFIX}caa`, detail: 'CAA says no' } }),
    );
    scripted.ca.on('/authz/1', authorization('pending'), authorization('valid'));
    await expect(obtain()).rejects.toMatchObject({ errorName: 'caa', detail: 'CAA says no' });
    expect(cleaned).toEqual(['www.example.org']);
  });

  test('a certificate that is not ours is not returned', async () => {
    await expect(obtain({ key: await generateCertificateKey('P-256') })).rejects.toThrow(/its key is not ours/);
  });

  test('ended by the caller while it waits: cleaned up all the same', async () => {
    const abort = new AbortController();
    scripted.ca.on('/order/1', () => {
      abort.abort(new Error('shutting down'));
      return order('pending');
    });
    await expect(obtain({ signal: abort.signal })).rejects.toThrow('shutting down');
    expect(cleaned).toEqual(['www.example.org']);
  });

  test.each([
    ['neither key nor CSR', { key: undefined }],
    ['both', { csr: Buffer.from('x') }],
  ])('%s is an error before anything is sent', async (_, more) => {
    await expect(obtain(more as Partial<ObtainRequest>)).rejects.toThrow(AcmeInputError);
    expect(scripted.ca.requests).toEqual([]);
  });
});

describe('with replaces', () => {
  test.each([
    ['alreadyReplaced', 409, 1],
    ['malformed', 404, 1],
    ['serverInternal', 500, 4],
  ])('%s (%i): ordered again without it', async (name, status, refusals) => {
    scripted.ca.on('/new-order', ...Array(refusals).fill(problemReply(name, status)), order('pending'));
    const obtained = await obtain({ replaces: 'aki.serial' });
    expect(obtained.withoutReplaces).toMatchObject({ errorName: name });
    const orders = scripted.ca.requests.filter(({ path }) => path === '/new-order').map(({ payload }) => payload);
    expect(orders.at(-2)).toMatchObject({ replaces: 'aki.serial' });
    expect(orders.at(-1)).not.toHaveProperty('replaces');
  });

  test('a refusal that has nothing to do with it stays one', async () => {
    scripted.ca.on('/new-order', problemReply('rejectedIdentifier', 400));
    await expect(obtain({ replaces: 'aki.serial' })).rejects.toMatchObject({ errorName: 'rejectedIdentifier' });
    expect(posts()).toEqual(['POST /new-order']);
  });
});

describe('waiting for an order', () => {
  const pending = (): Order => ({
    url: at('/order/1'),
    status: 'pending',
    identifiers,
    authorizations: [],
    finalize: at('/order/1/finalize'),
  });

  test('looks less and less often', async () => {
    scripted.ca.on('/order/1', ...Array(5).fill(order('pending')), order('ready'));
    await waitForOrder(scripted.session, { order: pending() }, ['pending'], { firstMs: 1_000, maxMs: 3_000 });
    expect(scripted.slept).toEqual([1_000, 1_500, 2_250, 3_000, 3_000, 3_000]);
  });

  test('as the CA says, where it says something', async () => {
    scripted.ca.on('/order/1', order('pending', {}, { 'retry-after': '7' }), order('ready'));
    await waitForOrder(scripted.session, { order: pending(), retryAfterMs: 4_000 }, ['pending']);
    expect(scripted.slept).toEqual([4_000, 7_000]);
  });

  test('never past the deadline, not even when the CA says so', async () => {
    scripted.ca.on('/order/1', order('pending', {}, { 'retry-after': '86400' }));
    const waiting = waitForOrder(scripted.session, { order: pending() }, ['pending'], { deadlineMs: 10_000 });
    await expect(waiting).rejects.toMatchObject({ name: 'AcmeProtocolError', fault: 'deadline' });
    expect(scripted.slept.reduce((sum, ms) => sum + ms, 0)).toBe(10_000);
  });

  test('Retry-After 0 is no invitation to ask without end', async () => {
    scripted.ca.on('/order/1', order('pending', {}, { 'retry-after': '0' }));
    const waiting = waitForOrder(scripted.session, { order: pending() }, ['pending'], {
      firstMs: 1_000,
      deadlineMs: 10_000,
    });
    await expect(waiting).rejects.toMatchObject({ fault: 'deadline' });
    expect(posts().length).toBeLessThan(20);
  });
});

describe('why an order is invalid', () => {
  const invalid = (error?: object): Order =>
    ({
      url: at('/order/1'),
      status: 'invalid',
      identifiers,
      authorizations: [at('/authz/1'), at('/authz/2')],
      finalize: at('/order/1/finalize'),
      ...(error && { error }),
    }) as Order;
  const failed = (name: string, value: string) =>
    authorization('invalid', {
      identifier: toIdentifier(value),
      challenges: [challenge('invalid', { error: { type: ACME_ERROR_PREFIX + name, detail: `${value} failed` } })],
    });

  test('one failed challenge is the problem itself', async () => {
    scripted.ca.on('/authz/1', failed('dns', 'a.example'));
    scripted.ca.on('/authz/2', authorization('valid'));
    const problem = await explainInvalidOrder(scripted.session, invalid());
    expect(problem).toMatchObject({
      errorName: 'dns',
      detail: 'a.example failed',
      identifiers: [toIdentifier('a.example')],
    });
  });

  test('several are a compound that names each', async () => {
    scripted.ca.on('/authz/1', failed('dns', 'a.example'));
    scripted.ca.on('/authz/2', failed('connection', 'b.example'));
    const problem = await explainInvalidOrder(scripted.session, invalid());
    expect(problem.errorName).toBe('compound');
    expect(problem.subproblems).toEqual([
      { type: `${ACME_ERROR_PREFIX}dns`, detail: 'a.example failed', identifier: toIdentifier('a.example') },
      { type: `${ACME_ERROR_PREFIX}connection`, detail: 'b.example failed', identifier: toIdentifier('b.example') },
    ]);
    expect(problem.message).toContain('b.example: connection, b.example failed');
  });

  test("the order's own error when its authorizations cannot be read", async () => {
    scripted.ca.on('/authz/1', problemReply('malformed', 404));
    scripted.ca.on('/authz/2', problemReply('malformed', 404));
    const problem = await explainInvalidOrder(
      scripted.session,
      invalid({ type: `${ACME_ERROR_PREFIX}badCSR`, detail: 'weak key' }),
    );
    expect(problem).toMatchObject({ errorName: 'badCSR', detail: 'weak key' });
  });

  test('no reason anywhere is said, too', async () => {
    scripted.ca.on('/authz/1', authorization('valid'));
    scripted.ca.on('/authz/2', authorization('valid'));
    expect((await explainInvalidOrder(scripted.session, invalid())).message).toContain('the CA does not say why');
  });
});
