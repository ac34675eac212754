/** The ordinary certificate commands, in both APIs, with the files that clients send and a real HAProxy. */
import { X509Certificate } from 'node:crypto';
import { operations } from '@certfleet/contract';
import { readServedCertificate } from '@certfleet/haproxy';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { newCertificate, newChain, newKey, newPfx } from '../../../packages/server/src/key-files/testing/openssl.js';
import { assignmentIs } from '../engine/waiting.js';
import { done, type Params, refusal, startCaAndServices } from './ca-and-services.js';

const started = await startCaAndServices();
const { loadMaster, pebble, ports, api, store, v1, send, lastEvent } = started;
afterAll(() => started.stop());

const rsa = newChain({ key: newKey('RSA-2048') });
const files = {
  rsa: `${rsa.leaf.pem}${rsa.leaf.key}`,
  withChain: `${rsa.leaf.pem}${rsa.intermediate.pem}${rsa.leaf.key}`,
  renewed: (() => {
    const { pem, key } = newCertificate({
      subject: '/CN=www.example.com',
      issuer: rsa.intermediate,
      extensions: ['subjectAltName=DNS:www.example.com'],
      days: 200,
    });
    return `${key}${pem}`;
  })(),
  pfx: newPfx(
    newCertificate({ subject: '/CN=pfx.example.com', extensions: ['subjectAltName=DNS:pfx.example.com'] }),
    '',
    'sesame open',
  ),
};
const acmeRefused = {
  status: 422,
  message: "A Let's Encrypt certificate can't be replaced or deleted by the ordinary certificate commands",
};

/** Sends a file as each version does. */
function upload(version: 1 | 2, command: string, file: string | Buffer, params: Params) {
  if (version === 1) {
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };
    return loadMaster.v1(`${command}?${new URLSearchParams(params)}`, { body: file, headers });
  }
  return loadMaster.v2({ cmd: command, ...params, data: Buffer.from(file).toString('base64') });
}

/** All that these commands could change; events apart, which tell of the refusal. */
async function everything() {
  const { items } = await store().certificates.list({ limit: 1000 });
  return {
    certificates: items,
    assignments: await Promise.all(items.map(({ id }) => store().assignments.ofCertificate(id))),
    intermediates: (await store().intermediates.list()).items,
    targets: (await store().targets.list()).items,
    services: (await store().virtualServices.list()).items,
    jobs: await store().jobs.countByState(),
  };
}

beforeAll(async () => {
  const { directoryUrl, caPem } = pebble;
  await api().call(operations.loadmaster.change, { body: { directoryUrl, caCertificate: caPem } });
  expect((await v1('registerleaccount')).status).toBe(200);
  expect((await v1('addlecert', { cert: 'auto', cn: 'auto.example.com', vid: '2' })).text).toBe(done[1]);
});

describe('intermediates', () => {
  test('are added, listed, read, replaced and deleted', async () => {
    expect((await v1('listintermediate')).text).toContain('<Success><Data/></Success>');
    expect((await upload(1, 'addintermediate', rsa.root.pem, { cert: 'ca' })).text).toBe(done[1]);
    expect(refusal(await upload(2, 'addintermediate', rsa.intermediate.pem, { cert: 'ca', replace: '0' }))).toEqual({
      status: 422,
      message: expect.stringContaining('ca'),
    });
    expect((await upload(2, 'addintermediate', rsa.intermediate.pem, { cert: 'ca', replace: '1' })).text).toBe(done[2]);
    const json = JSON.parse((await send(2, 'listintermediate')).text);
    expect(json).toEqual({
      code: 200,
      cert: [{ name: 'ca', type: 'ECC', modulus: '', publickey: expect.stringMatching(/^04[0-9A-F]{128}$/) }],
      status: 'ok',
    });
    const read = JSON.parse((await send(2, 'readintermediate', { cert: 'ca' })).text);
    expect(read).toEqual({ code: 200, certificate: rsa.intermediate.pem, status: 'ok' });
    expect((await v1('readintermediate', { cert: 'ca' })).text).toContain(
      `<Success><Data><certificate>${rsa.intermediate.pem}</certificate></Data></Success>`,
    );
    expect((await upload(1, 'addintermediate', rsa.root.pem, { cert: 'root' })).text).toBe(done[1]);
    expect((await v1('delintermediate', { cert: 'root' })).text).toBe(done[1]);
    expect((await store().intermediates.list()).items.map(({ name }) => name)).toEqual(['ca']);
  });
});

describe('a certificate', () => {
  test('in PEM is added with its key; its chain is completed by the intermediate', async () => {
    const answer = await upload(1, 'addcert', files.rsa, { cert: 'www', replace: '0' });
    expect(answer).toMatchObject({ status: 200, contentType: 'text/xml', text: done[1] });
    const version = await store()
      .certificates.byName('www')
      .then(({ id }) => store().versions.current(id));
    expect(version?.chain.match(/BEGIN CERTIFICATE/g)).toHaveLength(2);
  });

  test('as PFX is added with its password, which is not logged', async () => {
    expect(refusal(await upload(2, 'addcert', files.pfx, { cert: 'pfx' })).message).toContain('pass phrase');
    const wrong = refusal(await upload(1, 'addcert', files.pfx, { cert: 'pfx', password: 'sesame shut' }));
    expect(wrong).toEqual({ status: 422, message: expect.stringContaining('pass phrase is wrong') });
    expect((await upload(2, 'addcert', files.pfx, { cert: 'pfx', password: 'sesame open' })).text).toBe(done[2]);
    expect((await lastEvent('loadmaster.addcert'))?.detail).toMatchObject({
      parameters: { cert: 'pfx', password: '***' },
    });
    expect(loadMaster.log.some(line => /sesame[ +%]/.test(line))).toBe(false);
  });

  test('is listed with what a LoadMaster lists, as those of an ACME account are', async () => {
    const { publicKey } = new X509Certificate(rsa.leaf.pem);
    const modulus = Buffer.from(publicKey.export({ format: 'jwk' }).n ?? '', 'base64url')
      .toString('hex')
      .toUpperCase();
    const json = JSON.parse((await send(2, 'listcert')).text);
    expect(json).toEqual({
      code: 200,
      cert: [
        { name: 'auto', type: 'RSA', modulus: expect.stringMatching(/^[0-9A-F]{512}$/) },
        { name: 'pfx', type: 'ECC', modulus: '', publickey: expect.stringMatching(/^04[0-9A-F]{128}$/) },
        { name: 'www', type: 'RSA', modulus },
      ],
      status: 'ok',
    });
    expect((await v1('listcert')).text).toContain(
      `<cert><name>www</name><type>RSA</type><modulus>${modulus}</modulus></cert></Data></Success>`,
    );
  });

  test('is read as PEM and as DER, those of an ACME account too', async () => {
    expect((await v1('readcert', { cert: 'www' })).text).toContain(
      `<Success><Data><certificate>${rsa.leaf.pem}</certificate></Data></Success>`,
    );
    const pem = JSON.parse((await send(2, 'readcert', { cert: 'www', outform: 'pem' })).text);
    expect(pem).toEqual({ code: 200, certificate: rsa.leaf.pem, status: 'ok' });
    const der = await v1('readcert', { cert: 'www', outform: 'DER' });
    expect(der.contentType).toBe('application/x509-cert');
    expect(der.body).toEqual(new X509Certificate(rsa.leaf.pem).raw);
    const { data } = JSON.parse((await send(2, 'readcert', { cert: 'www', outform: 'DER' })).text);
    expect(Buffer.from(data, 'base64')).toEqual(der.body);
    const auto = JSON.parse((await send(2, 'readcert', { cert: 'auto' })).text).certificate;
    expect(new X509Certificate(auto).subjectAltName).toBe('DNS:auto.example.com');
    expect(auto.match(/BEGIN CERTIFICATE/g)).toHaveLength(1);
  });

  test('is replaced wherever it is served, and not deleted there', async () => {
    expect((await v1('modvs', { vs: '3', CertFile: 'www' })).status).toBe(200);
    const served = async () => {
      const at = { address: '127.0.0.1', port: ports[1], serverName: 'www.example.com' };
      return (await readServedCertificate(at)).leaf.fingerprint256;
    };
    expect(await served()).toBe(new X509Certificate(rsa.leaf.pem).fingerprint256);
    expect((await upload(2, 'addcert', files.renewed, { cert: 'www', replace: '1' })).text).toBe(done[2]);
    await assignmentIs(
      api(),
      'www',
      'vs-3',
      ({ deployment }) => deployment?.version === 2 && deployment.status === 'verified',
    );
    expect(await served()).toBe(new X509Certificate(files.renewed).fingerprint256);
    expect(refusal(await v1('delcert', { cert: 'www' }))).toEqual({
      status: 422,
      message: `www is in use by virtual service 3 (127.0.0.1:${ports[1]}). Unassign it first`,
    });
    expect((await v1('modvs', { vs: '3', CertFile: '' })).status).toBe(200);
    expect((await v1('delcert', { cert: 'www' })).text).toBe(done[1]);
    expect(refusal(await v1('readcert', { cert: 'www' }))).toEqual({
      status: 422,
      message: 'Unknown certificate www',
    });
  });
});

describe('the administrative certificate', () => {
  const served = async () => {
    const { hostname: address, port } = new URL(loadMaster.certfleet.server.url);
    return (await readServedCertificate({ address, port: Number(port) })).leaf.subject;
  };
  const set = (value: string, version: 1 | 2 = 1) => send(version, 'set', { param: 'admincert', value });

  test('is set, read, and changed for another', async () => {
    expect((await v1('get', { param: 'admincert' })).text).toContain('<Data><admincert/></Data>');
    expect((await set('pfx')).text).toBe(done[1]);
    await expect.poll(served).toBe('CN=pfx.example.com');
    expect(JSON.parse((await send(2, 'get', { param: 'admincert' })).text)).toMatchObject({ admincert: 'pfx' });
    expect((await set('pfx', 2)).text).toBe(done[2]);
    expect(refusal(await v1('delcert', { cert: 'pfx' })).message).toBe(
      'pfx is in use by the administrative interface. Unassign it first',
    );
    expect((await upload(1, 'addcert', files.rsa, { cert: 'admin' })).text).toBe(done[1]);
    expect((await set('admin')).text).toBe(done[1]);
    await expect.poll(served).toBe('CN=www.example.com');
    expect((await v1('delcert', { cert: 'pfx' })).text).toBe(done[1]);
  });

  test('cannot be one that is not there, nor changed while paused', async () => {
    const before = await everything();
    for (const version of [1, 2] as const) {
      expect(refusal(await set('nobody', version))).toEqual({ status: 422, message: 'value: Unknown certificate' });
      expect(refusal(await set('../etc', version)).message).toBe('value: Unknown certificate');
    }
    await api().call(operations.system.pause, { body: { reason: 'A test.' } });
    expect(refusal(await set('auto')).message).toContain('paused: A test.');
    expect(refusal(await set('')).message).toContain('paused: A test.');
    await api().call(operations.system.resume, {});
    expect(await everything()).toEqual(before);
  });
});

test('the administrative certificate is taken away with an empty value', async () => {
  const { hostname: address, port } = new URL(loadMaster.certfleet.server.url);
  const served = async () => (await readServedCertificate({ address, port: Number(port) })).leaf.subject;
  for (const version of [1, 2] as const) {
    await send(version, 'set', { param: 'admincert', value: 'admin' });
    await expect.poll(served).toBe('CN=www.example.com');
    expect((await send(version, 'set', { param: 'admincert', value: '' })).text).toBe(done[version]);
    await expect.poll(served).not.toBe('CN=www.example.com');
    expect((await send(version, 'set', { param: 'admincert', value: '' })).text).toBe(done[version]);
    expect((await v1('get', { param: 'admincert' })).text).toContain('<Data><admincert/></Data>');
  }
});

describe('what is wrong is refused, and changes nothing', () => {
  const long = 'a'.repeat(10_000);
  beforeAll(async () => {
    expect((await upload(1, 'addcert', files.rsa, { cert: 'kept' })).text).toBe(done[1]);
  });

  type Case = [what: string, command: string, params: Params, file: string | Buffer | null, status: number, m: RegExp];
  test.each<Case>([
    ['no name', 'addcert', {}, files.rsa, 400, /^cert: String Value missing$/],
    ['an empty name', 'addcert', { cert: '' }, files.rsa, 400, /^cert: String Value missing$/],
    ['no file', 'addcert', { cert: 'new' }, null, 400, /^data: String Value missing$/],
    ['a name that is there', 'addcert', { cert: 'kept' }, files.renewed, 422, /^cert: There is a certificate kept/],
    ['nothing to replace', 'addcert', { cert: 'new', replace: '1' }, files.rsa, 422, /^Unknown certificate new$/],
    ['replace with another word', 'addcert', { cert: 'new', replace: '2' }, files.rsa, 422, /^replace: Must be Y or N/],
    [
      'an ACME one to replace',
      'addcert',
      { cert: 'auto', replace: '1' },
      files.rsa,
      422,
      /^A Let's Encrypt certificate/,
    ],
    ['the name of an ACME one', 'addcert', { cert: 'auto' }, files.rsa, 422, /^A Let's Encrypt certificate/],
    ['a path as name', 'addcert', { cert: '../../etc/passwd' }, files.rsa, 422, /^cert: Letters, digits/],
    ['markup as name', 'addcert', { cert: '<b>&' }, files.rsa, 422, /^cert: Letters, digits/],
    ['a line break', 'addcert', { cert: 'new\r\nx' }, files.rsa, 422, /^cert: Line breaks/],
    ['10 kB of name', 'addcert', { cert: long }, files.rsa, 422, /^cert: Longer than/],
    ['2 kB of password', 'addcert', { cert: 'new', password: 'a'.repeat(2000) }, files.pfx, 422, /./],
    ['an unknown parameter', 'addcert', { cert: 'new', colour: 'red' }, files.rsa, 422, /^colour: Unknown/],
    ['nonsense', 'addcert', { cert: 'new' }, 'nonsense', 422, /holds no certificate/],
    ['zeros', 'addcert', { cert: 'new' }, Buffer.alloc(1000), 422, /holds no certificate/],
    ['no key', 'addcert', { cert: 'new' }, rsa.leaf.pem, 422, /no private key/],
    ['the key of another', 'addcert', { cert: 'new' }, rsa.root.pem + rsa.leaf.key, 422, /belongs to none/],
    ['no certificate', 'addcert', { cert: 'new' }, rsa.leaf.key, 422, /holds no certificate/],
    ['600 kB', 'addcert', { cert: 'new' }, Buffer.alloc(600_000, 'A'), 413, /600000 bytes/],
    ['a replacement without key', 'addcert', { cert: 'kept', replace: '1' }, rsa.leaf.pem, 422, /no private key/],
    ['no name', 'delcert', {}, null, 400, /^cert: String Value missing$/],
    ['one that is not there', 'delcert', { cert: 'nobody' }, null, 422, /^Unknown certificate nobody$/],
    ['an ACME one', 'delcert', { cert: 'auto' }, null, 422, /^A Let's Encrypt certificate/],
    ['markup', 'delcert', { cert: '<x>' }, null, 422, /^cert: Letters, digits/],
    ['no name', 'readcert', {}, null, 400, /^cert: String Value missing$/],
    ['one that is not there', 'readcert', { cert: 'nobody' }, null, 422, /^Unknown certificate nobody$/],
    ['another form', 'readcert', { cert: 'kept', outform: 'P12' }, null, 422, /^outform: Must be one of PEM, DER/],
    ['a parameter', 'listcert', { cert: 'kept' }, null, 422, /^cert: Unknown parameter/],
    ['no name', 'addintermediate', {}, rsa.root.pem, 400, /^cert: String Value missing$/],
    ['no file', 'addintermediate', { cert: 'new' }, null, 400, /^data: String Value missing$/],
    ['a name that is there', 'addintermediate', { cert: 'ca' }, rsa.root.pem, 422, /ca/],
    ['nothing to replace', 'addintermediate', { cert: 'new', replace: '1' }, rsa.root.pem, 422, /new/],
    ["a server's", 'addintermediate', { cert: 'new' }, rsa.leaf.pem, 422, /is not a CA's/],
    ['a key', 'addintermediate', { cert: 'new' }, files.withChain, 422, /private key/],
    ['two', 'addintermediate', { cert: 'new' }, rsa.root.pem + rsa.intermediate.pem, 422, /2 certificates/],
    ['100 kB', 'addintermediate', { cert: 'new' }, Buffer.alloc(100_000, 'A'), 413, /100000 bytes/],
    ['one that is not there', 'delintermediate', { cert: 'nobody' }, null, 422, /nobody/],
    ['no name', 'delintermediate', {}, null, 400, /^cert: String Value missing$/],
    ['one that is not there', 'readintermediate', { cert: 'nobody' }, null, 422, /nobody/],
    ['a parameter', 'listintermediate', { cert: 'x' }, null, 422, /^cert: Unknown parameter/],
  ])('%s: %s', async (_what, command, params, file, status, message) => {
    const before = await everything();
    for (const version of [1, 2] as const) {
      const answer =
        file === null ? await send(version, command, params) : await upload(version, command, file, params);
      const seen = refusal(answer);
      expect(seen.status).toBe(status);
      expect(seen.message).toMatch(message);
    }
    expect(await everything()).toEqual(before);
  });

  test('a parameter twice, a file where none belongs', async () => {
    const before = await everything();
    expect(refusal(await loadMaster.v1('delcert?cert=kept&CERT=pfx'))).toEqual({
      status: 422,
      message: 'CERT: Given more than once',
    });
    expect(refusal(await loadMaster.v1('addcert?cert=a&cert=b', { body: files.rsa })).status).toBe(422);
    expect(refusal(await upload(2, 'delcert', files.rsa, { cert: 'kept' })).message).toBe(
      'data: This command takes no file',
    );
    expect(refusal(await loadMaster.v2({ cmd: 'addcert', cert: 'new', data: '%%%' })).message).toBe(
      'data: Not valid base64',
    );
    expect(await everything()).toEqual(before);
  });

  test('one that is not issued yet is not listed, and cannot be read', async () => {
    const identifiers = [{ type: 'dns', value: 'wanted.example.com', solverId: null }] as const;
    const { id } = await store().certificates.create({ name: 'wanted', policyId: null, identifiers });
    expect((await v1('listcert')).text).not.toContain('<name>wanted</name>');
    expect(refusal(await v1('readcert', { cert: 'wanted' })).message).toContain('nothing was issued');
    await store().certificates.delete(id);
  });

  test('a viewer', async () => {
    for (const command of ['addcert', 'delcert', 'addintermediate', 'delintermediate']) {
      expect(refusal(await loadMaster.v1(`${command}?cert=kept`, { as: 'vera' })).status).toBe(403);
    }
    expect((await loadMaster.v1('listcert', { as: 'vera' })).status).toBe(200);
    expect((await loadMaster.v1('readcert?cert=kept', { as: 'vera' })).status).toBe(200);
  });

  test('the words for an ACME certificate are the same in both APIs', async () => {
    for (const version of [1, 2] as const) {
      expect(refusal(await send(version, 'delcert', { cert: 'auto' }))).toEqual(acmeRefused);
    }
  });
});
