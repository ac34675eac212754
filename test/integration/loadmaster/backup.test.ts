/**
 * Backups through LoadMaster's commands, in both APIs: from one instance to a second one, and what is refused there.
 */
import { operations } from '@certfleet/contract';
import { readServedCertificate } from '@certfleet/haproxy';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { newChain } from '../../../packages/server/src/key-files/testing/openssl.js';
import { pauseOf } from '../../../packages/server/src/pause.js';
import { assignmentIs } from '../engine/waiting.js';
import { done, type Params, refusal, startCaAndServices } from './ca-and-services.js';
import { type Answer, startLoadMaster } from './client.js';

const first = await startCaAndServices();
const second = await startLoadMaster();
afterAll(async () => {
  await second.stop();
  await first.stop();
});

const password = 'sesame open';
const store = () => second.certfleet.server.engine.store;
const paused = /^Command completed ok\. Certfleet is paused: .* until "certfleet system resume"\./;

/** Fetches a backup as each version answers it. */
async function fetchBackup(version: 1 | 2, command: string, params: Params = {}): Promise<Buffer> {
  const answer = await first.send(version, command, params);
  expect(answer.status).toBe(200);
  if (version === 2) return Buffer.from(JSON.parse(answer.text).data, 'base64');
  expect(answer.contentType).toBe('application/octet-stream');
  return answer.body;
}

/** Sends it to the second instance. */
function restore(version: 1 | 2, command: string, file: Buffer | null, params: Params = {}): Promise<Answer> {
  if (version === 1) {
    const init = file === null ? {} : { body: file };
    return second.v1(`${command}?${new URLSearchParams(params)}`, init);
  }
  return second.v2({ cmd: command, ...params, ...(file && { data: file.toString('base64') }) });
}

/** What a reply of version 1 or 2 says. */
function messageOf({ status, text }: Answer): string {
  expect(status).toBe(200);
  if (text.startsWith('{')) return JSON.parse(text).message;
  const [, message = ''] = /<Success>(.*)<\/Success>/.exec(text) ?? [];
  return message.replaceAll('&#34;', '"');
}

async function namesHere(): Promise<string[]> {
  return (await store().certificates.list({ limit: 1000 })).items.map(({ name }) => name);
}

let base: Buffer;
let certificates: Buffer;

beforeAll(async () => {
  const { api, v1, loadMaster, pebble } = first;
  const { directoryUrl, caPem } = pebble;
  await api().call(operations.loadmaster.change, { body: { directoryUrl, caCertificate: caPem } });
  expect((await v1('registerleaccount')).status).toBe(200);
  for (const cert of ['shop', 'spare']) {
    expect((await v1('addlecert', { cert, cn: `${cert}.example.com`, vid: '2' })).text).toBe(done[1]);
  }
  const { leaf, intermediate } = newChain();
  const body = `${leaf.pem}${intermediate.pem}${leaf.key}`;
  expect((await loadMaster.v1('addcert?cert=brought', { body })).text).toBe(done[1]);
  await api().call(operations.certificate.assign, { params: { name: 'shop' }, body: { target: 'vs-3' } });
  await assignmentIs(api(), 'shop', 'vs-3', ({ deployment }) => deployment?.status === 'verified');
  base = await fetchBackup(1, 'backup', { password });
  certificates = await fetchBackup(1, 'backupcert', { password, type: 'full' });
});

test('a backup is sealed, and its password is not logged', async () => {
  for (const file of [base, certificates]) {
    expect(file.subarray(0, 19).toString()).toBe('certfleet-backup 1\n');
    expect(file.includes('example.com')).toBe(false);
  }
  expect((await first.lastEvent('loadmaster.backupcert'))?.detail).toMatchObject({
    parameters: { password: '***', type: 'full' },
  });
  expect(first.loadMaster.log.some(line => /sesame[ +%]open/.test(line))).toBe(false);
});

describe('what is wrong is refused, and changes nothing', () => {
  async function everything() {
    const { users, accounts, virtualServices, certificates: certs, policies, intermediates } = store();
    const lists = [users, accounts, virtualServices, certs, policies, intermediates];
    return {
      lists: await Promise.all(lists.map(async each => (await each.list({ limit: 1000 })).items)),
      settings: await second.certfleet.api.call(operations.loadmaster.show, {}),
      paused: await pauseOf(store()),
    };
  }
  const changed = (file: Buffer, at: number) => {
    const copy = Buffer.from(file);
    copy[at] = (copy[at] ?? 0) ^ 1;
    return copy;
  };
  const good = { type: '3', password };

  type Case = [what: string, command: string, () => Buffer | null, Params, status: number, message: RegExp];
  test.each<Case>([
    ['no type', 'restore', () => base, { password }, 400, /^type: String Value missing$/],
    ['no file', 'restore', () => null, good, 400, /^data: String Value missing$/],
    ['type 0', 'restore', () => base, { ...good, type: '0' }, 422, /^type: Must be a whole number from 1 to 15/],
    ['type 16', 'restore', () => base, { ...good, type: '16' }, 422, /^type: Must be a whole number/],
    ['a word as type', 'restore', () => base, { ...good, type: 'base' }, 422, /^type: Must be a whole number/],
    [
      'GEO',
      'restore',
      () => base,
      { ...good, type: '5' },
      422,
      /^type: 4 is global balancing \(GEO\), which Certfleet/,
    ],
    ['SSO', 'restore', () => base, { ...good, type: '8' }, 422, /^type: 8 is single sign-on \(SSO\), which Certfleet/],
    [
      'a wrong password',
      'restore',
      () => base,
      { ...good, password: 'sesame shut' },
      422,
      /wrong.*Nothing was changed/,
    ],
    ['no password', 'restore', () => base, { type: '3' }, 422, /sealed under a pass phrase/],
    ['a short password', 'restore', () => base, { ...good, password: 'sesame' }, 422, /^password: Must have 7 to 64/],
    ['nonsense', 'restore', () => Buffer.from('nonsense'), good, 422, /no backup of Certfleet/],
    ['one bit', 'restore', () => changed(base, base.length - 40), good, 422, /damaged.*Nothing was changed/],
    ['half a file', 'restore', () => base.subarray(0, base.length >> 1), good, 422, /damaged.*Nothing was changed/],
    ['certificates', 'restore', () => certificates, good, 422, /has certificates, and no base configuration/],
    ['a parameter', 'restore', () => base, { ...good, colour: 'red' }, 422, /^colour: Unknown parameter/],
    ['a line break', 'restore', () => base, { ...good, password: 'sesame\nopen' }, 422, /^password: Line breaks/],
    ['no password', 'restorecert', () => certificates, {}, 400, /^password: String Value missing$/],
    ['no file', 'restorecert', () => null, { password }, 400, /^data: String Value missing$/],
    [
      'another type',
      'restorecert',
      () => certificates,
      { password, type: 'half' },
      422,
      /^type: Must be one of full, thi/,
    ],
    ['a long password', 'restorecert', () => certificates, { password: 'a'.repeat(65) }, 422, /^password: Must have 7/],
    [
      'a wrong password',
      'restorecert',
      () => certificates,
      { password: 'sesame shut' },
      422,
      /wrong.*Nothing was changed/,
    ],
    ['one bit', 'restorecert', () => changed(certificates, 500), { password }, 422, /damaged.*Nothing was changed/],
    ['a base backup', 'restorecert', () => base, { password }, 422, /has the base configuration, and no certificates/],
    ['no password', 'backupcert', () => null, {}, 400, /^password: String Value missing$/],
    ['a short password', 'backupcert', () => null, { password: 'sesame' }, 422, /^password: Must have 7 to 64/],
    [
      'another type',
      'backupcert',
      () => null,
      { password, type: 'none' },
      422,
      /^type: Must be one of full, third, vs/,
    ],
    ['a long password', 'backup', () => null, { password: 'a'.repeat(65) }, 422, /^password: Must have 7 to 64/],
    ['a parameter', 'backup', () => null, { type: '1' }, 422, /^type: Unknown parameter/],
  ])('%s: %s', async (_what, command, file, params, status, message) => {
    const before = await everything();
    for (const version of [1, 2] as const) {
      const seen = refusal(await restore(version, command, file(), params));
      expect(seen.status).toBe(status);
      expect(seen.message).toMatch(message);
      expect(seen.message).not.toContain(params.password ?? password);
    }
    expect(await everything()).toEqual(before);
  });

  test('a parameter twice', async () => {
    const before = await everything();
    const twice = await second.v1('restore?type=3&Type=1&password=sesame+open', { body: base });
    expect(refusal(twice)).toEqual({ status: 422, message: 'Type: Given more than once' });
    expect(await everything()).toEqual(before);
  });

  test.each(['backup', 'backupcert', 'restore', 'restorecert'])('%s by an operator', async command => {
    expect(refusal(await second.v1(`${command}?password=sesame+open`, { as: 'opal' })).status).toBe(403);
  });

  test('a backup under the master key of another instance', async () => {
    const sealed = await fetchBackup(2, 'backup');
    expect(refusal(await restore(1, 'restore', sealed, { type: '3' })).message).toMatch(/master key is another one/);
  });
});

describe('on a second instance', () => {
  test('the base configuration alone brings the account', async () => {
    const message = messageOf(await restore(1, 'restore', base, { type: '1', password }));
    expect(message).toMatch(paused);
    expect(await pauseOf(store())).not.toBeNull();
    const mine = await first.api().call(operations.account.show, { params: { name: 'loadmaster' } });
    const { accountUrl } = await second.certfleet.api.call(operations.account.show, { params: { name: 'loadmaster' } });
    expect(accountUrl).toBe(mine.accountUrl);
    expect((await store().virtualServices.list()).items).toEqual([]);
    expect(await namesHere()).toEqual([]);
  });

  test('everything goes on there when it is told so, with the same account', async () => {
    const { served: before } = await served();
    await first.loadMaster.certfleet.server.engine.loadBalancers.stopHaproxy();
    await first.loadMaster.certfleet.stop();

    expect(messageOf(await restore(2, 'restore', base, { type: '3', password }))).toMatch(paused);
    expect((await store().virtualServices.list()).items.map(({ index }) => index)).toEqual([1, 2, 3, 4]);
    expect(messageOf(await restore(1, 'restorecert', certificates, { password, type: 'third' }))).toMatch(paused);
    expect(await namesHere()).toEqual(['brought']);
    expect(messageOf(await restore(2, 'restorecert', certificates, { password, type: 'vs' }))).toMatch(paused);
    expect(await namesHere()).toEqual(['brought', 'shop']);
    expect(messageOf(await restore(1, 'restorecert', certificates, { password }))).toMatch(paused);
    expect(await namesHere()).toEqual(['brought', 'shop', 'spare']);
    await expect
      .poll(async () => (await served().catch(String)) as unknown, { timeout: 45_000 })
      .toEqual({
        served: before,
      });

    expect(refusal(await second.v1('renewlecert?cert=shop')).message).toContain('paused');
    await second.certfleet.api.call(operations.system.resume, {});
    expect((await second.v1('renewlecert?cert=shop')).text).toBe(done[1]);
    const { version } = await second.certfleet.api.call(operations.certificate.show, { params: { name: 'shop' } });
    expect(version).toMatchObject({ number: 2, account: 'loadmaster' });
    await expect.poll(async () => (await served()).served, { timeout: 30_000 }).toBe(version?.serial);
  });

  async function served(): Promise<{ served: string }> {
    const at = { address: '127.0.0.1', port: first.ports[1], serverName: 'shop.example.com' };
    return { served: (await readServedCertificate(at)).leaf.serialNumber.toLowerCase() };
  }
});
