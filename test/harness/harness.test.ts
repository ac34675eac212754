import { Resolver } from 'node:dns/promises';
import { existsSync } from 'node:fs';
import pg from 'pg';
import { expect, onTestFinished, test } from 'vitest';
import { startChallengeTestServer } from './challtestsrv.js';
import { exchange, exchangeOk } from './exchange.js';
import { findHaproxy } from './haproxy.js';
import { startPebble } from './pebble.js';
import { freePort } from './ports.js';
import { startPostgres } from './postgres.js';
import { connects, startProgram } from './process.js';
import { createWorkdir } from './workdir.js';

test('a program that ends early is an error with what it wrote', async () => {
  const start = startProgram({
    name: 'the doomed one',
    command: process.execPath,
    args: ['-e', 'console.error("no such thing"); process.exit(3)'],
    ready: { line: /never/ },
  });
  await expect(start).rejects.toThrow(/the doomed one ended early with status 3.*no such thing/s);
});

test('a program that never gets ready is stopped, and the error says what was awaited', async () => {
  const start = startProgram({
    name: 'the slow one',
    command: 'sh',
    args: ['-c', 'echo pid $$; exec sleep 100'],
    ready: { line: /never/ },
    readyWithinMs: 2_000,
  });
  const error = await start.then(
    () => expect.unreachable(),
    (cause: Error) => cause,
  );
  expect(error.message).toMatch(/did not write a line like \/never\/ within 2000 ms/);
  const pid = Number(/pid (\d+)/.exec(error.message)?.[1]);
  expect(() => process.kill(pid, 0)).toThrow(/ESRCH/);
});

test('a missing program is named', async () => {
  const start = startProgram({ name: 'nothing', command: '/nowhere/nothing', ready: { line: /x/ } });
  await expect(start).rejects.toThrow(/nothing could not be started: .*ENOENT/);
});

test('free ports differ and nothing listens there', async () => {
  const ports = await Promise.all(Array.from({ length: 20 }, freePort));
  expect(new Set(ports).size).toBe(20);
  await expect(connects(ports[0] ?? 0)).rejects.toThrow(/ECONNREFUSED/);
});

test('a work folder is gone after it was removed', () => {
  const workdir = createWorkdir('test');
  expect(existsSync(workdir.path)).toBe(true);
  workdir.remove();
  expect(existsSync(workdir.path)).toBe(false);
});

test('HAProxy is there and says its version', async () => {
  expect((await findHaproxy()).version).toMatch(/^\d+\.\d+/);
});

test('Pebble answers over TLS, with nonces, a root and the profiles asked for', async () => {
  const profiles = { weekly: { description: 'Seven days', validityPeriod: 604_800 } };
  const pebble = await startPebble({ profiles, eab: { 'kid-1': 'c2VjcmV0LXNlY3JldC1zZWNyZXQtc2VjcmV0' } });
  onTestFinished(() => pebble.stop());

  const directory = JSON.parse((await exchangeOk(pebble.directoryUrl, { ca: pebble.caPem })).body);
  expect(directory.meta.externalAccountRequired).toBe(true);
  if (pebble.features.profiles) expect(directory.meta.profiles).toEqual({ weekly: 'Seven days' });
  if (pebble.features.renewalInfo) expect(directory.renewalInfo).toMatch(/^https:/);
  const nonce = await exchangeOk(directory.newNonce, { ca: pebble.caPem });
  expect(nonce.headers['replay-nonce']).toBeTruthy();
  expect(await pebble.rootPem()).toMatch(/^-----BEGIN CERTIFICATE-----/);
  await pebble.assertAnswers();
});

test('a stopped Pebble is gone', async () => {
  const pebble = await startPebble();
  await pebble.stop();
  await expect(exchange(pebble.directoryUrl, { ca: pebble.caPem })).rejects.toThrow(/ECONNREFUSED/);
});

test('the challenge test server answers with what it was told', async () => {
  const dns = await startChallengeTestServer();
  onTestFinished(() => dns.stop());
  const resolver = new Resolver({ timeout: 2_000 });
  resolver.setServers([dns.dnsServer]);

  expect(await resolver.resolve4('anything.example')).toEqual(['127.0.0.1']);
  await dns.addA('www.example', ['127.0.0.9']);
  expect(await resolver.resolve4('www.example')).toEqual(['127.0.0.9']);
  await dns.setTxt('_acme-challenge.www.example', 'value');
  expect(await resolver.resolveTxt('_acme-challenge.www.example')).toEqual([['value']]);
  await dns.setCname('alias.example', '_acme-challenge.www.example');
  expect(await resolver.resolveCname('alias.example')).toEqual(['_acme-challenge.www.example']);
  await dns.setServfail('broken.example');
  await expect(resolver.resolve4('broken.example')).rejects.toThrow(/ESERVFAIL/);
});

test('PostgreSQL gives each test a database of its own', async () => {
  const postgres = await startPostgres();
  onTestFinished(() => postgres.stop());
  for (const url of [await postgres.createDatabase(), await postgres.createDatabase()]) {
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    await client.query('create table mine (id int)');
    await client.end();
  }
});
