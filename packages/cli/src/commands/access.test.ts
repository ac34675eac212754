import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { credentialsFile } from '../connection/credentials.js';
import { showFingerprint } from '../connection/fingerprint.js';
import { FakeApi, FakeProblem } from '../testing/fake-api.js';
import { type FakeServer, type SelfSigned, selfSigned, startFakeServer } from '../testing/fake-server.js';
import { run } from '../testing/run.js';

let home: string;
let api: FakeApi;
let own: SelfSigned;
let server: FakeServer;

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'certfleet-cli-'));
  api = new FakeApi();
  own = await selfSigned('certfleet');
  server = await startFakeServer(api, own);
});
afterEach(async () => {
  await server.close();
  await rm(home, { recursive: true });
});

const stored = async () => JSON.parse(await readFile(credentialsFile({}, home), 'utf8'));

describe('certfleet login', () => {
  test('shows the fingerprint, asks, and stores the token once the server has taken it', async () => {
    const result = await run(['login', server.url], { home, answers: ['y', 'my token'] });
    expect(result.stderr).toContain(showFingerprint(own.fingerprint));
    expect(result.questions).toEqual(['Is this the fingerprint that the server printed when it started?', 'API token']);
    expect(result.exitCode).toBe(0);
    expect(server.authorizations).toEqual(['Bearer my token']);
    expect(await stored()).toEqual({ url: server.url, fingerprint: own.fingerprint, token: 'my token' });
  });

  test('with --user and a password makes a token for this machine', async () => {
    await writeFile(join(home, 'password'), 'hunter22 hunter22\n');
    const argv = ['login', server.url, '--user', 'alice', '--password-file', join(home, 'password')];
    const result = await run([...argv, '--fingerprint', own.fingerprint], { home });
    expect(result.exitCode).toBe(0);
    expect(server.authorizations[0]).toBe(`Basic ${Buffer.from('alice:hunter22 hunter22').toString('base64')}`);
    expect(server.authorizations.at(-1)).toBe('Bearer cf_secret');
    expect(api.calls.map(({ operation }) => operation)).toEqual(['session.show', 'token.create', 'session.show']);
    expect((await stored()).token).toBe('cf_secret');
  });

  test('with --user tells someone who is not an administrator how to get a token', async () => {
    api = new FakeApi({ 'session.show': { name: 'bob', role: 'viewer', csrfToken: null } });
    await server.close();
    server = await startFakeServer(api, own);
    const result = await run(['login', server.url, '--user', 'bob', '--fingerprint', own.fingerprint], {
      home,
      env: { CERTFLEET_PASSWORD: 'x' },
    });
    expect(result.exitCode).toBe(2);
    expect(result.stderr).toContain('certfleet token create NAME --role viewer');
  });

  test('no to the fingerprint: nothing is sent or stored', async () => {
    const result = await run(['login', server.url], { home, answers: ['n'] });
    expect(result.exitCode).toBe(2);
    expect(server.authorizations).toEqual([]);
    await expect(stored()).rejects.toThrow('ENOENT');
  });

  test('nobody to ask: says the fingerprint, sends and stores nothing', async () => {
    const result = await run(['login', server.url], { home, env: { CERTFLEET_TOKEN: 't' } });
    expect(result.exitCode).toBe(2);
    expect(result.stderr).toContain(showFingerprint(own.fingerprint));
    expect(server.authorizations).toEqual([]);
  });

  test('a wrong token is not stored', async () => {
    api = new FakeApi({
      'session.show': () => {
        throw new FakeProblem('not-signed-in', 'The token is not known.');
      },
    });
    await server.close();
    server = await startFakeServer(api, own);
    const result = await run(['login', server.url, '--fingerprint', own.fingerprint, '--token-file', '-'], {
      home,
      input: 'wrong\n',
    });
    expect(result.exitCode).toBe(3);
    expect(server.authorizations).toEqual(['Bearer wrong']);
    await expect(stored()).rejects.toThrow('ENOENT');
  });
});

test('certfleet setup makes the first administrator and signs in', async () => {
  const argv = ['setup', server.url, 'alice', '--fingerprint', own.fingerprint];
  const result = await run(argv, { home, answers: ['the code', 'a long password', 'a long password'] });
  expect(result.exitCode).toBe(0);
  expect(api.calls[0]).toEqual({
    operation: 'session.setup',
    body: { code: 'the code', name: 'alice', password: 'a long password' },
  });
  expect((await stored()).token).toBe('cf_secret');
});

test('certfleet logout forgets', async () => {
  await run(['login', server.url, '--fingerprint', own.fingerprint], { home, env: { CERTFLEET_TOKEN: 't' } });
  expect((await run(['logout'], { home })).stdout).toMatch(/^Removed /);
  await expect(stored()).rejects.toThrow('ENOENT');
  expect((await run(['logout'], { home })).stdout).toBe('Nobody was signed in.\n');
});
