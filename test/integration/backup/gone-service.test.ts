/** A restore on a live instance that has got virtual services since: nothing may be stuck with what is gone. */
import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import { createServer, type Server } from 'node:net';
import { text } from 'node:stream/consumers';
import { operations } from '@certfleet/contract';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { takeAway } from '../../../packages/server/src/issuance/presentations.js';
import { type Certfleet, startCertfleet } from '../../harness/certfleet.js';
import { freePort } from '../../harness/ports.js';
import { newKey } from './filled-store.js';

const headers = { 'certfleet-pass-phrase': Buffer.from('correct horse').toString('base64url') };
let certfleet: Certfleet;
let before: Buffer;

beforeAll(async () => {
  certfleet = await startCertfleet();
  before = await backUp();
});
afterAll(() => certfleet.destroy());

async function backUp(): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  const body = { kind: 'base', passPhrase: 'correct horse' } as const;
  for await (const chunk of await certfleet.api.call(operations.backup.create, { body })) chunks.push(chunk);
  return Buffer.concat(chunks);
}

async function restore(file: Buffer) {
  async function* whole() {
    yield file;
  }
  return certfleet.api.call(operations.backup.restore, { headers, query: { parts: 'vs' }, upload: whole() });
}

const newService = async (type: 'http' | 'https', port?: number) =>
  certfleet.api.call(operations.virtualService.create, {
    body: { address: '127.0.0.1', port: port ?? (await freePort()), type },
  });

/** A certificate that was imported, as far as the store cares. */
async function certificate(name: string) {
  return certfleet.server.engine.store.transaction(async tx => {
    const asked = {
      name,
      policyId: null,
      identifiers: [{ type: 'dns', value: `${name}.example.com`, solverId: null }],
    };
    const made = await tx.certificates.create({ ...asked, labels: {} } as Parameters<typeof tx.certificates.create>[0]);
    const { id: keyId } = await tx.keys.create(newKey('certificate'));
    return { certificateId: made.id, keyId };
  });
}

test('a certificate on a service that is gone is not assigned any more, and can be deleted', async () => {
  const { store } = certfleet.server.engine;
  const { index } = await newService('https');
  const { id: targetId } = await store.targets.byName(`vs-${index}`);
  const { certificateId } = await certificate('bought');
  await store.assignments.create({ certificateId, targetId, isDefault: false });
  const { leftOut } = await restore(before);
  expect(leftOut).toEqual([expect.stringMatching(`^bought is not assigned to vs-${index} any more`)]);
  await certfleet.api.call(operations.certificate.delete, { params: { name: 'bought' } });
});

test('a certificate is taken off a service that is gone in whatever way', async () => {
  const { store, ports } = certfleet.server.engine;
  await certfleet.api.call(operations.system.resume, {});
  const target = await store.targets.create({
    name: 'mine',
    type: 'virtual-service',
    config: { virtualService: 4711 },
    secrets: null,
  });
  const { certificateId } = await certificate('lost');
  await store.assignments.create({ certificateId, targetId: target.id, isDefault: false });
  await certfleet.api.call(operations.certificate.unassign, { params: { name: 'lost', target: 'mine' } });
  await certfleet.api.call(operations.target.delete, { params: { name: 'mine' } });
  const bundle = { pem: '', isDefault: false, names: [] };
  await expect(ports.loadBalancers.installCertificate(4711, 'lost', bundle)).rejects.toThrow(/no virtual service 4711/);
});

test('a challenge that a service has presented is taken away when that is gone', async () => {
  const { engine } = certfleet.server;
  const { store } = engine;
  const kept = await newService('http');
  const file = await backUp();
  const { index } = await newService('http');
  const solver = await store.solvers.byName(`vs-${index}`);
  const { certificateId, keyId } = await certificate('www');
  const token = 't'.repeat(43);
  await engine.ports.loadBalancers.presentChallenges(index, [{ token, keyAuthorization: `${token}.x` }]);
  await store.transaction(async tx => {
    const key = await tx.keys.create(newKey('account'));
    const { id: accountId } = await tx.accounts.create({
      name: 'le',
      directoryUrl: 'https://127.0.0.1:1/',
      keyId: key.id,
    });
    const order = await tx.orders.create({ certificateId, accountId, revision: 1, keyId, csr: 'AA==' });
    await tx.orders.update(order.id, { state: 'failed' });
    const challenge = {
      authorizationUrl: 'a',
      challengeUrl: 'c',
      identifier: 'www.example.com',
      type: 'http-01' as const,
    };
    await tx.challenges.willPresent(order.id, [{ ...challenge, token, value: `${token}.x`, solverId: solver.id }]);
  });
  // A connection of its own each time: one that is kept is kept by the worker that was there before a reload.
  const answered = async () => {
    const path = `/.well-known/acme-challenge/${token}`;
    const asked = get({ host: '127.0.0.1', port: kept.port, path, agent: false });
    const [response] = (await once(asked, 'response')) as [IncomingMessage];
    return text(response);
  };
  expect(await answered()).toContain(token);
  await restore(file);
  const left = await store.challenges.leftOver(certificateId);
  const taken = await takeAway(engine, left, AbortSignal.timeout(30_000));
  expect(taken).toEqual({ ids: left.map(({ id }) => id), byPerson: [], failure: null });
  expect(left).toHaveLength(1);
  expect(await answered()).not.toContain(token);
});

test('what HAProxy refuses of the restored services is said at once', async () => {
  const port = await freePort();
  const { index } = await newService('http', port);
  const file = await backUp();
  await certfleet.api.call(operations.virtualService.delete, { params: { index } });
  const other: Server = createServer().listen(port, '127.0.0.1');
  try {
    const { leftOut } = await restore(file);
    expect(leftOut).toEqual([expect.stringMatching(/^HAProxy \(default\) does not serve what was restored yet: /)]);
  } finally {
    other.close();
  }
});

test('a master key that is none is refused as input', async () => {
  const key = { 'certfleet-master-key': Buffer.alloc(33).toString('base64') };
  const chunks: Uint8Array[] = [];
  for await (const chunk of await certfleet.api.call(operations.backup.create, { body: {} })) chunks.push(chunk);
  async function* whole() {
    yield Buffer.concat(chunks);
  }
  await expect(certfleet.api.call(operations.backup.restore, { headers: key, upload: whole() })).rejects.toMatchObject({
    problem: { code: 'invalid-input', errors: [{ path: 'masterKey' }] },
  });
});
