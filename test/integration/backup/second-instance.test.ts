/** A restore on another machine: what was served is served, nothing is renewed while paused, then with the same account. */
import { operations } from '@certfleet/contract';
import { afterAll, expect, test } from 'vitest';
import { startCertfleet } from '../../harness/certfleet.js';
import { startFleet } from '../engine/fleet.js';
import { certificateBecomes, certificateGets } from '../engine/waiting.js';

const fleet = await startFleet();
const second = await startCertfleet();
afterAll(async () => {
  await second.destroy();
  await fleet.stop();
});

const passPhrase = 'correct horse';
const headers = { 'certfleet-pass-phrase': Buffer.from(passPhrase).toString('base64url') };

async function* whole(file: Buffer) {
  yield file;
}

async function backUp(body: { kind: 'base' | 'certificates'; passPhrase: string }): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of await fleet.api.call(operations.backup.create, { body })) chunks.push(chunk);
  return Buffer.concat(chunks);
}

test('base, virtual services and certificates, on a second instance', async () => {
  await fleet.request('www');
  const issued = await certificateBecomes(fleet.api, 'www', 1);
  const account = await fleet.api.call(operations.account.show, { params: { name: 'pebble' } });
  const files = {
    base: await backUp({ kind: 'base', passPhrase }),
    certificates: await backUp({ kind: 'certificates', passPhrase }),
  };
  // The first machine is gone, and its HAProxy with it: the addresses are the second one's now.
  await fleet.certfleet.server.engine.loadBalancers.stopHaproxy();
  await fleet.certfleet.stop();

  const restore = (file: Buffer) => second.api.call(operations.backup.restore, { headers, upload: whole(file) });
  const base = await restore(files.base);
  expect(base.paused?.reason).toMatch(/Restored/);
  await restore(files.certificates);
  await expect
    .poll(() => fleet.served('www.example.com').catch(String), { timeout: 45_000 })
    .toBe(issued.version?.serial);

  const orders = fleet.counted('newOrder');
  await second.api.call(operations.certificate.renew, { params: { name: 'www' } });
  const waiting = await second.api.call(operations.certificate.show, { params: { name: 'www' } });
  expect(waiting.renewal?.text).toContain('paused');
  await second.restart();
  expect(second.server.paused).not.toBeNull();
  expect(await fleet.served('www.example.com')).toBe(issued.version?.serial);
  expect(orders()).toBe(0);

  const accounts = fleet.counted('newAccount');
  await second.api.call(operations.system.resume, {});
  const renewed = await certificateGets(second.api, 'www', 2);
  expect(await fleet.served('www.example.com')).toBe(renewed.version?.serial);
  const restored = await second.api.call(operations.account.show, { params: { name: 'pebble' } });
  expect([restored.accountUrl, accounts()]).toEqual([account.accountUrl, 0]);
});

test('a damaged file is a problem that says so, and changes nothing', async () => {
  const upload = whole(Buffer.from('certfleet-backup 1\n{}\n'));
  const before = await second.api.call(operations.event.list, { query: { limit: 1 } });
  await expect(second.api.call(operations.backup.restore, { headers, upload })).rejects.toMatchObject({
    problem: { code: 'invalid-input', detail: expect.stringContaining('Nothing was changed') },
  });
  const after = await second.api.call(operations.event.list, { query: { limit: 1 } });
  expect(after.items).toEqual(before.items);
});
