import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readServedCertificate } from '@certfleet/haproxy';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { type ChallengeTestServer, startChallengeTestServer } from '../../harness/challtestsrv.js';
import { type Pebble, startPebble } from '../../harness/pebble.js';
import { freePort } from '../../harness/ports.js';
import { CommandLine, type Serving, startServing } from './command.js';

/*
 * The main job from the command line alone: a server that was just started, a real CA, a real HAProxy. The tests build
 * on each other.
 */

// Each command is a process of its own, and a slow machine takes seconds to start one.
vi.setConfig({ testTimeout: 180_000, hookTimeout: 120_000 });

let dns: ChallengeTestServer;
let pebble: Pebble;
let serving: Serving;
let httpsPort: number;
const admin = new CommandLine();
const password = 'correct horse battery';

beforeAll(async () => {
  dns = await startChallengeTestServer();
  pebble = await startPebble({ dnsServer: dns.dnsServer });
  serving = await startServing();
  httpsPort = await freePort();
});

afterAll(async () => {
  await serving?.destroy();
  await pebble?.stop();
  await dns?.stop();
  admin.home.remove();
});

const servedSerial = async (serverName: string) => {
  const { serialNumber } = await readServedCertificate({ address: '127.0.0.1', port: httpsPort, serverName });
  return serialNumber.toLowerCase();
};

test('the first administrator is made and signed in', async () => {
  const { exitCode, stdout, stderr } = await admin.run(
    ['setup', serving.url, 'alice', '--fingerprint', serving.fingerprint],
    { env: { CERTFLEET_SETUP_CODE: serving.setupCode, CERTFLEET_PASSWORD: password } },
  );
  expect(stderr).toBe('');
  expect(exitCode).toBe(0);
  expect(stdout).toContain(`Signed in to ${serving.url} as `);
  const file = join(admin.home.path, '.config/certfleet/credentials.json');
  expect((await stat(file)).mode & 0o777).toBe(0o600);
  expect(await readFile(file, 'utf8')).not.toContain(password);
  expect(await admin.document('whoami')).toMatchObject({ url: serving.url, role: 'admin' });
});

test('an account, two virtual services and a policy are made', async () => {
  await writeFile(admin.home.file('ca.pem'), pebble.caPem);
  const registration = [
    'account',
    'register',
    'pebble',
    '--directory',
    pebble.directoryUrl,
    '--ca-certificate',
    'ca.pem',
  ];
  const unread = await admin.run(registration);
  expect(unread).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('--agree-to-terms') });
  expect(await admin.document(...registration, '--agree-to-terms')).toMatchObject({ status: 'valid' });

  const address = ['--address', '127.0.0.1'];
  const http = ['--type', 'redirect', '--port', String(pebble.httpPort), '--redirect-port', String(httpsPort)];
  expect(await admin.document('virtual-service', 'create', ...http, ...address)).toMatchObject({ index: 1 });
  const https = ['--type', 'https', '--port', String(httpsPort), '--real-server', '127.0.0.1:9,weight=10'];
  expect(await admin.document('virtual-service', 'create', ...https, ...address)).toMatchObject({ index: 2 });

  const profile = pebble.features.profiles ? ['--profile', 'default'] : [];
  const policy = ['policy', 'create', 'default', '--account', 'pebble', '--solver', 'vs-1', ...profile];
  expect(await admin.document(...policy)).toMatchObject({ accounts: ['pebble'] });
});

test('certificate request --wait ends when HAProxy serves what was issued', async () => {
  const names = ['--identifier', 'www.example.com', '--identifier', 'example.com', '--label', 'team=shop'];
  const { exitCode, stdout, stderr } = await admin.run([
    'certificate',
    'request',
    'www',
    ...names,
    '--assign',
    'vs-2:default',
    '--wait',
  ]);
  expect(stderr).toMatch(/^Issue: issued by .+\n[\s\S]*^Deploy to vs-2: serves serial /m);
  expect(exitCode).toBe(0);
  const serial = await servedSerial('example.com');
  expect(stdout).toMatch(new RegExp(`^Serial +${serial}$`, 'm'));
  expect(stdout).toMatch(new RegExp(`^vs-2 \\(default\\) +verified +1 .* ${serial}$`, 'm'));
});

test('certificate renew --wait --json says the serial that is served now', async () => {
  const before = await servedSerial('www.example.com');
  const document = await admin.document('certificate', 'renew', 'www', '--wait');
  const serial = await servedSerial('www.example.com');
  expect(serial).not.toBe(before);
  expect(document).toMatchObject({
    certificate: { name: 'www', status: 'valid', version: { number: 2, serial } },
    assignments: [{ target: 'vs-2', deployment: { status: 'verified', version: 2, servedSerial: serial } }],
  });
});

test('a request that the CA cannot prove fails with its words', async () => {
  await dns.addA('broken.example.com', ['127.0.0.99']);
  const { exitCode, stderr } = await admin.run([
    'certificate',
    'request',
    'broken',
    '--identifier',
    'broken.example.com',
    '--wait',
  ]);
  expect(stderr).toMatch(/broken was not issued: .*broken\.example\.com/);
  expect(stderr).toContain('What to do: ');
  expect(exitCode).toBe(1);
});

test('the key is exported to a file for its owner alone, which is an event', async () => {
  const { exitCode, stdout } = await admin.run(['certificate', 'export', 'www', '--key-file', 'www.key']);
  expect(exitCode).toBe(0);
  expect(stdout).toMatch(/^-----BEGIN CERTIFICATE-----/);
  expect(await readFile(admin.home.file('www.key'), 'utf8')).toContain('PRIVATE KEY');
  expect((await stat(admin.home.file('www.key'))).mode & 0o777).toBe(0o600);
  const events = await admin.document('event', 'list', '--subject', 'certificate:www');
  expect(events).toMatchObject({ items: expect.arrayContaining([expect.objectContaining({ outcome: 'succeeded' })]) });
  expect(JSON.stringify(events)).toMatch(/key/);
});

test('a token of the role viewer may look and not touch', async () => {
  const { stdout: token } = await admin.run(['token', 'create', 'look', '--role', 'viewer', '--expires', '1d']);
  const viewer = new CommandLine({
    CERTFLEET_URL: serving.url,
    CERTFLEET_FINGERPRINT: serving.fingerprint,
    CERTFLEET_TOKEN: token.trim(),
  });
  try {
    expect(await viewer.run(['certificate', 'list'])).toMatchObject({
      exitCode: 0,
      stderr: '',
      stdout: expect.stringMatching(/^www +valid +renewed +www\.example\.com \+1 /m),
    });
    expect(await viewer.run(['certificate', 'renew', 'www'])).toMatchObject({ exitCode: 3 });
    expect(await viewer.run(['certificate', 'show', 'nowhere'])).toMatchObject({ exitCode: 4 });
    expect(await viewer.run(['certificate', 'list'], { env: { CERTFLEET_TOKEN: 'wrong' } })).toMatchObject({
      exitCode: 3,
    });
    const other = { CERTFLEET_FINGERPRINT: 'ab'.repeat(32) };
    expect(await viewer.run(['certificate', 'list'], { env: other })).toMatchObject({ exitCode: 5 });
  } finally {
    viewer.home.remove();
  }
});

test('revoking, unassigning and deleting', async () => {
  expect((await admin.run(['certificate', 'delete', 'www', '--yes'])).exitCode).toBe(1);
  expect(await admin.document('certificate', 'unassign', 'www', 'vs-2', '--yes')).toBeTruthy();
  const revocation = await admin.document(
    'certificate',
    'revoke',
    'www',
    '--version',
    '1',
    '--reason',
    'superseded',
    '--now',
    '--yes',
  );
  expect(revocation).toMatchObject({ number: 1, revokedAt: expect.any(String) });
  expect(await admin.document('certificate', 'delete', 'www', '--yes')).toEqual({ deleted: 'www' });
  expect((await admin.run(['certificate', 'show', 'www'])).exitCode).toBe(4);
});

test('every list can be read', async () => {
  const lists = ['virtual-service', 'account', 'policy', 'solver', 'target', 'user', 'token'];
  for (const noun of lists) {
    const { exitCode, stderr, stdout } = await admin.run([noun, 'list']);
    expect(`${noun}: ${stderr}`).toBe(`${noun}: `);
    expect(exitCode).toBe(0);
    expect(stdout.split('\n').length).toBeGreaterThan(2);
  }
});

test('a backup in parts is made and restored by the server, which is paused then', async () => {
  await writeFile(admin.home.file('phrase.txt'), 'correct horse\n');
  const phrase = ['--pass-phrase-file', 'phrase.txt'];
  for (const part of ['base', 'certificates']) {
    const made = await admin.document('backup', 'create', `${part}.backup`, '--part', part, ...phrase);
    expect(made).toMatchObject({ file: expect.stringMatching(/\.backup$/) });
    const restored = await admin.run(['backup', 'restore', `${part}.backup`, '--yes', ...phrase]);
    expect(restored).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('certfleet system resume') });
  }
  expect(await admin.document('system', 'show')).toMatchObject({ paused: { reason: expect.any(String) } });
  await admin.document('system', 'resume', '--yes');
});

test('the server ends when it is told to; then it is unreachable, and its store can be restored and rotated', async () => {
  expect(await admin.document('backup', 'create', 'store.db', '--config', serving.configFile)).toMatchObject({
    file: expect.stringMatching(/\/store\.db$/),
  });
  const busy = await admin.run(['secrets', 'rotate', '--config', serving.configFile]);
  expect(busy).toMatchObject({ exitCode: 1, stderr: expect.stringContaining('Another server uses this store') });
  await serving.program.stop();
  expect(serving.program.ended).toEqual({ code: 0, signal: null });
  expect(await admin.run(['whoami'])).toMatchObject({
    exitCode: 5,
    stderr: expect.stringContaining('certfleet serve'),
  });
  const restored = await admin.document('backup', 'restore', 'store.db', '--yes', '--config', serving.configFile);
  expect(restored).toMatchObject({ file: expect.stringMatching(/\.db$/) });
  const rotated = await admin.document('secrets', 'rotate', '--config', serving.configFile);
  expect(rotated).toMatchObject({ resumed: false, resealed: expect.any(Number) });
  const changed = await admin.document('secrets', 'change-master-key', '--config', serving.configFile);
  expect(changed).toMatchObject({ masterKeyFile: expect.stringMatching(/master\.key$/) });
});
