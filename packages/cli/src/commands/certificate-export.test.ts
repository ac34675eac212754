import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { FakeApi } from '../testing/fake-api.js';
import { run } from '../testing/run.js';
import { certificate, exported, privateKey } from '../testing/samples.js';

let folder: string;
let api: FakeApi;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'certfleet-cli-'));
  api = new FakeApi();
});
afterEach(() => rm(folder, { recursive: true }));

const exports = () => api.calls.filter(({ operation }) => operation !== 'certificate.show');
const exportTo = (...more: string[]) => run(['certificate', 'export', 'www', ...more], { api });

const pem = exported.certificate + exported.chain;

test('the leaf and its chain go to standard output', async () => {
  expect((await exportTo()).stdout).toBe(pem);
  expect(exports()).toEqual([{ operation: 'certificate.export', params: { name: 'www' }, body: {} }]);
});

describe('with --key-file', () => {
  test('the key goes to a file for its owner alone, and nowhere else', async () => {
    const file = join(folder, 'www.key');
    const { stdout, stderr, exitCode } = await exportTo('--key-file', file, '--version', '2');
    expect(exitCode).toBe(0);
    expect(exports()).toEqual([{ operation: 'certificate.exportKey', params: { name: 'www' }, body: { version: 2 } }]);
    expect(await readFile(file, 'utf8')).toBe(privateKey);
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect(stdout).toBe(pem);
    expect(stderr).toBe(`The private key is in ${file}.\n`);
  });

  test('--json names the file instead of holding the key', async () => {
    const file = join(folder, 'www.key');
    const { stdout } = await exportTo('--key-file', file, '--json');
    expect(JSON.parse(stdout)).toEqual({
      format: 'pem',
      version: 3,
      certificate: exported.certificate,
      chain: exported.chain,
      file: null,
      privateKeyFile: file,
    });
  });

  test('a file that exists is refused before anything is exported', async () => {
    const file = join(folder, 'www.key');
    await writeFile(file, 'precious');
    const { exitCode, stderr } = await exportTo('--key-file', file);
    expect(exitCode).toBe(2);
    expect(stderr).toContain('--force');
    expect(exports()).toEqual([]);
    expect(await readFile(file, 'utf8')).toBe('precious');
  });

  test('--force replaces it, for its owner alone', async () => {
    const file = join(folder, 'www.key');
    await writeFile(file, 'old', { mode: 0o644 });
    expect((await exportTo('--key-file', file, '--force')).exitCode).toBe(0);
    expect(await readFile(file, 'utf8')).toBe(privateKey);
    expect((await stat(file)).mode & 0o777).toBe(0o600);
  });

  test('a key that the server does not have is said so', async () => {
    api = new FakeApi({ 'certificate.exportKey': exported });
    const { exitCode, stderr } = await exportTo('--key-file', join(folder, 'www.key'));
    expect(exitCode).toBe(1);
    expect(stderr).toContain('has no private key of www');
  });
});

describe('as a keystore', () => {
  const keystore = Buffer.from('keystore');
  beforeEach(() => {
    const reply = { ...exported, format: 'pkcs12', keystore: keystore.toString('base64') };
    api = new FakeApi({ 'certificate.export': reply, 'certificate.exportKey': reply });
  });

  test.each([
    ['--with-key', 'certificate.exportKey', 0o600],
    ['--force', 'certificate.export', 0o644],
  ])('%s: %s, to a file with mode %o', async (flag, operation, mode) => {
    const [out, password] = [join(folder, 'www.p12'), join(folder, 'password')];
    await writeFile(password, 'hush hush\n');
    const more = ['--format', 'pkcs12', '--out', out, '--password-file', password, flag];
    const { stdout, exitCode } = await exportTo(...more);
    expect(exitCode).toBe(0);
    const body = { format: 'pkcs12', password: 'hush hush' };
    expect(exports()).toEqual([{ operation, params: { name: 'www' }, body }]);
    expect(await readFile(out)).toEqual(keystore);
    expect((await stat(out)).mode & 0o777).toBe(mode);
    expect(stdout).toBe(`Wrote ${out}.\n`);
  });

  test.each([
    ['without a file', ['--format', 'jks', '--with-key'], '--out FILE'],
    ['with a file for its key', ['--format', 'jks', '--out', 'x', '--key-file', 'y'], '--with-key'],
    ['PEM with what is for keystores', ['--with-key'], '--key-file FILE'],
  ])('%s: refused before anything is exported', async (_, flags, remedy) => {
    const { exitCode, stderr } = await exportTo(...flags);
    expect(exitCode).toBe(2);
    expect(stderr).toContain(remedy);
    expect(exports()).toEqual([]);
  });
});

test('a PEM key is encrypted under the password from the environment', async () => {
  const env = { CERTFLEET_KEYSTORE_PASSWORD: 'hush' };
  await run(['certificate', 'export', 'www', '--key-file', join(folder, 'www.key')], { api, env });
  expect(exports()).toMatchObject([{ operation: 'certificate.exportKey', body: { password: 'hush' } }]);
});

describe('as it is kept with the certificate', () => {
  const keystore = { type: 'jks', hasPassword: true } as const;
  beforeEach(() => {
    api = new FakeApi({
      'certificate.show': { ...certificate, keystore },
      'certificate.exportKey': { ...exported, format: 'jks', keystore: 'AAAA' },
    });
  });

  test('form and password are those of the server, which is asked for nothing else', async () => {
    const out = join(folder, 'www.jks');
    expect((await exportTo('--out', out, '--with-key')).exitCode).toBe(0);
    expect(exports()).toEqual([{ operation: 'certificate.exportKey', params: { name: 'www' }, body: {} }]);
  });

  test('it takes a file, and so it is said', async () => {
    expect((await exportTo()).stderr).toContain('A keystore of type jks is not printed.');
    expect(exports()).toEqual([]);
  });

  test('a plain key has to be asked for', async () => {
    api = new FakeApi();
    await exportTo('--format', 'pem', '--key-file', join(folder, 'www.key'), '--plain-key');
    expect(exports()).toMatchObject([{ operation: 'certificate.exportKey', body: { format: 'pem', plain: true } }]);
    expect((await exportTo('--format', 'pem', '--plain-key')).exitCode).toBe(2);
  });
});

test('without a kept password a keystore’s is asked for twice', async () => {
  api = new FakeApi({ 'certificate.export': { ...exported, format: 'jks', keystore: 'AAAA' } });
  const argv = ['certificate', 'export', 'www', '--format', 'jks', '--out', join(folder, 'www.jks')];
  const { questions } = await run(argv, { api, answers: ['hush hush', 'hush hush'] });
  expect(questions).toHaveLength(2);
  expect(exports()).toMatchObject([{ body: { format: 'jks', password: 'hush hush' } }]);
});
