/** Wrong, missing, doubled and hostile parameters about virtual services, in both APIs. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Json, type Params, Services } from './services.js';

let lm: Services;

beforeAll(async () => {
  lm = await Services.start();
});

afterAll(() => lm?.stop());

describe('what can not be done is refused and changes nothing', () => {
  let http: Json | undefined;
  let https: Json | undefined;
  let parent: Json | undefined;
  let sub: Json | undefined;
  /** A SubVS of another parent. */
  let foreign: Json | undefined;

  beforeAll(async () => {
    http = await lm.create({ NickName: 'plain' });
    await lm.done('addrs', { vs: http.Index, rs: '127.0.0.1', rsport: lm.one });
    https = await lm.create({ SSLAcceleration: 'Y' });
    parent = await lm.create();
    sub = await lm.createSub(parent.Index);
    foreign = await lm.createSub((await lm.create()).Index);
    await lm.done('addrs', { vs: sub?.VSIndex, rs: '127.0.0.1', rsport: lm.one });
    await lm.done('addrule', { name: 'known', pattern: '/known' });
  });

  const long = 'x'.repeat(10_000);
  const onHttp = (params: Params) => () => ({ vs: http?.Index, ...params });

  test.each<[string, string, () => Params, number, string]>([
    ['no selector', 'showvs', () => ({}), 400, 'vs: String Value missing'],
    ['an empty selector', 'delvs', () => ({ vs: '' }), 400, 'vs: String Value missing'],
    ['an address without port', 'showvs', () => ({ vs: '127.0.0.1', prot: 'tcp' }), 400, 'port: String Value missing'],
    ['an unknown index', 'modvs', () => ({ vs: 4711, Enable: 'N' }), 422, 'Unknown VS'],
    ['index 0', 'delvs', () => ({ vs: 0 }), 422, 'Unknown VS'],
    ["a challenge's index that is none", 'delvs', () => ({ vs: 1_000_000_001 }), 422, 'Unknown VS'],
    ['what is no index', 'delvs', () => ({ vs: '1 or 1=1' }), 422, 'Unknown VS'],
    ['an index beyond all', 'showvs', () => ({ vs: '99999999999999999999' }), 422, 'Unknown VS'],
    ['an unknown socket', 'delvs', () => ({ vs: '127.0.0.1', port: 1, prot: 'tcp' }), 422, 'Unknown VS'],
    ['udp', 'delvs', () => ({ vs: '127.0.0.1', port: http?.VSPort, prot: 'udp' }), 422, 'Unknown VS'],
    ['udp with an index', 'modvs', onHttp({ prot: 'udp', Enable: 'N' }), 422, 'Unknown VS'],
    ['an index with the port of another', 'delvs', onHttp({ port: 1 }), 422, 'Unknown VS'],
    ['no such protocol', 'delvs', onHttp({ prot: 'sctp' }), 422, 'prot: Must be one of tcp, udp'],
    ['a port that is none', 'showvs', () => ({ vs: '127.0.0.1', port: 'x' }), 422, 'port: '],

    ['a virtual service over udp', 'addvs', () => ({ vs: '127.0.0.1', port: 1, prot: 'udp' }), 422, 'prot: '],
    ['one without address', 'addvs', () => ({ port: 1 }), 400, 'vs: String Value missing'],
    ['one without port', 'addvs', () => ({ vs: '127.0.0.1' }), 400, 'port: String Value missing'],
    ['one at a name', 'addvs', () => ({ vs: 'localhost', port: 1, prot: 'tcp' }), 422, 'vs: Must be an IP address'],
    ['one with an index', 'addvs', () => ({ vs: '5', port: 1, prot: 'tcp' }), 422, 'vs: Must be an IP address'],
    ['one that exists', 'addvs', () => ({ vs: '127.0.0.1', port: http?.VSPort, prot: 'tcp' }), 422, ''],
    ['two addresses', 'addvs', () => ({ vs: '127.0.0.1', port: 1, VSAddress: '127.0.0.2' }), 422, 'VSAddress: '],
    ['certificates without TLS', 'addvs', () => ({ vs: '127.0.0.1', port: 1, CertFile: 'a' }), 422, 'CertFile: '],
    ['a socket that is taken', 'modvs', () => ({ vs: https?.Index, VSPort: http?.VSPort }), 422, ''],

    ['an unknown field', 'modvs', onHttp({ Colour: 'red' }), 422, 'Colour: Unknown parameter'],
    ['adaptive scheduling', 'modvs', onHttp({ Schedule: 'adaptive' }), 422, 'Schedule: '],
    ['delay scheduling', 'modvs', onHttp({ Schedule: 'dl' }), 422, 'Schedule: '],
    ['persistence by header', 'modvs', onHttp({ Persist: 'header' }), 422, 'Persist: '],
    ['persistence by session', 'modvs', onHttp({ Persist: 'ssl' }), 422, 'Persist: '],
    ['a cookie without name', 'modvs', onHttp({ Persist: 'cookie' }), 400, 'Cookie: String Value missing'],
    ['a cookie that is none', 'modvs', onHttp({ Persist: 'cookie', Cookie: 'a;b' }), 422, 'Cookie: '],
    ['no time', 'modvs', onHttp({ Persist: 'src', PersistTimeout: 0 }), 422, 'PersistTimeout: '],
    ['too much time', 'modvs', onHttp({ Persist: 'src', PersistTimeout: 604_801 }), 422, 'PersistTimeout: '],
    ['a check by ping', 'modvs', onHttp({ CheckType: 'icmp' }), 422, 'CheckType: '],
    ['a check by POST', 'modvs', onHttp({ CheckType: 'http', CheckUseGet: 2 }), 422, 'CheckUseGet: '],
    ['a check of no path', 'modvs', onHttp({ CheckUrl: 'up' }), 422, 'CheckUrl: '],
    ['a check that injects', 'modvs', onHttp({ CheckUrl: "/' \nserver x" }), 422, 'CheckUrl: '],
    ['a check of no host', 'modvs', onHttp({ CheckHost: 'a b' }), 422, 'CheckHost: '],
    ['check codes that are none', 'modvs', onHttp({ CheckCodes: '99' }), 422, 'CheckCodes: '],
    ['a check port that is none', 'modvs', onHttp({ CheckPort: 65_536 }), 422, 'CheckPort: '],
    ['too many servers', 'modvs', onHttp({ RsMinimum: 1001 }), 422, 'RsMinimum: '],
    ['a name with spaces', 'modvs', onHttp({ NickName: 'a b' }), 422, 'NickName: '],
    ['neither yes nor no', 'modvs', onHttp({ Enable: 'maybe' }), 422, 'Enable: '],
    ['a service below HTTP', 'modvs', onHttp({ VStype: 'gen' }), 422, 'VStype: '],
    ['HTTP/2 without TLS', 'modvs', onHttp({ VStype: 'http2' }), 422, 'VStype: '],
    ['HTTP/2 without TLS, by its flag', 'modvs', onHttp({ AllowHTTP2: 'Y' }), 422, 'AllowHTTP2: '],
    [
      'HTTP/2 and no HTTP/2',
      'modvs',
      () => ({ vs: https?.Index, VStype: 'http2', AllowHTTP2: 'N' }),
      422,
      'AllowHTTP2: ',
    ],
    ['HTTP/2 of a SubVS', 'modvs', () => ({ vs: sub?.VSIndex, VStype: 'http2' }), 422, 'VStype: '],
    ['transparency', 'modvs', onHttp({ Transparent: 'Y' }), 422, 'Transparent: '],
    ['layer 4', 'modvs', onHttp({ ForceL7: 'N' }), 422, 'ForceL7: '],
    ['TLS to the real servers', 'modvs', onHttp({ SSLReencrypt: 'Y' }), 422, 'SSLReencrypt: '],
    ['a limit that there is not', 'modvs', onHttp({ MaxConnsLimit: 5 }), 422, 'MaxConnsLimit: '],
    ['TLS without 1.2', 'modvs', onHttp({ TlsType: '8' }), 422, 'TlsType: '],
    ['another index', 'modvs', onHttp({ Index: 99 }), 422, 'Index: '],
    ['a parent', 'modvs', onHttp({ MasterVSID: 1 }), 422, 'MasterVSID: '],
    ['a URL without status', 'modvs', onHttp({ ErrorUrl: 'https://sorry.example/' }), 422, 'ErrorUrl: '],
    [
      'a URL with a status that stays',
      'modvs',
      onHttp({ ErrorCode: 404, ErrorUrl: 'https://a.b/' }),
      422,
      'ErrorUrl: ',
    ],
    ['a status that is none', 'modvs', onHttp({ ErrorCode: 99 }), 422, 'ErrorCode: '],
    ['a script as URL', 'modvs', onHttp({ ErrorCode: 302, ErrorUrl: 'javascript:alert(1)' }), 422, 'ErrorUrl: '],
    ['a placeholder', 'modvs', onHttp({ ErrorCode: 302, ErrorUrl: 'https://%[src]/' }), 422, 'ErrorUrl: '],
    [
      'a redirect to itself',
      'modvs',
      () => ({ vs: https?.Index, ErrorCode: 302, ErrorUrl: 'https://%h%s' }),
      422,
      'Err',
    ],
    ['an unknown certificate', 'modvs', () => ({ vs: https?.Index, CertFile: 'nobody' }), 422, 'CertFile: '],
    ['a path as certificate', 'modvs', () => ({ vs: https?.Index, CertFile: '../../etc/passwd' }), 422, 'CertFile: '],
    ['the good beside the bad', 'modvs', onHttp({ NickName: 'new', Enable: 'N', Schedule: 'dl' }), 422, 'Schedule: '],
    ['a line break', 'modvs', onHttp({ NickName: 'a\r\nbackend x' }), 422, 'NickName: '],
    ['10 kB', 'modvs', onHttp({ NickName: long }), 422, 'NickName: '],
    ['10 kB as selector', 'modvs', () => ({ vs: long }), 422, 'vs: '],
    ['a SubVS of a SubVS', 'modvs', () => ({ vs: sub?.VSIndex, createsubvs: '' }), 422, ''],
    ['a SubVS beside real servers', 'modvs', onHttp({ createsubvs: '' }), 422, ''],
    ['a conversion of no real servers', 'convertvs', () => ({ vs: https?.Index }), 422, ''],
    ['TLS of a SubVS', 'modvs', () => ({ vs: sub?.VSIndex, SSLAcceleration: 'Y' }), 422, 'SSLAcceleration: '],
    ['certificates of a SubVS', 'modvs', () => ({ vs: sub?.VSIndex, CertFile: 'a' }), 422, 'CertFile: '],
    ['a port of a SubVS', 'modvs', () => ({ vs: sub?.VSIndex, VSPort: 80 }), 422, 'VSPort: '],
    ['a conversion of a SubVS', 'convertvs', () => ({ vs: sub?.VSIndex }), 422, ''],

    ['no real server', 'addrs', onHttp({ rsport: 80 }), 400, 'rs: String Value missing'],
    ['no port', 'addrs', onHttp({ rs: '10.0.0.1' }), 400, 'rsport: String Value missing'],
    ['a name as real server', 'addrs', onHttp({ rs: 'backend', rsport: 80 }), 422, 'rs: Must be an IP address'],
    ['one that is there', 'addrs', () => ({ vs: http?.Index, rs: '127.0.0.1', rsport: lm.one }), 422, 'rs: '],
    ['one beside SubVSs', 'addrs', () => ({ vs: parent?.Index, rs: '10.0.0.1', rsport: 80 }), 422, ''],
    ['another way to forward', 'addrs', onHttp({ rs: '10.0.0.1', rsport: 80, forward: 'route' }), 422, 'Forward: '],
    ['a critical one', 'addrs', onHttp({ rs: '10.0.0.1', rsport: 80, critical: 1 }), 422, 'Critical: '],
    ['too heavy a one', 'addrs', onHttp({ rs: '10.0.0.1', rsport: 80, weight: 65_536 }), 422, 'Weight: '],
    ['an unknown RsIndex', 'modrs', onHttp({ rs: '!7', weight: 1 }), 422, 'Unknown RS'],
    ['what is no RsIndex', 'delrs', onHttp({ rs: '!x' }), 422, 'Unknown RS'],
    ['an unknown real server', 'delrs', onHttp({ rs: '127.0.0.1', rsport: 1 }), 422, 'Unknown RS'],
    ['an unknown one to disable', 'disablers', onHttp({ rs: '127.0.0.9', rsport: 80 }), 422, 'Unknown RS'],
    ['an unknown one to enable', 'enablers', onHttp({ rs: '!9' }), 422, 'Unknown RS'],
    ['a port that is no new one', 'modrs', onHttp({ rs: '!1', newport: 'x' }), 422, 'newport: '],
    [
      'a SubVS of another parent',
      'disablers',
      () => ({ vs: parent?.Index, rs: `!${foreign?.RsIndex}` }),
      422,
      'Unknown RS',
    ],
    ['an index for an RsIndex', 'disablers', () => ({ vs: parent?.Index, rs: `!${sub?.VSIndex}` }), 422, 'Unknown RS'],
    ['an RsIndex for an index', 'modvs', () => ({ vs: sub?.RsIndex, Enable: 'N' }), 422, 'Unknown VS'],
    ['a SubVS as real server', 'delrs', () => ({ vs: parent?.Index, rs: `!${sub?.RsIndex}` }), 422, 'rs: '],
    [
      'the weight of a SubVS',
      'modrs',
      () => ({ vs: parent?.Index, rs: `!${sub?.RsIndex}`, weight: 1 }),
      422,
      'Weight: ',
    ],

    ['a rule without name', 'addrule', () => ({ pattern: '/' }), 400, 'name: String Value missing'],
    ['a rule without pattern', 'addrule', () => ({ name: 'r' }), 400, 'pattern: String Value missing'],
    ['a rule that adds a header', 'addrule', () => ({ name: 'r', type: 1, pattern: '/' }), 422, 'type: '],
    ['a rule of no type', 'addrule', () => ({ name: 'r', type: 9, pattern: '/' }), 422, 'type: '],
    ['the rule default', 'addrule', () => ({ name: 'default', pattern: '/' }), 422, ''],
    ['a rule that exists', 'addrule', () => ({ name: 'known', pattern: '/' }), 422, ''],
    ['a rule with a bad name', 'addrule', () => ({ name: 'a b', pattern: '/' }), 422, 'name: '],
    ['a rule with flags', 'addrule', () => ({ name: 'r', pattern: '/', setonmatch: 1 }), 422, 'setonmatch: '],
    ['a rule by address', 'addrule', () => ({ name: 'r', pattern: '/', header: 'src-ip' }), 422, 'header: '],
    ['a rule of another kind', 'addrule', () => ({ name: 'r', pattern: '/', matchtype: 'glob' }), 422, 'matchtype: '],
    ['a pattern that injects', 'addrule', () => ({ name: 'r', pattern: "/' }" }), 422, 'pattern'],
    ['an unknown rule to change', 'modrule', () => ({ name: 'nobody', pattern: '/' }), 422, 'Rule not found'],
    ['an unknown rule to delete', 'delrule', () => ({ name: 'nobody' }), 422, 'Rule not found'],
    ['a host in a header', 'modrule', () => ({ name: 'known', header: 'x-a', inchost: 1 }), 422, ''],
    [
      'an unknown rule to assign',
      'addrsrule',
      () => ({ vs: parent?.Index, rs: `!${sub?.RsIndex}`, rule: 'no' }),
      422,
      'Rule not found',
    ],
    ['no rule to assign', 'addrsrule', () => ({ vs: parent?.Index, rs: `!${sub?.RsIndex}` }), 400, 'rule: '],
    [
      'a rule that is not there',
      'delrsrule',
      () => ({ vs: parent?.Index, rs: `!${sub?.RsIndex}`, rule: 'known' }),
      422,
      'rule: ',
    ],
    [
      'a rule of a real server',
      'addrsrule',
      onHttp({ rs: '!1', rule: 'known' }),
      422,
      'rs: Is a real server, and Certfleet assigns rules to SubVSs alone, so there is a SubVS for each rule. convertvs?vs=',
    ],
    [
      "a rule of a SubVS's real server",
      'delrsrule',
      () => ({ vs: sub?.VSIndex, rs: '!1', rule: 'known' }),
      422,
      'rs: Is a real server, and Certfleet assigns rules to SubVSs alone, so there is a SubVS for each rule. Assign it to the one',
    ],
    ['Via', 'modvs', onHttp({ AddVia: 1 }), 422, 'AddVia: '],
    [
      'a rule of a foreign SubVS',
      'addrsrule',
      () => ({ vs: parent?.Index, rs: `!${foreign?.RsIndex}`, rule: 'known' }),
      422,
      'Unknown RS',
    ],
  ])('%s', async (_, cmd, params, status, message) => {
    const before = await lm.everything();
    expect((await lm.refused(cmd, params(), status)).slice(0, message.length)).toBe(message);
    expect((await lm.send(1, cmd, params())).status).toBe(status);
    expect(await lm.everything()).toEqual(before);
  });

  test.each([
    ['a parameter twice', (index: number) => `modvs?vs=${index}&Enable=N&enable=Y`, 'enable: Given more than once'],
    ['a line break', (index: number) => `modvs?vs=${index}&NickName=a%0d%0ab`, 'NickName: Line breaks'],
    ['a NUL', (index: number) => `modvs?vs=${index}&NickName=a%00b`, 'NickName: Line breaks'],
    ['what is no UTF-8', (index: number) => `modvs?vs=${index}&NickName=%ff`, 'NickName: Not valid UTF-8'],
  ])('%s in a query', async (_, path, message) => {
    const before = await lm.everything();
    const { status, text } = await lm.loadMaster.v1(path(http?.Index ?? 0));
    expect({ status, text }).toEqual({ status: 422, text: expect.stringContaining(message) });
    expect(await lm.everything()).toEqual(before);
  });

  test('by a viewer', async () => {
    const before = await lm.everything();
    for (const cmd of ['addvs', 'modvs', 'delvs', 'convertvs', 'addrs', 'disablers', 'addrule', 'delrsrule']) {
      expect((await lm.loadMaster.v2({ cmd, vs: http?.Index }, { as: 'vera' })).status).toBe(403);
    }
    expect((await lm.loadMaster.v2({ cmd: 'listvs' }, { as: 'vera' })).status).toBe(200);
    expect(await lm.everything()).toEqual(before);
  });
});
