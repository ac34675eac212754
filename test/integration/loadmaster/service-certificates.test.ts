/** Certificates of virtual services, as CertFile assigns them. */
import { randomUUID } from 'node:crypto';
import { setTimeout as pauseFor } from 'node:timers/promises';
import { operations } from '@certfleet/contract';
import { readServedCertificate } from '@certfleet/haproxy';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { certificateLock } from '../../../packages/server/src/jobs/enqueue.js';
import { newCertificate, newChain } from '../../../packages/server/src/key-files/testing/openssl.js';
import { freePort } from '../../harness/ports.js';
import { type Params, Services } from './services.js';

let lm: Services;
/** By how much the server's clock is ahead, in milliseconds. */
let ahead = 0;

beforeAll(async () => {
  lm = await Services.start({ clock: { now: () => Date.now() + ahead, random: Math.random } });
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

  /** A refusal of a certificate that is installed and then not served: the time that processes get for it passes. */
  async function unserved(name: string, command: string, params: Params): Promise<string> {
    const { id } = await lm.store.certificates.byName(name);
    const refusal = lm.refused(command, params);
    const installed = async () => {
      const assignments = await lm.store.assignments.ofCertificate(id);
      const latest = await lm.store.deployments.latestOf(assignments.map(assignment => assignment.id));
      return [...latest.values()].map(({ status }) => status);
    };
    await expect.poll(installed, { timeout: 30_000 }).toEqual(['installed']);
    ahead += 10_000;
    return refusal;
  }

  test('that turn out not to be served are refused, and cost nothing that is', async () => {
    // The name that a wildcard is asked for by: HAProxy goes by the exact one.
    const taken = await certificate('certfleet-read-back');
    const wildcard = await certificate('*', `wildcard-${randomUUID()}`);
    const { Index, VSPort } = await lm.create({ SSLAcceleration: 1, CertFile: taken });
    const before = await lm.everything();
    const end = watch(VSPort, 'certfleet-read-back.example.com');
    const others = { NickName: 'lost', Schedule: 'lc', RsMinimum: 1, AllowHTTP2: 'N' };
    expect(await unserved(wildcard, 'modvs', { vs: Index, ...others, CertFile: wildcard })).toMatch(
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
    expect(await unserved(wildcard, 'addvs', params)).toContain("can't be served");
    expect((await lm.everything()).services).toHaveLength(services);
  });

  test('that turn out not to be served cost a virtual service nothing that becomes HTTPS for them', async () => {
    const [taken, wildcard] = [await certificate('certfleet-read-back'), await certificate('*', randomUUID())];
    const { Index } = await lm.create({ NickName: 'plain', ErrorCode: 503 });
    const before = await lm.everything();
    const params = { vs: Index, SSLAcceleration: 1, NickName: 'lost', CertFile: `${taken} ${wildcard}` };
    expect(await unserved(wildcard, 'modvs', params)).toContain("can't be served");
    expect(await lm.everything()).toEqual(before);
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

  test('stay when a change is refused that would take them off', async () => {
    const [a, b] = [await certificate('kept'), await certificate('second')];
    const { Index, VSPort } = await lm.create({ SSLAcceleration: 1, CertFile: `${a} ${b}` });
    const { VSPort: taken } = await lm.create();
    const before = await lm.everything();
    const plain = { vs: Index, SSLAcceleration: 'N' };
    expect(await lm.refused('modvs', { ...plain, VSPort: taken })).toContain('same address');
    expect(await lm.refused('modvs', { ...plain, VSPort: 'x' })).toMatch(/^VSPort: /);
    expect(await lm.everything()).toEqual(before);
    // Only HAProxy finds out that something else listens there; then they come back.
    await lm.refused('modvs', { ...plain, VSPort: lm.one, NickName: 'lost' });
    expect(await lm.done('showvs', { vs: Index })).toMatchObject({
      ...{ SSLAcceleration: true, CertFile: `${a} ${b}`, VSPort, NickName: '' },
    });
    expect(await servedName(VSPort, 'kept.example.com')).toBe('DNS:kept.example.com');
    expect(await servedName(VSPort, 'second.example.com')).toBe('DNS:second.example.com');
  });

  test('stay while Certfleet is paused, and afterwards, and nothing else of the command is done', async () => {
    const [a, b] = [await certificate('paused'), await certificate('other')];
    const { Index, VSPort } = await lm.create({ SSLAcceleration: 1, CertFile: a });
    const { api } = lm.loadMaster.certfleet;
    await api.call(operations.system.pause, { body: { reason: 'A test.' } });
    const before = await lm.everything();
    for (const [command, params] of [
      ['modvs', { NickName: 'after', CertFile: '' }],
      ['modvs', { NickName: 'after', CertFile: b }],
      ['modvs', { NickName: 'after', SSLAcceleration: 'N' }],
      ['delvs', {}],
    ] as const) {
      expect(await lm.refused(command, { vs: Index, ...params })).toBe(
        'Nothing is taken away, since Certfleet is paused: A test. It goes on with "certfleet system resume"',
      );
      expect(await lm.everything()).toEqual(before);
    }
    // What takes nothing off is done.
    expect(await lm.done('modvs', { vs: Index, NickName: 'after', CertFile: a })).toMatchObject({ NickName: 'after' });
    await api.call(operations.system.resume, {});
    expect(await lm.done('modvs', { vs: Index, CertFile: `${b} ${a}` })).toMatchObject({ CertFile: `${b} ${a}` });
    expect(await servedName(VSPort, 'paused.example.com')).toBe('DNS:paused.example.com');
  });

  test('come back when one of them has other work under way, and go later where they may', async () => {
    const [free, busy] = [await certificate('free'), await certificate('busy')];
    const { Index, VSPort } = await lm.create({ SSLAcceleration: 1, CertFile: `${free} ${busy}` });
    // What the other server does lasts longer than an answer waits, in any case.
    await lm.loadMaster.certfleet.restart({ deploymentPatience: 2_000 });
    onTestFinished(() => lm.loadMaster.certfleet.restart({ deploymentPatience: 25_000 }));
    const release = await holdLock(busy);
    for (const [command, params] of [
      ['modvs', { SSLAcceleration: 'N', NickName: 'lost' }],
      ['delvs', {}],
    ] as const) {
      expect(await lm.refused(command, { vs: Index, ...params })).toContain('Other work is still under way');
      const left = { SSLAcceleration: true, NickName: '', CertFile: `${free} ${busy}` };
      expect(await lm.done('showvs', { vs: Index })).toMatchObject(left);
      await expect.poll(() => servedName(VSPort, 'free.example.com')).toBe('DNS:free.example.com');
    }
    const before = await lm.everything();
    const moved = { vs: Index, NickName: 'lost', CertFile: `${busy} ${free}` };
    expect(await lm.refused('modvs', moved)).toContain('is not served yet: its other work takes long');
    expect(await lm.everything()).toEqual(before);
    expect(await servedName(VSPort, 'other.example.net')).toBe('DNS:free.example.com');

    const { id } = await lm.store.certificates.byName(busy);
    const [assignment] = await lm.store.assignments.ofCertificate(id);
    expect(await lm.store.jobs.find('undeploy', assignment?.id ?? '')).toBeUndefined();

    expect((await lm.send(2, 'modvs', { vs: Index, CertFile: free })).status).toBe(200);
    const { items } = await lm.loadMaster.certfleet.api.call(operations.event.list, {
      query: { action: 'loadmaster.modvs', limit: 1 },
    });
    expect(items[0]?.message).toContain('it takes');
    await release();
    await expect.poll(async () => (await lm.done('showvs', { vs: Index })).CertFile, { timeout: 30_000 }).toBe(free);
  });

  /** As another server that is at work for this certificate. Resolves with what ends that. */
  async function holdLock(name: string): Promise<() => Promise<void>> {
    const { id } = await lm.store.certificates.byName(name);
    const job = { kind: 'keep-valid', subject: id, lock: certificateLock(id), urgency: 0, runAt: 0 };
    const [claimed] = await lm.store.transaction(async tx => {
      await tx.jobs.enqueue(job);
      const claim = { holder: 'another server', now: Date.now(), leaseMs: 600_000, limit: 1, kinds: ['keep-valid'] };
      return tx.jobs.claim(claim);
    });
    if (!claimed) throw new Error(`Could not hold the lock of ${name}.`);
    return () => lm.store.jobs.complete(claimed.lease, claimed.job);
  }
});
