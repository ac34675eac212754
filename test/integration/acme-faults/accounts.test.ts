/** Rows 26 and 31 to 33: accounts, terms and external account binding. */
import {
  AcmeProblem,
  createAccount,
  deactivateAccount,
  findAccount,
  generateAccountKey,
  type Signer,
  signerFromKey,
} from '@certfleet/acme';
import { describe, expect, test } from 'vitest';
import { loseAnswer, problem } from '../../harness/faults.js';
import { connectClient, failure, registerClient, startCa } from './ca.js';

const ca = await startCa();
const always = { times: Number.POSITIVE_INFINITY };
const agreed = { termsOfServiceAgreed: true };

async function newSigner(): Promise<Signer> {
  return signerFromKey(await generateAccountKey());
}

test('26. newAccount for a key that has an account (200): that account', async () => {
  const { server } = await connectClient(ca);
  const signer = await newSigner();
  const first = await createAccount(server, signer, { ...agreed, contact: ['mailto:first@example.com'] });
  const again = await createAccount(server, signer, { ...agreed, contact: ['mailto:second@example.com'] });
  expect([first.created, again.created]).toEqual([true, false]);
  expect(again.session.accountUrl).toBe(first.session.accountUrl);
  expect(again.account.contact).toEqual(['mailto:first@example.com']);
});

test('26. the answer to newAccount is lost: sent again, one account', async () => {
  const { server, proxy } = await connectClient(ca);
  const signer = await newSigner();
  proxy.inject('newAccount', loseAnswer);
  const { session, created } = await createAccount(server, signer, agreed);
  expect(created).toBe(false);
  expect((await findAccount(server, signer)).session.accountUrl).toBe(session.accountUrl);
});

test('31. the terms of service are not agreed to unless the caller says so', async () => {
  const { server, proxy } = await connectClient(ca);
  await failure(AcmeProblem, createAccount(server, await newSigner(), { termsOfServiceAgreed: false }));
  expect(proxy.to('newAccount').map(request => request.payload?.termsOfServiceAgreed)).toEqual([undefined]);
});

test('31. userActionRequired: the new terms are shown, nothing is agreed to or tried again', async () => {
  const { proxy, obtain } = await registerClient(ca);
  const before = proxy.seen.length;
  proxy.inject(
    'newOrder',
    problem(403, 'userActionRequired', {
      detail: 'Terms of service have changed',
      headers: { link: '<https://ca.example/terms-v6>;rel="terms-of-service"' },
    }),
    always,
  );
  const error = await failure(AcmeProblem, obtain());
  expect(error.is('userActionRequired')).toBe(true);
  expect(error.termsOfService).toBe('https://ca.example/terms-v6');
  expect(error.message).toMatch(/A person has to act/);
  expect(proxy.seen.slice(before).map(request => request.endpoint)).toEqual(['newOrder']);
});

describe('with a CA that binds accounts to accounts of its own', async () => {
  const secret = 'c2VjcmV0LW9mLXRoZS1leHRlcm5hbC1hY2NvdW50LTEyMw';
  const binding = await startCa({ eab: { 'kid-1': secret } });

  test('32. without a binding: externalAccountRequired, asked once, says what to do', async () => {
    const { server, proxy } = await connectClient(binding);
    const error = await failure(AcmeProblem, createAccount(server, await newSigner(), agreed));
    expect(error.is('externalAccountRequired')).toBe(true);
    expect(error.message).toMatch(/external account/i);
    expect(proxy.to('newAccount')).toHaveLength(1);
  });

  test('32. with the binding: an account', async () => {
    const { server } = await connectClient(binding);
    const externalAccount = { kid: 'kid-1', hmacKey: secret };
    const { created } = await createAccount(server, await newSigner(), { ...agreed, externalAccount });
    expect(created).toBe(true);
  });

  test.each([
    ['a wrong key', { kid: 'kid-1', hmacKey: secret.replace('c2', 'd2') }],
    ['an identifier that the CA does not know', { kid: 'kid-2', hmacKey: secret }],
  ])('32. %s: permanent, asked once', async (_what, externalAccount) => {
    const { server, proxy } = await connectClient(binding);
    const request = createAccount(server, await newSigner(), { ...agreed, externalAccount });
    const error = await failure(AcmeProblem, request);
    expect(error.status).toBeGreaterThanOrEqual(400);
    expect(error.status).toBeLessThan(500);
    expect(proxy.to('newAccount')).toHaveLength(1);
  });

  test('32. a binding that was used up: permanent, asked once', async () => {
    const { server, proxy } = await connectClient(binding);
    const detail = 'the external account has been used already';
    proxy.inject('newAccount', problem(401, 'unauthorized', { detail }), always);
    const externalAccount = { kid: 'kid-1', hmacKey: secret };
    const request = createAccount(server, await newSigner(), { ...agreed, externalAccount });
    expect((await failure(AcmeProblem, request)).message).toContain(detail);
    expect(proxy.to('newAccount')).toHaveLength(1);
  });
});

test('33. the account was deactivated: unauthorized, and no new account is made', async () => {
  const { proxy, session, obtain } = await registerClient(ca);
  expect((await deactivateAccount(session)).status).toBe('deactivated');
  const error = await failure(AcmeProblem, obtain());
  expect(error.is('unauthorized')).toBe(true);
  expect(proxy.to('newAccount')).toHaveLength(1);
  expect(proxy.to('newOrder')).toHaveLength(1);

  expect((await failure(AcmeProblem, findAccount(session.server, session.signer))).is('unauthorized')).toBe(true);
});

test('33. looking for an account never creates one', async () => {
  const { server, proxy } = await connectClient(ca);
  const signer = await newSigner();
  for (const _ of [1, 2]) {
    expect((await failure(AcmeProblem, findAccount(server, signer))).is('accountDoesNotExist')).toBe(true);
  }
  expect(proxy.to('newAccount').map(request => request.payload)).toEqual([
    { onlyReturnExisting: true },
    { onlyReturnExisting: true },
  ]);
});
