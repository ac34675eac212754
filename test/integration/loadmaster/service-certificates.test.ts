/** Certificates of virtual services, as CertFile assigns them. */
import { randomUUID } from 'node:crypto';
import { setTimeout as pauseFor } from 'node:timers/promises';
import { operations } from '@certfleet/contract';
import { readServedCertificate } from '@certfleet/haproxy';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { newCertificate, newChain } from '../../../packages/server/src/key-files/testing/openssl.js';
import { freePort } from '../../harness/ports.js';
import { Services } from './services.js';

let lm: Services;

beforeAll(async () => {
  lm = await Services.start();
});

afterAll(() => lm?.stop());

describe('certificates', () => {
  const ca = newChain();

  /** Imports a certificate for `<host>.example.com`. Returns its name, `<host>.<random>.example.com` unless given. */
  async function certificate(host: string, name = `${host}.${randomUUID().slice(0, 8)}.example.com`): Promise<string> {
    const extensions = [`subjectAltName=DNS:${host}.example.com`];
    const made = newCertificate({ subject: `/CN=${name}`.slice(0, 64), issuer: ca.intermediate, extensions });
    const file = Buffer.from(`${made.pem}${ca.intermediate.pem}${made.key}`).toString('base64');
    await lm.loadMaster.certfleet.api.call(operations.certificate.import, { body: { name, file } });
    return name;
  }

  async function shown(port: string, serverName: string) {
    return (await readServedCertificate({ address: '127.0.0.1', port: Number(port), serverName })).leaf;
  }

  async function servedName(port: string, serverName: string): Promise<string | undefined> {
    return (await shown(port, serverName)).subjectAltName;
  }

  /**
   * Shakes hands again and again, by a name and by one that nobody has. Its end tells which certificates were shown.
   */
  function watch(port: string, serverName: string): () => Promise<Set<string>> {
    const subjects = new Set<string>();
    let ended = false;
    const watching = (async () => {
      while (!ended) {
        for (const name of [serverName, 'other.example.net']) subjects.add((await shown(port, name)).subject);
        await pauseFor(20);
      }
    })();
    return async () => {
      ended = true;
      await watching;
      return subjects;
    };
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

  test.each([1, 2] as const)('take the place of one for the same host, through version %i', async version => {
    const [old, fresh] = [await certificate('shop'), await certificate('shop')];
    const { Index, VSPort } = await lm.create({ SSLAcceleration: 1, CertFile: old });
    const end = watch(VSPort, 'shop.example.com');
    const { status, text } = await lm.send(version, 'modvs', { vs: Index, CertFile: fresh });
    expect({ status, text }).toMatchObject({ status: 200, text: expect.stringContaining(fresh) });
    expect((await shown(VSPort, 'shop.example.com')).subject).toBe(`CN=${fresh}`);
    expect((await shown(VSPort, 'other.example.net')).subject).toBe(`CN=${fresh}`);
    expect(await end()).toEqual(new Set([`CN=${old}`, `CN=${fresh}`]));
  });

  test('take it through the REST API too', async () => {
    const [old, fresh] = [await certificate('shop'), await certificate('shop')];
    const { Index, VSPort } = await lm.create({ SSLAcceleration: 1, CertFile: old });
    const { api } = lm.loadMaster.certfleet;
    const end = watch(VSPort, 'shop.example.com');
    const body = { target: `vs-${Index}`, isDefault: true };
    await api.call(operations.certificate.assign, { params: { name: fresh }, body });
    const deployment = async () => {
      const { items } = await api.call(operations.certificate.assignments, { params: { name: fresh } });
      return items[0]?.deployment?.status;
    };
    await expect.poll(deployment, { timeout: 30_000 }).toBe('verified');
    await api.call(operations.certificate.unassign, { params: { name: old, target: `vs-${Index}` } });
    expect(await end()).toEqual(new Set([`CN=${old}`, `CN=${fresh}`]));
    expect((await shown(VSPort, 'shop.example.com')).subject).toBe(`CN=${fresh}`);
  });

  test('that turn out not to be served are refused, and cost nothing that is', { timeout: 120_000 }, async () => {
    // The name that a wildcard is asked for by: HAProxy goes by the exact one.
    const taken = await certificate('certfleet-read-back');
    const wildcard = await certificate('*', `wildcard-${randomUUID()}`);
    const { Index, VSPort } = await lm.create({ SSLAcceleration: 1, CertFile: taken });
    const before = await lm.everything();
    const end = watch(VSPort, 'certfleet-read-back.example.com');
    expect(await lm.refused('modvs', { vs: Index, CertFile: wildcard })).toMatch(
      /^CertFile: .* can't be served: Another certificate is served than the one installed/,
    );
    expect(await lm.everything()).toEqual(before);
    expect(await lm.done('modvs', { vs: Index, CertFile: taken })).toMatchObject({ CertFile: taken });
    const subjects = await end();
    subjects.delete(`CN=${wildcard}`);
    expect(subjects).toEqual(new Set([`CN=${taken}`]));
    expect((await shown(VSPort, 'other.example.net')).subject).toBe(`CN=${taken}`);
    const services = (await lm.everything()).services.length;
    const port = await freePort();
    const params = { vs: '127.0.0.1', port, prot: 'tcp', SSLAcceleration: 1, CertFile: `${taken} ${wildcard}` };
    expect(await lm.refused('addvs', params)).toContain("can't be served");
    expect((await lm.everything()).services).toHaveLength(services);
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
