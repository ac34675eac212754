/** Automatic certificates as LoadMaster's clients ask for them, in both APIs, with a real CA and a real HAProxy. */
import { type KeyObject, X509Certificate } from 'node:crypto';
import { AcmeServer, createAccount, generateAccountKey, signerFromKey } from '@certfleet/acme';
import { operations } from '@certfleet/contract';
import { readServedCertificate } from '@certfleet/haproxy';
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest';
import { engineHandlers } from '../../../packages/server/src/actions/index.js';
import type { Handlers } from '../../../packages/server/src/http/handlers.js';
import type { Call } from '../../../packages/server/src/loadmaster/command.js';
import { renewCertificate, requestCertificate } from '../../../packages/server/src/loadmaster/issuance.js';
import { Parameters } from '../../../packages/server/src/loadmaster/parameters.js';
import { LOADMASTER_POLICY } from '../../../packages/server/src/loadmaster/settings.js';
import { type ChallengeTestServer, startChallengeTestServer } from '../../harness/challtestsrv.js';
import { type Pebble, startPebble } from '../../harness/pebble.js';
import { freePort } from '../../harness/ports.js';
import { assignmentIs, certificateIs } from '../engine/waiting.js';
import { type Answer, type LoadMaster, startLoadMaster } from './client.js';

let dns: ChallengeTestServer;
let pebble: Pebble;
let loadMaster: LoadMaster;
/** Of the two HTTPS services that names are proven by. */
let ports: [number, number];
/** Indexes: an HTTP service with real servers of its own, and a sub virtual service of the first HTTPS one. */
let withServers: number;
let sub: number;

const vsCreate = operations.virtualService.create;
const api = () => loadMaster.certfleet.api;
const store = () => loadMaster.certfleet.server.engine.store;

beforeAll(async () => {
  dns = await startChallengeTestServer();
  const profiles = { default: { description: 'Ninety days', validityPeriod: 90 * 86_400 } };
  pebble = await startPebble({ dnsServer: dns.dnsServer, profiles });
  loadMaster = await startLoadMaster();
  const address = '127.0.0.1';
  ports = [await freePort(), await freePort()];
  await api().call(vsCreate, { body: { address, port: pebble.httpPort, type: 'redirect', redirectPort: ports[0] } });
  for (const port of ports) await api().call(vsCreate, { body: { address, port, type: 'https' } });
  const realServers = [{ address, port: 9 }];
  const plain = await api().call(vsCreate, { body: { address, port: await freePort(), type: 'http', realServers } });
  withServers = plain.index;
  const parent = await api().call(operations.virtualService.addSub, { params: { index: 2 }, body: { realServers } });
  sub = parent.subVirtualServices[0]?.index ?? 0;
});

afterAll(async () => {
  await loadMaster?.stop();
  await pebble?.stop();
  await dns?.stop();
});

type Params = Record<string, string>;

/** A command as version 1 sends it. */
function v1(command: string, params: Params = {}): Promise<Answer> {
  return loadMaster.v1(`${command}?${new URLSearchParams(params)}`);
}

const done = {
  1: '<?xml version="1.0" encoding="ISO-8859-1"?>\n<Response stat="200" code="ok"><Success>Command completed ok</Success></Response>\n',
  2: '{"code":200,"message":"Command completed ok","status":"ok"}\n',
};

/** Sends a command to one of the APIs. */
function send(version: 1 | 2, command: string, params: Params = {}): Promise<Answer> {
  return version === 1 ? v1(command, params) : loadMaster.v2({ cmd: command, ...params });
}

/** The status and message of a refusal, which must have the shape that clients know. */
function refusal({ status, text }: Answer): { status: number; message: string } {
  const xml =
    /^<\?xml version="1\.0" encoding="ISO-8859-1"\?>\n<Response stat="(\d+)" code="fail"><Error>(.*)<\/Error><\/Response>\n$/.exec(
      text,
    );
  if (xml) {
    expect(Number(xml[1])).toBe(status);
    return { status, message: (xml[2] ?? '').replaceAll('&#34;', '"').replaceAll('&#39;', "'") };
  }
  const json = JSON.parse(text);
  expect(json).toEqual({ code: status, message: expect.any(String), status: 'fail' });
  return { status, message: json.message };
}

async function lastEvent(action: string) {
  const { items } = await api().call(operations.event.list, { query: { action, limit: 1 } });
  return items[0];
}

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

describe('the account', () => {
  test('is made at the directory that was set, with the terms agreed to by whoever registers', async () => {
    expect((await v1('set', { param: 'directoryurl', value: pebble.directoryUrl })).text).toBe(done[1]);
    await api().call(operations.loadmaster.change, { body: { caCertificate: pebble.caPem } });
    const answer = await v1('registerleaccount', { email: 'ops@example.com' });
    expect(answer).toMatchObject({ status: 200, contentType: 'text/xml', text: done[1] });
    const account = await api().call(operations.account.show, { params: { name: 'loadmaster' } });
    expect(account).toMatchObject({ status: 'valid', email: 'ops@example.com', termsAgreedBy: 'user:bal' });
    expect(await lastEvent('loadmaster.registerleaccount')).toMatchObject({
      actor: 'user:bal',
      message: expect.stringContaining('user:bal has agreed to its terms of service, '),
    });
    const policy = await api().call(operations.policy.show, { params: { name: LOADMASTER_POLICY } });
    expect(policy).toMatchObject({ accounts: ['loadmaster'], keyAlgorithm: 'RSA-2048', renewDaysBefore: null });
  });

  test('registered again it is the same one; another e-mail goes to the CA', async () => {
    expect((await send(2, 'registeracmeaccount', { acmetype: '1', email: 'new@example.com' })).text).toBe(done[2]);
    expect((await v1('registerleaccount')).text).toBe(done[1]);
    const { items } = await api().call(operations.account.list, {});
    expect(items).toMatchObject([{ name: 'loadmaster', email: 'new@example.com' }]);
  });

  test('is shown by both APIs', async () => {
    const { accountUrl } = await api().call(operations.account.show, { params: { name: 'loadmaster' } });
    const fields = {
      AccountType: 'ACME',
      AccountID: accountUrl,
      AccountDirectory: pebble.directoryUrl,
      AccountEmail: 'new@example.com',
    };
    const elements = Object.entries(fields).map(([name, value]) => `<${name}>${value}</${name}>`);
    expect((await v1('leaccountinfo')).text).toContain(`<Success><Data>${elements.join('')}</Data></Success>`);
    expect((await send(2, 'acmeaccountinfo', { acmetype: '1' })).text).toBe(
      `${JSON.stringify({ code: 200, ...fields, Data: fields, status: 'ok' })}\n`,
    );
    expect(refusal(await send(2, 'acmeaccountinfo', { acmetype: '2' })).message).toContain('No account of type 2');
  });

  test('DigiCert needs what binds an account', async () => {
    expect(refusal(await v1('registeracmeaccount', { acmetype: '2' })).message).toContain('setacmekid');
  });
});

describe('wrong requests are refused, and change nothing', () => {
  const good = { cert: 'bad', cn: 'bad.example.com', vid: '2' };
  const long = 'a'.repeat(10_000);
  const cases: [what: string, params: () => Params, status: number, message: RegExp | string][] = [
    ['no identifier', () => ({ cn: good.cn, vid: '2' }), 400, 'cert: String Value missing'],
    ['an empty identifier', () => ({ ...good, cert: '' }), 400, 'cert: String Value missing'],
    ['no common name', () => ({ cert: 'bad', vid: '2' }), 400, 'cn: String Value missing'],
    ['no virtual service', () => ({ cert: 'bad', cn: good.cn }), 400, 'vid: String Value missing'],
    ['a SAN without one', () => ({ ...good, san1: 'a.example.com' }), 400, 'vid1: String Value missing'],
    ['the last SAN without one', () => ({ ...good, san10: 'a.example.com' }), 400, 'vid10: String Value missing'],
    ['a virtual service without its SAN', () => ({ ...good, vid3: '2' }), 422, /^vid3: There is no san3/],
    ['an eleventh SAN', () => ({ ...good, san11: 'a.example.com', vid11: '2' }), 422, 'san11: Unknown parameter'],
    ['an unknown parameter', () => ({ ...good, colour: 'red' }), 422, 'colour: Unknown parameter'],
    ['an unknown virtual service', () => ({ ...good, vid: '999' }), 422, 'vid: Unknown VS'],
    ['an unknown one for a SAN', () => ({ ...good, san1: 'a.example.com', vid1: '999' }), 422, 'vid1: Unknown VS'],
    [
      'a sub virtual service',
      () => ({ ...good, vid: String(sub) }),
      422,
      /^vid: \d+ is a SubVS of virtual service 2\./,
    ],
    ['no number', () => ({ ...good, vid: '127.0.0.1' }), 422, /^vid: Must be the index/],
    ['a number out of range', () => ({ ...good, vid: '9'.repeat(30) }), 422, /^vid: Must be the index/],
    ['zero', () => ({ ...good, vid: '0' }), 422, 'vid: Unknown VS'],
    ['a negative number', () => ({ ...good, vid: '-2' }), 422, /^vid: Must be the index/],
    [
      'one with real servers',
      () => ({ ...good, vid: String(withServers) }),
      422,
      /"certfleet virtual-service convert \d+"/,
    ],
    ['vid and vsid', () => ({ ...good, vsid: '2' }), 422, 'vsid: Given as vid already'],
    ['a line break in a name', () => ({ ...good, cn: 'a.example.com\nb' }), 422, /^cn: Line breaks/],
    ['a line break in the identifier', () => ({ ...good, cert: 'bad\r\nx' }), 422, /^cert: Line breaks/],
    ['a NUL', () => ({ ...good, cert: 'bad\0' }), 422, /^cert: Line breaks/],
    ['10 kB of name', () => ({ ...good, cn: long }), 422, /^cn: Longer than/],
    ['300 characters of name', () => ({ ...good, cn: `${'a'.repeat(300)}.com` }), 422, /^cn: Longer than the 253/],
    ['10 kB of identifier', () => ({ ...good, cert: long }), 422, /^cert: Longer than/],
    ['200 characters of identifier', () => ({ ...good, cert: 'a'.repeat(200) }), 422, /^cert: Letters, digits/],
    ['a path as identifier', () => ({ ...good, cert: '../../etc/passwd' }), 422, /^cert: Letters, digits/],
    ['markup as identifier', () => ({ ...good, cert: '<b>&' }), 422, /^cert: Letters, digits/],
    ['a name that is none', () => ({ ...good, cn: 'not a name' }), 422, /"not a name"/],
    ['a SAN that is none', () => ({ ...good, san1: '-x-.example.com', vid1: '2' }), 422, /"-x-\.example\.com"/],
    ['a name twice', () => ({ ...good, san1: 'BAD.example.com', vid1: '3' }), 422, /asked for twice/],
    ['a wildcard', () => ({ ...good, cn: '*.example.com' }), 422, /is a wildcard, which http-01 cannot prove/],
    ['a country of three letters', () => ({ ...good, country: 'USA' }), 422, /^country: ISO 3166/],
    ['a company that is too long', () => ({ ...good, company: 'a'.repeat(65) }), 422, /^company: /],
    ['an e-mail that is none', () => ({ ...good, email: 'nobody' }), 422, /^email: /],
    [
      'a key that is too small',
      () => ({ ...good, key_size: '1024' }),
      422,
      'key_size: Must be one of 2048, 3072, 4096',
    ],
    ['a size that is none', () => ({ ...good, keysize: 'big' }), 422, 'keysize: Must be one of 2048, 3072, 4096'],
    ['two sizes', () => ({ ...good, key_size: '2048', keysize: '4096' }), 422, 'keysize: Given as key_size already'],
    ['a curve with a size of RSA', () => ({ ...good, ec: 'yes', key_size: '4096' }), 422, /^key_size: With ec=yes/],
    ['a curve that is perhaps', () => ({ ...good, ec: 'perhaps' }), 422, 'ec: Must be Y or N'],
    ['acmetype, which le has not', () => ({ ...good, acmetype: '1' }), 422, 'acmetype: Unknown parameter'],
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
      const seen = refusal(await send(version, 'addlecert', params()));
      expect(seen.status).toBe(status);
      if (typeof message === 'string') expect(seen.message).toBe(message);
      else expect(seen.message).toMatch(message);
    }
    expect(await everything()).toEqual(before);
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

describe('a certificate', () => {
  const sans = {
    san1: 'one.example.com',
    vid1: '2',
    san2: 'two.example.com',
    vid2: '3',
    san3: 'three.example.com',
    vid3: '3',
  };
  const subject = { country: 'de', state: 'Hessen', city: 'Fulda', company: 'Example', organization: 'Web' };
  const expected = () => ({
    Identifier: 'shop',
    DomainName: 'shop.example.com',
    ExpiryDate: expect.stringMatching(/^[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d \d{4} GMT$/),
    SubjectAlternateNames: 'one.example.com,two.example.com,three.example.com',
    Type: 'rsa',
    KeySize: '2048',
    HTTPChallengeVS: `127.0.0.1:${ports[0]},127.0.0.1:${ports[1]}`,
    VirtualServices: '',
  });

  test('is issued with three SANs on two services before the command answers', async () => {
    const answer = await v1('addlecert', { cert: 'shop', cn: 'shop.example.com', vid: '2', ...sans, ...subject });
    expect(answer).toMatchObject({ status: 200, contentType: 'text/xml', text: done[1] });
    const shown = await api().call(operations.certificate.show, { params: { name: 'shop' } });
    expect(shown).toMatchObject({
      ...{ status: 'valid', policy: LOADMASTER_POLICY, version: { number: 1, account: 'loadmaster' } },
      identifiers: ['vs-2', 'vs-2', 'vs-3', 'vs-3'].map(solver => ({ solver })),
      subject: {
        ...{ country: 'DE', state: 'Hessen', locality: 'Fulda' },
        ...{ organization: 'Example', organizationalUnit: 'Web' },
      },
    });
    expect((await lastEvent('loadmaster.addlecert'))?.message).toContain("Let's Encrypt leaves them out");
  });

  test('is shown field for field', async () => {
    const json = JSON.parse((await send(2, 'getlecert', { cert: 'shop' })).text);
    const { code, status, Data, ...fields } = json;
    expect({ code, status }).toEqual({ code: 200, status: 'ok' });
    expect(fields).toEqual(expected());
    expect(Data).toEqual(fields);
    const elements = Object.entries(fields).map(([name, value]) =>
      value === '' ? `<${name}/>` : `<${name}>${value}</${name}>`,
    );
    expect((await v1('getacmecert', { cert: 'shop', acmetype: '1' })).text).toContain(
      `<Success><Data>${elements.join('')}</Data></Success>`,
    );
    expect((await v1('listlecert')).text).toContain(
      `<Success><Data><Certificate>${elements.join('')}</Certificate></Data></Success>`,
    );
    const list = JSON.parse((await send(2, 'listacmecert', { acmetype: '1' })).text);
    expect(list).toEqual({ code: 200, Certificate: [fields], Data: { Certificate: [fields] }, status: 'ok' });
    const { leaf } = await store()
      .certificates.byName('shop')
      .then(async ({ id }) => ({
        leaf: new X509Certificate((await store().versions.current(id))?.chain ?? ''),
      }));
    expect(fields.ExpiryDate).toBe(leaf.validTo);
  });

  test('is refused when there is one of its name', async () => {
    const { status, message } = refusal(await v1('addlecert', { cert: 'shop', cn: 'other.example.com', vid: '2' }));
    expect(status).toBe(422);
    expect(message).toContain('There is a certificate shop already');
    expect(message).toContain('certfleet certificate change shop');
    const shown = await api().call(operations.certificate.show, { params: { name: 'shop' } });
    expect(shown.identifiers[0]?.value).toBe('shop.example.com');
  });

  test.each<[string, 1 | 2, Params, Params]>([
    ['a curve', 1, { ec: 'yes', vsid: '2' }, { Type: 'ecc', KeySize: '256' }],
    ['3072 bits, with numbers in JSON', 2, { keysize: '3072', vid: '2', ec: '' }, { Type: 'rsa', KeySize: '3072' }],
    ['no curve', 2, { ec: 'no', vid: '1', san1: '', vid1: '' }, { Type: 'rsa', KeySize: '2048' }],
  ])('has the key that was asked for: %s', async (_what, version, params, fields) => {
    const request = { cert: 'keyed', cn: 'keyed.example.com', ...params };
    expect((await send(version, version === 1 ? 'addlecert' : 'addacmecert', request)).text).toBe(done[version]);
    expect(JSON.parse((await send(2, 'getlecert', { cert: 'keyed' })).text)).toMatchObject(fields);
    expect((await send(version, 'dellecert', { cert: 'keyed' })).text).toBe(done[version]);
    expect(refusal(await v1('getlecert', { cert: 'keyed' })).status).toBe(422);
  });

  test('that the CA refuses is withdrawn with its words, and can be requested again', async () => {
    await dns.addA('down.example.com', ['127.0.0.2']);
    const request = { cert: 'down', cn: 'down.example.com', vid: '2', san1: 'fine.example.com', vid1: '3' };
    for (const version of [1, 2] as const) {
      const { status, message } = refusal(await send(version, 'addlecert', request));
      expect(status).toBe(422);
      expect(message).toMatch(/down\.example\.com/);
      expect(message).toContain('down was not requested');
      expect(await store().certificates.findByName('down')).toBeUndefined();
      expect(await store().challenges.uncleaned()).toEqual([]);
    }
    await dns.clearA('down.example.com');
    expect((await v1('addlecert', request)).text).toBe(done[1]);
    expect((await v1('dellecert', { cert: 'down' })).text).toBe(done[1]);
  });

  test('is renewed, served where it is assigned, and not deleted meanwhile', async () => {
    await api().call(operations.certificate.assign, { params: { name: 'shop' }, body: { target: 'vs-3' } });
    await assignmentIs(api(), 'shop', 'vs-3', ({ deployment }) => deployment?.status === 'verified');
    expect((await v1('getlecert', { cert: 'shop' })).text).toContain(
      `<VirtualServices>127.0.0.1:${ports[1]}</VirtualServices>`,
    );
    expect((await send(2, 'renewlecert', { cert: 'shop' })).text).toBe(done[2]);
    const { version } = await api().call(operations.certificate.show, { params: { name: 'shop' } });
    expect(version?.number).toBe(2);
    await assignmentIs(
      api(),
      'shop',
      'vs-3',
      ({ deployment }) => deployment?.version === 2 && deployment.status === 'verified',
    );
    const { leaf } = await readServedCertificate({
      address: '127.0.0.1',
      port: ports[1],
      serverName: 'shop.example.com',
    });
    expect(leaf.serialNumber.toLowerCase()).toBe(version?.serial);

    const refused = refusal(await v1('dellecert', { cert: 'shop' }));
    expect(refused).toEqual({
      status: 422,
      message: `shop is in use by virtual service 3 (127.0.0.1:${ports[1]}). Unassign it first`,
    });
    expect(await store().certificates.findByName('shop')).toBeDefined();
  });

  test('is not deleted while it is the administrative certificate', async () => {
    await api().call(operations.target.create, { body: { name: 'admin', type: 'admin-interface', config: {} } });
    expect((await v1('addlecert', { cert: 'own', cn: 'own.example.com', vid: '2' })).text).toBe(done[1]);
    await api().call(operations.certificate.assign, { params: { name: 'own' }, body: { target: 'admin' } });
    expect(refusal(await v1('dellecert', { cert: 'own' })).message).toContain(
      'own is in use by the administrative interface',
    );
  });

  test('whose renewal fails keeps what it has', async () => {
    await dns.addA('two.example.com', ['127.0.0.2']);
    const { status, message } = refusal(await v1('renewacmecert', { cert: 'shop', acmetype: '1' }));
    expect(status).toBe(422);
    expect(message).toContain('two.example.com');
    expect(message).toContain('What is served stays');
    const shown = await api().call(operations.certificate.show, { params: { name: 'shop' } });
    expect(shown).toMatchObject({ status: 'failing', version: { number: 2 } });
    await dns.clearA('two.example.com');
    expect((await v1('renewlecert', { cert: 'shop' })).text).toBe(done[1]);
    await certificateIs(api(), 'shop', ({ status, version }) => status === 'valid' && version?.number === 3);
  });
});

describe('another directory', () => {
  let second: Pebble;
  beforeAll(async () => {
    second = await startPebble({
      ...{
        dnsServer: dns.dnsServer,
        httpPort: pebble.httpPort,
        eab: { 'kid-1': Buffer.alloc(32, 7).toString('base64url') },
      },
      profiles: { default: { description: 'Ninety days', validityPeriod: 90 * 86_400 } },
    });
  });
  afterAll(() => second?.stop());

  test('needs an account of its own, which comes first then; what was issued stays until it is issued again', async () => {
    expect((await send(2, 'setacmedirectoryurl', { acmetype: '2', directoryurl: second.directoryUrl })).text).toBe(
      done[2],
    );
    await api().call(operations.loadmaster.change, { body: { caCertificate: second.caPem } });
    const request = { cert: 'next', cn: 'next.example.com', vid: '2' };
    expect(refusal(await v1('addlecert', request)).message).toContain(`There is no account at ${second.directoryUrl}`);
    expect(refusal(await v1('registerleaccount')).message).toContain('binds accounts');
    await v1('setacmekid', { acmetype: '2', kid: 'kid-1' });
    await v1('setacmehmac', { acmetype: '2', hmac: Buffer.alloc(32, 7).toString('base64url') });
    expect((await send(2, 'registeracmeaccount', { acmetype: '2' })).text).toBe(done[2]);
    expect((await lastEvent('loadmaster.registeracmeaccount'))?.message).toContain(
      'Certificates that were issued with account loadmaster stay as they are until they are issued again',
    );
    const policy = await api().call(operations.policy.show, { params: { name: LOADMASTER_POLICY } });
    expect(policy.accounts).toEqual(['loadmaster-2']);
    const { version } = await api().call(operations.certificate.show, { params: { name: 'shop' } });
    expect(version?.account).toBe('loadmaster');

    expect((await v1('addlecert', request)).text).toBe(done[1]);
    expect((await v1('renewlecert', { cert: 'shop' })).text).toBe(done[1]);
    expect((await lastEvent('loadmaster.renewlecert'))?.message).toContain(
      'It was issued with account loadmaster-2; the version before was with loadmaster.',
    );
  });

  test('an account from elsewhere is linked by its key, with a pass phrase', async () => {
    const { directoryUrl, caPem } = pebble;
    await api().call(operations.loadmaster.change, { body: { directoryUrl, caCertificate: caPem } });
    const passphrase = 'sesame open';
    const encrypted = async (key: KeyObject) =>
      key.export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase }) as string;
    const key = await generateAccountKey('ES256');
    const file = await encrypted(key);
    const data = Buffer.from(file).toString('base64');
    const unknown = refusal(await loadMaster.v2({ cmd: 'fetchleaccount', password: passphrase, data }));
    expect(unknown).toMatchObject({ status: 422, message: expect.stringContaining('knows no account with this key') });

    const server = new AcmeServer({ directoryUrl, userAgent: 'another client', ca: caPem });
    onTestFinished(() => server.close());
    const { session } = await createAccount(server, signerFromKey(key), { contact: [], termsOfServiceAgreed: true });
    const wrong = refusal(await loadMaster.v1('fetchleaccount?password=wrong', { body: file }));
    expect(wrong.status).toBe(422);
    expect((await store().accounts.list()).items).toHaveLength(2);
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };
    const linked = await loadMaster.v1(`fetchleaccount?${new URLSearchParams({ password: passphrase })}`, {
      body: file,
      headers,
    });
    expect(linked.text).toBe(done[1]);
    const info = JSON.parse((await send(2, 'leaccountinfo')).text);
    expect(info).toMatchObject({ AccountID: session.accountUrl, AccountEmail: '' });
    expect(loadMaster.log.some(line => line.includes(passphrase))).toBe(false);
  });

  test('one that is here is used again', async () => {
    const { keyId } = await store().accounts.byName('loadmaster');
    const data = Buffer.from(await store().keys.privateKeyPem(keyId)).toString('base64');
    expect((await loadMaster.v2({ cmd: 'fetchacmeaccount', acmetype: 1, data })).text).toBe(done[2]);
    expect((await lastEvent('loadmaster.fetchacmeaccount'))?.message).toContain(
      'This is the key of account loadmaster.',
    );
    const policy = await api().call(operations.policy.show, { params: { name: LOADMASTER_POLICY } });
    expect(policy.accounts).toEqual(['loadmaster']);
  });
});

describe('a command that waits', () => {
  /** A call of its own, whose patience and signal the test chooses. */
  function callOf(params: Params, stopping = new AbortController().signal): Call {
    const { engine } = loadMaster.certfleet.server;
    const { systemLog } = loadMaster.certfleet.options;
    return {
      ...{ engine, handlers: engineHandlers(engine) as Handlers, systemLog, stopping, version: 1, body: null },
      ...{ parameters: new Parameters(Object.entries(params)), user: 'bal' },
      actor: { kind: 'user', name: 'bal', role: 'admin' },
    };
  }

  test('says after a while that it goes on, and does', async () => {
    const params = { cert: 'slow', cn: 'slow.example.com', vid: '2', ec: 'yes' };
    await expect(requestCertificate(callOf(params), undefined, 0)).rejects.toMatchObject({
      status: 422,
      message: expect.stringMatching(/^slow is not issued yet, and goes on by itself\. Look at it with getlecert/),
    });
    await certificateIs(api(), 'slow', ({ status }) => status === 'valid');
    await expect(renewCertificate(callOf({ cert: 'slow' }), 'slow', 0)).rejects.toMatchObject({ status: 422 });
    await certificateIs(api(), 'slow', ({ version }) => version?.number === 2);
  });

  test('ends when the server is stopped; what was requested goes on at the next start', async () => {
    const profiles = { default: { description: 'Ninety days', validityPeriod: 90 * 86_400 } };
    const retryAfter = { authz: 10, order: 10 };
    const slow = await startPebble({ dnsServer: dns.dnsServer, httpPort: pebble.httpPort, profiles, retryAfter });
    onTestFinished(() => slow.stop());
    const directory = { directoryUrl: slow.directoryUrl, caCertificate: slow.caPem };
    await api().call(operations.loadmaster.change, { body: directory });
    expect((await v1('registerleaccount')).text).toBe(done[1]);
    const answer = v1('addlecert', { cert: 'stopped', cn: 'stopped.example.com', vid: '2', ec: 'yes' });
    await vi.waitFor(async () => expect(await store().certificates.findByName('stopped')).toBeDefined(), 10_000);
    await loadMaster.certfleet.restart();
    const { status, message } = refusal(await answer);
    expect(status).toBe(503);
    expect(message).toContain('stopped goes on when it has started again');
    await certificateIs(api(), 'stopped', ({ status: seen }) => seen === 'valid');
  });
});

test('the configuration is deleted once no certificate needs it', async () => {
  expect(refusal(await v1('delacmeconfig', { acmetype: '1' })).status).toBe(422);
  expect(refusal(await v1('delacmeconfig', { acmetype: '2' })).message).toMatch(/^acmetype: The account is of type 1/);
  expect(await store().policies.findByName(LOADMASTER_POLICY)).toBeDefined();
  for (const [name, target] of [
    ['shop', 'vs-3'],
    ['own', 'admin'],
  ] as const) {
    await api().call(operations.certificate.unassign, { params: { name, target } });
  }
  for (const { name } of (await store().certificates.list()).items) {
    expect((await v1('dellecert', { cert: name })).text).toBe(done[1]);
  }
  expect((await v1('listlecert')).text).toContain('<Success><Data/></Success>');
  expect(JSON.parse((await send(2, 'listlecert')).text).Certificate).toEqual([]);
  expect((await send(2, 'delacmeconfig', { acmetype: '1' })).text).toBe(done[2]);
  expect((await store().accounts.list()).items).toEqual([]);
  expect(refusal(await v1('leaccountinfo')).message).toContain('https://acme-v02.api.letsencrypt.org/directory');
});
