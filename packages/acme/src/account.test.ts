import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { createAccount, deactivateAccount, fetchAccount, findAccount, rolloverKey, updateContacts } from './account.js';
import { signerFromKey, thumbprint } from './jws.js';
import { generateAccountKey } from './key.js';
import { AcmeInputError, AcmeProblem, AcmeProtocolError } from './problem.js';
import { type ScriptedAccount, startScriptedAccount } from './testing/scripted-account.js';
import { problemReply } from './testing/scripted-ca.js';

// Every test has an HTTPS server of its own: generous for a busy machine.
vi.setConfig({ testTimeout: 30_000, hookTimeout: 30_000 });

let scripted: ScriptedAccount;
beforeEach(async () => {
  scripted = await startScriptedAccount();
});
afterEach(() => scripted.stop());

const valid = (status = 201) => ({
  status,
  headers: { location: '/account/1' },
  body: { status: 'valid', contact: ['mailto:a@example.org'] },
});
const lastRequest = () => scripted.ca.requests.at(-1);
const create = (more = {}) =>
  createAccount(scripted.session.server, scripted.session.signer, { termsOfServiceAgreed: true, ...more });

describe('newAccount (RFC 8555 §7.3)', () => {
  test('sends the key, the contacts and the agreement; the account URL may be relative', async () => {
    scripted.ca.on('/new-account', valid());
    const { session, account, created } = await create({ contact: ['mailto:a@example.org'] });
    expect(lastRequest()).toMatchObject({
      protectedHeader: { jwk: session.signer.publicJwk },
      payload: { contact: ['mailto:a@example.org'], termsOfServiceAgreed: true },
    });
    expect(session.accountUrl).toBe(`${scripted.ca.origin}/account/1`);
    expect(account).toEqual({ url: session.accountUrl, status: 'valid', contact: ['mailto:a@example.org'] });
    expect(created).toBe(true);
  });

  test('200: the account was there already', async () => {
    scripted.ca.on('/new-account', valid(200));
    await expect(create()).resolves.toMatchObject({ created: false });
  });

  test('never says agreed on its own', async () => {
    scripted.ca.on('/new-account', valid());
    await create({ termsOfServiceAgreed: false });
    expect(lastRequest()?.payload).toEqual({});
  });

  test('without Location is an error', async () => {
    scripted.ca.on('/new-account', { status: 201, body: { status: 'valid' } });
    await expect(create()).rejects.toThrow(AcmeProtocolError);
  });

  test('new terms of service: what to read is in the error (RFC 8555 §7.3.3), and it is not tried again', async () => {
    const reply = problemReply('userActionRequired', 403);
    scripted.ca.on('/new-account', {
      ...reply,
      headers: { ...reply.headers, link: '<https://ca.example/terms/2>;rel="terms-of-service"' },
      body: { ...(reply.body as object), instance: 'https://ca.example/agree' },
    });
    await expect(create()).rejects.toMatchObject({
      errorName: 'userActionRequired',
      termsOfService: 'https://ca.example/terms/2',
      instance: 'https://ca.example/agree',
    });
    expect(scripted.ca.log().filter(line => line === 'POST /new-account')).toHaveLength(1);
  });

  test.each(['externalAccountRequired', 'unauthorized', 'invalidContact'])('%s is an error at once', async name => {
    scripted.ca.on('/new-account', problemReply(name, 403));
    await expect(create()).rejects.toMatchObject({ errorName: name });
    expect(scripted.ca.log().filter(line => line === 'POST /new-account')).toHaveLength(1);
  });

  test('an external account binding is for the URL that it is sent to', async () => {
    scripted.ca.on('/new-account', valid());
    await create({ externalAccount: { kid: 'kid-1', hmacKey: 'c2VjcmV0' } });
    const payload = lastRequest()?.payload as { externalAccountBinding: { protected: string } } | undefined;
    expect(JSON.parse(Buffer.from(payload?.externalAccountBinding.protected ?? '', 'base64url').toString())).toEqual({
      alg: 'HS256',
      kid: 'kid-1',
      url: `${scripted.ca.origin}/new-account`,
    });
  });
});

describe('finding the account of a key', () => {
  test('never creates one (onlyReturnExisting)', async () => {
    scripted.ca.on('/new-account', problemReply('accountDoesNotExist', 400));
    const { server, signer } = scripted.session;
    await expect(findAccount(server, signer)).rejects.toMatchObject({ errorName: 'accountDoesNotExist' });
    expect(lastRequest()?.payload).toEqual({ onlyReturnExisting: true });
  });

  test('deactivated: an error, and nothing is registered again in silence', async () => {
    scripted.ca.on('/new-account', problemReply('unauthorized', 403));
    const { server, signer } = scripted.session;
    await expect(findAccount(server, signer)).rejects.toThrow(AcmeProblem);
    expect(scripted.ca.log().filter(line => line.startsWith('POST'))).toEqual(['POST /new-account']);
  });
});

test.each([
  ['reading (POST-as-GET)', () => fetchAccount(scripted.session), undefined],
  ['contacts', () => updateContacts(scripted.session, ['mailto:b@example.org']), { contact: ['mailto:b@example.org'] }],
  ['no contacts any more', () => updateContacts(scripted.session, []), { contact: [] }],
  ['deactivation', () => deactivateAccount(scripted.session), { status: 'deactivated' }],
])('%s is posted to the account', async (_, act, payload) => {
  scripted.ca.on('/account/1', valid(200));
  await act();
  expect(lastRequest()).toMatchObject({
    path: '/account/1',
    payload,
    protectedHeader: { kid: scripted.session.accountUrl },
  });
});

describe('keyChange (RFC 8555 §7.3.5)', () => {
  test('the outer JWS is of the old key, the inner one of the new key, without nonce', async () => {
    scripted.ca.on('/key-change', { status: 200 });
    const newSigner = signerFromKey(await generateAccountKey('ES384'));
    const changed = await rolloverKey(scripted.session, newSigner);
    expect(changed).toMatchObject({ accountUrl: scripted.session.accountUrl, signer: newSigner });
    const request = lastRequest();
    expect(request?.protectedHeader).toMatchObject({ kid: scripted.session.accountUrl });
    const inner = request?.payload as { protected: string; payload: string };
    const decode = (part: string) => JSON.parse(Buffer.from(part, 'base64url').toString());
    expect(decode(inner.protected)).toEqual({
      alg: 'ES384',
      jwk: newSigner.publicJwk,
      url: `${scripted.ca.origin}/key-change`,
    });
    expect(decode(inner.payload)).toEqual({
      account: scripted.session.accountUrl,
      oldKey: scripted.session.signer.publicJwk,
    });
  });

  test('the answer got lost, but the CA changed the key: found out by asking with the new one', async () => {
    const newSigner = signerFromKey(await generateAccountKey());
    scripted.ca.on('/key-change', { hangUp: 'before' }, problemReply('unauthorized', 403));
    scripted.ca.on('/new-account', ({ protectedHeader }) =>
      thumbprint(protectedHeader.jwk as typeof newSigner.publicJwk) === thumbprint(newSigner.publicJwk)
        ? valid(200)
        : problemReply('accountDoesNotExist', 400),
    );
    await expect(rolloverKey(scripted.session, newSigner)).resolves.toMatchObject({ signer: newSigner });
  });

  test('refused: the error of keyChange, not that of the question after it', async () => {
    const newSigner = signerFromKey(await generateAccountKey());
    scripted.ca.on('/key-change', problemReply('badPublicKey', 400));
    scripted.ca.on('/new-account', problemReply('accountDoesNotExist', 400));
    await expect(rolloverKey(scripted.session, newSigner)).rejects.toMatchObject({ errorName: 'badPublicKey' });
  });

  test('another account has the key: 409', async () => {
    const newSigner = signerFromKey(await generateAccountKey());
    scripted.ca.on('/key-change', problemReply('malformed', 409));
    await expect(rolloverKey(scripted.session, newSigner)).rejects.toMatchObject({ status: 409 });
    expect(scripted.ca.log()).not.toContain('POST /new-account');
  });

  test('to the same key is refused here', async () => {
    await expect(rolloverKey(scripted.session, scripted.session.signer)).rejects.toThrow(AcmeInputError);
  });
});
