/** The guide to the pre-flight, as it is typed: a real BIND with CAA records, HAProxy, a CA that says its identity. */
import { writeFile } from 'node:fs/promises';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { type Bind, startBind } from '../../harness/bind.js';
import { type Pebble, startPebble } from '../../harness/pebble.js';
import { freePort } from '../../harness/ports.js';
import { CommandLine, type Serving, startServing } from './command.js';

// Each command is a process of its own, and a slow machine takes seconds to start one.
vi.setConfig({ testTimeout: 180_000, hookTimeout: 120_000 });

let bind: Bind;
let pebble: Pebble;
let serving: Serving;
const admin = new CommandLine();

beforeAll(async () => {
  const caa = [
    '@ CAA 0 issue "pebble.test"',
    'shop CAA 0 issue "other-ca.test"',
    'shop A 127.0.0.1',
    'www A 127.0.0.1',
  ];
  bind = await startBind({ zones: ['example.org'], records: { 'example.org': ['@ A 127.0.0.1', ...caa] } });
  pebble = await startPebble({ dnsServer: bind.address, caaIdentities: ['pebble.test'] });
  serving = await startServing({
    dns: { resolvers: [bind.address], authoritativePort: bind.primary.port },
    http01: { port: pebble.httpPort },
  });
  const env = { CERTFLEET_SETUP_CODE: serving.setupCode, CERTFLEET_PASSWORD: 'correct horse battery' };
  await admin.run(['setup', serving.url, 'alice', '--fingerprint', serving.fingerprint], { env });
  await writeFile(admin.home.file('ca.pem'), pebble.caPem);
  const ca = ['--directory', pebble.directoryUrl, '--ca-certificate', 'ca.pem', '--agree-to-terms'];
  await admin.document('account', 'register', 'pebble', ...ca);
  const service = ['--address', '127.0.0.1', '--type', 'redirect', '--redirect-port', `${await freePort()}`];
  await admin.document('virtual-service', 'create', '--port', `${pebble.httpPort}`, ...service);
  const profile = pebble.features.profiles ? ['--profile', 'default'] : [];
  await admin.document('policy', 'create', 'default', '--account', 'pebble', '--solver', 'vs-1', ...profile);
});

afterAll(async () => {
  await serving?.destroy();
  await pebble?.stop();
  await bind?.stop();
  admin.home.remove();
});

const lines = (text: string) => text.trim().split('\n');

test('names that can be certified: each check in a line of its own, and 0', async () => {
  const names = ['--identifier', 'www.example.org', '--identifier', 'example.org'];
  const { stdout, stderr, exitCode } = await admin.run(['certificate', 'preflight', 'www', ...names]);
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: 'Nothing speaks against an order.\n' });
  const [heading, ...rows] = lines(stdout);
  expect(heading).toMatch(/^RESULT +CHECK +NAME +FOUND$/);
  expect(rows.filter(row => !row.startsWith('ok'))).toEqual([]);
  expect(stdout).toMatch(/ok +http-01 +www\.example\.org +vs-1 answers there\./);
  await admin.document('certificate', 'request', 'www', ...names, '--wait');
});

test('a name whose CAA record names another CA, and a wildcard that http-01 cannot prove: told why, and 1', async () => {
  const names = ['--identifier', 'shop.example.org', '--identifier', '*.app.example.org'];
  const asked = ['certificate', 'preflight', 'shop', ...names, '--problems'];
  const { stdout, stderr, exitCode } = await admin.run(asked);
  expect({ exitCode, stderr }).toEqual({ exitCode: 1, stderr: 'An order would fail: see what is refused.\n' });
  expect(stdout).toContain('shop.example.org CAA 0 issue "other-ca.test"');
  expect(stdout).toContain('use dns-01');
  expect(stdout).not.toMatch(/^ok/m);
});

test('a certificate that is there is looked at by its name alone', async () => {
  const { stdout, exitCode } = await admin.run(['certificate', 'preflight', 'www', '--json']);
  expect(exitCode).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({ result: 'ok' });
  const missing = await admin.run(['certificate', 'preflight', 'nobody']);
  expect(missing.exitCode).toBe(4);
});
