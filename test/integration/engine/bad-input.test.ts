/** Bad input: each row gives its error code and changes nothing, neither in the store nor in what HAProxy runs. */
import { randomBytes } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { ApiError, type CertificateRequest, type ErrorCode, operations } from '@certfleet/contract';
import { startServer } from '@certfleet/server';
import { Agent, request } from 'undici';
import { afterAll, describe, expect, onTestFinished, test } from 'vitest';
import { serverOptions, startCertfleet } from '../../harness/certfleet.js';
import { answer } from '../../harness/faults.js';
import { freePort } from '../../harness/ports.js';
import { createWorkdir } from '../../harness/workdir.js';
import { startFleet } from './fleet.js';
import { certificateBecomes } from './waiting.js';

const fleet = await startFleet();
const { api, proxy } = fleet;
const folder = join(fleet.certfleet.options.haproxy.directory, 'local');

afterAll(() => fleet.stop());

const configuration = () => readFileSync(join(folder, 'haproxy.cfg'), 'utf8');

/** Everything that a request could have changed. */
async function everything() {
  const limit = { query: { limit: 1000 } };
  const { items: accounts } = await api.call(operations.account.list, limit);
  const { items: policies } = await api.call(operations.policy.list, limit);
  const { items: solvers } = await api.call(operations.solver.list, limit);
  const { items: targets } = await api.call(operations.target.list, limit);
  const { items: certificates } = await api.call(operations.certificate.list, limit);
  const { items: services } = await api.call(operations.virtualService.list, limit);
  const files = readdirSync(fleet.certfleet.dataDir, { recursive: true }).filter(
    name => !/-wal$|-shm$|\.log$|\/lock[.-]|statistics|server-state/.test(String(name)),
  );
  return {
    nouns: { accounts, policies, solvers, targets, certificates, services },
    configuration: configuration(),
    files: files.sort(),
  };
}

/** The problem that a call is refused with, after making sure that it changed nothing. */
async function refusal(call: () => Promise<unknown>): Promise<ApiError['problem']> {
  const before = await everything();
  const error = await call().then(
    () => undefined,
    thrown => thrown,
  );
  if (!(error instanceof ApiError)) throw new Error(`Expected a problem, got ${error ?? 'success'}`);
  expect(await everything()).toEqual(before);
  return error.problem;
}

const numbered = (count: number) => Array.from({ length: count }, (_, index) => `n${index}.example.com`);

describe('a certificate', () => {
  test.each<[string, Partial<CertificateRequest>, ErrorCode, RegExp]>([
    ['without a name', { identifiers: [] }, 'invalid-input', /identifiers/],
    ['for a name with a space', { identifiers: ['www example.com'] }, 'invalid-identifier', /www example\.com/],
    ['for a label that starts with a dash', { identifiers: ['-a.example.com'] }, 'invalid-identifier', /-a\.example/],
    ['for an empty label', { identifiers: ['a..example.com'] }, 'invalid-identifier', /a\.\.example/],
    ['for a name with a line break', { identifiers: ['a.example.com\nb'] }, 'invalid-identifier', /example/],
    ['for a path', { identifiers: ['../../etc/passwd'] }, 'invalid-identifier', /passwd/],
    ['for one label', { identifiers: ['localhost'] }, 'invalid-identifier', /localhost/],
    ['for a public suffix', { identifiers: ['co.uk'] }, 'invalid-identifier', /co\.uk/],
    ['for a wildcard within', { identifiers: ['a.*.example.com'] }, 'invalid-identifier', /\*/],
    ['for 10 kB', { identifiers: [`${'a'.repeat(10_000)}.com`] }, 'invalid-input', /identifiers/],
    [
      'for a name twice, in two spellings',
      { identifiers: ['bücher.example.com', 'XN--BCHER-KVA.example.com.'] },
      'invalid-identifier',
      /twice/,
    ],
    ['for more names than any CA takes', { identifiers: numbered(101) }, 'invalid-input', /identifiers/],
    [
      'for more than its profile takes',
      { identifiers: numbered(26), profile: 'shortlived' },
      'invalid-identifier',
      /25/,
    ],
    ['for a wildcard by http-01', { identifiers: ['*.example.com'] }, 'unprovable', /dns-01/],
    ['of an unknown policy', { policy: 'nowhere' }, 'not-found', /nowhere/],
    ['by an unknown solver', { identifiers: [{ value: 'a.example.com', solver: 'nobody' }] }, 'not-found', /nobody/],
    ['for an unknown target', { assignments: [{ target: 'vs-99', isDefault: false }] }, 'not-found', /vs-99/],
    ['called like a path', { name: '../../etc/cron.d/x' }, 'invalid-input', /name/],
    ['called like an option', { name: '-rf' }, 'invalid-input', /name/],
    ['called with a NUL', { name: 'a\0b' }, 'invalid-input', /name/],
    ['with a CSR that is none', { csr: 'MIIB' }, 'invalid-input', /csr|CSR/],
    ['with a subject over two lines', { subject: { organization: 'A\nCN=evil' } }, 'invalid-input', /organization/],
    ['with a label over two lines', { labels: { team: 'a\r\nb' } }, 'invalid-input', /labels/],
  ])('%s', async (_what, body, code, detail) => {
    const usual = { name: 'bad', identifiers: ['bad.example.com'] };
    const problem = await refusal(() => api.call(operations.certificate.request, { body: { ...usual, ...body } }));
    expect(problem.code).toBe(code);
    expect(`${problem.detail} ${JSON.stringify(problem.errors ?? [])}`).toMatch(detail);
    expect(problem.remedy).not.toBe('');
  });

  test('an IDN is certified by its A-label', async () => {
    await fleet.request('idn', { identifiers: ['Bücher.EXAMPLE.com.'], assignments: [] });
    const { identifiers } = await certificateBecomes(api, 'idn', 1);
    expect(identifiers.map(({ value }) => value)).toEqual(['xn--bcher-kva.example.com']);
    // By and by its CA is asked when to renew it: a change that none of the refusals below has made.
    await api.call(operations.certificate.delete, { params: { name: 'idn' } });
  });
});

test('an account at a CA that cannot be reached, or answers with something else', async () => {
  const body = { name: 'nowhere', agreeToTerms: true };
  const unreachable = await refusal(async () => {
    const directoryUrl = `https://127.0.0.1:${await freePort()}/dir`;
    await api.call(operations.account.register, { body: { ...body, directoryUrl } });
  });
  expect(unreachable).toMatchObject({ code: 'ca-unavailable', detail: expect.stringMatching(/ECONNREFUSED/) });

  proxy.inject('directory', answer(200, 'text/html', '<h1>It works!</h1>'), { times: 10 });
  const caCertificate = `${proxy.caPem}\n`;
  const nonsense = await refusal(() =>
    api.call(operations.account.register, { body: { ...body, directoryUrl: proxy.directoryUrl, caCertificate } }),
  );
  expect(nonsense).toMatchObject({ code: 'ca-unavailable', detail: expect.stringMatching(/directory/) });
});

test('a virtual service on a port that something else has', async () => {
  const other = createServer().listen(0, '127.0.0.1');
  onTestFinished(() => void other.close());
  await new Promise(resolve => other.once('listening', resolve));
  const { port } = other.address() as AddressInfo;
  const body = { address: '127.0.0.1', port, type: 'http' } as const;
  const problem = await refusal(() => api.call(operations.virtualService.create, { body }));
  expect(problem).toMatchObject({ code: 'port-in-use', detail: expect.stringContaining(String(port)) });
});

test('two virtual services on one port', async () => {
  const body = { address: '127.0.0.1', port: fleet.httpsPort, type: 'http' } as const;
  const problem = await refusal(() => api.call(operations.virtualService.create, { body }));
  expect(problem.detail).toContain(String(fleet.httpsPort));
});

test('a content rule that HAProxy itself refuses: its words, and the one before runs on', async () => {
  const { create, change } = operations.contentRule;
  await api.call(create, { body: { name: 'broken', pattern: '(' } });
  const attach = { params: { index: 2 }, body: { contentRules: ['broken'] } };
  const problem = await refusal(() => api.call(operations.virtualService.addSub, attach));
  expect(problem.code).toBe('haproxy-refused');
  await api.call(change, { params: { name: 'broken' }, body: { pattern: '^/a' } });
  const { subVirtualServices } = await api.call(operations.virtualService.addSub, attach);
  const params = { name: 'broken' };
  const again = await refusal(() => api.call(change, { params, body: { pattern: '(' } }));
  expect(again.code).toBe('haproxy-refused');
  expect((await api.call(operations.contentRule.show, { params })).pattern).toBe('^/a');
  const subIndex = subVirtualServices.at(-1)?.index ?? 0;
  await api.call(operations.virtualService.deleteSub, { params: { index: 2, subIndex } });
});

describe('hostile text', () => {
  const hostile = [
    'a\nglobal\n  daemon',
    'a\r\n  bind :1',
    "a' if TRUE } #",
    'a" quoted "',
    'a\\',
    // biome-ignore lint/suspicious/noTemplateCurlyInString: HAProxy would expand it
    '${HOME}',
    '%[env(HOME)]',
    '# comment',
    '} || TRUE',
    '-f /etc/passwd',
    '../../../etc/passwd',
    'a\0b',
    'a\u2028b\u2029c',
    'a\u202egpj.exe',
    '\u{1F600}',
    'x'.repeat(10_000),
  ];
  const server = { address: '127.0.0.1', port: 9, weight: 1, enabled: true };

  /** Each field of the load balancer that takes text, with a harmless value and a change that fills it. */
  const fields: [string, string, (text: string) => Promise<unknown>][] = [
    ['the name of a virtual service', 'plain', text => change({ name: text })],
    ['its address', '127.0.0.1', text => change({ address: text })],
    ['the path of its health check', 'plain', text => change({ healthCheck: { type: 'http', path: `/${text}` } })],
    ['the address of a real server', '127.0.0.1', text => addRealServer({ ...server, address: text })],
    ['a cookie', 'plain', text => change({ persistence: { type: 'cookie', name: text } })],
    ['the host of a health check', 'plain', text => change({ healthCheck: { type: 'http', host: text } })],
    ['an address to go to', '/plain', text => change({ unavailable: { status: 302, redirectUrl: `/${text}` } })],
    ['a page', 'plain', text => change({ unavailable: { page: text } })],
    ['a content rule', 'plain', text => addRule({ match: 'prefix', pattern: text })],
    ['a host in a content rule', 'plain', text => addRule({ field: 'host', pattern: text })],
    ['a header in a content rule', 'plain', text => addRule({ field: 'header', header: text, pattern: 'x' })],
    ['the name of a content rule', 'plain', text => addRule({ name: text, pattern: 'x' })],
    ['the name of a sub virtual service', 'plain', text => addSub({ name: text })],
  ];

  const change = (body: object) => api.call(operations.virtualService.change, { params: { index: 2 }, body });
  const addRealServer = (body: typeof server) =>
    api.call(operations.virtualService.addRealServer, { params: { index: 2 }, body });
  const addSub = (body: object) => api.call(operations.virtualService.addSub, { params: { index: 2 }, body });

  const addRule = async (body: object) => {
    const { name } = await api.call(operations.contentRule.create, { body: { name: 'rule', ...body } as never });
    await addSub({ contentRules: [name] });
  };

  /** The first word of each line of HAProxy's configuration. */
  const directives = () =>
    configuration()
      .split('\n')
      .map(line => line.trim().split(' ')[0]);

  test.each(fields)(
    'in %s: refused, or a value and nothing else',
    { timeout: 180_000 },
    async (_field, plain, fill) => {
      await takeBack();
      await fill(plain);
      const expected = directives();
      for (const text of hostile) {
        await takeBack();
        const before = await everything();
        const error = await fill(text).then(
          () => undefined,
          thrown => thrown,
        );
        if (error === undefined) {
          expect(directives(), JSON.stringify(text)).toEqual(expected);
        } else {
          if (!(error instanceof ApiError)) throw error;
          expect(['invalid-input', 'haproxy-refused'], error.message).toContain(error.problem.code);
          expect(await everything()).toEqual(before);
        }
      }
      await takeBack();
    },
  );

  async function takeBack(): Promise<void> {
    const params = { index: 2 };
    const { items } = await api.call(operations.virtualService.list, { query: {} });
    const service = items.find(({ index }) => index === 2);
    for (const { index: subIndex } of service?.subVirtualServices ?? [])
      await api.call(operations.virtualService.deleteSub, { params: { ...params, subIndex } });
    for (const { index: realServer } of service?.realServers ?? [])
      await api.call(operations.virtualService.deleteRealServer, { params: { ...params, realServer } });
    for (const { name, usedBy } of (await api.call(operations.contentRule.list, {})).items)
      if (usedBy.length === 0) await api.call(operations.contentRule.delete, { params: { name } });
    await change({ name: null, healthCheck: { type: 'tcp' }, persistence: { type: 'none' }, unavailable: null });
  }
});

test('HAProxy is missing: the server starts, tells whoever needs it, and keeps nothing', async () => {
  const folder = createWorkdir('lost');
  onTestFinished(() => folder.remove());
  const lost = await startCertfleet({ haproxy: { binary: '/nowhere/haproxy', directory: folder.path } });
  onTestFinished(() => lost.destroy());
  const body = { address: '127.0.0.1', port: await freePort(), type: 'http' } as const;
  const error = await lost.api.call(operations.virtualService.create, { body }).catch(thrown => thrown);
  expect(error.problem).toMatchObject({
    code: 'haproxy-unavailable',
    detail: expect.stringContaining('/nowhere/haproxy'),
  });
  expect((await lost.api.call(operations.virtualService.list, { query: {} })).items).toEqual([]);
});

test('HAProxy goes missing under a server that needs it: the server starts all the same, and its health says so', async () => {
  const { certfleet } = fleet;
  const { haproxy } = certfleet.options;
  await certfleet.server.engine.loadBalancers.stopHaproxy();
  await certfleet.restart({ haproxy: { ...haproxy, binary: '/nowhere/haproxy' } });
  const agent = new Agent({ connect: { rejectUnauthorized: false } });
  onTestFinished(() => agent.close());
  const health = async () => {
    const { statusCode, body } = await request(`${certfleet.server.url}/healthz`, { dispatcher: agent });
    return { statusCode, body: await body.json() };
  };
  expect(await health()).toMatchObject({ statusCode: 503, body: { status: 'failing', haproxy: 'stopped' } });
  await certfleet.restart({ haproxy });
  await expect.poll(health, { timeout: 30_000 }).toMatchObject({ statusCode: 200, body: { haproxy: 'running' } });
});

test('a second server on the same SQLite file, and one with another master key: neither starts, the first goes on', async () => {
  const { dataDir, masterKey } = fleet.certfleet.options;
  const second = startServer(await serverOptions(dataDir, { masterKey }));
  await expect(second).rejects.toMatchObject({ code: 'store-in-use' });
  await fleet.certfleet.stop();
  const stranger = startServer(await serverOptions(dataDir, { masterKey: randomBytes(32) }));
  await expect(stranger).rejects.toMatchObject({ code: 'wrong-master-key' });
  await fleet.certfleet.restart();
  await api.call(operations.certificate.list, { query: {} });
});
