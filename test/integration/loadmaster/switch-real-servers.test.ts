/** Real servers switched on and off behind every virtual service, as scripts do before they work on one. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { bodyOf, type Json, Services } from './services.js';

let lm: Services;
let plain: Json;
let sub: Json;
let parent: Json;

beforeAll(async () => {
  lm = await Services.start();
  plain = await lm.create({ CheckType: 'none' });
  parent = await lm.create();
  sub = await lm.createSub(parent.Index);
  for (const vs of [plain.Index, sub.VSIndex]) {
    for (const rsport of [lm.one, lm.two]) await lm.done('addrs', { vs, rs: '127.0.0.1', rsport });
  }
});

afterAll(() => lm?.stop());

/** Whether each is enabled: the two behind the virtual service, the two behind the SubVS. */
async function enabled(): Promise<boolean[]> {
  const shown = [await lm.done('showrs', { vs: plain.Index }), await lm.done('showrs', { vs: sub.VSIndex })];
  return shown.flatMap(({ Rs }) => Rs.map(({ Enable }: Json) => Enable));
}

test.each<[string, object, boolean[]]>([
  ['with an address alone', {}, [false, false, false, false]],
  ['with a port', { port: 'one' }, [false, true, false, true]],
  ['with a port as addrs calls it', { rsport: 'two' }, [true, false, true, false]],
  ['with a name that is empty', { dnsname: '' }, [false, false, false, false]],
])('%s', async (_, params, expected) => {
  const ports: Record<string, number> = { one: lm.one, two: lm.two };
  const sent = Object.fromEntries(Object.entries(params).map(([name, value]) => [name, ports[value] ?? value]));
  for (const version of [1, 2] as const) {
    expect((await lm.send(version, 'disablers', { rs: '127.0.0.1', ...sent })).text).toContain('Command completed ok');
    expect(await enabled()).toEqual(expected);
    expect((await lm.send(version, 'enablers', { rs: '127.0.0.1', ...sent })).text).toContain('Command completed ok');
    expect(await enabled()).toEqual([true, true, true, true]);
  }
});

test('requests go to the others meanwhile', async () => {
  await lm.done('disablers', { rs: '127.0.0.1', port: lm.one });
  expect([await bodyOf(plain.VSPort), await bodyOf(plain.VSPort)]).toEqual(['two', 'two']);
  await lm.done('enablers', { rs: '127.0.0.1', port: lm.one });
});

test.each<[string, object, number, string]>([
  ['nothing', {}, 400, 'rs: String Value missing'],
  ['an address that no virtual service has', { rs: '10.9.9.9' }, 422, 'Unknown RS'],
  ['a port that none has', { rs: '127.0.0.1', port: 1 }, 422, 'Unknown RS'],
  ['an RsIndex without its virtual service', { rs: '!1' }, 400, 'vs: String Value missing'],
  ['a name', { rs: 'backend' }, 422, 'rs: Must be an IP address'],
  ['a name beside the address', { rs: '127.0.0.1', dnsname: 'backend' }, 422, 'DnsName: '],
  ['a port that is none', { rs: '127.0.0.1', port: 'x' }, 422, 'port: '],
])('%s is refused', async (_, params, status, message) => {
  const before = await lm.everything();
  expect((await lm.refused('disablers', { ...params }, status)).slice(0, message.length)).toBe(message);
  expect(await lm.everything()).toEqual(before);
});
