/** What a pre-flight finds, with the real parts: BIND with CAA records, HAProxy, a Pebble that says its identity. */
import { createServer } from 'node:http';
import { join } from 'node:path';
import { operations, type PreflightFinding, type PreflightReport } from '@certfleet/contract';
import { HaproxyInstance } from '@certfleet/haproxy';
import { afterAll, expect, onTestFinished, test } from 'vitest';
import { startFaultProxy } from '../../harness/fault-proxy.js';
import { changeJson, problem } from '../../harness/faults.js';
import { createLocalIdentity } from '../../harness/identity.js';
import { freePort } from '../../harness/ports.js';
import { connects } from '../../harness/process.js';
import { startDnsFleet } from '../dns/dns-fleet.js';
import { register } from '../engine/fleet.js';
import { certificateBecomes, certificateIs } from '../engine/waiting.js';

const account = 'https://elsewhere.test/acct/none';
const [httpPort, httpsPort, alonePort] = [await freePort(), await freePort(), await freePort()];
/** Beside HAProxy, on the same port of another address. */
const stranger = createServer((_, response) => response.writeHead(404).end('No such page'));
const fleet = await startDnsFleet({
  bind: {
    zones: ['example.org', 'strict.org'],
    records: {
      'example.org': [
        '@ A 127.0.0.1',
        'www A 127.0.0.1',
        'closed A 127.0.0.4',
        'elsewhere A 127.0.0.3',
        'second A 127.0.0.5',
        'only-six AAAA 2001:db8::1',
        ...Array.from({ length: 100 }, (_, index) => `n${index} A 127.0.0.1`),
      ],
      'strict.org': [
        '@ CAA 0 issue "other-ca.test"',
        'www A 127.0.0.1',
        `ours CAA 0 issue "pebble.test"`,
        'ours A 127.0.0.1',
        'by-dns CAA 0 issue "pebble.test; validationmethods=dns-01"',
        'by-dns A 127.0.0.1',
        `other-account CAA 0 issue "pebble.test; accounturi=${account}"`,
        'other-account A 127.0.0.1',
        'plain CAA 0 issue "pebble.test"',
        'plain CAA 0 issuewild ";"',
      ],
    },
    failing: ['broken.org'],
  },
  pebble: { caaIdentities: ['pebble.test'], httpPort },
  server: { httpPorts: { http: httpPort, https: httpsPort } },
});
const { api, certfleet } = fleet;

afterAll(async () => {
  stranger.closeAllConnections();
  stranger.close();
  await fleet.stop();
});

await new Promise<void>(resolve => stranger.listen(httpPort, '127.0.0.3', resolve));
await api.call(operations.virtualService.create, {
  body: { address: '127.0.0.1', port: httpPort, type: 'redirect', redirectPort: httpsPort },
});
const standalone = (name: string, address: string) => {
  const body = { name, type: 'standalone', config: { address, port: alonePort } };
  return api.call(operations.solver.create, { body });
};
await standalone('alone', '127.0.0.1');
await api.call(operations.solver.create, { body: { name: 'hand', type: 'manual', config: {} } });
await standalone('far', '127.0.0.4');
await standalone('beside', '127.0.0.3');
await api.call(operations.policy.create, {
  body: {
    name: 'web',
    accounts: ['pebble'],
    defaultSolver: 'vs-1',
    profile: fleet.pebble.features.profiles ? 'default' : null,
  },
});

const preflight = (
  identifiers: (string | { value: string; solver: string })[],
  more: { profile?: string; policy?: string; offline?: boolean } = {},
) => api.call(operations.certificate.preflight, { body: { name: 'new', policy: 'web', ...more, identifiers } });
/** `check result` of what is about a name, but for what is ok. */
const problems = ({ findings }: PreflightReport) =>
  findings.filter(({ result }) => result !== 'ok').map(({ check, result }) => `${check} ${result}`);
const about = ({ findings }: PreflightReport, check: PreflightFinding['check']) =>
  findings.filter(finding => finding.check === check);

test('nothing is wrong: each check says so, nothing is left behind, and a request succeeds', async () => {
  const before = (await api.call(operations.event.list, { query: {} })).items.length;
  const report = await preflight(['www.example.org', { value: '*.wild.example.org', solver: 'dns' }]);
  expect(report.result, JSON.stringify(report)).toBe('ok');
  expect(new Set(report.findings.map(({ check }) => check))).toEqual(
    new Set([
      'identifier',
      'solver',
      'account',
      'profile',
      'addresses',
      'http-01',
      'dns-01',
      'caa',
      'limits',
      'duplicates',
    ]),
  );
  expect(about(report, 'http-01')).toEqual([
    {
      check: 'http-01',
      name: 'www.example.org',
      result: 'ok',
      message: 'vs-1 answers there.',
      remedy: null,
      solver: null,
    },
  ]);
  expect(await fleet.left()).toEqual([]);
  const haproxy = await HaproxyInstance.open({ directory: join(certfleet.options.haproxy.directory, 'local') });
  expect(await haproxy.challenges.list()).toEqual([]);
  expect((await api.call(operations.event.list, { query: {} })).items).toHaveLength(before);
  await expect(api.call(operations.certificate.show, { params: { name: 'new' } })).rejects.toThrow(/new/);

  await api.call(operations.certificate.request, {
    body: { name: 'real', identifiers: ['www.example.org'], policy: 'web' },
  });
  await certificateBecomes(api, 'real', 1);
});

test('the solver that is where a name leads is named, for one that another one is to prove, or nobody', async () => {
  const create = (address: string) =>
    api.call(operations.virtualService.create, {
      body: { address, port: httpPort, type: 'redirect', redirectPort: httpsPort },
    });
  const { index } = await create('127.0.0.5');
  const other = `vs-${index}`;
  const report = await preflight(['second.example.org', 'www.example.org']);
  expect(about(report, 'addresses').map(({ name, result, solver }) => [name, result, solver])).toEqual([
    ['second.example.org', 'warning', other],
    ['www.example.org', 'ok', null],
  ]);
  expect(report.findings.find(({ solver }) => solver === other)?.remedy).toBe(
    `Let ${other} prove it, which listens there.`,
  );
  await api.call(operations.policy.create, { body: { name: 'undecided', accounts: ['pebble'] } });
  const undecided = await preflight(['second.example.org', '*.second.example.org', 'elsewhere.example.org'], {
    policy: 'undecided',
  });
  expect(about(undecided, 'addresses').map(({ name, result, solver }) => [name, result, solver])).toEqual([
    ['second.example.org', 'ok', other],
  ]);
});

test('offline: what is known here, without a question to anyone', async () => {
  const names = ['www.strict.org', '*.example.org', { value: 'www.broken.org', solver: 'dns' }];
  const report = await preflight(names, { offline: true });
  expect(problems(report)).toEqual(['solver refused']);
  expect(new Set(report.findings.map(({ check }) => check))).toEqual(
    new Set(['identifier', 'solver', 'limits', 'duplicates']),
  );
  expect(about(report, 'solver').map(({ message }) => message)).toContain(
    "Proven over http-01 by vs-1: it is the policy's default.",
  );
});

test('of a name that somebody proves by hand: that they do so at renewals too', async () => {
  const report = await preflight([{ value: 'n4.example.org', solver: 'hand' }], { offline: true });
  expect(about(report, 'solver').map(({ message }) => message)).toEqual([
    'Proven over http-01 by hand: the certificate names it for this identifier. Somebody presents what the CA is to find, at each renewal too.',
  ]);
});

test.each<[string, Parameters<typeof preflight>[0], string[], RegExp]>([
  ['a public suffix alone', ['co.uk'], ['identifier refused'], /"co\.uk" is a public suffix/],
  ['an address of this machine', ['127.0.0.1'], ['identifier unknown'], /only a private CA certifies it/],
  ['a name that somebody proves by hand', [{ value: 'n4.example.org', solver: 'hand' }], [], /^$/],
  ['a wildcard that somebody proves by hand', [{ value: '*.example.org', solver: 'hand' }], [], /^$/],
  ['no name at all', ['https://example.org/'], ['identifier refused'], /is a URL/],
  ['a name asked for twice', ['example.org', 'EXAMPLE.org.'], ['identifier refused'], /asked for twice/],
  [
    'a wildcard over http-01',
    ['*.example.org'],
    ['solver refused'],
    /is a wildcard, which http-01 cannot prove: use dns-01/,
  ],
  ['a name of a private network', ['printer.internal'], ['addresses warning', 'identifier unknown'], /Has no address/],
  ['nobody listens there', [{ value: 'closed.example.org', solver: 'far' }], ['http-01 warning'], /connection refused/],
  [
    'another server answers there',
    [{ value: 'elsewhere.example.org', solver: 'beside' }],
    ['http-01 warning'],
    /answered 404\.$/,
  ],
  [
    'it leads to another machine’s loopback',
    ['closed.example.org'],
    ['addresses warning'],
    /Leads to 127\.0\.0\.4, but vs-1 listens/,
  ],
  ['no IPv6 here', ['only-six.example.org'], ['addresses warning'], /Leads to 2001:db8::1, but vs-1 listens/],
  ['its zone is broken', ['www.broken.org'], ['addresses warning', 'caa warning'], /SERVFAIL/],
  [
    'CAA names another CA',
    ['www.strict.org'],
    ['caa refused'],
    /strict\.org CAA 0 issue "other-ca\.test" names who may issue/,
  ],
  ['CAA names this CA', ['ours.strict.org'], [], /^$/],
  ['CAA permits dns-01 alone', ['by-dns.strict.org'], ['caa refused'], /does not permit http-01/],
  ['CAA names another account', ['other-account.strict.org'], ['caa refused'], /is for another account/],
  [
    'CAA forbids wildcards',
    [{ value: '*.plain.strict.org', solver: 'dns' }],
    ['caa refused'],
    /issuewild ";" lets no CA issue/,
  ],
  ['the DNS account does not have the zone', [{ value: 'www.example.net', solver: 'dns' }], ['dns-01 refused'], /./],
])('%s', async (_, identifiers, expected, message) => {
  const report = await preflight(identifiers);
  const found = problems(report);
  // This machine may have a way to the documentation's IPv6 addresses, which leads nowhere, or none.
  const seen = identifiers.includes('only-six.example.org') ? found.filter(each => !each.startsWith('http-01')) : found;
  expect(seen, JSON.stringify(report)).toEqual(expected);
  const [worst] = report.findings.filter(({ result }) => result !== 'ok');
  expect(worst?.message ?? '').toMatch(message);
});

test('what is wrong with one name does not keep the others from being looked at', async () => {
  const report = await preflight(['co.uk', 'www.example.org', '*.wild.example.org', 'www.strict.org']);
  expect(problems(report)).toEqual(['identifier refused', 'solver refused', 'caa refused']);
  expect(about(report, 'http-01').map(({ name, result }) => `${name} ${result}`)).toEqual([
    'www.example.org ok',
    'www.strict.org ok',
  ]);
});

test('a disabled DNS account, one with a wrong key, one whose program may not be run', async () => {
  await fleet.addAccount('spare');
  await fleet.addAccount('locked', { keySecret: Buffer.from('not the key that BIND knows').toString('base64') });
  await api.call(operations.solver.change, { params: { name: 'spare' }, body: { enabled: false } });
  await api.call(operations.solver.create, {
    body: { name: 'hooked', type: 'exec-hook', config: { program: 'not-there' } },
  });
  const report = await preflight([
    { value: 'a.example.org', solver: 'spare' },
    { value: 'b.example.org', solver: 'locked' },
    { value: 'c.example.org', solver: 'hooked' },
  ]);
  expect(problems(report)).toEqual(['solver refused', 'dns-01 refused', 'dns-01 refused']);
  expect(about(report, 'dns-01')[1]?.message).toContain('hooks.folder');
  expect(report.findings[0]?.message).toContain('The solver spare, which proves a.example.org, is disabled.');
  expect(about(report, 'dns-01')[0]?.name).toBe('b.example.org');
});

test('a profile that the CA does not have', async context => {
  context.skip(!fleet.pebble.features.profiles, 'This Pebble has no profiles.');
  const report = await preflight(['n2.example.org'], { profile: 'forever' });
  expect(problems(report)).toEqual(['profile refused']);
  expect(report.findings[0]?.remedy).toContain('Choose one of');
});

test('a profile that the first CA of a policy does not have: another one may', async context => {
  context.skip(!fleet.pebble.features.profiles, 'This Pebble has no profiles.');
  await register(api, 'second', fleet.pebble);
  const body = { name: 'two', accounts: ['pebble', 'second'], defaultSolver: 'vs-1' };
  await api.call(operations.policy.create, { body });
  const report = await preflight(['n2.example.org'], { policy: 'two', profile: 'forever' });
  expect(problems(report)).toEqual(['profile warning']);
  expect(report.findings[0]?.message).toMatch(/no profile forever.* until the next account takes over\.$/);
});

test('a certificate that is there: its own settings count', async () => {
  const identifiers = ['www.strict.org'];
  await api.call(operations.certificate.request, { body: { name: 'known', identifiers, policy: 'web' } });
  const report = await api.call(operations.certificate.preflight, { body: { name: 'known' } });
  expect(problems(report)).toEqual(['caa refused']);
  const twin = await preflight(identifiers);
  expect(about(twin, 'duplicates')[0]?.message).toBe('known has these very names already.');
  expect(about(report, 'duplicates')[0]?.result).toBe('ok');
  await expect(api.call(operations.certificate.preflight, { body: { name: 'nobody' } })).rejects.toThrow(/nobody/);
});

test('a certificate that waits because its CA asked for it: until when', async () => {
  const waits = fleet.proxy.inject('newOrder', problem(429, 'rateLimited', { retryAfter: '3600' }));
  onTestFinished(() => waits.remove());
  await api.call(operations.certificate.request, {
    body: { name: 'waiting', identifiers: ['n3.example.org'], policy: 'web' },
  });
  await certificateIs(api, 'waiting', ({ lastError }) => lastError !== null);
  const report = await api.call(operations.certificate.preflight, { body: { name: 'waiting' } });
  expect(problems(report)).toEqual(['limits warning']);
  expect(report.findings[0]?.message).toMatch(/^The CA asked for a wait until .* The next attempt is at /);
});

test('an imported certificate is never ordered, so there is nothing to look at', async () => {
  const { certificatePem, privateKeyPem } = await createLocalIdentity('Imported');
  const file = Buffer.from(`${certificatePem}${privateKeyPem}`).toString('base64');
  await api.call(operations.certificate.import, { body: { name: 'brought', file } });
  await expect(api.call(operations.certificate.preflight, { body: { name: 'brought' } })).rejects.toThrow(/imported/);
});

test('the CAs of a policy: which of its accounts CAA leaves, and which could not take over', async () => {
  const other = await startFaultProxy(fleet.pebble);
  onTestFinished(() => other.stop());
  const identity = changeJson(directory => {
    directory.meta = { caaIdentities: ['other-ca.test'] };
  });
  other.inject('directory', identity, { times: Number.POSITIVE_INFINITY });
  await register(api, 'backup', other);
  const body = { name: 'backed', accounts: ['pebble', 'backup'], defaultSolver: 'vs-1' };
  await api.call(operations.policy.create, { body });
  const report = await preflight(['n7.strict.org', 'ours.strict.org'], { policy: 'backed' });
  expect(about(report, 'caa').map(({ name, result, message }) => `${name} ${result}: ${message}`)).toEqual([
    'n7.strict.org warning: Account pebble: strict.org CAA 0 issue "other-ca.test" names who may issue, and that is not pebble.test.',
    'ours.strict.org warning: Account backup could not take over: ours.strict.org CAA 0 issue "pebble.test" names who may issue, and that is not other-ca.test.',
    'ours.strict.org ok: CAA permits the CA of account pebble.',
  ]);
});

test('the ledger has no room: a warning that says when', async () => {
  const limit = { count: 1, per: 3_600_000 };
  await certfleet.restart({
    rateLimits: () => ({
      newOrdersPerAccount: limit,
      certificatesPerRegisteredDomain: null,
      certificatesPerExactSet: null,
      failuresPerIdentifier: null,
      renewalsExempt: false,
    }),
  });
  expect(about(await preflight(['www.example.org']), 'limits')[0]?.message).toContain('room for 1 more');
  await api.call(operations.certificate.request, {
    body: { name: 'takes-it', identifiers: ['n1.example.org'], policy: 'web' },
  });
  await certificateBecomes(api, 'takes-it', 1);
  const report = await preflight(['www.example.org']);
  expect(about(report, 'limits')[0]).toMatchObject({ result: 'warning' });
  expect(about(report, 'limits')[0]?.message).toContain("Waits for the CA's limit of 1 new orders");
});

test('a hundred names of both kinds answer within seconds', async () => {
  const web = Array.from({ length: 50 }, (_, index) => `n${index}.example.org`);
  const dns = Array.from({ length: 50 }, (_, index) => ({ value: `*.n${index}.example.org`, solver: 'dns' }));
  const started = performance.now();
  const report = await preflight([...web, ...dns]);
  const seconds = (performance.now() - started) / 1000;
  expect(about(report, 'http-01').filter(({ result }) => result === 'ok')).toHaveLength(50);
  expect(about(report, 'dns-01').filter(({ result }) => result === 'ok')).toHaveLength(50);
  expect(seconds).toBeLessThan(30);
});

const trial = (name: string, identifier?: string) =>
  api.call(operations.solver.test, { params: { name }, body: identifier === undefined ? {} : { identifier } });
const answersOf = async (name: string, identifier?: string) =>
  (await trial(name, identifier)).answers?.map(answer => [answer.name, answer.result, answer.message]);

test('the test of a solver presents a trial challenge, looks whether it is there, and takes it away', async () => {
  const https = await api.call(operations.virtualService.create, {
    body: { address: '127.0.0.1', port: await freePort(), type: 'https' },
  });
  onTestFinished(() => api.call(operations.virtualService.delete, { params: { index: https.index } }));
  const answers = (name: string, where: string) => [[null, 'ok', `${name} answers a trial challenge at ${where}.`]];
  expect(await answersOf('vs-1')).toEqual(answers('vs-1', `127.0.0.1:${httpPort}`));
  expect(await answersOf(`vs-${https.index}`)).toEqual(answers(`vs-${https.index}`, `127.0.0.1:${https.port}`));
  expect(await answersOf('alone')).toEqual(answers('alone', `127.0.0.1:${alonePort}`));
  expect(await answersOf('vs-1', 'www.example.org')).toEqual([
    ...answers('vs-1', `127.0.0.1:${httpPort}`),
    ['www.example.org', 'ok', 'Leads to 127.0.0.1, where vs-1 is.'],
    ['www.example.org', 'ok', 'vs-1 answers there.'],
  ]);
  // It works, but this name leads elsewhere.
  const elsewhere = await answersOf('vs-1', 'elsewhere.example.org');
  expect(elsewhere?.map(([, result]) => result)).toEqual(['ok', 'warning']);
  await expect(trial('vs-1', '*.example.org')).rejects.toThrow(/wildcard, which http-01 cannot prove/);
  expect(await trial('hand')).toEqual({ zones: null, record: null, answers: null, byPerson: true });
  const haproxy = await HaproxyInstance.open({ directory: join(certfleet.options.haproxy.directory, 'local') });
  expect(await haproxy.challenges.list()).toEqual([]);
  await expect(connects(alonePort)).rejects.toThrow(/ECONNREFUSED/);
});

test('the test of a solver says what keeps it from answering', async () => {
  const other = createServer((_, response) => response.end('mine'));
  await new Promise<void>(resolve => other.listen(alonePort, '127.0.0.1', resolve));
  onTestFinished(() => void other.close());
  await expect(trial('alone')).rejects.toThrow(/Could not listen on 127\.0\.0\.1:\d+ .* Something else listens there/);
  await api.call(operations.virtualService.change, { params: { index: 1 }, body: { enabled: false } });
  onTestFinished(async () => {
    await api.call(operations.virtualService.change, { params: { index: 1 }, body: { enabled: true } });
  });
  await expect(trial('vs-1')).rejects.toThrow(/Virtual service 1 is disabled/);
});

test('the virtual service is disabled: it can answer nobody', async () => {
  await api.call(operations.virtualService.change, { params: { index: 1 }, body: { enabled: false } });
  onTestFinished(async () => {
    await api.call(operations.virtualService.change, { params: { index: 1 }, body: { enabled: true } });
  });
  const report = await preflight(['www.example.org']);
  expect(about(report, 'http-01')).toEqual([]);
  expect(about(report, 'solver')[0]?.message).toContain('Virtual service 1 is disabled');
});

test('while Certfleet is paused nobody outside is asked', async () => {
  await api.call(operations.system.pause, { body: { reason: 'A trial.' } });
  onTestFinished(async () => {
    await api.call(operations.system.resume, {});
  });
  await expect(preflight(['www.example.org'])).rejects.toThrow(/Certfleet is paused since .* A trial\./);
  expect(about(await preflight(['www.example.org'], { offline: true }), 'solver')).toHaveLength(1);
});
