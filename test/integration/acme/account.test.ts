import { randomBytes } from 'node:crypto';
import {
  ACME_ERROR_PREFIX,
  AcmeProblem,
  createAccount,
  deactivateAccount,
  fetchAccount,
  findAccount,
  generateAccountKey,
  newOrder,
  rolloverKey,
  signerFromKey,
  toIdentifier,
  updateContacts,
} from '@certfleet/acme';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startTestCa, type TestCa } from './ca.js';

const order = { identifiers: [toIdentifier('a.example')], profile: 'default' };
const newSigner = async (algorithm?: 'ES256' | 'ES384' | 'RS256') => signerFromKey(await generateAccountKey(algorithm));

describe('the life of an account', () => {
  let ca: TestCa;
  beforeAll(async () => {
    ca = await startTestCa();
  });
  afterAll(() => ca.stop());

  test.each(['ES256', 'ES384', 'RS256'] as const)('made with a key for %s, it can order', async algorithm => {
    const { session, account, created } = await createAccount(ca.server(), await newSigner(algorithm), {
      termsOfServiceAgreed: true,
      contact: ['mailto:admin@example.org'],
    });
    expect(created).toBe(true);
    expect(account).toMatchObject({ status: 'valid', contact: ['mailto:admin@example.org'] });
    await expect(newOrder(session, order)).resolves.toMatchObject({ order: { status: 'pending' } });
  });

  test('is not made without agreeing to the terms', async () => {
    const creating = createAccount(ca.server(), await newSigner(), { termsOfServiceAgreed: false });
    await expect(creating).rejects.toBeInstanceOf(AcmeProblem);
  });

  test('made twice with one key, it is the same account', async () => {
    const signer = await newSigner();
    const first = await createAccount(ca.server(), signer, { termsOfServiceAgreed: true });
    const second = await createAccount(ca.server(), signer, { termsOfServiceAgreed: true });
    expect(second).toMatchObject({ created: false, account: { url: first.account.url } });
  });

  test('is found again by its key alone, and by no other key', async () => {
    const session = await ca.account();
    const found = await findAccount(ca.server(), session.signer);
    expect(found.session.accountUrl).toBe(session.accountUrl);
    const notFound = findAccount(ca.server(), await newSigner());
    await expect(notFound).rejects.toMatchObject({ type: `${ACME_ERROR_PREFIX}accountDoesNotExist`, status: 400 });
  });

  test('changes its contacts', async () => {
    const session = await ca.account();
    await updateContacts(session, ['mailto:new@example.org']);
    await expect(fetchAccount(session)).resolves.toMatchObject({ contact: ['mailto:new@example.org'] });
  });

  test('changes its key, also to another algorithm: the old key is good for nothing then', async () => {
    const session = await ca.account();
    const changed = await rolloverKey(session, await newSigner('ES384'));
    expect(changed.accountUrl).toBe(session.accountUrl);
    await expect(newOrder(changed, order)).resolves.toMatchObject({ order: { status: 'pending' } });
    await expect(newOrder(session, order)).rejects.toBeInstanceOf(AcmeProblem);
    await expect(findAccount(ca.server(), changed.signer)).resolves.toMatchObject({
      session: { accountUrl: session.accountUrl },
    });
  });

  test('deactivated, it orders nothing any more, and is not made again in silence', async () => {
    const session = await ca.account();
    await expect(deactivateAccount(session)).resolves.toMatchObject({ status: 'deactivated' });
    await expect(newOrder(session, order)).rejects.toMatchObject({ errorName: 'unauthorized' });
    await expect(findAccount(ca.server(), session.signer)).rejects.toBeInstanceOf(AcmeProblem);
  });
});

describe('a CA that wants an external account binding', () => {
  const hmacKey = randomBytes(32).toString('base64url');
  let ca: TestCa;
  beforeAll(async () => {
    ca = await startTestCa({ eab: { 'kid-1': hmacKey } });
  });
  afterAll(() => ca.stop());

  const create = async (externalAccount?: { kid: string; hmacKey: string }) =>
    createAccount(ca.server(), await newSigner(), {
      termsOfServiceAgreed: true,
      ...(externalAccount && { externalAccount }),
    });

  test('says so in its directory', async () => {
    expect((await ca.server().directory()).meta.externalAccountRequired).toBe(true);
  });

  test('makes an account with the right one', async () => {
    await expect(create({ kid: 'kid-1', hmacKey })).resolves.toMatchObject({ created: true });
  });

  test('makes none without', async () => {
    await expect(create()).rejects.toMatchObject({ errorName: 'externalAccountRequired' });
  });

  test.each([
    ['key identifier', { kid: 'kid-2', hmacKey }],
    ['HMAC key', { kid: 'kid-1', hmacKey: randomBytes(32).toString('base64url') }],
  ])('makes none with a wrong %s', async (_, externalAccount) => {
    await expect(create(externalAccount)).rejects.toMatchObject({ errorName: 'unauthorized' });
  });
});
