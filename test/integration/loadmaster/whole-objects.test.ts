/** Clients that send back what they were shown, as the SDKs do: taken unchanged, and refused by name with a change. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { newCertificate } from '../../../packages/server/src/key-files/testing/openssl.js';
import { type Json, type Params, Services } from './services.js';

let lm: Services;
let plain: Json;
let parent: Json;
let sub: Json;

beforeAll(async () => {
  lm = await Services.start();
  const options = { NickName: 'whole', Schedule: 'wlc', CheckType: 'http', StandbyPort: 0 };
  const { Index } = await lm.create(options);
  await lm.done('addrs', { vs: Index, rs: '127.0.0.1', rsport: lm.one, weight: 7 });
  plain = await lm.done('showvs', { vs: Index });
  const { Index: index } = await lm.create();
  sub = await lm.createSub(index);
  await lm.done('modvs', { vs: sub.VSIndex, NickName: 'part' });
  await lm.done('addrs', { vs: sub.VSIndex, rs: '127.0.0.1', rsport: lm.two });
  await lm.done('addrule', { name: 'r1', pattern: '^/api', matchtype: 'regex', nocase: 1 });
  await lm.done('addrsrule', { vs: index, rs: `!${sub.RsIndex}`, rule: 'r1' });
  parent = await lm.done('showvs', { vs: index });
  [sub] = parent.SubVS;
});

afterAll(() => lm?.stop());

/** What a client has of a reply. */
const objectOf = ({ code: _, status: __, message: ___, ...object }: Json) => object;

describe('in version 2', () => {
  test('virtual services with what is behind them', async () => {
    const before = await lm.everything();
    const part = await lm.done('showvs', { vs: sub.VSIndex });
    for (const service of [plain, parent, part]) {
      const after = await lm.done('modvs', { vs: service.Index, ...objectOf(service) });
      expect(objectOf(after)).toEqual({ ...objectOf(service), Status: expect.any(String), Rs: expect.any(Array) });
    }
    expect(await lm.everything()).toEqual(before);
  });

  test('real servers, SubVSs behind their parents, and rules', async () => {
    const before = await lm.everything();
    const [server] = plain.Rs;
    await lm.done('modrs', { vs: plain.Index, rs: `!${server.RsIndex}`, ...server });
    await lm.done('modrs', { vs: plain.Index, rs: server.Addr, rsport: server.Port, ...server });
    await lm.done('modrs', { vs: parent.Index, rs: `!${sub.RsIndex}`, ...sub });
    const [rule] = (await lm.done('showrule', { name: 'r1' })).MatchContentRule;
    expect((await lm.done('modrule', { ...rule })).MatchContentRule).toEqual([rule]);
    expect(await lm.everything()).toEqual(before);
  });

  test('a rule that LoadMaster has no words for', async () => {
    const { api } = lm.loadMaster.certfleet;
    const { operations } = await import('@certfleet/contract');
    const body = { name: 'ours', field: 'host', match: 'equal', pattern: 'a.example.com' } as const;
    await api.call(operations.contentRule.create, { body });
    const [rule] = (await lm.done('showrule', { name: 'ours' })).MatchContentRule;
    await lm.done('modrule', { ...rule, Negate: true });
    expect(await lm.store.contentRules.findByName('ours')).toMatchObject({ ...body, negate: true });
  });

  test.each<[string, string, () => Params, string]>([
    ['other real servers', 'modvs', () => ({ vs: plain.Index, Rs: [] as never }), "Rs: Can't be set here: addrs"],
    [
      'a real server with another weight',
      'modvs',
      () => ({ vs: plain.Index, Rs: [{ ...plain.Rs[0], Weight: 8 }] as never }),
      "Rs: Can't be set here: addrs",
    ],
    ['another SubVS', 'modvs', () => ({ vs: parent.Index, SubVS: [{}, {}] as never }), "SubVS: Can't be set here"],
    [
      'other rules',
      'modvs',
      () => ({ vs: sub.VSIndex, MatchRules: ['other'] as never }),
      "MatchRules: Can't be set here: addrsrule",
    ],
    ['a state that is none', 'modvs', () => ({ vs: plain.Index, Status: 'Fine' }), "Status: Can't be set"],
    ['an object as text', 'modvs', () => ({ vs: plain.Index, NickName: {} as never }), 'NickName: Must be text'],
    ['another address', 'modrs', () => ({ vs: plain.Index, rs: '!1', Addr: '10.0.0.1' }), "Addr: Can't be set"],
    ['another port', 'modrs', () => ({ vs: plain.Index, rs: '!1', Port: 9 }), 'Unknown VS'],
    ['a name of a real server', 'modrs', () => ({ vs: plain.Index, rs: '!1', Name: 'x' }), 'Name: Only a SubVS'],
    ['two words for one flag', 'modrule', () => ({ name: 'r1', nocase: 1, CaseIndependent: false }), 'caseindependent'],
  ])('not with %s', async (_, cmd, params, message) => {
    const before = await lm.everything();
    expect(await lm.refused(cmd, params())).toMatch(new RegExp(`^${message}`));
    expect(await lm.everything()).toEqual(before);
  });
});

/** The requests of the vendor's Python SDK, to the letter. */
describe('in queries', () => {
  const get = async (path: string) => {
    const { status, text } = await lm.loadMaster.v1(path);
    return { status, text: /<Error>(.*?)<\/Error>/.exec(text)?.[1] ?? text };
  };

  test('a SubVS is saved, also under another name', async () => {
    const saved = (name: string) =>
      `modrs?vs=${parent.Index}&rs=!${sub.RsIndex}&name=${name}&forward=nat&weight=1000&limit=0&critical=N&enable=Y`;
    expect((await get(saved('part'))).status).toBe(200);
    expect((await get(saved('else'))).text).toContain('<Name>else</Name>');
    expect((await get(saved('a%20b'))).text).toMatch(/^Name: Letters/);
    expect((await get(saved('part'))).text).toContain('<Name>part</Name>');
  });

  test('a rule is saved and deleted', async () => {
    const flags = 'addhost=N&negate=N&caseindependant=N&includequery=N&header=&mustfail=N';
    expect((await get(`addrule?name=sdk&type=0&pattern=/a&matchtype=prefix`)).status).toBe(200);
    expect((await get(`modrule?name=sdk&type=0&pattern=/a&matchtype=prefix&${flags}`)).status).toBe(200);
    expect((await get('modrule?name=sdk&type=0&pattern=/a&addhost=Y')).text).toContain('<AddHost>Y</AddHost>');
    expect((await get('showrule?name=sdk&type=0&pattern=/a')).status).toBe(200);
    expect(await get('delrule?name=sdk&type=0&pattern=/b')).toEqual({
      status: 422,
      text: 'pattern: The rule&#39;s is /a',
    });
    expect((await get('delrule?name=sdk&type=0&pattern=/a')).status).toBe(200);
    expect(await get('showrule?name=sdk&type=0&pattern=/a')).toEqual({ status: 422, text: 'Rule not found' });
  });

  test('a certificate is deleted', async () => {
    const { pem, key } = newCertificate({ subject: '/CN=sdk', extensions: ['subjectAltName=DNS:sdk.example.com'] });
    const added = await lm.loadMaster.v1('addcert?cert=sdk&replace=0', { body: `${pem}${key}` });
    expect(added.status).toBe(200);
    expect((await get('delcert?cert=sdk&replace=perhaps')).text).toBe('replace: Must be Y or N');
    expect((await get('delcert?cert=sdk&replace=0&password=')).status).toBe(200);
  });

  test('a new SubVS has what is sent with it', async () => {
    const { Index } = await lm.create();
    expect((await get(`modvs?vs=${Index}&createsubvs=&VStype=http&NickName=new&Schedule=lc&Enable=N`)).status).toBe(
      200,
    );
    const [{ VSIndex, Name, Enable }] = (await lm.done('showvs', { vs: Index })).SubVS;
    expect({ Name, Enable }).toEqual({ Name: 'new', Enable: false });
    expect((await lm.done('showvs', { vs: VSIndex })).Schedule).toBe('lc');
    for (const [field, message] of [
      ['Transparent=Y', 'Transparent: '],
      ['Layer=4', 'Layer: '],
      ['MaxConnsLimit=99', 'MaxConnsLimit: '],
      ['SSLAcceleration=Y', 'SSLAcceleration: '],
      ['CertFile=sdk', 'CertFile: '],
      ['VSPort=81', 'VSPort: '],
    ]) {
      const before = await lm.everything();
      expect((await get(`modvs?vs=${Index}&createsubvs=&${field}`)).text).toMatch(new RegExp(`^${message}`));
      expect(await lm.everything()).toEqual(before);
    }
  });
});
