import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { keyFileLimits } from '@certfleet/contract';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { FakeApi } from '../testing/fake-api.js';
import { run } from '../testing/run.js';
import { privateKey } from '../testing/samples.js';

let folder: string;
let api: FakeApi;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'certfleet-cli-'));
  api = new FakeApi();
});
afterEach(() => rm(folder, { recursive: true }));

async function file(name: string, content: string | Buffer): Promise<string> {
  await writeFile(join(folder, name), content);
  return join(folder, name);
}

const base64 = (content: string | Buffer) => Buffer.from(content).toString('base64');
const pfx = Buffer.from([0x30, 0x82, 0x0a, 0x00, 0x02, 0x01, 0x03]);
const encrypted = '-----BEGIN ENCRYPTED PRIVATE KEY-----\n';
const link = ['account', 'link', 'le', '--directory', 'letsencrypt', '--key-file'];
const directoryUrl = 'https://acme-v02.api.letsencrypt.org/directory';

test('account link sends the file as it is, and asks for no pass phrase of a key that has none', async () => {
  const { exitCode, questions, stdout } = await run([...link, await file('private_key.json', '{"kty":"RSA"}\n')], {
    api,
    answers: [],
  });
  expect(exitCode).toBe(0);
  expect(questions).toEqual([]);
  expect(api.calls).toEqual([
    { operation: 'account.link', body: { name: 'le', directoryUrl, file: base64('{"kty":"RSA"}\n') } },
  ]);
  expect(stdout).toContain('ops@example.com');
  expect(stdout).toContain('/acme/acct/1234');
});

test.each<[string, Parameters<typeof run>[1], string[]]>([
  ['asked for', { answers: ['hush'] }, []],
  ['in the environment', { env: { CERTFLEET_PASS_PHRASE: 'hush' } }, []],
  ['on standard input', { input: 'hush\n' }, ['--pass-phrase-file', '-']],
])('the pass phrase of an encrypted key is %s', async (_, circumstances, flags) => {
  const { exitCode } = await run([...link, await file('account.key', encrypted), ...flags], { ...circumstances, api });
  expect(exitCode).toBe(0);
  expect(api.calls[0]?.body).toMatchObject({ passPhrase: 'hush' });
});

test('an encrypted key with nobody to ask for its pass phrase: a usage error, and nothing is sent', async () => {
  const { exitCode, stderr } = await run([...link, await file('account.key', encrypted)], {
    api,
    world: {
      ask: {
        confirm: () => Promise.reject(new Error()),
        text: () => Promise.reject(new Error()),
        secret: async question => {
          const { usageFailure } = await import('../failure.js');
          throw usageFailure(`There is nobody to ask for ${question}.`, 'Give it by an option.');
        },
      },
    },
  });
  expect(exitCode).toBe(2);
  expect(stderr).toContain('Pass phrase of the file');
  expect(api.calls).toEqual([]);
});

test('certificate import puts PEM files together', async () => {
  const [one, two] = [await file('a.pem', 'certificate'), await file('a.key', 'key')];
  const { exitCode } = await run(
    ['certificate', 'import', 'shop', '--file', one, '--file', two, '--replace', '--label', 'team=shop'],
    { api },
  );
  expect(exitCode).toBe(0);
  expect(api.calls).toEqual([
    {
      operation: 'certificate.import',
      body: { name: 'shop', file: base64('certificate\nkey'), replace: true, labels: { team: 'shop' } },
    },
  ]);
});

test.each([
  ['a PFX', pfx],
  ['a JKS', Buffer.from('feedfeed00000002', 'hex')],
])('certificate import asks for the pass phrase of %s, which comes alone', async (_, keystore) => {
  const shop = await file('shop', keystore);
  const { exitCode } = await run(['certificate', 'import', 'shop', '--file', shop], { api, answers: ['hush'] });
  expect(exitCode).toBe(0);
  expect(api.calls).toEqual([
    { operation: 'certificate.import', body: { name: 'shop', file: base64(keystore), passPhrase: 'hush' } },
  ]);
  const key = await file('shop.key', 'key');
  const both = await run(['certificate', 'import', 'shop', '--file', shop, '--file', key], { api, answers: ['hush'] });
  expect(both.exitCode).toBe(2);
  expect(both.stderr).toContain('Give that alone');
});

test('intermediate add sends the file', async () => {
  const { exitCode } = await run(['intermediate', 'add', 'ca-2', '--file', '-'], { api, input: 'a certificate' });
  expect(exitCode).toBe(0);
  expect(api.calls).toEqual([{ operation: 'intermediate.add', body: { name: 'ca-2', file: base64('a certificate') } }]);
});

test.each([
  [link, keyFileLimits.accountKey],
  [['certificate', 'import', 'shop', '--file'], keyFileLimits.certificate],
  [['intermediate', 'add', 'ca-2', '--file'], keyFileLimits.intermediate],
])('%s refuses a file that is too large, or endless, without reading it all', async (command, limit) => {
  for (const name of [await file('noise', Buffer.alloc(10_000_000, 7)), '/dev/zero']) {
    const { exitCode, stderr } = await run([...command, name], { api });
    expect(exitCode).toBe(2);
    expect(stderr).toContain(`more than the ${limit} bytes`);
  }
  expect(api.calls).toEqual([]);
});

describe('the keystore of a certificate', () => {
  const requesting = (...more: string[]) => [
    'certificate',
    'request',
    'www',
    '--identifier',
    'www.example.com',
    ...more,
  ];

  test('comes with its password from a file or the environment, never from the command line', async () => {
    const password = await file('password', 'hush hush\n');
    await run(requesting('--keystore-type', 'jks', '--keystore-password-file', password), { api });
    const env = { CERTFLEET_KEYSTORE_PASSWORD: 'from outside' };
    await run(requesting('--keystore-type', 'pkcs12'), { api, env });
    expect(api.calls.map(({ body }) => body)).toMatchObject([
      { keystore: { type: 'jks', password: 'hush hush' } },
      { keystore: { type: 'pkcs12', password: 'from outside' } },
    ]);
  });

  test('a password without a type is refused', async () => {
    const { exitCode, stderr } = await run(requesting('--keystore-password-file', 'x'), { api });
    expect(exitCode).toBe(2);
    expect(stderr).toContain('--keystore-type');
    expect(api.calls).toEqual([]);
  });
});

test('a private key is brought along by a request, and later', async () => {
  const key = await file('www.key', '-----BEGIN ENCRYPTED PRIVATE KEY-----');
  const answers = ['hush'];
  const identifier = ['--identifier', 'www.example.com'];
  await run(['certificate', 'request', 'www', ...identifier, '--key-file', key], { api, answers: [...answers] });
  await run(['certificate', 'import-key', 'www', '--key-file', key], { api, answers: [...answers] });
  const read = { file: base64('-----BEGIN ENCRYPTED PRIVATE KEY-----'), passPhrase: 'hush' };
  expect(api.calls).toEqual([
    { operation: 'certificate.request', body: { name: 'www', identifiers: ['www.example.com'], key: read } },
    { operation: 'certificate.show', params: { name: 'www' } },
    { operation: 'certificate.importKey', params: { name: 'www' }, body: read },
  ]);
});

test('account export writes the key to a file for its owner alone, encrypted if there is a pass phrase', async () => {
  const [out, phrase] = [join(folder, 'le.key'), await file('phrase', 'hush hush\n')];
  const exporting = ['account', 'export', 'letsencrypt', '--key-file', out];
  const { stdout, exitCode } = await run([...exporting, '--pass-phrase-file', phrase], { api });
  expect(exitCode).toBe(0);
  expect(api.calls).toEqual([
    { operation: 'account.export', params: { name: 'letsencrypt' }, body: { passPhrase: 'hush hush' } },
  ]);
  expect(await readFile(out, 'utf8')).toBe(privateKey);
  expect((await stat(out)).mode & 0o777).toBe(0o600);
  expect(stdout).toContain('certfleet account link NAME --directory');
  expect(stdout).not.toContain('PRIVATE KEY');

  const again = await run(exporting, { api });
  expect([again.exitCode, api.calls.length]).toEqual([2, 1]);
  await run([...exporting, '--force'], { api });
  expect(api.calls.at(-1)).toMatchObject({ body: {} });
});

test.each([
  [['account', 'delete', 'le'], 'stays valid at the CA'],
  [['account', 'deactivate', 'le'], 'never be used or linked again'],
  [['certificate', 'delete', 'www'], 'stays valid until it expires'],
])('%j says what it means before it asks', async (argv, meaning) => {
  const { questions } = await run(argv, { api, answers: ['n'] });
  expect(questions.join()).toContain(meaning);
  expect(api.calls).toEqual([]);
});
