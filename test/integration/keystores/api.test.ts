/** Keystores through the API: what comes in, what goes out, and what is remembered of it. */
import { createPrivateKey } from 'node:crypto';
import { type CertificateChange, type CertificateKeyExportRequest, operations } from '@certfleet/contract';
import { afterAll, describe, expect, test } from 'vitest';
import { readJks } from '../../../packages/server/src/key-files/jks.js';
import { newChain } from '../../../packages/server/src/key-files/testing/openssl.js';
import { startCertfleet } from '../../harness/certfleet.js';

const certfleet = await startCertfleet();
const { api } = certfleet;
const { leaf, intermediate } = newChain();
const params = { name: 'shop' };
const password = 'correct horse';

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

describe('the keystore that is kept with a certificate', () => {
  const change = (keystore: CertificateChange['keystore']) =>
    api.call(operations.certificate.change, { params, body: { keystore } });
  const exportKey = (body: Partial<CertificateKeyExportRequest> = {}) =>
    api.call(operations.certificate.exportKey, { params, body });

  test('is the default of exports; its password is shown nowhere', async () => {
    const changed = await change({ type: 'jks', password });
    expect(changed.keystore).toEqual({ type: 'jks', hasPassword: true });
    const kept = await exportKey();
    expect(kept.format).toBe('jks');
    expect(readJks(Buffer.from(kept.keystore ?? '', 'base64'), password).keys).toMatchObject([{ alias: 'shop' }]);
    const other = await exportKey({ password: 'another one' });
    expect(readJks(Buffer.from(other.keystore ?? '', 'base64'), 'another one').keys).toHaveLength(1);
    const { keystore } = await api.call(operations.certificate.export, { params, body: {} });
    expect(readJks(Buffer.from(keystore ?? '', 'base64'), password).keys).toHaveLength(0);

    const everything = [
      await api.call(operations.certificate.show, { params }),
      await api.call(operations.certificate.list, {}),
      await api.call(operations.event.list, {}),
    ];
    expect(JSON.stringify(everything)).not.toContain(password);
  });

  test('a PEM key is under its password as well, unless it is to be plain', async () => {
    expect((await exportKey({ format: 'pem' })).privateKey).toMatch(/^-----BEGIN ENCRYPTED PRIVATE KEY-----/);
    expect((await exportKey({ format: 'pem', plain: true })).privateKey).toBe(leaf.key);
    for (const body of [{ plain: true }, { format: 'pem' as const, plain: true, password }]) {
      await expect(exportKey(body)).rejects.toMatchObject({ problem: { code: 'invalid-input' } });
    }
  });

  test('a change of the type keeps the password, if that goes with it', async () => {
    expect((await change({ type: 'pkcs12', password: 'x' })).keystore).toEqual({ type: 'pkcs12', hasPassword: true });
    await expect(change({ type: 'jks' })).rejects.toMatchObject({
      problem: { code: 'invalid-input', errors: [{ path: 'keystore.password' }] },
    });
    expect((await change({ type: 'pkcs12-legacy' })).keystore).toEqual({ type: 'pkcs12-legacy', hasPassword: true });
    expect((await exportKey()).format).toBe('pkcs12-legacy');
    const seen = await events('certificate.changed');
    await change({ type: 'pkcs12-legacy', password: 'x' });
    expect(await events('certificate.changed')).toEqual(seen);
  });

  test('without a password each export brings its own', async () => {
    expect((await change({ type: 'jks', password: null })).keystore).toEqual({ type: 'jks', hasPassword: false });
    await expect(exportKey()).rejects.toMatchObject({ problem: { errors: [{ path: 'password' }] } });
    expect((await exportKey({ password })).format).toBe('jks');
  });

  test('null removes it', async () => {
    await change({ type: 'jks', password });
    expect((await change(null)).keystore).toBeNull();
    const { id } = await certfleet.server.engine.store.certificates.byName('shop');
    expect(await certfleet.server.engine.store.certificates.keystorePassword(id)).toBeNull();
    expect(await exportKey()).toMatchObject({ format: 'pem', privateKey: leaf.key });
  });
});
