/** Virtual services as LoadMaster's clients make and change them, in both APIs, with a real HAProxy behind. */
import { randomUUID } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { operations } from '@certfleet/contract';
import { readServedCertificate } from '@certfleet/haproxy';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { newCertificate, newChain } from '../../../packages/server/src/key-files/testing/openssl.js';
import { freePort } from '../../harness/ports.js';
import { ask } from '../haproxy/fixture.js';
import { type Answer, type LoadMaster, startLoadMaster } from './client.js';

let loadMaster: LoadMaster;
const backends: Server[] = [];
/** Ports of two real servers, which answer `one` and `two`. */
let [one, two] = [0, 0];

const api = () => loadMaster.certfleet.api;
const store = () => loadMaster.certfleet.server.engine.store;

beforeAll(async () => {
  loadMaster = await startLoadMaster();
  [one, two] = [await startBackend('one'), await startBackend('two')];
});

afterAll(async () => {
  for (const server of backends) {
    server.close();
    server.closeAllConnections();
  }
  await loadMaster?.stop();
});

async function startBackend(name: string): Promise<number> {
  const server = createServer((_, response) => response.end(name));
  backends.push(server);
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

type Params = Record<string, string | number | boolean>;
// biome-ignore lint/suspicious/noExplicitAny: what a client without types sees
type Json = Record<string, any>;

/** Sends a command to one of the APIs, with the parameters as text or as they are. */
function send(version: 1 | 2, cmd: string, params: Params = {}): Promise<Answer> {
  if (version === 2) return loadMaster.v2({ cmd, ...params });
  const query = new URLSearchParams(
    Object.entries(params).map(([name, value]): [string, string] => [name, String(value)]),
  );
  return loadMaster.v1(`${cmd}?${query}`);
}

/** What version 2 answers, which must be a success. */
async function done(cmd: string, params: Params = {}): Promise<Json> {
  const { status, text } = await send(2, cmd, params);
  const json = JSON.parse(text) as Json;
  if (status !== 200) throw new Error(`${cmd} answered ${text}`);
  expect(json.code).toBe(200);
  expect(Object.keys(json).at(-1)).toBe('status');
  return json;
}

/** The message of a refusal in version 2, whose status must be this one. */
async function refused(cmd: string, params: Params = {}, expected = 422): Promise<string> {
  const { status, text } = await send(2, cmd, params);
  expect({ status, text: status === expected ? '' : text }).toEqual({ status: expected, text: '' });
  return (JSON.parse(text) as Json).message;
}

/** A new virtual service on a free port, as addvs shows it. */
async function newService(params: Params = {}): Promise<Json> {
  return done('addvs', { vs: '127.0.0.1', port: await freePort(), prot: 'tcp', ...params });
}

/** A new SubVS of a virtual service, as its parent shows it. */
async function newSub(parent: number): Promise<Json> {
  const { SubVS } = await done('modvs', { vs: parent, createsubvs: '' });
  return SubVS.at(-1);
}

/** The text of an answer through HAProxy. */
async function bodyOf(port: string, path = '/', headers = {}): Promise<string> {
  return (await ask(Number(port), { path, headers })).body;
}

describe('a virtual service', () => {
  test('is made, shown, listed, changed and deleted in XML', async () => {
    const port = await freePort();
    const added = await send(1, 'addvs', { vs: '127.0.0.1', port, prot: 'tcp', NickName: 'shop.xml' });
    expect(added).toMatchObject({ status: 200, contentType: 'text/xml' });
    expect(added.text).toMatch(
      /^<\?xml version="1\.0" encoding="ISO-8859-1"\?>\n<Response stat="200" code="ok"><Success><Data><Status>Down<\/Status><Index>\d+<\/Index><VSAddress>127\.0\.0\.1<\/VSAddress>/,
    );
    expect(added.text).toContain(`<VSPort>${port}</VSPort><Protocol>tcp</Protocol><Layer>7</Layer>`);
    expect(added.text).toContain('<NickName>shop.xml</NickName><Enable>Y</Enable>');
    const index = /<Index>(\d+)</.exec(added.text)?.[1] ?? '';
    const shown = await send(1, 'showvs', { vs: '127.0.0.1', port, prot: 'tcp' });
    expect(shown.text).toBe(added.text);
    expect((await send(1, 'showvs', { vs: index })).text).toBe(added.text);
    expect((await send(1, 'listvs')).text).toContain(`<VS><Status>Down</Status><Index>${index}</Index>`);
    const changed = await send(1, 'modvs', { vs: '127.0.0.1', port, prot: 'tcp', Enable: 'N', Schedule: 'lc' });
    expect(changed.text).toContain('<Status>Disabled</Status>');
    expect(changed.text).toContain('<Schedule>lc</Schedule>');
    expect((await send(1, 'delvs', { vs: index })).text).toContain('<Success>Command completed ok</Success>');
    expect((await send(1, 'showvs', { vs: index })).text).toContain('<Error>Unknown VS</Error>');
  });

  test('has the types in JSON that clients decode', async () => {
    const service = await newService();
    expect(service).toMatchObject({
      ...{ Status: 'Down', Index: expect.any(Number), VSAddress: '127.0.0.1', VSPort: expect.any(String) },
      ...{ Protocol: 'tcp', Layer: 7, VStype: 'http', Enable: true, SSLAcceleration: false, NickName: '' },
      ...{ ErrorCode: '0', Schedule: 'rr', Persist: 'none', PersistTimeout: '0', CheckType: 'tcp', CheckPort: '0' },
      ...{ SSLRewrite: '0', TlsType: '7', CheckUseGet: 0, 'CheckUse1.1': false, RsMinimum: 0, AlertThreshold: 0 },
      ...{ Transparent: false, ForceL7: true, InterceptMode: 0, InputAuthMode: 0, MasterVS: 0, MasterVSID: 0 },
      ...{ NRules: 0, NumberOfRSs: 0, MatchRules: [], Rs: [], SubVS: [] },
    });
    expect(Object.keys(service)[0]).toBe('code');
  });

  test.each([
    ['with an index as text', (index: number) => ({ vs: String(index) })],
    ['with an index as a number', (index: number) => ({ vs: index })],
  ])('is found %s', async (_, selector) => {
    const { Index, VSPort } = await newService();
    expect(await done('showvs', selector(Index))).toMatchObject({ Index, VSPort });
  });

  test('takes back the whole object that it was shown as, without a change', async () => {
    const options = { NickName: 'whole', Schedule: 'wlc', Persist: 'src', PersistTimeout: '600', CheckType: 'http' };
    const { code, status, Rs, SubVS, MatchRules, Status, ...object } = await newService({ ...options, TlsType: '3' });
    const before = await store().virtualServices.get(object.Index);
    const { code: _, status: __, ...after } = await done('modvs', { vs: object.Index, ...object });
    expect(after).toMatchObject({ ...object, Status, Rs, SubVS, MatchRules, TlsType: '3' });
    expect(await store().virtualServices.get(object.Index)).toEqual(before);
    expect([code, status]).toEqual([200, 'ok']);
  });

  test('moves to another port and keeps its index', async () => {
    const { Index } = await newService();
    await done('addrs', { vs: Index, rs: '127.0.0.1', rsport: one });
    const VSPort = String(await freePort());
    expect(await done('modvs', { vs: Index, VSPort })).toMatchObject({ Index, VSPort });
    expect(await bodyOf(VSPort)).toBe('one');
  });

  test.each<[string, Params, Json]>([
    ['round robin', { Schedule: 'rr' }, { scheduling: 'round-robin' }],
    ['by weight', { Schedule: 'wrr' }, { scheduling: 'weighted-round-robin' }],
    ['least connection', { Schedule: 'lc' }, { scheduling: 'least-connection' }],
    ['least connection by weight', { Schedule: 'wlc' }, { scheduling: 'weighted-least-connection' }],
    ['the heaviest', { Schedule: 'fixed' }, { scheduling: 'fixed-weight' }],
    ['by client', { Schedule: 'sh' }, { scheduling: 'source-hash' }],
    ['by URL', { Schedule: 'uhash' }, { scheduling: 'url-hash' }],
    ['by source', { Persist: 'src', PersistTimeout: '900' }, { persistence: { type: 'source', timeoutSeconds: 900 } }],
    [
      'by the cookie of the application',
      { Persist: 'cookie', PersistTimeout: '900', Cookie: 'JSESSIONID' },
      { persistence: { type: 'server-cookie', name: 'JSESSIONID', timeoutSeconds: 900 } },
    ],
    [
      'by a cookie of its own',
      { Persist: 'active-cookie', PersistTimeout: '360', Cookie: 'lb' },
      { persistence: { type: 'cookie', name: 'lb', timeoutSeconds: 360 } },
    ],
    ['unchecked', { CheckType: 'none' }, { healthCheck: { type: 'none' } }],
    ['checked elsewhere', { CheckType: 'tcp', CheckPort: '81' }, { healthCheck: { type: 'tcp', port: 81 } }],
    [
      'checked by a page',
      { CheckType: 'http', CheckUrl: '/up', CheckHost: 'a.example', CheckUseGet: 1, CheckCodes: '401 403' },
      {
        healthCheck: {
          ...{ type: 'http', port: null, path: '/up', host: 'a.example', method: 'GET', statuses: [401, 403] },
        },
      },
    ],
    [
      'checked by a page over TLS',
      { CheckType: 'https', CheckUrl: '/up' },
      { healthCheck: { type: 'https', port: null, path: '/up', host: null, method: 'HEAD', statuses: [] } },
    ],
    ['two must be up', { RsMinimum: 2 }, { minimumServers: 2 }],
    [
      'an error page',
      { ErrorCode: '503', ErrorPage: 'Back soon' },
      { unavailable: { status: 503, redirectUrl: null, page: 'Back soon' } },
    ],
    [
      'sent elsewhere',
      { ErrorCode: '302', ErrorUrl: 'https://sorry.example/' },
      { unavailable: { status: 302, redirectUrl: 'https://sorry.example/', page: null } },
    ],
    ['over TLS', { SSLAcceleration: 'Y' }, { type: 'https' }],
  ])('is set and read back: %s', async (_, params, expected) => {
    const { Index } = await newService();
    for (const shown of [await done('modvs', { vs: Index, ...params }), await done('showvs', { vs: Index })]) {
      for (const [name, value] of Object.entries(params)) {
        expect([name, shown[name]]).toEqual([name, value === 'Y' ? true : value]);
      }
    }
    expect(await store().virtualServices.get(Index)).toMatchObject(expected);
    const fresh = await newService(params);
    expect(await store().virtualServices.get(fresh.Index)).toMatchObject(expected);
  });

  test('without a real server that is up answers its error', async () => {
    const { VSPort } = await newService({ ErrorCode: '410', ErrorPage: 'Gone for good' });
    expect(await ask(Number(VSPort))).toMatchObject({ status: 410, body: 'Gone for good' });
  });

  test('that only redirects to HTTPS is a redirect service', async () => {
    const service = await newService({ ErrorCode: '302', ErrorUrl: 'https:\\/\\/%h%s', CheckType: 'none' });
    const shown = { Status: 'Redirect', ErrorCode: '302', ErrorUrl: 'https://%h%s', SSLAcceleration: false };
    expect(service).toMatchObject(shown);
    expect(await store().virtualServices.get(service.Index)).toMatchObject({ type: 'redirect', redirectPort: 443 });
    const answer = await ask(Number(service.VSPort), { path: '/a?b=c', headers: { host: 'www.example.com' } });
    expect(answer).toMatchObject({ status: 302, headers: { location: 'https://www.example.com/a?b=c' } });
    const moved = await done('modvs', { vs: service.Index, ErrorUrl: 'https://%h:8443%s', ErrorCode: 301 });
    expect(moved).toMatchObject({ ErrorCode: '301', ErrorUrl: 'https://%h:8443%s' });
    expect(await refused('addrs', { vs: service.Index, rs: '127.0.0.1', rsport: one })).toContain('redirect');
    const plain = await done('modvs', { vs: service.Index, ErrorCode: 0 });
    expect(plain).toMatchObject({ Status: 'Down', ErrorCode: '0' });
    expect(await store().virtualServices.get(service.Index)).toMatchObject({ type: 'http', redirectPort: null });
    await done('addrs', { vs: service.Index, rs: '127.0.0.1', rsport: one });
    const options = { vs: service.Index, ErrorCode: 302, ErrorUrl: 'https://%h%s' };
    expect(await refused('modvs', options)).toMatch(/^ErrorUrl: /);
  });
});

describe('real servers', () => {
  test('are added, shown, changed, switched and deleted', async () => {
    const { Index, VSPort } = await newService({ Schedule: 'wrr' });
    const [VSIndex] = [Index];
    expect(await done('addrs', { vs: Index, rs: '127.0.0.1', rsport: one })).toEqual({
      ...{ code: 200, SubVS: [], status: 'ok' },
      Rs: [
        {
          ...{ Status: expect.any(String), VSIndex, RsIndex: 1, Addr: '127.0.0.1', Port: one, DnsName: '' },
          ...{ Forward: 'nat', Weight: 1000, Limit: 0, RateLimit: 0, Follow: 0, Enable: true, Critical: false },
          ...{ non_local: false, Nrules: 0, MatchRules: [] },
        },
      ],
    });
    const socket = { vs: '127.0.0.1', port: VSPort, prot: 'tcp' };
    const options = { rs: '127.0.0.1', rsport: two, weight: 0, limit: 7, non_local: 1, forward: 'nat' };
    const second = await done('addrs', { ...socket, ...options });
    expect(second.Rs).toMatchObject([{ RsIndex: 2, Weight: 0, Limit: 7, non_local: true }]);
    expect(await bodyOf(VSPort)).toBe('one');
    expect((await done('showrs', { vs: Index })).Rs).toHaveLength(2);
    expect((await done('showrs', { vs: Index, rs: '!2' })).Rs).toEqual(second.Rs);
    expect((await done('showrs', { ...socket, rs: '127.0.0.1', rsport: two })).Rs).toMatchObject([{ RsIndex: 2 }]);

    const changed = await done('modrs', { vs: Index, rs: '!2', weight: 500 });
    expect(changed).toMatchObject({ message: 'Command completed ok', Rs: [{ RsIndex: 2, Weight: 500, Limit: 7 }] });
    expect((await done('disablers', { ...socket, rs: '127.0.0.1', rsport: one })).message).toBe('Command completed ok');
    expect((await done('showrs', { vs: Index, rs: '!1' })).Rs).toMatchObject([{ Status: 'Disabled', Enable: false }]);
    expect(await bodyOf(VSPort)).toBe('two');
    await done('enablers', { vs: Index, rs: '!1' });
    expect((await done('modrs', { vs: Index, rs: '!2', newport: 9 })).Rs).toMatchObject([{ RsIndex: 2, Port: 9 }]);
    await done('delrs', { vs: Index, rs: `!2` });
    expect((await done('showvs', { vs: Index })).Rs).toMatchObject([{ RsIndex: 1, Enable: true }]);
    expect(await bodyOf(VSPort)).toBe('one');
  });
});

describe('SubVSs', () => {
  test('take what their rules say, and the default one the rest', async () => {
    const { Index, VSPort } = await newService();
    const parent = await done('modvs', { vs: Index, createsubvs: '' });
    expect(parent).toMatchObject({ Index, MasterVS: 1, MasterVSID: 0, NumberOfRSs: 1, Rs: [] });
    const [first] = parent.SubVS as Json[];
    expect(first).toEqual({
      ...{ Status: 'Down', VSIndex: expect.any(Number), RsIndex: expect.any(Number), Name: '', Forward: 'nat' },
      ...{ Weight: 1000, Limit: 0, RateLimit: 0, Follow: 0, Enable: true, Critical: false, MatchRules: [] },
    });
    const second = await newSub(Index);
    await done('addrs', { vs: first?.VSIndex, rs: '127.0.0.1', rsport: one });
    await done('addrs', { vs: second.VSIndex, rs: '127.0.0.1', rsport: two });
    const name = `shop-${Index}`;
    const rule = { name, type: 0, pattern: '/^\\/shop\\//', matchtype: 'regex', nocase: 1 };
    expect((await done('addrule', rule)).MatchContentRule).toEqual([
      {
        ...{ Name: name, Pattern: '^\\/shop\\/', MatchType: 'Regex', AddHost: false, Negate: false },
        ...{ CaseIndependent: true, IncludeQuery: false, Header: '', MustFail: false },
      },
    ]);
    await done('addrsrule', { vs: Index, rs: `!${first?.RsIndex}`, rule: name });
    await done('addrsrule', { vs: '127.0.0.1', port: VSPort, prot: 'tcp', rs: `!${second.RsIndex}`, rule: 'default' });
    expect([await bodyOf(VSPort, '/SHOP/1'), await bodyOf(VSPort, '/')]).toEqual(['one', 'two']);

    const shown = await done('showvs', { vs: Index });
    expect(shown.SubVS).toMatchObject([
      { VSIndex: first?.VSIndex, RsIndex: first?.RsIndex, MatchRules: [name] },
      { VSIndex: second.VSIndex, RsIndex: second.RsIndex, MatchRules: ['default'] },
    ]);
    expect(await done('showvs', { vs: second.VSIndex })).toMatchObject({
      ...{ Index: second.VSIndex, MasterVSID: Index, VSAddress: '', VSPort: '0', MatchRules: ['default'], SubVS: [] },
      Rs: [{ VSIndex: second.VSIndex, RsIndex: 1, Port: two }],
    });
    const listed = (await done('listvs')).VS as Json[];
    expect(listed.filter(({ MasterVSID }) => MasterVSID === Index)).toHaveLength(2);

    expect(await refused('delrule', { name })).toContain(name);
    await done('modrule', { name, pattern: '/basket/', matchtype: 'prefix' });
    expect([await bodyOf(VSPort, '/shop/1'), await bodyOf(VSPort, '/basket/')]).toEqual(['two', 'one']);
    await done('disablers', { vs: Index, rs: `!${first?.RsIndex}` });
    expect(await done('showvs', { vs: first?.VSIndex })).toMatchObject({ Status: 'Disabled', Enable: false });
    expect(await bodyOf(VSPort, '/basket/')).toBe('two');
    await done('modrs', { vs: Index, rs: `!${first?.RsIndex}`, Enable: 'Y', Weight: 1000 });
    await done('modvs', { vs: first?.VSIndex, NickName: 'basket', Schedule: 'lc' });
    expect((await done('showrs', { vs: Index, rs: `!${first?.RsIndex}` })).SubVS).toMatchObject([{ Name: 'basket' }]);
    await done('delrsrule', { vs: Index, rs: `!${first?.RsIndex}`, rule: name });
    await done('delrule', { name });
    expect(await refused('showrule', { name })).toBe('name: Unknown rule');
    await done('delvs', { vs: first?.VSIndex });
    expect((await done('showvs', { vs: Index })).SubVS).toMatchObject([
      { VSIndex: second.VSIndex, RsIndex: second.RsIndex },
    ]);
    await done('delvs', { vs: Index });
    expect(await refused('showvs', { vs: second.VSIndex })).toBe('Unknown VS');
  });

  test('have numbers that no real server has, which stay while others come and go', async () => {
    const { Index } = await newService();
    const subs = [await newSub(Index), await newSub(Index), await newSub(Index)];
    await done('delvs', { vs: subs[1]?.VSIndex });
    const { SubVS } = await done('showvs', { vs: Index });
    expect(SubVS.map(({ RsIndex }: Json) => RsIndex)).toEqual([subs[0]?.RsIndex, subs[2]?.RsIndex]);
    for (const sub of subs) {
      expect(sub.RsIndex).not.toBe(sub.VSIndex);
      expect(await refused('showrs', { vs: Index, rs: `!${sub.VSIndex}` })).toBe('Unknown RS');
    }
  });

  test('come of the real servers that a virtual service has, in one command', async () => {
    const { Index, VSPort } = await newService({ Schedule: 'wrr', CheckType: 'none' });
    await done('addrs', { vs: Index, rs: '127.0.0.1', rsport: one, weight: 3 });
    expect(await refused('modvs', { vs: Index, createsubvs: '' })).toContain('convertvs');
    const converted = await done('convertvs', { vs: Index, NickName: 'main' });
    expect(converted).toMatchObject({ Index, Rs: [], SubVS: [{ Name: 'main', MatchRules: ['default'] }] });
    const sub = await done('showvs', { vs: converted.SubVS[0].VSIndex });
    expect(sub).toMatchObject({ Schedule: 'wrr', CheckType: 'none', Rs: [{ RsIndex: 1, Port: one, Weight: 3 }] });
    expect(await bodyOf(VSPort)).toBe('one');
    expect(await refused('addrs', { vs: Index, rs: '127.0.0.1', rsport: two })).toContain('SubVS');
    expect(await refused('convertvs', { vs: Index })).toContain('no real servers');
  });

  test("come of them by hand too, as LoadMaster's documents describe", async () => {
    const { Index, VSPort } = await newService();
    await done('addrs', { vs: Index, rs: '127.0.0.1', rsport: one });
    await done('delrs', { vs: Index, rs: '!1' });
    const { VSIndex, RsIndex } = await newSub(Index);
    await done('addrs', { vs: VSIndex, rs: '127.0.0.1', rsport: one });
    await done('addrsrule', { vs: Index, rs: `!${RsIndex}`, rule: 'default' });
    expect(await bodyOf(VSPort)).toBe('one');
  });
});

describe('certificates', () => {
  const ca = newChain();

  async function certificate(host: string): Promise<string> {
    const name = `${host}-${randomUUID().slice(0, 8)}`;
    const extensions = [`subjectAltName=DNS:${host}.example.com`];
    const made = newCertificate({ subject: `/CN=${host}`, issuer: ca.intermediate, extensions });
    const file = Buffer.from(`${made.pem}${ca.intermediate.pem}${made.key}`).toString('base64');
    await api().call(operations.certificate.import, { body: { name, file } });
    return name;
  }

  async function servedName(port: string, serverName: string): Promise<string | undefined> {
    const { leaf } = await readServedCertificate({ address: '127.0.0.1', port: Number(port), serverName });
    return leaf.subjectAltName;
  }

  test('are assigned and taken off by CertFile, the first as the default', async () => {
    const [a, b] = [await certificate('a'), await certificate('b')];
    const { Index, VSPort, CertFile } = await newService({ SSLAcceleration: 1, CertFile: `${a} ${b}` });
    expect(CertFile).toBe(`${a} ${b}`);
    const served = async () => [
      await servedName(VSPort, 'a.example.com'),
      await servedName(VSPort, 'b.example.com'),
      await servedName(VSPort, 'other.example.com'),
    ];
    expect(await served()).toEqual(['DNS:a.example.com', 'DNS:b.example.com', 'DNS:a.example.com']);
    expect(await done('modvs', { vs: Index, CertFile: `${b} ${a}` })).toMatchObject({ CertFile: `${b} ${a}` });
    expect(await served()).toEqual(['DNS:a.example.com', 'DNS:b.example.com', 'DNS:b.example.com']);
    expect(await done('modvs', { vs: Index, certfile: a })).toMatchObject({ CertFile: a });
    expect(await served()).toEqual(['DNS:a.example.com', 'DNS:a.example.com', 'DNS:a.example.com']);
    expect(await refused('modvs', { vs: Index, CertFile: `${a} nobody` })).toBe('CertFile: Unknown certificate');
    expect(await done('modvs', { vs: Index, CertFile: '' })).toMatchObject({ CertFile: '' });
    await done('modvs', { vs: Index, CertFile: b });
    expect(await done('modvs', { vs: Index, SSLAcceleration: 0 })).not.toHaveProperty('CertFile');
    await done('modvs', { vs: Index, SSLAcceleration: 1, CertFile: b });
    await done('delvs', { vs: Index });
    const { items } = await api().call(operations.certificate.assignments, { params: { name: b } });
    expect(items).toEqual([]);
  });
});
