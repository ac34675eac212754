/** The guide to DNS, as it is typed: a server that was just started, a real BIND, a CA that asks it. */
import { writeFile } from 'node:fs/promises';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { type Bind, startBind } from '../../harness/bind.js';
import { type Pebble, startPebble } from '../../harness/pebble.js';
import { CommandLine, type Serving, startServing } from './command.js';

// Each command is a process of its own, and a slow machine takes seconds to start one.
vi.setConfig({ testTimeout: 180_000, hookTimeout: 120_000 });

let bind: Bind;
let pebble: Pebble;
let serving: Serving;
const admin = new CommandLine();

beforeAll(async () => {
  bind = await startBind({ zones: ['example.org'] });
  pebble = await startPebble({ dnsServer: bind.address });
  serving = await startServing({ dns: { resolvers: [bind.address], authoritativePort: bind.primary.port } });
  const env = { CERTFLEET_SETUP_CODE: serving.setupCode, CERTFLEET_PASSWORD: 'correct horse battery' };
  await admin.run(['setup', serving.url, 'alice', '--fingerprint', serving.fingerprint], { env });
  await writeFile(admin.home.file('ca.pem'), pebble.caPem);
  const ca = ['--directory', pebble.directoryUrl, '--ca-certificate', 'ca.pem', '--agree-to-terms'];
  await admin.document('account', 'register', 'pebble', ...ca);
  const profile = pebble.features.profiles ? ['--profile', 'default'] : [];
  await admin.document('policy', 'create', 'default', '--account', 'pebble', ...profile);
});

afterAll(async () => {
  await serving?.destroy();
  await pebble?.stop();
  await bind?.stop();
  admin.home.remove();
});

test('an account is made and tried, a zone bound to it, a certificate with a wildcard got', async () => {
  const { keyName, keySecret } = bind.keys[0];
  const create = ['solver', 'create', 'dns', '--type', 'rfc2136', '--set', `server=${bind.address}`];
  const made = await admin.run([...create, '--set', `keyName=${keyName}`, '--set-file', 'keySecret=-'], {
    input: `${keySecret}\n`,
  });
  expect(made).toMatchObject({ exitCode: 0, stderr: '' });
  expect(made.stdout).toContain('keySecret=•••');
  expect(made.stdout).not.toContain(keySecret);

  const tried = await admin.run(['solver', 'test', 'dns', '--identifier', 'www.example.org']);
  expect(tried).toMatchObject({ exitCode: 0, stderr: '' });
  expect(tried.stdout).toMatch(
    /TXT record +_acme-challenge\.www\.example\.org\n.*zone +example\.org\n.* +ns1\.example\.org/,
  );
  const foreign = await admin.run(['solver', 'test', 'dns', '--identifier', 'www.example.net']);
  expect(foreign.exitCode).toBe(1);
  expect(foreign.stderr).toContain('This account has no zone for _acme-challenge.www.example.net');

  await admin.document('domain', 'create', '.example.org', '--solver', 'dns');
  const names = ['--identifier', 'example.org', '--identifier', '*.example.org'];
  const requested = await admin.run(['certificate', 'request', 'shop', ...names, '--wait']);
  expect(requested).toMatchObject({ exitCode: 0 });
  expect(await admin.document('certificate', 'show', 'shop')).toMatchObject({ status: 'valid' });
  expect(await bind.allTxt('example.org')).toEqual([]);
});

test('out of use, it proves nothing', async () => {
  expect(await admin.document('solver', 'change', 'dns', '--disable')).toMatchObject({ enabled: false });
  const refused = await admin.run(['certificate', 'request', 'other', '--identifier', 'www.example.org']);
  expect(refused.exitCode).toBe(1);
  expect(refused.stderr).toContain('The solver dns, which proves www.example.org, is disabled.');
  expect(await admin.document('solver', 'change', 'dns', '--enable')).toMatchObject({ enabled: true });
});

test('looked at where the configuration says, or nowhere', async () => {
  const nameservers = ['--set', `nameservers=["${bind.address}"]`];
  expect(await admin.document('solver', 'change', 'dns', ...nameservers)).toMatchObject({
    config: { nameservers: [bind.address], keyName: bind.keys[0].keyName },
  });
  const wrong = await admin.run(['solver', 'change', 'dns', '--set', 'nameservers=["http://nowhere"]']);
  expect(wrong.stderr).toContain('An IP address or a host name');
  expect(await admin.document('solver', 'change', 'dns', '--set', 'propagationSeconds=0')).toMatchObject({
    config: { propagationSeconds: 0 },
  });
  const { exitCode } = await admin.run([
    'certificate',
    'request',
    'quick',
    '--identifier',
    'quick.example.org',
    '--wait',
  ]);
  expect(exitCode).toBe(0);
});
