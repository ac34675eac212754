/** What is behind virtual services: real servers, SubVSs with their rules, challenges in progress; and statistics. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createAccount, createCertificate, createPolicy, createVersion } from '../store/fleet.js';
import { bodyOf, type Json, Services } from './services.js';

let lm: Services;

beforeAll(async () => {
  lm = await Services.start();
});

afterAll(() => lm?.stop());

describe('real servers', () => {
  test('are added, shown, changed, switched and deleted', async () => {
    const { Index, VSPort } = await lm.create({ Schedule: 'wrr' });
    const [VSIndex] = [Index];
    expect(await lm.done('addrs', { vs: Index, rs: '127.0.0.1', rsport: lm.one })).toEqual({
      ...{ code: 200, SubVS: [], status: 'ok' },
      Rs: [
        {
          ...{ Status: expect.any(String), VSIndex, RsIndex: 1, Addr: '127.0.0.1', Port: lm.one, DnsName: '' },
          ...{ Forward: 'nat', Weight: 1000, Limit: 0, RateLimit: 0, Follow: 0, Enable: true, Critical: false },
          ...{ non_local: false, Nrules: 0, MatchRules: [] },
        },
      ],
    });
    const socket = { vs: '127.0.0.1', port: VSPort, prot: 'tcp' };
    const options = { rs: '127.0.0.1', rsport: lm.two, weight: 0, limit: 7, non_local: 1, forward: 'nat' };
    const second = await lm.done('addrs', { ...socket, ...options });
    expect(second.Rs).toMatchObject([{ RsIndex: 2, Weight: 0, Limit: 7, non_local: true }]);
    expect(await bodyOf(VSPort)).toBe('one');
    expect((await lm.done('showrs', { vs: Index })).Rs).toHaveLength(2);
    expect((await lm.done('showrs', { vs: Index, rs: '!2' })).Rs).toEqual(second.Rs);
    expect((await lm.done('showrs', { ...socket, rs: '127.0.0.1', rsport: lm.two })).Rs).toMatchObject([
      { RsIndex: 2 },
    ]);

    const changed = await lm.done('modrs', { vs: Index, rs: '!2', weight: 500 });
    expect(changed).toMatchObject({ message: 'Command completed ok', Rs: [{ RsIndex: 2, Weight: 500, Limit: 7 }] });
    expect((await lm.done('disablers', { ...socket, rs: '127.0.0.1', rsport: lm.one })).message).toBe(
      'Command completed ok',
    );
    expect((await lm.done('showrs', { vs: Index, rs: '!1' })).Rs).toMatchObject([
      { Status: 'Disabled', Enable: false },
    ]);
    expect(await bodyOf(VSPort)).toBe('two');
    await lm.done('enablers', { vs: Index, rs: '!1' });
    expect((await lm.done('modrs', { vs: Index, rs: '!2', newport: 9 })).Rs).toMatchObject([{ RsIndex: 2, Port: 9 }]);
    await lm.done('delrs', { vs: Index, rs: `!2` });
    expect((await lm.done('showvs', { vs: Index })).Rs).toMatchObject([{ RsIndex: 1, Enable: true }]);
    expect(await bodyOf(VSPort)).toBe('one');
  });
});

describe('SubVSs', () => {
  test('take what their rules say, and the default one the rest', async () => {
    const { Index, VSPort } = await lm.create();
    const parent = await lm.done('modvs', { vs: Index, createsubvs: '' });
    expect(parent).toMatchObject({ Index, MasterVS: 1, MasterVSID: 0, NumberOfRSs: 1, Rs: [] });
    const [first] = parent.SubVS as Json[];
    expect(first).toEqual({
      ...{ Status: 'Down', VSIndex: expect.any(Number), RsIndex: expect.any(Number), Name: '', Forward: 'nat' },
      ...{ Weight: 1000, Limit: 0, RateLimit: 0, Follow: 0, Enable: true, Critical: false, MatchRules: [] },
    });
    const second = await lm.createSub(Index);
    await lm.done('addrs', { vs: first?.VSIndex, rs: '127.0.0.1', rsport: lm.one });
    await lm.done('addrs', { vs: second.VSIndex, rs: '127.0.0.1', rsport: lm.two });
    const name = `shop-${Index}`;
    const rule = { name, type: 0, pattern: '/^\\/shop\\//', matchtype: 'regex', nocase: 1 };
    expect((await lm.done('addrule', rule)).MatchContentRule).toEqual([
      {
        ...{ Name: name, Pattern: '^\\/shop\\/', MatchType: 'Regex', AddHost: false, Negate: false },
        ...{ CaseIndependent: true, IncludeQuery: false, Header: '', MustFail: false },
      },
    ]);
    await lm.done('addrsrule', { vs: Index, rs: `!${first?.RsIndex}`, rule: name });
    await lm.done('addrsrule', {
      vs: '127.0.0.1',
      port: VSPort,
      prot: 'tcp',
      rs: `!${second.RsIndex}`,
      rule: 'default',
    });
    expect([await bodyOf(VSPort, '/SHOP/1'), await bodyOf(VSPort, '/')]).toEqual(['one', 'two']);

    const shown = await lm.done('showvs', { vs: Index });
    expect(shown.SubVS).toMatchObject([
      { VSIndex: first?.VSIndex, RsIndex: first?.RsIndex, MatchRules: [name] },
      { VSIndex: second.VSIndex, RsIndex: second.RsIndex, MatchRules: ['default'] },
    ]);
    expect(await lm.done('showvs', { vs: second.VSIndex })).toMatchObject({
      ...{ Index: second.VSIndex, MasterVSID: Index, VSAddress: '', VSPort: '0', MatchRules: ['default'], SubVS: [] },
      Rs: [{ VSIndex: second.VSIndex, RsIndex: 1, Port: lm.two }],
    });
    const listed = (await lm.done('listvs')).VS as Json[];
    expect(listed.filter(({ MasterVSID }) => MasterVSID === Index)).toHaveLength(2);

    expect(await lm.refused('delrule', { name })).toContain(name);
    await lm.done('modrule', { name, pattern: '/basket/', matchtype: 'prefix' });
    expect([await bodyOf(VSPort, '/shop/1'), await bodyOf(VSPort, '/basket/')]).toEqual(['two', 'one']);
    await lm.done('disablers', { vs: Index, rs: `!${first?.RsIndex}` });
    expect(await lm.done('showvs', { vs: first?.VSIndex })).toMatchObject({ Status: 'Disabled', Enable: false });
    expect(await bodyOf(VSPort, '/basket/')).toBe('two');
    await lm.done('modrs', { vs: Index, rs: `!${first?.RsIndex}`, Enable: 'Y', Weight: 1000 });
    await lm.done('modvs', { vs: first?.VSIndex, NickName: 'basket', Schedule: 'lc' });
    expect((await lm.done('showrs', { vs: Index, rs: `!${first?.RsIndex}` })).SubVS).toMatchObject([
      { Name: 'basket' },
    ]);
    await lm.done('delrsrule', { vs: Index, rs: `!${first?.RsIndex}`, rule: name });
    await lm.done('delrule', { name });
    expect(await lm.refused('showrule', { name })).toBe('Rule not found');
    await lm.done('delvs', { vs: first?.VSIndex });
    expect((await lm.done('showvs', { vs: Index })).SubVS).toMatchObject([
      { VSIndex: second.VSIndex, RsIndex: second.RsIndex },
    ]);
    await lm.done('delvs', { vs: Index });
    expect(await lm.refused('showvs', { vs: second.VSIndex })).toBe('Unknown VS');
  });

  test('have numbers that no real server has, which stay while others come and go', async () => {
    const { Index } = await lm.create();
    const subs = [await lm.createSub(Index), await lm.createSub(Index), await lm.createSub(Index)];
    await lm.done('delvs', { vs: subs[1]?.VSIndex });
    const { SubVS } = await lm.done('showvs', { vs: Index });
    expect(SubVS.map(({ RsIndex }: Json) => RsIndex)).toEqual([subs[0]?.RsIndex, subs[2]?.RsIndex]);
    for (const sub of subs) {
      expect(sub.RsIndex).not.toBe(sub.VSIndex);
      expect(await lm.refused('showrs', { vs: Index, rs: `!${sub.VSIndex}` })).toBe('Unknown RS');
    }
  });

  test('come of the real servers that a virtual service has, in one command', async () => {
    const { Index, VSPort } = await lm.create({ Schedule: 'wrr', CheckType: 'none' });
    await lm.done('addrs', { vs: Index, rs: '127.0.0.1', rsport: lm.one, weight: 3 });
    expect(await lm.refused('modvs', { vs: Index, createsubvs: '' })).toContain('convertvs');
    const converted = await lm.done('convertvs', { vs: Index, NickName: 'main' });
    expect(converted).toMatchObject({ Index, Rs: [], SubVS: [{ Name: 'main', MatchRules: ['default'] }] });
    const sub = await lm.done('showvs', { vs: converted.SubVS[0].VSIndex });
    expect(sub).toMatchObject({ Schedule: 'wrr', CheckType: 'none', Rs: [{ RsIndex: 1, Port: lm.one, Weight: 3 }] });
    expect(await bodyOf(VSPort)).toBe('one');
    expect(await lm.refused('addrs', { vs: Index, rs: '127.0.0.1', rsport: lm.two })).toContain('SubVS');
    expect(await lm.refused('convertvs', { vs: Index })).toContain('no real servers');
  });

  test('stand for the rules that real servers have on a LoadMaster, as the guide shows', async () => {
    const { Index, VSPort } = await lm.create({ CheckType: 'none' });
    for (const rsport of [lm.one, lm.two]) await lm.done('addrs', { vs: Index, rs: '127.0.0.1', rsport });
    const name = `of-a-server-${Index}`;
    await lm.done('addrule', { name, pattern: '/api/', matchtype: 'prefix' });
    const convert = `convertvs?vs=${Index}`;
    expect(await lm.refused('addrsrule', { vs: Index, rs: '!2', rule: name })).toContain(convert);
    const [first] = (await lm.done('convertvs', { vs: Index })).SubVS;
    const create = `modvs?vs=${Index}&createsubvs=`;
    expect(await lm.refused('addrsrule', { vs: first.VSIndex, rs: '!2', rule: name })).toContain(create);
    const second = await lm.createSub(Index);
    await lm.done('addrs', { vs: second.VSIndex, rs: '127.0.0.1', rsport: lm.two });
    const bodies = async (path: string) => new Set([await bodyOf(VSPort, path), await bodyOf(VSPort, path)]);
    expect(await bodies('/api/1')).toEqual(new Set(['one', 'two']));
    await lm.done('addrsrule', { vs: Index, rs: `!${second.RsIndex}`, rule: name });
    await lm.done('delrs', { vs: first.VSIndex, rs: '127.0.0.1', rsport: lm.two });
    expect([await bodies('/api/1'), await bodies('/')]).toEqual([new Set(['two']), new Set(['one'])]);
  });

  test("come of them by hand too, as LoadMaster's documents describe", async () => {
    const { Index, VSPort } = await lm.create();
    await lm.done('addrs', { vs: Index, rs: '127.0.0.1', rsport: lm.one });
    await lm.done('delrs', { vs: Index, rs: '!1' });
    const { VSIndex, RsIndex } = await lm.createSub(Index);
    await lm.done('addrs', { vs: VSIndex, rs: '127.0.0.1', rsport: lm.one });
    await lm.done('addrsrule', { vs: Index, rs: `!${RsIndex}`, rule: 'default' });
    expect(await bodyOf(VSPort)).toBe('one');
  });
});

describe('challenges in progress', () => {
  test('are seen as SubVSs with a rule of their own, first of all, and can not be changed', async () => {
    const { Index } = await lm.create();
    const sub = await lm.createSub(Index);
    const { order, solverId } = await orderOn(Index);
    await lm.store.challenges.willPresent(order.id, [
      {
        ...{ authorizationUrl: 'https://ca/a', challengeUrl: `https://ca/${order.id}`, type: 'http-01' },
        ...{ identifier: 'www.example.com', token: 'tok', value: 'tok.key', solverId },
      },
    ]);
    const [challenge] = await lm.store.challenges.ofOrder(order.id);
    const name = `acme-${challenge?.id}`;
    const parent = await lm.done('showvs', { vs: Index });
    expect(parent).toMatchObject({ NumberOfRSs: 2, SubVS: [{ Name: name, MatchRules: [name], Status: 'Up' }, sub] });
    const [{ VSIndex, RsIndex }] = parent.SubVS;
    expect(VSIndex).toBeGreaterThan(1_000_000_000);
    expect(RsIndex).toBeLessThan(2 ** 31);
    const shown = { Index: VSIndex, NickName: name, MasterVSID: Index, ErrorCode: '200', MatchRules: [name], Rs: [] };
    expect(await lm.done('showvs', { vs: VSIndex })).toMatchObject(shown);
    expect((await lm.done('listvs')).VS).toContainEqual(expect.objectContaining(shown));
    const rule = { Name: name, Pattern: '/.well-known/acme-challenge/tok', MatchType: 'prefix' };
    expect((await lm.done('showrule', { name })).MatchContentRule).toMatchObject([rule]);
    expect((await lm.done('showrule')).MatchContentRule[0]).toMatchObject(rule);
    expect((await lm.done('showrs', { vs: Index, rs: `!${RsIndex}` })).SubVS).toMatchObject([{ VSIndex }]);

    const before = await lm.everything();
    const refusals = [
      await lm.refused('modvs', { vs: VSIndex, Enable: 'N' }),
      await lm.refused('modvs', { vs: VSIndex, createsubvs: '' }),
      await lm.refused('delvs', { vs: VSIndex }),
      await lm.refused('addrs', { vs: VSIndex, rs: '127.0.0.1', rsport: lm.one }),
      await lm.refused('disablers', { vs: Index, rs: `!${RsIndex}` }),
      await lm.refused('modrs', { vs: Index, rs: `!${RsIndex}`, Enable: 'N' }),
      await lm.refused('delrs', { vs: Index, rs: `!${RsIndex}` }),
      await lm.refused('addrsrule', { vs: Index, rs: `!${RsIndex}`, rule: 'default' }),
      await lm.refused('delrsrule', { vs: Index, rs: `!${RsIndex}`, rule: name }),
      await lm.refused('modrule', { name, pattern: '/' }),
      await lm.refused('delrule', { name }),
      await lm.refused('addrule', { name: 'acme-77', pattern: '/' }),
    ];
    for (const message of refusals) expect(message).toMatch(/goes by itself/);
    expect(await lm.everything()).toEqual(before);
    await lm.store.challenges.setState([challenge?.id ?? 0], 'cleaned');
    expect((await lm.done('showvs', { vs: Index })).SubVS).toEqual([sub]);
    expect(await lm.refused('showvs', { vs: VSIndex })).toBe('Unknown VS');
  });

  /** An order of a certificate that is proven by the virtual service. */
  async function orderOn(index: number) {
    const { id: solverId } = await lm.store.solvers.byName(`vs-${index}`);
    const account = await createAccount(lm.store, `ca-${index}`);
    const policy = await createPolicy(lm.store, `policy-${index}`, [account.id]);
    const certificate = await createCertificate(lm.store, policy, `proven-${index}`);
    const { keyId } = await createVersion(lm.store, certificate.id);
    const { id: certificateId, revision } = certificate;
    const order = await lm.store.orders.create({ certificateId, accountId: account.id, keyId, csr: 'AA==', revision });
    return { order, solverId };
  }
});

test('statistics tell what has passed', async () => {
  const { Index, VSPort } = await lm.create({ CheckType: 'none' });
  await lm.done('addrs', { vs: Index, rs: '127.0.0.1', rsport: lm.one });
  for (let i = 0; i < 3; i += 1) await bodyOf(VSPort);
  const { VStotals, Vs, Rs } = await lm.done('stats');
  expect(VStotals).toMatchObject({ TotalConns: expect.any(Number), TotalBytes: expect.any(Number) });
  expect(Vs.find((each: Json) => each.Index === Index)).toMatchObject({
    ...{ VSAddress: '127.0.0.1', VSPort: Number(VSPort), VSProt: 'tcp', Enable: 1, ActiveConns: 0 },
    TotalConns: 3,
  });
  const server = Rs.find((each: Json) => each.VSIndex === Index);
  expect(server).toMatchObject({ RSIndex: 1, Addr: '127.0.0.1', Port: lm.one, Conns: 3 });
  expect(server.BytesWritten).toBeGreaterThan(0);
  expect((await lm.send(1, 'stats')).text).toContain('<Success><Data><VStotals><ConnsPerSec>');
});
