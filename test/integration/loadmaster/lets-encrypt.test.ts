/** Automatic certificates as LoadMaster's clients ask for them, in both APIs, with a real CA and a real HAProxy. */
import { type KeyObject, X509Certificate } from 'node:crypto';
import { AcmeServer, createAccount, generateAccountKey, signerFromKey } from '@certfleet/acme';
import { type Certificate, operations } from '@certfleet/contract';
import { readServedCertificate } from '@certfleet/haproxy';
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest';
import { engineHandlers } from '../../../packages/server/src/actions/index.js';
import { noRateLimits } from '../../../packages/server/src/domain/rate-limits.js';
import type { Handlers } from '../../../packages/server/src/http/handlers.js';
import type { Call } from '../../../packages/server/src/loadmaster/command.js';
import { renewCertificate, requestCertificate } from '../../../packages/server/src/loadmaster/issuance.js';
import { Parameters } from '../../../packages/server/src/loadmaster/parameters.js';
import { LOADMASTER_POLICY } from '../../../packages/server/src/loadmaster/settings.js';
import type { Pebble } from '../../harness/pebble.js';
import { assignmentIs, certificateFails, certificateIs } from '../engine/waiting.js';
import { done, type Params, refusal, startCaAndServices } from './ca-and-services.js';

const started = await startCaAndServices();
const { loadMaster, pebble, dns, ports, api, store, v1, send, lastEvent } = started;
afterAll(() => started.stop());

describe('the account', () => {
  test('is made at the directory that was set, with the terms agreed to by whoever registers', async () => {
    expect((await v1('set', { param: 'directoryurl', value: pebble.directoryUrl })).text).toBe(done[1]);
    await api().call(operations.loadmaster.change, { body: { caCertificate: pebble.caPem } });
    const answer = await v1('registerleaccount', { email: 'ops@example.com' });
    expect(answer).toMatchObject({ status: 200, contentType: 'text/xml', text: done[1] });
    const account = await api().call(operations.account.show, { params: { name: 'loadmaster' } });
    expect(account).toMatchObject({ status: 'valid', email: 'ops@example.com', termsAgreedBy: 'user:bal' });
    expect(await lastEvent('loadmaster.registerleaccount')).toMatchObject({
      actor: 'user:bal',
      message: expect.stringContaining('user:bal has agreed to its terms of service, '),
    });
    const policy = await api().call(operations.policy.show, { params: { name: LOADMASTER_POLICY } });
    expect(policy).toMatchObject({ accounts: ['loadmaster'], keyAlgorithm: 'RSA-2048', renewDaysBefore: null });
  });

  test('registered again it is the same one; another e-mail goes to the CA', async () => {
    expect((await send(2, 'registeracmeaccount', { acmetype: '1', email: 'new@example.com' })).text).toBe(done[2]);
    expect((await v1('registerleaccount')).text).toBe(done[1]);
    const { items } = await api().call(operations.account.list, {});
    expect(items).toMatchObject([{ name: 'loadmaster', email: 'new@example.com' }]);
  });

  test('is shown by both APIs', async () => {
    const { accountUrl } = await api().call(operations.account.show, { params: { name: 'loadmaster' } });
    const fields = {
      AccountType: 'ACME',
      AccountID: accountUrl,
      AccountDirectory: pebble.directoryUrl,
      AccountEmail: 'new@example.com',
    };
    const elements = Object.entries(fields).map(([name, value]) => `<${name}>${value}</${name}>`);
    expect((await v1('leaccountinfo')).text).toContain(`<Success><Data>${elements.join('')}</Data></Success>`);
    expect((await send(2, 'acmeaccountinfo', { acmetype: '1' })).text).toBe(
      `${JSON.stringify({ code: 200, ...fields, Data: fields, status: 'ok' })}\n`,
    );
    expect(refusal(await send(2, 'acmeaccountinfo', { acmetype: '2' })).message).toContain('No account of type 2');
  });

  test('DigiCert needs what binds an account', async () => {
    expect(refusal(await v1('registeracmeaccount', { acmetype: '2' })).message).toContain('setacmekid');
  });
});

describe('a certificate', () => {
  const sans = {
    san1: 'one.example.com',
    vid1: '2',
    san2: 'two.example.com',
    vid2: '3',
    san3: 'three.example.com',
    vid3: '3',
  };
  const subject = { country: 'de', state: 'Hessen', city: 'Fulda', company: 'Example', organization: 'Web' };
  const expected = () => ({
    Identifier: 'shop',
    DomainName: 'shop.example.com',
    ExpiryDate: expect.stringMatching(/^[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d \d{4} GMT$/),
    SubjectAlternateNames: 'one.example.com,two.example.com,three.example.com',
    Type: 'rsa',
    KeySize: '2048',
    HTTPChallengeVS: `127.0.0.1:${ports[0]},127.0.0.1:${ports[1]}`,
    VirtualServices: '',
  });

  test('is issued with three SANs on two services before the command answers', async () => {
    const answer = await v1('addlecert', { cert: 'shop', cn: 'shop.example.com', vid: '2', ...sans, ...subject });
    expect(answer).toMatchObject({ status: 200, contentType: 'text/xml', text: done[1] });
    const shown = await api().call(operations.certificate.show, { params: { name: 'shop' } });
    expect(shown).toMatchObject({
      ...{ status: 'valid', policy: LOADMASTER_POLICY, version: { number: 1, account: 'loadmaster' } },
      identifiers: ['vs-2', 'vs-2', 'vs-3', 'vs-3'].map(solver => ({ solver })),
      subject: {
        ...{ country: 'DE', state: 'Hessen', locality: 'Fulda' },
        ...{ organization: 'Example', organizationalUnit: 'Web' },
      },
    });
    expect((await lastEvent('loadmaster.addlecert'))?.message).toContain("Let's Encrypt leaves them out");
  });

  test('that a rule proves is shown with the virtual service of that rule', async () => {
    const { domain, certificate } = operations;
    const pattern = '.ruled.example.com';
    await api().call(domain.create, { body: { pattern, solver: 'vs-3' } });
    const body = { name: 'ruled', identifiers: ['www.ruled.example.com'], policy: LOADMASTER_POLICY };
    await api().call(certificate.request, { body });
    expect((await v1('getlecert', { cert: 'ruled' })).text).toContain(
      `<HTTPChallengeVS>127.0.0.1:${ports[1]}</HTTPChallengeVS>`,
    );
    await api().call(certificate.delete, { params: { name: 'ruled' } });
    await api().call(domain.delete, { params: { pattern } });
  });

  test('is shown field for field', async () => {
    const json = JSON.parse((await send(2, 'getlecert', { cert: 'shop' })).text);
    const { code, status, Data, ...fields } = json;
    expect({ code, status }).toEqual({ code: 200, status: 'ok' });
    expect(fields).toEqual(expected());
    expect(Data).toEqual(fields);
    const elements = Object.entries(fields).map(([name, value]) =>
      value === '' ? `<${name}/>` : `<${name}>${value}</${name}>`,
    );
    expect((await v1('getacmecert', { cert: 'shop', acmetype: '1' })).text).toContain(
      `<Success><Data>${elements.join('')}</Data></Success>`,
    );
    expect((await v1('listlecert')).text).toContain(
      `<Success><Data><Certificate>${elements.join('')}</Certificate></Data></Success>`,
    );
    const list = JSON.parse((await send(2, 'listacmecert', { acmetype: '1' })).text);
    expect(list).toEqual({ code: 200, Certificate: [fields], Data: { Certificate: [fields] }, status: 'ok' });
    const { leaf } = await store()
      .certificates.byName('shop')
      .then(async ({ id }) => ({
        leaf: new X509Certificate((await store().versions.current(id))?.chain ?? ''),
      }));
    expect(fields.ExpiryDate).toBe(leaf.validTo);
  });

  test('is refused when there is one of its name', async () => {
    const { status, message } = refusal(await v1('addlecert', { cert: 'shop', cn: 'other.example.com', vid: '2' }));
    expect(status).toBe(422);
    expect(message).toContain('There is a certificate shop already');
    expect(message).toContain('certfleet certificate change shop');
    const shown = await api().call(operations.certificate.show, { params: { name: 'shop' } });
    expect(shown.identifiers[0]?.value).toBe('shop.example.com');
  });

  test.each<[string, 1 | 2, Params, Params]>([
    ['a curve', 1, { ec: 'yes', vsid: '2' }, { Type: 'ecc', KeySize: '256' }],
    ['3072 bits, with numbers in JSON', 2, { keysize: '3072', vid: '2', ec: '' }, { Type: 'rsa', KeySize: '3072' }],
    ['no curve', 2, { ec: 'no', vid: '1', san1: '', vid1: '' }, { Type: 'rsa', KeySize: '2048' }],
  ])('has the key that was asked for: %s', async (_what, version, params, fields) => {
    const request = { cert: 'keyed', cn: 'keyed.example.com', ...params };
    expect((await send(version, version === 1 ? 'addlecert' : 'addacmecert', request)).text).toBe(done[version]);
    expect(JSON.parse((await send(2, 'getlecert', { cert: 'keyed' })).text)).toMatchObject(fields);
    expect((await send(version, 'dellecert', { cert: 'keyed' })).text).toBe(done[version]);
    expect(refusal(await v1('getlecert', { cert: 'keyed' })).status).toBe(422);
  });

  test('that the CA refuses is withdrawn with its words, and can be requested again', async () => {
    await dns.addA('down.example.com', ['127.0.0.2']);
    const request = { cert: 'down', cn: 'down.example.com', vid: '2', san1: 'fine.example.com', vid1: '3' };
    for (const version of [1, 2] as const) {
      const { status, message } = refusal(await send(version, 'addlecert', request));
      expect(status).toBe(422);
      expect(message).toMatch(/down\.example\.com/);
      expect(message).toContain('down was not requested');
      expect(await store().certificates.findByName('down')).toBeUndefined();
      expect(await store().challenges.uncleaned()).toEqual([]);
    }
    await dns.clearA('down.example.com');
    expect((await v1('addlecert', request)).text).toBe(done[1]);
    expect((await v1('dellecert', { cert: 'down' })).text).toBe(done[1]);
  });

  test('is renewed, served where it is assigned, and not deleted meanwhile', async () => {
    await api().call(operations.certificate.assign, { params: { name: 'shop' }, body: { target: 'vs-3' } });
    await assignmentIs(api(), 'shop', 'vs-3', ({ deployment }) => deployment?.status === 'verified');
    expect((await v1('getlecert', { cert: 'shop' })).text).toContain(
      `<VirtualServices>127.0.0.1:${ports[1]}</VirtualServices>`,
    );
    expect((await send(2, 'renewlecert', { cert: 'shop' })).text).toBe(done[2]);
    const { version } = await api().call(operations.certificate.show, { params: { name: 'shop' } });
    expect(version?.number).toBe(2);
    await assignmentIs(
      api(),
      'shop',
      'vs-3',
      ({ deployment }) => deployment?.version === 2 && deployment.status === 'verified',
    );
    const { leaf } = await readServedCertificate({
      address: '127.0.0.1',
      port: ports[1],
      serverName: 'shop.example.com',
    });
    expect(leaf.serialNumber.toLowerCase()).toBe(version?.serial);

    const refused = refusal(await v1('dellecert', { cert: 'shop' }));
    expect(refused).toEqual({
      status: 422,
      message: `shop is in use by virtual service 3 (127.0.0.1:${ports[1]}). Unassign it first`,
    });
    expect(await store().certificates.findByName('shop')).toBeDefined();
  });

  test('is not deleted while it is the administrative certificate', async () => {
    await api().call(operations.target.create, { body: { name: 'admin', type: 'admin-interface', config: {} } });
    expect((await v1('addlecert', { cert: 'own', cn: 'own.example.com', vid: '2' })).text).toBe(done[1]);
    await api().call(operations.certificate.assign, { params: { name: 'own' }, body: { target: 'admin' } });
    expect(refusal(await v1('dellecert', { cert: 'own' })).message).toContain(
      'own is in use by the administrative interface',
    );
  });

  test('whose renewal fails keeps what it has', async () => {
    const isAtRest = ({ issuance }: Certificate) => issuance === null;
    const { version, identifiers } = await certificateIs(api(), 'shop', isAtRest);
    const before = version?.number ?? 0;
    // Of a name that was proven before, the CA may know that still: it is asked for one that never was.
    await dns.addA('four.example.com', ['127.0.0.2']);
    const names = [...identifiers, { value: 'four.example.com', solver: 'vs-3' }];
    const params = { name: 'shop' };
    await api().call(operations.certificate.change, {
      params,
      body: { identifiers: names.map(({ value, solver }) => ({ value, solver })) },
    });
    await certificateFails(api(), 'shop', 'four.example.com');
    const { status, message } = refusal(await v1('renewacmecert', { cert: 'shop', acmetype: '1' }));
    expect(status).toBe(422);
    expect(message).toContain('four.example.com');
    expect(message).toContain('What is served stays');
    const shown = await api().call(operations.certificate.show, { params });
    expect(shown).toMatchObject({ status: 'failing', lastError: { attempts: 2 }, version: { number: before } });
    await dns.clearA('four.example.com');
    expect((await v1('renewlecert', { cert: 'shop' })).text).toBe(done[1]);
    await certificateIs(api(), 'shop', ({ status, version }) => status === 'valid' && version?.number === before + 1);
  });
});

describe('another directory', () => {
  let second: Pebble;
  beforeAll(async () => {
    second = await started.startAnotherCa({ eab: { 'kid-1': Buffer.alloc(32, 7).toString('base64url') } });
  });
  afterAll(() => second?.stop());

  test('needs an account of its own, which comes first then; what was issued stays until it is issued again', async () => {
    expect((await send(2, 'setacmedirectoryurl', { acmetype: '2', directoryurl: second.directoryUrl })).text).toBe(
      done[2],
    );
    // The root of a private CA's HTTPS was the former directory's.
    expect((await api().call(operations.loadmaster.show, {})).caCertificate).toBeNull();
    await api().call(operations.loadmaster.change, { body: { caCertificate: second.caPem } });
    const request = { cert: 'next', cn: 'next.example.com', vid: '2' };
    expect(refusal(await v1('addlecert', request)).message).toContain(`There is no account at ${second.directoryUrl}`);
    expect(refusal(await v1('registerleaccount')).message).toContain('binds accounts');
    await v1('setacmekid', { acmetype: '2', kid: 'kid-1' });
    await v1('setacmehmac', { acmetype: '2', hmac: Buffer.alloc(32, 7).toString('base64url') });
    expect((await send(2, 'registeracmeaccount', { acmetype: '2' })).text).toBe(done[2]);
    expect((await lastEvent('loadmaster.registeracmeaccount'))?.message).toContain(
      'Certificates that were issued with account loadmaster stay as they are until they are issued again',
    );
    const policy = await api().call(operations.policy.show, { params: { name: LOADMASTER_POLICY } });
    expect(policy.accounts).toEqual(['loadmaster-2']);
    const { version } = await api().call(operations.certificate.show, { params: { name: 'shop' } });
    expect(version?.account).toBe('loadmaster');

    expect((await v1('addlecert', request)).text).toBe(done[1]);
    expect((await v1('renewlecert', { cert: 'shop' })).text).toBe(done[1]);
    expect((await lastEvent('loadmaster.renewlecert'))?.message).toContain(
      'It was issued with account loadmaster-2; the version before was with loadmaster.',
    );
  });

  test('an account from elsewhere is linked by its key, with a pass phrase', async () => {
    const { directoryUrl, caPem } = pebble;
    await api().call(operations.loadmaster.change, { body: { directoryUrl, caCertificate: caPem } });
    const passphrase = 'sesame open';
    const encrypted = async (key: KeyObject) =>
      key.export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase }) as string;
    const key = await generateAccountKey('ES256');
    const file = await encrypted(key);
    const data = Buffer.from(file).toString('base64');
    const unknown = refusal(await loadMaster.v2({ cmd: 'fetchleaccount', password: passphrase, data }));
    expect(unknown).toMatchObject({ status: 422, message: expect.stringContaining('knows no account with this key') });

    // A registration that did not come to its end is no reason to refuse it.
    const lost = { custody: 'server', publicKey: 'AA==', privateKeyPem: 'PEM', purpose: 'account' } as const;
    const { id: keyId } = await store().keys.create({ ...lost, algorithm: 'ES256' });
    await store().accounts.create({ name: 'loadmaster-3', directoryUrl, keyId });

    const server = new AcmeServer({ directoryUrl, userAgent: 'another client', ca: caPem });
    onTestFinished(() => server.close());
    const { session } = await createAccount(server, signerFromKey(key), { contact: [], termsOfServiceAgreed: true });
    const wrong = refusal(await loadMaster.v1('fetchleaccount?password=wrong', { body: file }));
    expect(wrong.status).toBe(422);
    expect((await store().accounts.list()).items).toHaveLength(3);
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };
    const linked = await loadMaster.v1(`fetchleaccount?${new URLSearchParams({ password: passphrase })}`, {
      body: file,
      headers,
    });
    expect(linked.text).toBe(done[1]);
    const info = JSON.parse((await send(2, 'leaccountinfo')).text);
    expect(info).toMatchObject({ AccountID: session.accountUrl, AccountEmail: '' });
    expect((await store().accounts.byName('loadmaster-4')).accountUrl).toBe(session.accountUrl);
    expect(loadMaster.log.some(line => line.includes(passphrase))).toBe(false);
  });

  test('one that is here is used again', async () => {
    const { keyId } = await store().accounts.byName('loadmaster');
    const data = Buffer.from(await store().keys.privateKeyPem(keyId)).toString('base64');
    expect((await loadMaster.v2({ cmd: 'fetchacmeaccount', acmetype: 1, data })).text).toBe(done[2]);
    expect((await lastEvent('loadmaster.fetchacmeaccount'))?.message).toContain(
      'This is the key of account loadmaster.',
    );
    const policy = await api().call(operations.policy.show, { params: { name: LOADMASTER_POLICY } });
    expect(policy.accounts).toEqual(['loadmaster']);
    // kid and hmac are set, but there is an account of the other type.
    expect(refusal(await v1('registeracmeaccount', { acmetype: '2' })).message).toMatch(/^acmetype: The account is of/);
  });
});

describe('a command that waits', () => {
  /** A call of its own, whose patience and signal the test chooses. */
  function callOf(params: Params, stopping = new AbortController().signal): Call {
    const { engine } = loadMaster.certfleet.server;
    const { systemLog } = loadMaster.certfleet.options;
    return {
      ...{ engine, handlers: engineHandlers(engine) as Handlers, systemLog, stopping, version: 1, body: null },
      ...{ parameters: new Parameters(Object.entries(params)), user: 'bal' },
      actor: { kind: 'user', name: 'bal', role: 'admin' },
    };
  }

  test('says after a while that it goes on, and does', async () => {
    const params = { cert: 'slow', cn: 'slow.example.com', vid: '2', ec: 'yes' };
    await expect(requestCertificate(callOf(params), undefined, 0)).rejects.toMatchObject({
      status: 422,
      message: expect.stringMatching(/^slow is not issued yet, and goes on by itself\. Look at it with getlecert/),
    });
    await certificateIs(api(), 'slow', ({ status }) => status === 'valid');
    await expect(renewCertificate(callOf({ cert: 'slow' }), 'slow', 0)).rejects.toMatchObject({ status: 422 });
    await certificateIs(api(), 'slow', ({ version }) => version?.number === 2);
  });

  test('says soon that the CA takes no more for now', async () => {
    const { engine } = loadMaster.certfleet.server;
    const limits = { ...noRateLimits, newOrdersPerAccount: { count: 1, per: 3_600_000 } };
    const limited = vi.spyOn(engine, 'rateLimits').mockReturnValue(limits);
    onTestFinished(() => limited.mockRestore());
    const params = { vid: '2', ec: 'yes' };
    expect((await v1('addlecert', { cert: 'first', cn: 'first.example.com', ...params })).text).toBe(done[1]);
    const { status, message } = refusal(await v1('addlecert', { cert: 'second', cn: 'second.example.com', ...params }));
    expect(status).toBe(422);
    const { waitsFor } = await store().certificates.byName('second');
    expect(message).toContain(`second is not issued yet, and goes on by itself. ${waitsFor}`);
    expect((await v1('getlecert', { cert: 'second' })).text).toContain('<ExpiryDate/>');
  });

  test('keeps a request whose first attempt fails when someone has assigned it meanwhile', async () => {
    await dns.addA('busy.example.com', ['127.0.0.2']);
    const answer = v1('addlecert', { cert: 'busy', cn: 'busy.example.com', vid: '2' });
    await vi.waitFor(async () => expect(await store().certificates.findByName('busy')).toBeDefined(), 10_000);
    await api().call(operations.certificate.assign, { params: { name: 'busy' }, body: { target: 'vs-2' } });
    const { message } = refusal(await answer);
    expect(message).toContain('busy.example.com');
    expect(message).toContain('busy could not be withdrawn yet: it is tried again by itself');
    await api().call(operations.certificate.unassign, { params: { name: 'busy', target: 'vs-2' } });
    await dns.clearA('busy.example.com');
  });

  test('ends when the server is stopped; what was requested goes on at the next start', async () => {
    const slow = await started.startAnotherCa({ retryAfter: { authz: 10, order: 10 } });
    onTestFinished(() => slow.stop());
    const directory = { directoryUrl: slow.directoryUrl, caCertificate: slow.caPem };
    await api().call(operations.loadmaster.change, { body: directory });
    expect((await v1('registerleaccount')).text).toBe(done[1]);
    const answer = v1('addlecert', { cert: 'stopped', cn: 'stopped.example.com', vid: '2', ec: 'yes' });
    await vi.waitFor(async () => expect(await store().certificates.findByName('stopped')).toBeDefined(), 10_000);
    await loadMaster.certfleet.restart();
    const { status, message } = refusal(await answer);
    expect(status).toBe(503);
    expect(message).toContain('stopped goes on when it has started again');
    await certificateIs(api(), 'stopped', ({ status: seen }) => seen === 'valid');
  });
});

test('the configuration is deleted once no certificate needs it', async () => {
  expect(refusal(await v1('delacmeconfig', { acmetype: '1' })).status).toBe(422);
  expect(refusal(await v1('delacmeconfig', { acmetype: '2' })).message).toMatch(/^acmetype: The account is of type 1/);
  expect(await store().policies.findByName(LOADMASTER_POLICY)).toBeDefined();
  for (const [name, target] of [
    ['shop', 'vs-3'],
    ['own', 'admin'],
  ] as const) {
    await api().call(operations.certificate.unassign, { params: { name, target } });
  }
  for (const { name } of (await store().certificates.list()).items) {
    expect((await v1('dellecert', { cert: name })).text).toBe(done[1]);
  }
  expect((await v1('listlecert')).text).toContain('<Success><Data/></Success>');
  expect(JSON.parse((await send(2, 'listlecert')).text).Certificate).toEqual([]);
  expect((await send(2, 'delacmeconfig', { acmetype: '1' })).text).toBe(done[2]);
  expect((await store().accounts.list()).items).toEqual([]);
  expect(refusal(await v1('leaccountinfo')).message).toContain('https://acme-v02.api.letsencrypt.org/directory');
});
