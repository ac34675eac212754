import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { renderConfigurationReference } from './config/reference.js';
import { ConfigError, loadConfig, rateLimitsOf } from './config.js';
import { letsEncryptRateLimits, noRateLimits } from './domain/rate-limits.js';
import { hours } from './domain/time.js';

let cwd: string;
beforeEach(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'certfleet-config-'));
});
afterEach(() => rm(cwd, { recursive: true }));

async function load(yaml: string | null, env: Record<string, string> = {}) {
  if (yaml !== null) await writeFile(join(cwd, 'certfleet.yaml'), yaml);
  return await loadConfig({ env, cwd });
}

test('without a file and variables, everything has a default', async () => {
  const config = await load(null);
  expect(config).toMatchObject({
    dataDir: '/var/lib/certfleet',
    masterKeyFile: '/var/lib/certfleet/master.key',
    store: { url: 'sqlite:/var/lib/certfleet/certfleet.db' },
    haproxy: { binary: 'haproxy', directory: '/var/lib/certfleet/haproxy' },
    listen: { port: 8443 },
    file: null,
  });
  expect(config.publicUrl).toMatch(/^https:\/\/.+:8443$/);
});

test('the environment wins over the file, key by key', async () => {
  const yaml = 'listen: { port: 9443, address: 127.0.0.1 }\nlog: { level: debug }';
  const config = await load(yaml, { CERTFLEET_LISTEN_PORT: '7443', CERTFLEET_LOG_LEVEL: '' });
  expect(config.listen).toMatchObject({ port: 7443, address: '127.0.0.1' });
  expect(config.log.level, 'an empty variable counts as none').toBe('debug');
  expect(config.file).toBe(join(cwd, 'certfleet.yaml'));
});

test.each<[string, Record<string, string>, object]>([
  ['a number', { CERTFLEET_JOBS_CONCURRENCY: '3' }, { jobs: { concurrency: 3 } }],
  ['a truth value', { CERTFLEET_METRICS_PUBLIC: 'true' }, { metrics: { public: true } }],
  ['a list', { CERTFLEET_LISTEN_NAMES: 'a.example, 192.0.2.1' }, { listen: { names: ['a.example', '192.0.2.1'] } }],
  ['a text that looks like a number', { CERTFLEET_ACME_CONTACT: '42' }, { acme: { contact: '42' } }],
  [
    'an object',
    { CERTFLEET_RATE_LIMITS: '{"https://ca.test/dir": {"renewalsExempt": true}}' },
    { rateLimits: { 'https://ca.test/dir': { renewalsExempt: true } } },
  ],
])('a variable holds %s', async (_, env, expected) => {
  expect(await load(null, env)).toMatchObject(expected);
});

test('paths of the file are relative to its folder, those of variables to the working directory', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'certfleet-elsewhere-'));
  const file = join(folder, 'certfleet.yaml');
  await writeFile(file, 'dataDir: data\nmasterKeyFile: ../key\nstore: { url: "sqlite:db/store.db" }');
  const config = await loadConfig({ file, env: { CERTFLEET_HAPROXY_DIRECTORY: 'lb' }, cwd });
  await rm(folder, { recursive: true });
  expect(config).toMatchObject({
    dataDir: join(folder, 'data'),
    masterKeyFile: join(folder, '..', 'key'),
    store: { url: `sqlite:${join(folder, 'db/store.db')}` },
    haproxy: { directory: join(cwd, 'lb') },
  });
});

describe('what is wrong is named, with where it comes from and what to do', () => {
  test.each<[string, string | null, Record<string, string>, RegExp]>([
    ['a misspelt key', 'datadir: /x', {}, /There is no key datadir \(in .*certfleet\.yaml\)\. Did you mean dataDir\?/],
    ['a key of a section', 'listen: { prot: 1 }', {}, /There is no key listen\.prot .* Did you mean listen\.port\?/],
    ['a key unlike any', 'blub: 1', {}, /There is no key blub .* See docs\/reference\/configuration\.md/],
    [
      'a misspelt variable',
      null,
      { CERTFLEET_DATADIR: '/x' },
      /no variable CERTFLEET_DATADIR\. Did you mean CERTFLEET_DATA_DIR\?/,
    ],
    [
      'a port from the file',
      'listen: { port: 99999 }',
      {},
      /listen\.port 99999 \(from .*certfleet\.yaml\): At most 65535.*Correct it there/,
    ],
    [
      'a port from a variable',
      null,
      { CERTFLEET_LISTEN_PORT: '99999' },
      /listen\.port 99999 \(from the variable CERTFLEET_LISTEN_PORT\): At most 65535/,
    ],
    [
      'a word instead of a number',
      null,
      { CERTFLEET_JOBS_CONCURRENCY: 'many' },
      /jobs\.concurrency "many".*Must be a number/,
    ],
    ['plain HTTP', 'publicUrl: http://x', {}, /publicUrl "http:\/\/x"/],
    ['a value where a section belongs', 'listen: 8443', {}, /listen 8443 .*Must be an object/],
    ['no YAML', 'listen: [', {}, /certfleet\.yaml is not YAML: .*Correct that line/],
    ['a list instead of keys', '- listen', {}, /must hold keys with values/],
  ])('%s', async (_, yaml, env, message) => {
    const error = await load(yaml, env).catch((error: unknown) => error);
    expect(error).toBeInstanceOf(ConfigError);
    expect((error as ConfigError).message).toMatch(message);
  });

  test('a file that was asked for and is not there', async () => {
    await expect(loadConfig({ file: 'none.yaml', env: {}, cwd })).rejects.toThrow(/none\.yaml can't be read: ENOENT/);
  });

  test('all faults at once', async () => {
    const error = await load('datadir: /x\nlisten: { port: 0 }', { CERTFLEET_LOG_LEVEL: 'loud' }).catch(error => error);
    expect((error as ConfigError).faults).toHaveLength(3);
  });

  test('a password in a URL is not repeated', async () => {
    const error = await load(null, { CERTFLEET_STORE_URL: 'mysql://root:hunter2@db' }).catch(error => error);
    expect((error as ConfigError).message).toMatch(/store\.url \(from the variable CERTFLEET_STORE_URL\)/);
    expect((error as ConfigError).message).not.toContain('hunter2');
  });
});

test("variables that are not the server's are left alone", async () => {
  await expect(load(null, { CERTFLEET_TOKEN: 'cf_x', CERTFLEET_SOMETHING_ELSE: '1' })).resolves.toBeDefined();
});

describe('rate limits of a directory', () => {
  const production = 'https://acme-v02.api.letsencrypt.org/directory';
  const other = 'https://ca.test/dir';

  test("Let's Encrypt's own where nothing is configured, none elsewhere", async () => {
    const config = await load(null);
    expect(rateLimitsOf(config, production)).toEqual(letsEncryptRateLimits);
    expect(rateLimitsOf(config, other)).toEqual(noRateLimits);
  });

  test('what is configured replaces limit by limit; null is none', async () => {
    const config = await load(`rateLimits:
      ${production}: { newOrdersPerAccount: { count: 9, hours: 2 }, failuresPerIdentifier: null }`);
    expect(rateLimitsOf(config, production)).toEqual({
      ...letsEncryptRateLimits,
      newOrdersPerAccount: { count: 9, per: hours(2) },
      failuresPerIdentifier: null,
    });
  });
});

test('docs/reference/configuration.md says what the schema says; if not, run this test with -u', async () => {
  await expect(renderConfigurationReference()).toMatchFileSnapshot('../../../docs/reference/configuration.md');
});
