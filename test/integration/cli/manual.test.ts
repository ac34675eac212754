/** The guide to proving names by hand, as it is typed: a server that was just started, a web server, a BIND, a CA. */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { rfc2136Provider } from '../../../packages/plugins/src/dns/rfc2136.js';
import { type Bind, startBind } from '../../harness/bind.js';
import { type Pebble, startPebble } from '../../harness/pebble.js';
import { providerIo } from '../dns/io.js';
import { CommandLine, type Serving, startServing } from './command.js';

// Each command is a process of its own, and a slow machine takes seconds to start one.
vi.setConfig({ testTimeout: 180_000, hookTimeout: 120_000 });

let bind: Bind;
let web: Server;
let pebble: Pebble;
let serving: Serving;
const admin = new CommandLine();
const folder = admin.home.file('html', '.well-known', 'acme-challenge');

beforeAll(async () => {
  bind = await startBind({ zones: ['example.org'], records: { 'example.org': ['www A 127.0.0.1'] } });
  await mkdir(folder, { recursive: true });
  // The files of a folder, as any web server shows them.
  web = createServer((request, response) => {
    const file = admin.home.file('html', ...(request.url ?? '').split('/'));
    readFile(file).then(
      content => response.end(content),
      () => response.writeHead(404).end('Not found'),
    );
  });
  await new Promise<void>(resolve => web.listen(0, '127.0.0.1', resolve));
  const { port } = web.address() as AddressInfo;
  pebble = await startPebble({ dnsServer: bind.address, httpPort: port });
  const dns = { resolvers: [bind.address], authoritativePort: bind.primary.port };
  serving = await startServing({ dns, http01: { port } });
  const env = { CERTFLEET_SETUP_CODE: serving.setupCode, CERTFLEET_PASSWORD: 'correct horse battery' };
  await admin.run(['setup', serving.url, 'alice', '--fingerprint', serving.fingerprint], { env });
  await writeFile(admin.home.file('ca.pem'), pebble.caPem);
  const ca = ['--directory', pebble.directoryUrl, '--ca-certificate', 'ca.pem', '--agree-to-terms'];
  await admin.document('account', 'register', 'le', ...ca);
  const profile = pebble.features.profiles ? ['--profile', 'default'] : [];
  await admin.document('policy', 'create', 'default', '--account', 'le', ...profile);
});

afterAll(async () => {
  await serving?.destroy();
  await pebble?.stop();
  web?.closeAllConnections();
  web?.close();
  await bind?.stop();
  admin.home.remove();
});

test('shown, presented, verified: a file and a record, and what can be removed afterwards', async () => {
  await admin.document('solver', 'create', 'hand', '--type', 'manual');
  await admin.document('solver', 'create', 'hand-dns', '--type', 'manual', '--set', 'prefer=dns-01');
  const names = ['--identifier', 'www.example.org=hand', '--identifier', '*.apps.example.org=hand'];
  const requested = await admin.run(['certificate', 'request', 'shop', ...names, '--wait']);
  expect(requested.exitCode).toBe(6);
  expect(requested.stderr).toContain('shop waits for somebody.');

  const shown = await admin.run(['certificate', 'challenges', 'shop']);
  expect(shown).toMatchObject({ exitCode: 0, stderr: '' });
  expect(shown.stdout).toMatch(/\nURL +http:\/\/www\.example\.org\/\.well-known\/acme-challenge\/[\w-]+\n/);
  expect(shown.stdout).toMatch(/\nRecord +_acme-challenge\.apps\.example\.org\nType +TXT\nValue +[\w-]{43}\n/);

  const early = await admin.run(['certificate', 'verify', 'shop']);
  expect(early.exitCode).toBe(1);
  expect(early.stdout).toMatch(/\nFound +http:.* at 127\.0\.0\.1 answered 404: "Not found"\.\n/);
  expect(early.stdout).toMatch(/\nFound +.* says that _acme-challenge\.apps\.example\.org does not exist, where/);
  expect(early.stdout).toContain('Not all are there: the CA is not told to look.');

  const saved = await admin.run(['certificate', 'challenges', 'shop', '--save', folder]);
  expect(saved.stderr).toBe(`Wrote 1 file(s) into ${folder}.\n`);
  const onlyDns = ['certificate', 'challenges', 'shop', '--identifier', 'apps.example.org', '--value-only'];
  const value = (await admin.run(onlyDns)).stdout.trim();
  const account = rfc2136Provider.config.parse({ server: bind.address, ...bind.keys[0] });
  const record = { name: '_acme-challenge.apps.example.org', values: [value] };
  await rfc2136Provider.add(account, 'example.org', [record], providerIo({ dns: bind.client }));

  const verified = await admin.run(['certificate', 'verify', 'shop', '--wait']);
  expect(verified).toMatchObject({ exitCode: 0 });
  expect(await admin.document('certificate', 'show', 'shop')).toMatchObject({ status: 'valid', request: 'available' });
  const { items } = await admin.document('event', 'list', '--subject', 'certificate:shop');
  const actions = (items as { action: string }[]).map(({ action }) => action);
  expect(actions).toEqual(
    expect.arrayContaining(['certificate.needs-person', 'certificate.verified', 'certificate.challenges-removable']),
  );
});

test('told to look anyway, the CA refuses; new challenges are printed, with what it said', async () => {
  await admin.document('certificate', 'request', 'other', '--identifier', 'www.example.org=hand-dns');
  await expect
    .poll(() => admin.document('certificate', 'challenges', 'other'), { timeout: 60_000 })
    .toMatchObject({ needsPerson: true });
  const refused = await admin.run(['certificate', 'verify', 'other', '--anyway', '--wait']);
  expect(refused.exitCode).toBe(1);
  expect(refused.stderr).toContain('other was not issued');
  const again = await admin.run(['certificate', 'new-challenge', 'other']);
  expect(again).toMatchObject({ exitCode: 0, stderr: '' });
  expect(again.stdout).toMatch(/\nLast error +.*www\.example\.org/);
  expect(again.stdout).toMatch(/\nState +open, by hand \(hand-dns\)\n/);
});
