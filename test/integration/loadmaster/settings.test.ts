/** The settings of LoadMaster's API, as it and the REST API show and change them. */
import { hostname } from 'node:os';
import { operations } from '@certfleet/contract';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { commands } from '../../../packages/server/src/loadmaster/commands/index.js';
import { LOADMASTER_POLICY, readExternalAccount } from '../../../packages/server/src/loadmaster/settings.js';
import { type LoadMaster, startLoadMaster } from './client.js';

let loadMaster: LoadMaster;
beforeAll(async () => {
  loadMaster = await startLoadMaster({ enabled: false });
});
afterAll(() => loadMaster.stop());

const production = 'https://acme-v02.api.letsencrypt.org/directory';
const show = () => loadMaster.certfleet.api.call(operations.loadmaster.show, {});

test('it is off, with the CA and the period that a LoadMaster begins with', async () => {
  expect(await show()).toEqual({ enabled: false, directoryUrl: production, caCertificate: null, renewPeriod: null });
  await loadMaster.certfleet.api.call(operations.loadmaster.change, { body: { enabled: true } });
  expect((await loadMaster.v1('get?param=directoryurl')).text).toContain(`<directoryurl>${production}</directoryurl>`);
  expect((await loadMaster.v1('get?param=renewperiod')).text).toContain('<renewperiod>30</renewperiod>');
});

test('every parameter under its name, the later ones under both', async () => {
  const answer = JSON.parse((await loadMaster.v2({ cmd: 'getall' })).text);
  expect(answer).toMatchObject({
    version: expect.stringMatching(/^7\.2\.61\.0\.0\.CERTFLEET-\d/),
    hostname: hostname(),
    enableapi: true,
    renewperiod: 30,
    acmerenewperiod: 30,
    directoryurl: production,
    acmedirectoryurl: production,
    acmekid: '',
  });
  expect(answer).not.toHaveProperty('acmehmac');
});

test('before there is a policy the period is kept for it, afterwards it is the policy that has it', async () => {
  const { api, server } = loadMaster.certfleet;
  const { store } = server.engine;
  await loadMaster.v1('set?param=renewperiod&value=21');
  expect((await show()).renewPeriod).toBe(21);

  await store.policies.create({
    name: LOADMASTER_POLICY,
    keyAlgorithm: 'RSA-2048',
    keyOnRenewal: 'new',
    renewDaysBefore: 21,
    profile: null,
    defaultSolverId: null,
    accountIds: [],
  });
  await loadMaster.v2({ cmd: 'setacmerenewperiod', acmetype: '1', renewperiod: 14 });
  const params = { name: LOADMASTER_POLICY };
  expect((await api.call(operations.policy.show, { params })).renewDaysBefore).toBe(14);
  await api.call(operations.policy.change, { params, body: { renewDaysBefore: 9 } });
  expect((await loadMaster.v1('get?param=acmerenewperiod')).text).toContain('<renewperiod>9</renewperiod>');
  expect(await api.call(operations.loadmaster.change, { body: { renewPeriod: null } })).toMatchObject({
    renewPeriod: null,
  });
  expect((await api.call(operations.policy.show, { params })).renewDaysBefore).toBeNull();
});

test('another directory says what becomes of the certificates that exist', async () => {
  await loadMaster.v1('set?param=directoryurl&value=https://ca.test/directory');
  expect((await show()).directoryUrl).toBe('https://ca.test/directory');
  const { items } = await loadMaster.certfleet.api.call(operations.event.list, {
    query: { action: 'loadmaster.changed' },
  });
  expect(items[0]?.message).toContain(
    'each certificate stays with the account that issued it until it is issued again',
  );
});

test('the external account is kept for the next registration, its key sealed', async () => {
  await loadMaster.v2({ cmd: 'setacmekid', acmetype: '2', kid: 'kid-1' });
  await loadMaster.v2({ cmd: 'setacmehmac', acmetype: '2', hmac: 'c2VjcmV0' });
  const { store } = loadMaster.certfleet.server.engine;
  expect(await readExternalAccount(store)).toEqual({ keyId: 'kid-1', hmacKey: 'c2VjcmV0' });
  expect((await loadMaster.v1('getacmekid')).text).toContain('<Data><acmekid>kid-1</acmekid><kid>kid-1</kid></Data>');
  expect((await loadMaster.v1('getacmehmac')).text).toContain('<hmac>***</hmac>');
});

test('enableapi is on, may be asked for again, and can be turned off', async () => {
  expect((await loadMaster.v1('get?param=enableapi')).text).toContain('<Data><enableapi>yes</enableapi></Data>');
  expect((await loadMaster.v2({ cmd: 'get', param: 'enableapi' })).text).toBe(
    '{"code":200,"enableapi":true,"status":"ok"}\n',
  );
  expect((await loadMaster.v1('set?param=enableapi&value=yes')).text).toContain('>Command completed ok<');
  expect((await loadMaster.v1('set?param=enableapi&value=maybe')).text).toContain('value: Must be Y or N');
  expect((await loadMaster.v1('set?param=enableapi&value=no', { as: 'opal' })).status).toBe(403);
  expect((await show()).enabled).toBe(true);
  expect((await loadMaster.v1('set?param=enableapi&value=no')).status).toBe(200);
  expect((await show()).enabled).toBe(false);
  expect((await loadMaster.v1('get?param=enableapi')).status).toBe(404);
  await loadMaster.certfleet.api.call(operations.loadmaster.change, { body: { enabled: true } });
});

test('what a CA has given is forgotten with an empty value, in either version', async () => {
  const { store } = loadMaster.certfleet.server.engine;
  for (const clear of [
    () => loadMaster.v1('set?param=acmekid&value='),
    () => loadMaster.v2({ cmd: 'setacmekid', kid: '' }),
  ]) {
    await loadMaster.v1('set?param=acmekid&value=kid-1');
    expect((await clear()).status).toBe(200);
    expect((await readExternalAccount(store)).keyId).toBeNull();
  }
  await loadMaster.v1('set?param=acmehmac&value=c2VjcmV0');
  expect((await loadMaster.v2({ cmd: 'setacmehmac', hmac: '' })).status).toBe(200);
  expect(await readExternalAccount(store)).toEqual({ keyId: null, hmacKey: null });
  expect((await loadMaster.v1('set?param=acmekid')).text).toContain('<Error>value: String Value missing</Error>');
  expect((await loadMaster.v1('set?param=renewperiod&value=')).text).toContain('value: String Value missing');
});

test('listapi names every command', async () => {
  const { text } = await loadMaster.v1('listapi');
  const named = [...text.matchAll(/<cmd>(.*?)<\/cmd>/g)].map(([, name]) => name);
  expect(named).toEqual(commands.map(({ name }) => name).sort());
});
