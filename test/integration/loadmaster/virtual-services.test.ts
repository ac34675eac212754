/** Virtual services as LoadMaster's clients make and change them, in both APIs, with a real HAProxy behind. */
import { operations } from '@certfleet/contract';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { freePort } from '../../harness/ports.js';
import { ask, negotiatedProtocol } from '../haproxy/fixture.js';
import { bodyOf, type Json, type Params, Services } from './services.js';

let lm: Services;

beforeAll(async () => {
  lm = await Services.start();
});

afterAll(() => lm?.stop());

describe('a virtual service', () => {
  test('is made, shown, listed, changed and deleted in XML', async () => {
    const port = await freePort();
    const added = await lm.send(1, 'addvs', { vs: '127.0.0.1', port, prot: 'tcp', NickName: 'shop.xml' });
    expect(added).toMatchObject({ status: 200, contentType: 'text/xml' });
    expect(added.text).toMatch(
      /^<\?xml version="1\.0" encoding="ISO-8859-1"\?>\n<Response stat="200" code="ok"><Success><Data><Status>Down<\/Status><Index>\d+<\/Index><VSAddress>127\.0\.0\.1<\/VSAddress>/,
    );
    expect(added.text).toContain(`<VSPort>${port}</VSPort><Protocol>tcp</Protocol><Layer>7</Layer>`);
    expect(added.text).toContain('<NickName>shop.xml</NickName><Enable>Y</Enable>');
    const index = /<Index>(\d+)</.exec(added.text)?.[1] ?? '';
    const shown = await lm.send(1, 'showvs', { vs: '127.0.0.1', port, prot: 'tcp' });
    expect(shown.text).toBe(added.text);
    expect((await lm.send(1, 'showvs', { vs: index })).text).toBe(added.text);
    expect((await lm.send(1, 'listvs')).text).toContain(`<VS><Status>Down</Status><Index>${index}</Index>`);
    const changed = await lm.send(1, 'modvs', { vs: '127.0.0.1', port, prot: 'tcp', Enable: 'N', Schedule: 'lc' });
    expect(changed.text).toContain('<Status>Disabled</Status>');
    expect(changed.text).toContain('<Schedule>lc</Schedule>');
    expect((await lm.send(1, 'delvs', { vs: index })).text).toContain('<Success>Command completed ok</Success>');
    expect((await lm.send(1, 'showvs', { vs: index })).text).toContain('<Error>Unknown VS</Error>');
  });

  test('has the types in JSON that clients decode', async () => {
    const service = await lm.create();
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
    const { Index, VSPort } = await lm.create();
    expect(await lm.done('showvs', selector(Index))).toMatchObject({ Index, VSPort });
  });

  test('takes back the whole object that it was shown as, without a change', async () => {
    const options = { NickName: 'whole', Schedule: 'wlc', Persist: 'src', PersistTimeout: '600', CheckType: 'http' };
    const { code, status, ...object } = await lm.create({ ...options, TlsType: '3', StandbyPort: 0 });
    expect(object).not.toHaveProperty('StandbyPort');
    const before = await lm.store.virtualServices.get(object.Index);
    const { code: _, status: __, ...after } = await lm.done('modvs', { vs: object.Index, ...object });
    expect(after).toEqual({ ...object, TlsType: '3' });
    expect(await lm.store.virtualServices.get(object.Index)).toEqual(before);
    expect([code, status]).toEqual([200, 'ok']);
  });

  test('has one spelling of its IPv6 address, however that is sent', async () => {
    const port = await freePort();
    const socket = { vs: '0:0:0:0:0:0:0:1', port, prot: 'tcp' };
    const { Index, VSAddress } = await lm.done('addvs', { ...socket, VSAddress: '[0::1]', Enable: 'N' });
    expect(VSAddress).toBe('::1');
    for (const vs of ['::1', '[::1]', '0::0:1']) {
      expect(await lm.done('showvs', { ...socket, vs })).toMatchObject({ Index });
      expect(await lm.refused('addvs', { ...socket, vs, Enable: 'N' })).toContain('already');
    }
    await lm.done('addrs', { vs: Index, rs: '2001:DB8::0:5', rsport: 80, enable: 'N' });
    expect(await lm.refused('addrs', { vs: Index, rs: '2001:db8:0::5', rsport: 80 })).toMatch(/^rs: /);
    const { Rs } = await lm.done('showrs', { vs: Index, rs: '[2001:db8::0005]', rsport: 80 });
    expect(Rs).toMatchObject([{ Addr: '2001:db8::5', Enable: false }]);
    await lm.done('enablers', { rs: '2001:DB8:0:0::5' });
    await lm.done('modvs', { vs: Index, VSAddress: '0:0:0:0:0:0:0:2' });
    expect(await lm.done('showvs', { vs: Index })).toMatchObject({ VSAddress: '::2', Rs: [{ Enable: true }] });
  });

  test('moves to another port and keeps its index', async () => {
    const { Index } = await lm.create();
    await lm.done('addrs', { vs: Index, rs: '127.0.0.1', rsport: lm.one });
    const VSPort = String(await freePort());
    expect(await lm.done('modvs', { vs: Index, VSPort })).toMatchObject({ Index, VSPort });
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
      {
        healthCheck: { type: 'https', port: null, path: '/up', host: null, method: 'HEAD', statuses: [301, 302, 401] },
      },
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
    ['over TLS', { SSLAcceleration: 'Y' }, { type: 'https', http2: false }],
    ['over TLS with HTTP/2', { SSLAcceleration: 'Y', AllowHTTP2: 'Y' }, { type: 'https', http2: true }],
    ['over TLS with HTTP/2 by its type', { SSLAcceleration: 'Y', VStype: 'http2' }, { type: 'https', http2: true }],
  ])('is set and read back: %s', async (_, params, expected) => {
    const { Index } = await lm.create();
    for (const shown of [await lm.done('modvs', { vs: Index, ...params }), await lm.done('showvs', { vs: Index })]) {
      for (const [name, value] of Object.entries(params)) {
        expect([name, shown[name]]).toEqual([name, value === 'Y' ? true : value]);
      }
    }
    expect(await lm.store.virtualServices.get(Index)).toMatchObject(expected);
    const fresh = await lm.create(params);
    expect(await lm.store.virtualServices.get(fresh.Index)).toMatchObject(expected);
  });

  test.each([1, 2] as const)('offers HTTP/2 when it is allowed, in version %s', async version => {
    const port = await freePort();
    const params = { vs: '127.0.0.1', port, prot: 'tcp' };
    const offered = async (cmd: string, fields: Params) => {
      expect((await lm.send(version, cmd, { ...params, ...fields })).status).toBe(200);
      return negotiatedProtocol(port, ['h2', 'http/1.1']);
    };
    expect(await offered('addvs', { SSLAcceleration: 'Y' })).toBe('http/1.1');
    expect(await offered('modvs', { AllowHTTP2: 'Y' })).toBe('h2');
    expect(await offered('modvs', { NickName: 'still' })).toBe('h2');
    expect(await offered('modvs', { AllowHTTP2: 'N' })).toBe('http/1.1');
    expect(await offered('modvs', { VStype: 'http2' })).toBe('h2');
    expect(await offered('modvs', { VStype: 'http' })).toBe('http/1.1');
  });

  test('has the HTTP/2 that it got elsewhere, and keeps it in whole objects', async () => {
    const { api } = lm.loadMaster.certfleet;
    const body = { address: '127.0.0.1', port: await freePort(), type: 'https' } as const;
    const { index } = await api.call(operations.virtualService.create, { body });
    const { code: _, status: __, ...object } = await lm.done('showvs', { vs: index });
    expect(object).toMatchObject({ VStype: 'http', AllowHTTP2: true });
    expect(await lm.done('modvs', { vs: index, ...object })).toMatchObject(object);
    expect(await negotiatedProtocol(body.port, ['h2', 'http/1.1'])).toBe('h2');
  });

  test('without a real server that is up answers its error', async () => {
    const { VSPort } = await lm.create({ ErrorCode: '410', ErrorPage: 'Gone for good' });
    expect(await ask(Number(VSPort))).toMatchObject({ status: 410, body: 'Gone for good' });
  });

  test('that only redirects to HTTPS is a redirect service', async () => {
    const service = await lm.create({ ErrorCode: '302', ErrorUrl: 'https:\\/\\/%h%s', CheckType: 'none' });
    const shown = { Status: 'Redirect', ErrorCode: '302', ErrorUrl: 'https://%h%s', SSLAcceleration: false };
    expect(service).toMatchObject(shown);
    expect(await lm.store.virtualServices.get(service.Index)).toMatchObject({ type: 'redirect', redirectPort: 443 });
    const answer = await ask(Number(service.VSPort), { path: '/a?b=c', headers: { host: 'www.example.com' } });
    expect(answer).toMatchObject({ status: 302, headers: { location: 'https://www.example.com/a?b=c' } });
    const moved = await lm.done('modvs', { vs: service.Index, ErrorUrl: 'https://%h:8443%s', ErrorCode: 301 });
    expect(moved).toMatchObject({ ErrorCode: '301', ErrorUrl: 'https://%h:8443%s' });
    expect(await lm.refused('addrs', { vs: service.Index, rs: '127.0.0.1', rsport: lm.one })).toContain('redirect');
    const plain = await lm.done('modvs', { vs: service.Index, ErrorCode: 0 });
    expect(plain).toMatchObject({ Status: 'Down', ErrorCode: '0' });
    expect(await lm.store.virtualServices.get(service.Index)).toMatchObject({ type: 'http', redirectPort: null });
    await lm.done('addrs', { vs: service.Index, rs: '127.0.0.1', rsport: lm.one });
    const options = { vs: service.Index, ErrorCode: 302, ErrorUrl: 'https://%h%s' };
    expect(await lm.refused('modvs', options)).toMatch(/^ErrorUrl: /);
  });
});
