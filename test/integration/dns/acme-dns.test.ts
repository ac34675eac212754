/**
 * acme-dns can neither take values away nor keep more than two, so most of what the conformance suite asks can't be had:
 * here is what remains of it.
 */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { acmeDnsProvider } from '../../../packages/plugins/src/dns/acme-dns.js';
import { type AcmeDnsAccount, type FakeAcmeDns, startAcmeDns } from '../../providers/acme-dns.js';
import { providerIo } from './io.js';

let acmeDns: FakeAcmeDns;
let account: AcmeDnsAccount;
beforeAll(async () => {
  acmeDns = await startAcmeDns();
  account = acmeDns.register();
});
afterAll(() => acmeDns.stop());

const io = () => providerIo({ ttl: 1 });
const value = (text: string) => text.padEnd(43, '_');
const config = (accounts: unknown = account) => ({ endpoint: acmeDns.url, accounts: JSON.stringify(accounts) });
const add = (values: string[], settings = config(), name = account.fulldomain) =>
  acmeDnsProvider.add(settings, name, [{ name, values: values.map(value) }], io());

test('two values are there at once, those of before are gone, and taking away is no error', async () => {
  await add(['before']);
  await add(['one', 'two']);
  expect(acmeDns.txt(account.fulldomain).toSorted()).toEqual([value('one'), value('two')]);
  await acmeDnsProvider.remove(config(), account.fulldomain, [{ name: account.fulldomain, values: [] }], io());
});

test('more than two values are refused before any is written', async () => {
  const requests = acmeDns.requests.length;
  await expect(add(['1', '2', '3'])).rejects.toMatchObject({ reason: 'config' });
  expect(acmeDns.requests).toHaveLength(requests);
});

test.each(['one answer', 'a list', "a client's file by domain"])('accounts as %s', async form => {
  const other = acmeDns.register();
  const given = { 'one answer': other, 'a list': [account, other] }[form] ?? { 'example.org': account, b: other };
  await add(['known'], config(given), other.fulldomain);
  expect(acmeDns.txt(other.fulldomain)).toEqual([value('known')]);
  const unknown = add(['unknown'], config(given), '_acme-challenge.example.org');
  const message = expect.stringMatching(/_acme-challenge\.example\.org\. .*CNAME.*\.auth\.example\.net/);
  await expect(unknown).rejects.toMatchObject({ reason: 'config', message });
});

test.each(['{', '[]', '{"example.org": {"fulldomain": "x"}}', '"text"'])(
  'accounts that are none: %s',
  async accounts => {
    const tried = acmeDnsProvider.test({ endpoint: acmeDns.url, accounts }, io());
    await expect(tried).rejects.toMatchObject({ reason: 'config' });
  },
);

test('a trial tells the names; wrong credentials are called so, without the secret', async () => {
  expect(await acmeDnsProvider.test(config(), io())).toEqual([account.fulldomain]);
  const password = 'wrong-password-0123';
  const tried = add(['refused'], config({ ...account, password }));
  await expect(tried).rejects.toMatchObject({ reason: 'credentials', message: expect.not.stringContaining(password) });
});

test('waits when it is told to, and tries again after a failure', async () => {
  acmeDns.throttle(1);
  await add(['throttled']);
  acmeDns.fail(1);
  await add(['failed']);
  expect(acmeDns.txt(account.fulldomain).toSorted()).toEqual([value('failed'), value('throttled')]);
});

test.each([1, 2])('both values are there although the answer to update %d was lost', async nth => {
  const lost = acmeDns.lose(nth);
  const both = [`one ${nth}`, `two ${nth}`];
  await add(both);
  expect(lost()).toBe(true);
  expect(acmeDns.txt(account.fulldomain).toSorted()).toEqual(both.map(value));
});

test('both values are there although others were written in the same second before', async () => {
  const { endpoint } = config();
  const { username, password, subdomain } = account;
  const headers = { 'x-api-user': username, 'x-api-key': password };
  for (const other of ['x', 'y']) {
    const body = JSON.stringify({ subdomain, txt: value(other) });
    await fetch(`${endpoint}/update`, { method: 'POST', headers, body });
  }
  await add(['third', 'fourth']);
  expect(acmeDns.txt(account.fulldomain).toSorted()).toEqual([value('fourth'), value('third')]);
});
