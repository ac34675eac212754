/** Keystores through the API: what comes in, what goes out, and what is remembered of it. */
import { createPrivateKey } from 'node:crypto';
import { operations } from '@certfleet/contract';
import { afterAll, expect, test } from 'vitest';
import { readJks } from '../../../packages/server/src/key-files/jks.js';
import { newChain } from '../../../packages/server/src/key-files/testing/openssl.js';
import { startCertfleet } from '../../harness/certfleet.js';

const certfleet = await startCertfleet();
const { api } = certfleet;
const { leaf, intermediate } = newChain();
const params = { name: 'shop' };
const password = 'a password';

afterAll(() => certfleet.destroy());

const base64 = (content: string | Buffer) => Buffer.from(content).toString('base64');

async function events(action: string) {
  const { items } = await api.call(operations.event.list, { query: { subject: 'certificate:shop', action } });
  return items.map(({ message, detail }) => ({ message, detail }));
}

test('a version is exported with and without its key; exporting the key is an event, and the password in no event', async () => {
  await api.call(operations.certificate.import, {
    body: { name: 'shop', file: base64(leaf.key + leaf.pem + intermediate.pem) },
  });
  const open = await api.call(operations.certificate.export, { params, body: {} });
  expect(open).toEqual({
    ...{ format: 'pem', version: 1, certificate: leaf.pem, chain: intermediate.pem },
    ...{ privateKey: null, keystore: null },
  });
  const trusted = await api.call(operations.certificate.export, { params, body: { format: 'jks', password } });
  expect(readJks(Buffer.from(trusted.keystore ?? '', 'base64'), password)).toMatchObject({
    keys: [],
    certificates: [{ alias: 'shop' }, { alias: 'shop-2' }],
  });
  expect(await events('certificate.key-exported')).toEqual([]);

  const body = { format: 'jks', password, version: 1 } as const;
  const whole = await api.call(operations.certificate.exportKey, { params, body });
  expect(whole).toMatchObject({ format: 'jks', certificate: leaf.pem, privateKey: null });
  const [entry] = readJks(Buffer.from(whole.keystore ?? '', 'base64'), password).keys;
  const key = createPrivateKey({ key: entry?.key ?? Buffer.alloc(0), type: 'pkcs8', format: 'der' });
  expect(key.export({ type: 'pkcs8', format: 'pem' })).toBe(leaf.key);
  expect(await events('certificate.key-exported')).toEqual([
    {
      message: 'The private key of version 1 of shop was exported under a password (jks).',
      detail: { version: 1, format: 'jks', encrypted: true },
    },
  ]);
});

test('what is refused gives nothing out, and is no event', async () => {
  const before = await events('certificate.key-exported');
  for (const body of [{ format: 'jks' as const }, { format: 'jks' as const, password: 'short' }]) {
    await expect(api.call(operations.certificate.exportKey, { params, body })).rejects.toMatchObject({
      problem: { code: 'invalid-input', errors: [{ path: 'password' }] },
    });
  }
  await expect(api.call(operations.certificate.exportKey, { params, body: { version: 9 } })).rejects.toMatchObject({
    problem: { code: 'not-found' },
  });
  expect(await events('certificate.key-exported')).toEqual(before);
});
