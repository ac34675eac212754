import { chmod, mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Credentials, credentialsFile, resolveCredentials, serverUrl, storeCredentials } from './credentials.js';

const fingerprint = 'ab'.repeat(32);
const stored: Credentials = { url: 'https://one.example:8443', fingerprint, token: 'stored' };
let home: string;

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'certfleet-cli-'));
});
afterEach(() => rm(home, { recursive: true }));

describe('which credentials are used', () => {
  test.each<[string, NodeJS.ProcessEnv, Credentials]>([
    ['what login stored', {}, stored],
    ['a token of the environment for the stored server', { CERTFLEET_TOKEN: 'env' }, { ...stored, token: 'env' }],
    ['the same server by the environment: the stored token', { CERTFLEET_URL: 'https://one.example:8443/' }, stored],
    [
      'all from the environment',
      { CERTFLEET_URL: 'two.example', CERTFLEET_TOKEN: 'env', CERTFLEET_FINGERPRINT: `${'CD:'.repeat(31)}CD` },
      { url: 'https://two.example', token: 'env', fingerprint: 'cd'.repeat(32) },
    ],
    [
      'another server without a fingerprint: not that of the stored one',
      { CERTFLEET_URL: 'https://two.example', CERTFLEET_TOKEN: 'env' },
      { url: 'https://two.example', token: 'env', fingerprint: null },
    ],
  ])('%s', async (_, env, expected) => {
    await storeCredentials(credentialsFile({}, home), stored);
    expect(await resolveCredentials(env, home)).toEqual(expected);
  });

  test('another server never gets the stored token', async () => {
    await storeCredentials(credentialsFile({}, home), stored);
    await expect(resolveCredentials({ CERTFLEET_URL: 'https://two.example' }, home)).rejects.toMatchObject({
      exitCode: 3,
      remedy: expect.stringContaining('certfleet login https://two.example'),
    });
  });

  test('nobody has signed in', async () => {
    await expect(resolveCredentials({}, home)).rejects.toMatchObject({ exitCode: 3, code: 'not-signed-in' });
  });
});

describe('the file', () => {
  test('is for its owner alone, also when a readable one was there', async () => {
    const file = credentialsFile({}, home);
    await storeCredentials(file, stored);
    await chmod(file, 0o644);
    await storeCredentials(file, stored);
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect(JSON.parse(await readFile(file, 'utf8'))).toEqual(stored);
  });

  test('is refused when others can read it', async () => {
    const file = credentialsFile({}, home);
    await storeCredentials(file, stored);
    await chmod(file, 0o640);
    await expect(resolveCredentials({}, home)).rejects.toThrow('Others can read');
  });

  test('follows XDG_CONFIG_HOME', () => {
    expect(credentialsFile({ XDG_CONFIG_HOME: '/x' }, home)).toBe('/x/certfleet/credentials.json');
    expect(credentialsFile({}, '/home/alice')).toBe('/home/alice/.config/certfleet/credentials.json');
  });
});

test.each([
  ['https://a.example:8443/path?x', 'https://a.example:8443'],
  ['a.example:8443', 'https://a.example:8443'],
  ['[::1]:8443', 'https://[::1]:8443'],
])('%s is the server %s', (text, origin) => {
  expect(serverUrl(text).origin).toBe(origin);
});

test.each(['http://a.example', 'ftp://a.example', 'https://', ''])('%j is no server', text => {
  expect(() => serverUrl(text)).toThrow();
});
