/**
 * The whole way of a LoadMaster's certificates through each API, as its clients send it: from the account to a restored
 * second instance that goes on, and to the end of everything. With a real CA and a real HAProxy.
 */
import { X509Certificate } from 'node:crypto';
import { operations } from '@certfleet/contract';
import { readServedCertificate } from '@certfleet/haproxy';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type ChallengeTestServer, startChallengeTestServer } from '../../harness/challtestsrv.js';
import { type FaultProxy, startFaultProxy } from '../../harness/fault-proxy.js';
import { startLoad } from '../../harness/load.js';
import { type Pebble, startPebble } from '../../harness/pebble.js';
import { freePort } from '../../harness/ports.js';
import { ask } from '../haproxy/fixture.js';
import { done, type Params, refusal } from './ca-and-services.js';
import { type LoadMaster, startLoadMaster } from './client.js';
import { Services } from './services.js';

const address = '127.0.0.1';
const names = ['shop.example.com', 'www.example.com', 'api.example.com', 'img.example.com'];
const password = 'sesame open';

describe.each([1, 2] as const)('version %i', version => {
  let dns: ChallengeTestServer;
  let pebble: Pebble;
  /** In front of the CA: it can hold a request. */
  let ca: FaultProxy;
  let services: Services;
  let first: LoadMaster;
  let second: LoadMaster;
  /** Who is sent commands. */
  let live: LoadMaster;
  let ports: [number, number];
  /** Virtual services: the redirect, and two of HTTPS. */
  let redirect = '';
  let a = '';
  let b = '';

  beforeAll(async () => {
    dns = await startChallengeTestServer();
    pebble = await startPebble({ dnsServer: dns.dnsServer });
    ca = await startFaultProxy(pebble);
    services = await Services.start();
    first = services.loadMaster;
    second = await startLoadMaster();
    live = first;
    ports = [await freePort(), await freePort()];
  });

  afterAll(async () => {
    await second?.stop();
    await services?.stop();
    await ca?.stop();
    await pebble?.stop();
    await dns?.stop();
  });

  /** Sends a command as this version does, with a file if there is one. */
  function send(cmd: string, params: Params = {}, file?: Buffer) {
    if (version === 2) return live.v2({ cmd, ...params, ...(file && { data: file.toString('base64') }) });
    return live.v1(`${cmd}?${new URLSearchParams(params)}`, file ? { body: file } : {});
  }

  /** The text of a success. */
  async function text(cmd: string, params: Params = {}, file?: Buffer): Promise<string> {
    const answer = await send(cmd, params, file);
    if (answer.status !== 200) throw new Error(`${cmd} answered ${answer.status}: ${answer.text}`);
    expect(answer.contentType).toMatch(version === 1 ? /^text\/xml$/ : /^application\/json/);
    return answer.text;
  }

  async function complete(cmd: string, params: Params = {}): Promise<void> {
    expect(await text(cmd, params)).toBe(done[version]);
  }

  /** Every value of a field, as a client without a parser finds it. */
  function fields(reply: string, name: string): string[] {
    const pattern = version === 1 ? `<${name}>([^<]*)</${name}>` : `"${name}":"?([^",}]*)`;
    return [...reply.matchAll(new RegExp(pattern, 'g'))].map(([, value = '']) => value);
  }

  /** The first value of a field. */
  function field(reply: string, name: string): string {
    const [value] = fields(reply, name);
    if (value === undefined) throw new Error(`There is no ${name} in ${reply}`);
    return value;
  }

  /** A file, as each version brings it. */
  async function download(cmd: string, params: Params): Promise<Buffer> {
    const answer = await send(cmd, params);
    expect(answer.status).toBe(200);
    return version === 1 ? answer.body : Buffer.from(JSON.parse(answer.text).data, 'base64');
  }

  async function serialOf(cert: string): Promise<string> {
    return new X509Certificate(await download('readcert', { cert, outform: 'DER' })).serialNumber;
  }

  async function servedSerial(port: number, serverName = 'shop.example.com'): Promise<string> {
    return (await readServedCertificate({ address, port, serverName })).leaf.serialNumber;
  }

  test('an account is registered at the directory that is set', async () => {
    await complete('set', { param: 'directoryurl', value: ca.directoryUrl });
    // The root of a private CA's own HTTPS: no parameter of a LoadMaster has it.
    const body = { caCertificate: ca.caPem };
    await live.certfleet.api.call(operations.loadmaster.change, { body });
    await complete('registerleaccount', { email: 'ops@example.com' });
    expect(field(await text('leaccountinfo'), 'AccountEmail')).toBe('ops@example.com');
    expect(field(await text('get', { param: 'renewperiod' }), 'renewperiod')).toBe('30');
  });

  test('virtual services are made, and get SubVSs by conversion and by hand', async () => {
    const socket = (port: number) => ({ vs: address, port: String(port), prot: 'tcp' });
    const redirecting = { ErrorCode: '302', ErrorUrl: `https://%h:${ports[0]}%s` };
    redirect = field(await text('addvs', { ...socket(pebble.httpPort), ...redirecting }), 'Index');
    const https = { SSLAcceleration: '1', CheckType: 'none' };
    [a = '', b = ''] = await Promise.all(
      ports.map(async port => field(await text('addvs', { ...socket(port), ...https }), 'Index')),
    );
    expect(field(await text('showvs', { vs: redirect }), 'Status')).toBe('Redirect');

    await text('addrs', { ...socket(ports[0]), rs: address, rsport: String(services.one) });
    const unfit = refusal(await send('addlecert', { cert: 'shop', cn: 'shop.example.com', vid: a }));
    expect(unfit).toMatchObject({ status: 422, message: expect.stringContaining('real servers') });
    expect(fields(await text('convertvs', { vs: a }), 'VSIndex')).toHaveLength(1);
    const sub = field(await text('modvs', { vs: b, createsubvs: '' }), 'VSIndex');
    await text('addrs', { vs: sub, rs: address, rsport: String(services.two) });
    const listed = await text('listvs');
    expect(fields(listed, 'Index')).toHaveLength(5);
    expect(
      fields(listed, 'MasterVSID')
        .filter(id => id !== '0')
        .sort(),
    ).toEqual([a, b].sort());
    expect(await ask(pebble.httpPort, { path: '/x', headers: { host: 'shop.example.com' } })).toMatchObject({
      status: 302,
      headers: { location: `https://shop.example.com:${ports[0]}/x` },
    });
  });

  test('a certificate with three SANs is proven by both, whose challenges are listed meanwhile', async () => {
    // The CA is told of the first challenge only when the listings have been read.
    let listing: { services: string; rules: string; answers: number[] } | undefined;
    ca.inject('challenge', async (_seen, forward) => {
      const rules = await text('showrule');
      const paths = fields(rules, 'Pattern');
      const answers = await Promise.all(paths.map(path => ask(pebble.httpPort, { path })));
      listing = { services: await text('listvs'), rules, answers: answers.map(({ status }) => status) };
      return forward();
    });
    const [cn = '', san1 = '', san2 = '', san3 = ''] = names;
    await complete('addlecert', {
      ...{ cert: 'shop', cn, vid: a, san1, vid1: a, san2, vid2: b, san3, vid3: b },
      ...{ key_size: '2048', country: 'DE', email: 'ops@example.com' },
    });
    expect(fields(listing?.services ?? '', 'NickName').filter(name => /^acme-\d+$/.test(name))).toHaveLength(4);
    expect(fields(listing?.rules ?? '', 'Pattern')).toEqual(
      Array.from({ length: 4 }, () => expect.stringMatching(/^\/\.well-known\/acme-challenge\//)),
    );
    expect(listing?.answers).toEqual([200, 200, 200, 200]);

    expect(fields(await text('listvs'), 'Index')).toHaveLength(5);
    expect(await text('showrule')).not.toContain('acme-challenge');
    const shown = await text('listlecert');
    expect(field(shown, 'DomainName')).toBe(cn);
    for (const san of [san1, san2, san3]) expect(shown).toContain(san);
    expect(shown).toContain(`${address}:${ports[0]},${address}:${ports[1]}`);
    expect(field(await text('listcert'), 'name')).toBe('shop');
  });

  test('it is assigned to both, and served at once', async () => {
    for (const vs of [a, b]) expect(field(await text('modvs', { vs, CertFile: 'shop' }), 'CertFile')).toBe('shop');
    const serial = await serialOf('shop');
    for (const port of ports) expect(await servedSerial(port)).toBe(serial);
    const leaf = (await readServedCertificate({ address, port: ports[1], serverName: 'img.example.com' })).leaf;
    expect(leaf.subjectAltName?.split(', ').sort()).toEqual(names.map(name => `DNS:${name}`).sort());
  });

  test('it is renewed under load without a failed request', async () => {
    const before = await serialOf('shop');
    const url = `https://${address}:${ports[0]}/`;
    const common = { url, concurrency: 2, pause: 5, serverName: 'shop.example.com' };
    const loads = [startLoad({ ...common, mode: 'keep-alive' }), startLoad({ ...common, mode: 'new-connection' })];
    await Promise.all(loads.map(load => load.reached(50)));
    await complete('renewlecert', { cert: 'shop' });
    const after = await serialOf('shop');
    expect(after).not.toBe(before);
    for (const port of ports) await expect.poll(() => servedSerial(port), { timeout: 30_000 }).toBe(after);
    const last = startLoad({ ...common, mode: 'new-connection' });
    await last.reached(20);
    const results = await Promise.all([...loads, last].map(load => load.stop()));
    for (const { failures, answered, sent } of results) {
      expect(failures).toEqual([]);
      expect(answered).toBe(sent);
    }
    const [, during, afterwards] = results.map(({ serials }) => [...serials.keys()]);
    expect(during?.[0]).toBe(before);
    expect(afterwards).toEqual([after]);
  });

  test('a second instance has it all from the backups, waits, and goes on with the same account', async () => {
    const base = await download('backup', { password });
    const certificates = await download('backupcert', { password, type: 'full' });
    const account = field(await text('leaccountinfo'), 'AccountID');
    const serial = await serialOf('shop');
    await first.certfleet.server.engine.loadBalancers.stopHaproxy();
    await first.certfleet.stop();

    live = second;
    expect(await text('restore', { type: '3', password }, base)).toContain('Certfleet is paused');
    expect(await text('restorecert', { type: 'full', password }, certificates)).toContain('Certfleet is paused');
    for (const port of ports) {
      await expect.poll(() => servedSerial(port).catch(String), { timeout: 30_000 }).toBe(serial);
    }
    expect(field(await text('leaccountinfo'), 'AccountID')).toBe(account);
    expect(fields(await text('listvs'), 'Index')).toHaveLength(5);
    expect(refusal(await send('renewlecert', { cert: 'shop' })).message).toContain('paused');
    await live.certfleet.api.call(operations.system.resume, {});
    await complete('renewlecert', { cert: 'shop' });
    const renewed = await serialOf('shop');
    expect(renewed).not.toBe(serial);
    for (const port of ports) await expect.poll(() => servedSerial(port), { timeout: 30_000 }).toBe(renewed);
    expect(field(await text('leaccountinfo'), 'AccountID')).toBe(account);
    expect(ca.to('newAccount')).toHaveLength(1);
  });

  test('it is deleted only when nothing uses it, and the virtual services after it', async () => {
    const inUse = refusal(await send('dellecert', { cert: 'shop' }));
    expect(inUse).toMatchObject({ status: 422, message: expect.stringContaining('shop is in use by') });
    expect(refusal(await send('delcert', { cert: 'shop' })).status).toBe(422);
    await text('modvs', { vs: a, CertFile: '' });
    expect(refusal(await send('dellecert', { cert: 'shop' })).message).toContain(`virtual service ${b} `);
    await text('modvs', { vs: b, CertFile: '' });
    expect(refusal(await send('delvs', { vs: a })).status).toBe(422);
    await complete('dellecert', { cert: 'shop' });
    expect(fields(await text('listlecert'), 'Identifier')).toEqual([]);
    for (const vs of [a, b, redirect]) await complete('delvs', { vs });
    expect(fields(await text('listvs'), 'Index')).toEqual([]);
    // HAProxy's worker of before closes its sockets a moment after the new one has begun.
    await expect.poll(() => ask(ports[0]).catch(String), { timeout: 30_000 }).toContain('ECONNREFUSED');
  });
});
