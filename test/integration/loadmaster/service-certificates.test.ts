/** Certificates of virtual services, as CertFile assigns them. */
import { randomUUID } from 'node:crypto';
import { operations } from '@certfleet/contract';
import { readServedCertificate } from '@certfleet/haproxy';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { newCertificate, newChain } from '../../../packages/server/src/key-files/testing/openssl.js';
import { Services } from './services.js';

let lm: Services;

beforeAll(async () => {
  lm = await Services.start();
});

afterAll(() => lm?.stop());

describe('certificates', () => {
  const ca = newChain();

  async function certificate(host: string): Promise<string> {
    const name = `${host}-${randomUUID().slice(0, 8)}`;
    const extensions = [`subjectAltName=DNS:${host}.example.com`];
    const made = newCertificate({ subject: `/CN=${host}`, issuer: ca.intermediate, extensions });
    const file = Buffer.from(`${made.pem}${ca.intermediate.pem}${made.key}`).toString('base64');
    await lm.loadMaster.certfleet.api.call(operations.certificate.import, { body: { name, file } });
    return name;
  }

  async function servedName(port: string, serverName: string): Promise<string | undefined> {
    const { leaf } = await readServedCertificate({ address: '127.0.0.1', port: Number(port), serverName });
    return leaf.subjectAltName;
  }

  test('are assigned and taken off by CertFile, the first as the default', async () => {
    const [a, b] = [await certificate('a'), await certificate('b')];
    const { Index, VSPort, CertFile } = await lm.create({ SSLAcceleration: 1, CertFile: `${a} ${b}` });
    expect(CertFile).toBe(`${a} ${b}`);
    const served = async () => [
      await servedName(VSPort, 'a.example.com'),
      await servedName(VSPort, 'b.example.com'),
      await servedName(VSPort, 'other.example.com'),
    ];
    expect(await served()).toEqual(['DNS:a.example.com', 'DNS:b.example.com', 'DNS:a.example.com']);
    expect(await lm.done('modvs', { vs: Index, CertFile: `${b} ${a}` })).toMatchObject({ CertFile: `${b} ${a}` });
    expect(await served()).toEqual(['DNS:a.example.com', 'DNS:b.example.com', 'DNS:b.example.com']);
    expect(await lm.done('modvs', { vs: Index, certfile: a })).toMatchObject({ CertFile: a });
    expect(await served()).toEqual(['DNS:a.example.com', 'DNS:a.example.com', 'DNS:a.example.com']);
    expect(await lm.refused('modvs', { vs: Index, CertFile: `${a} nobody` })).toBe('CertFile: Unknown certificate');
    expect(await lm.done('modvs', { vs: Index, CertFile: '' })).toMatchObject({ CertFile: '' });
    await lm.done('modvs', { vs: Index, CertFile: b });
    expect(await lm.done('modvs', { vs: Index, SSLAcceleration: 0 })).not.toHaveProperty('CertFile');
    await lm.done('modvs', { vs: Index, SSLAcceleration: 1, CertFile: b });
    await lm.done('delvs', { vs: Index });
    const { items } = await lm.loadMaster.certfleet.api.call(operations.certificate.assignments, {
      params: { name: b },
    });
    expect(items).toEqual([]);
  });

  test('stay when the virtual service can not be deleted', async () => {
    const name = await certificate('stays');
    const { Index, VSPort } = await lm.create({ SSLAcceleration: 1, CertFile: name });
    const body = { name: `other-${Index}`, type: 'virtual-service', config: { virtualService: Index } };
    await lm.loadMaster.certfleet.api.call(operations.target.create, { body });
    const before = await lm.everything();
    expect(await lm.refused('delvs', { vs: Index })).toContain(body.name);
    expect(await lm.refused('modvs', { vs: Index, SSLAcceleration: 'N' })).toContain(body.name);
    expect(await lm.everything()).toEqual(before);
    expect(await servedName(VSPort, 'stays.example.com')).toBe('DNS:stays.example.com');
  });
});
