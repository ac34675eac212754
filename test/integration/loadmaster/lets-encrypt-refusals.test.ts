/** Wrong, missing, doubled and hostile parameters of the commands for automatic certificates. */
import { operations } from '@certfleet/contract';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { LOADMASTER_POLICY } from '../../../packages/server/src/loadmaster/settings.js';
import { freePort } from '../../harness/ports.js';
import { type Params, refusal, startCaAndServices } from './ca-and-services.js';

const started = await startCaAndServices();
const { loadMaster, pebble, api, store, v1, send } = started;
afterAll(() => started.stop());

describe('before there is an account', () => {
  test('its information and a request are refused, saying what to do', async () => {
    const { directoryUrl } = await api().call(operations.loadmaster.show, {});
    expect(refusal(await v1('leaccountinfo'))).toEqual({
      status: 422,
      message: `No account is registered at ${directoryUrl}`,
    });
    const { status, message } = refusal(await v1('addlecert', { cert: 'early', cn: 'early.example.com', vid: '2' }));
    expect(status).toBe(422);
    expect(message).toContain('Register one with registerleaccount');
    expect(await store().certificates.findByName('early')).toBeUndefined();
  });

  test('a key file that is none, and none at all', async () => {
    expect(refusal(await loadMaster.v1('fetchleaccount', { body: 'nonsense' })).status).toBe(422);
    expect(refusal(await v1('fetchleaccount'))).toEqual({ status: 400, message: 'data: String Value missing' });
    expect(await store().accounts.findByName(LOADMASTER_POLICY)).toBeUndefined();
  });
});

describe('wrong requests are refused, and change nothing', () => {
  beforeAll(async () => {
    const { directoryUrl, caPem } = pebble;
    await api().call(operations.loadmaster.change, { body: { directoryUrl, caCertificate: caPem } });
    expect((await v1('registerleaccount')).status).toBe(200);
  });

  const good = { cert: 'bad', cn: 'bad.example.com', vid: '2' };
  const long = 'a'.repeat(10_000);
  const cases: [what: string, params: Params, status: number, message: RegExp | string][] = [
    ['no identifier', { cn: good.cn, vid: '2' }, 400, 'cert: String Value missing'],
    ['an empty identifier', { ...good, cert: '' }, 400, 'cert: String Value missing'],
    ['no common name', { cert: 'bad', vid: '2' }, 400, 'cn: String Value missing'],
    ['no virtual service', { cert: 'bad', cn: good.cn }, 400, 'vid: String Value missing'],
    ['a SAN without one', { ...good, san1: 'a.example.com' }, 400, 'vid1: String Value missing'],
    ['the last SAN without one', { ...good, san10: 'a.example.com' }, 400, 'vid10: String Value missing'],
    ['a virtual service without its SAN', { ...good, vid3: '2' }, 422, /^vid3: There is no san3/],
    ['an eleventh SAN', { ...good, san11: 'a.example.com', vid11: '2' }, 422, 'san11: Unknown parameter'],
    ['an unknown parameter', { ...good, colour: 'red' }, 422, 'colour: Unknown parameter'],
    ['an unknown virtual service', { ...good, vid: '999' }, 422, 'vid: Unknown VS'],
    ['an unknown one for a SAN', { ...good, san1: 'a.example.com', vid1: '999' }, 422, 'vid1: Unknown VS'],
    ['a sub virtual service', { ...good, vid: '5' }, 422, /^vid: 5 is a SubVS of virtual service 2\./],
    ['no number', { ...good, vid: '127.0.0.1' }, 422, /^vid: Must be the index/],
    ['a number out of range', { ...good, vid: '9'.repeat(30) }, 422, /^vid: Must be the index/],
    ['zero', { ...good, vid: '0' }, 422, 'vid: Unknown VS'],
    ['a negative number', { ...good, vid: '-2' }, 422, /^vid: Must be the index/],
    ['one with real servers', { ...good, vid: '4' }, 422, /convertvs\?vs=4 does it without dropping/],
    ['vid and vsid', { ...good, vsid: '2' }, 422, 'vsid: Given as vid already'],
    ['a line break in a name', { ...good, cn: 'a.example.com\nb' }, 422, /^cn: Line breaks/],
    ['a line break in the identifier', { ...good, cert: 'bad\r\nx' }, 422, /^cert: Line breaks/],
    ['a NUL', { ...good, cert: 'bad\0' }, 422, /^cert: Line breaks/],
    ['10 kB of name', { ...good, cn: long }, 422, /^cn: Longer than/],
    ['300 characters of name', { ...good, cn: `${'a'.repeat(300)}.com` }, 422, /^cn: Longer than the 253/],
    ['10 kB of identifier', { ...good, cert: long }, 422, /^cert: Longer than/],
    ['200 characters of identifier', { ...good, cert: 'a'.repeat(200) }, 422, /^cert: Letters, digits/],
    ['a path as identifier', { ...good, cert: '../../etc/passwd' }, 422, /^cert: Letters, digits/],
    ['markup as identifier', { ...good, cert: '<b>&' }, 422, /^cert: Letters, digits/],
    ['a name that is none', { ...good, cn: 'not a name' }, 422, /"not a name"/],
    ['a SAN that is none', { ...good, san1: '-x-.example.com', vid1: '2' }, 422, /"-x-\.example\.com"/],
    ['a name twice', { ...good, san1: 'BAD.example.com', vid1: '3' }, 422, /asked for twice/],
    ['a wildcard', { ...good, cn: '*.example.com' }, 422, /is a wildcard, which http-01 cannot prove/],
    ['a country of three letters', { ...good, country: 'USA' }, 422, /^country: ISO 3166/],
    ['a company that is too long', { ...good, company: 'a'.repeat(65) }, 422, /^company: /],
    ['an e-mail that is none', { ...good, email: 'nobody' }, 422, /^email: /],
    ['a key that is too small', { ...good, key_size: '1024' }, 422, 'key_size: Must be one of 2048, 3072, 4096'],
    ['a size that is none', { ...good, keysize: 'big' }, 422, 'keysize: Must be one of 2048, 3072, 4096'],
    ['two sizes', { ...good, key_size: '2048', keysize: '4096' }, 422, 'keysize: Given as key_size already'],
    ['a curve with a size of RSA', { ...good, ec: 'yes', key_size: '4096' }, 422, /^key_size: With ec=yes/],
    ['a curve that is perhaps', { ...good, ec: 'perhaps' }, 422, 'ec: Must be Y or N'],
    ['acmetype, which le has not', { ...good, acmetype: '1' }, 422, 'acmetype: Unknown parameter'],
  ];

  /** All that a request could change; events apart, which tell of the refusal. */
  async function everything() {
    const { items } = await store().certificates.list({ limit: 1000 });
    return {
      certificates: items,
      jobs: await store().jobs.countByState(),
      accounts: (await store().accounts.list()).items,
      policies: (await store().policies.list()).items,
      services: (await store().virtualServices.list()).items,
      domains: (await store().domains.list()).items,
    };
  }

  test.each(cases)('%s', async (_what, params, status, message) => {
    const before = await everything();
    for (const version of [1, 2] as const) {
      const seen = refusal(await send(version, 'addlecert', params));
      expect(seen.status).toBe(status);
      if (typeof message === 'string') expect(seen.message).toBe(message);
      else expect(seen.message).toMatch(message);
    }
    expect(await everything()).toEqual(before);
  });

  test('a virtual service that is disabled', async () => {
    const body = { address: '127.0.0.1', port: await freePort(), type: 'http', enabled: false } as const;
    const { index } = await api().call(operations.virtualService.create, { body });
    expect(refusal(await v1('addlecert', { ...good, vid: String(index) }))).toEqual({
      status: 422,
      message: `vid: Virtual service ${index} is disabled, so it can't answer a challenge: enable it first`,
    });
    expect(await store().certificates.findByName('bad')).toBeUndefined();
    await api().call(operations.virtualService.delete, { params: { index } });
  });

  test('a parameter twice', async () => {
    const twice = 'addlecert?cert=bad&cn=a.example.com&CN=b.example.com&vid=2';
    expect(refusal(await loadMaster.v1(twice))).toEqual({ status: 422, message: 'CN: Given more than once' });
    expect(await store().certificates.findByName('bad')).toBeUndefined();
  });

  test('a DNS provider, by name; what would be given to it is not logged', async () => {
    const params = { ...good, acmetype: '1', dnsapi: 'godaddy.com', dnsapiparams: 'sesame-open' };
    for (const version of [1, 2] as const) {
      expect(refusal(await send(version, 'addacmecert', params)).message).toMatch(/^dnsapi: This API proves/);
    }
    expect(refusal(await v1('addlecert', params)).message).toMatch(/: Unknown parameter$/);
    expect(loadMaster.log.some(line => line.includes('sesame-open'))).toBe(false);
  });

  test('an account of the other type', async () => {
    expect(refusal(await v1('addacmecert', { ...good, acmetype: '2' })).message).toMatch(
      /^acmetype: The account is of type 1/,
    );
  });

  test.each(['renewlecert', 'dellecert', 'getlecert', 'renewacmecert', 'delacmecert', 'getacmecert'])(
    '%s of what is not there, or was imported',
    async command => {
      expect(refusal(await v1(command))).toEqual({ status: 400, message: 'cert: String Value missing' });
      expect(refusal(await v1(command, { cert: 'nobody' }))).toEqual({
        status: 422,
        message: 'Unknown certificate nobody',
      });
      expect(refusal(await send(2, command, { cert: '<x>' })).message).toMatch(/^cert: Letters, digits/);
    },
  );

  test('a certificate that was imported', async () => {
    const identifiers = [{ type: 'dns', value: 'brought.example.com', solverId: null }] as const;
    await store().certificates.create({ name: 'brought', policyId: null, identifiers });
    for (const command of ['renewlecert', 'dellecert', 'getlecert']) {
      expect(refusal(await v1(command, { cert: 'brought' }))).toEqual({
        status: 422,
        message: 'brought was imported: only certificates that an ACME account issued can be used here',
      });
    }
    expect(refusal(await v1('addlecert', { ...good, cert: 'brought' })).message).toBe(
      'cert: There is a certificate brought already, which was uploaded. Choose another name, or delete it with delcert',
    );
    expect((await v1('listlecert')).text).toContain('<Success><Data/></Success>');
    expect(await store().certificates.findByName('brought')).toBeDefined();
  });

  test.each<[string, Params, number, RegExp]>([
    ['registerleaccount', { email: 'nobody' }, 422, /^email: /],
    ['registerleaccount', { email: `${long}@example.com` }, 422, /^email: Longer than/],
    ['registerleaccount', { email: 'a@example.com\nb@example.com' }, 422, /^email: Line breaks/],
    ['registerleaccount', { acmetype: '1' }, 422, /^acmetype: Unknown parameter/],
    ['registeracmeaccount', { acmetype: '3' }, 422, /^acmetype: Must be one of 1, 2/],
    ['registeracmeaccount', { kid: 'x' }, 422, /^kid: Unknown parameter/],
    ['leaccountinfo', { cert: 'x' }, 422, /^cert: Unknown parameter/],
    ['listlecert', { cert: 'x' }, 422, /^cert: Unknown parameter/],
    ['getacmecert', { cert: 'x', acmetype: 'y' }, 422, /^acmetype: Must be one of 1, 2/],
    ['delacmeconfig', { acmetype: '2' }, 422, /^acmetype: The account is of type 1/],
  ])('%s with a wrong parameter (%#)', async (command, params, status, message) => {
    const before = await everything();
    for (const version of [1, 2] as const) {
      const seen = refusal(await send(version, command, params));
      expect(seen.status).toBe(status);
      expect(seen.message).toMatch(message);
    }
    expect(await everything()).toEqual(before);
  });

  test.each<[string, Buffer]>([
    ['nothing that is known', Buffer.from('nonsense')],
    ['a certificate', Buffer.from('-----BEGIN CERTIFICATE-----\nbGVhZg==\n-----END CERTIFICATE-----\n')],
    ['zeros', Buffer.alloc(1000)],
    ['more than any key', Buffer.alloc(100_000, 'A')],
    ['a list in JSON', Buffer.from('[]')],
  ])('a key file that holds %s', async (_what, file) => {
    const before = await everything();
    expect(refusal(await loadMaster.v1('fetchleaccount', { body: file })).status).toBeOneOf([413, 422]);
    const data = file.toString('base64');
    expect(refusal(await loadMaster.v2({ cmd: 'fetchacmeaccount', data })).status).toBeOneOf([413, 422]);
    expect(await everything()).toEqual(before);
  });

  test('a viewer', async () => {
    const answer = await loadMaster.v1('addlecert?cert=bad&cn=bad.example.com&vid=2', { as: 'vera' });
    expect(refusal(answer)).toEqual({ status: 403, message: 'Permission denied' });
    expect(refusal(await loadMaster.v1('registerleaccount', { as: 'opal' })).status).toBe(403);
  });

  test('while Certfleet is paused', async () => {
    await api().call(operations.system.pause, { body: { reason: 'A test.' } });
    onTestFinished(async () => void (await api().call(operations.system.resume, {})));
    expect(refusal(await v1('addlecert', good)).message).toContain('paused: A test.');
    expect(await store().certificates.findByName('bad')).toBeUndefined();
  });
});
