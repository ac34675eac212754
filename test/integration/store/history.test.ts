import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Engine } from '../../../packages/server/src/engine.js';
import { prune } from '../../../packages/server/src/jobs/prune.js';
import type { CertificateRecord } from '../../../packages/server/src/store/certificates.js';
import type { OpenStore } from '../../../packages/server/src/store/index.js';
import type { OrderRecord } from '../../../packages/server/src/store/orders.js';
import { databases, open } from './databases.js';
import { createAccount, createCertificate, createPolicy, createVersion } from './fleet.js';

const start = Date.UTC(2027, 0, 1);
const day = 86_400_000;
const retention = 400 * day;
let now = start;
const clock = { now: () => now, random: Math.random };

describe.each(databases)('what is over is forgotten on $name', databases => {
  let store: OpenStore;
  let certificate: CertificateRecord;
  let accountId: string;
  beforeAll(() => databases.start());
  afterAll(() => databases.stop());
  beforeEach(async () => {
    now = start;
    store = await open(await databases.create(), { clock });
    accountId = (await createAccount(store)).id;
    certificate = await createCertificate(store, await createPolicy(store), 'www');
    return () => store.close();
  });

  const runPrune = () =>
    prune({ store, clock } as Engine, { events: null, history: retention })(
      {} as Parameters<ReturnType<typeof prune>>[0],
      new AbortController().signal,
    );

  async function createOrder(state: OrderRecord['state'], versionId: string | null = null): Promise<OrderRecord> {
    const base = { custody: 'server', publicKey: 'AA==', privateKeyPem: 'PEM' } as const;
    const key = versionId
      ? await store.versions.get(versionId).then(({ keyId }) => ({ id: keyId }))
      : await store.keys.create({ ...base, purpose: 'certificate', algorithm: 'ecdsa-p256' });
    const order = await store.orders.create({
      ...{ certificateId: certificate.id, accountId, revision: 1, keyId: key.id, csr: 'AA==' },
    });
    return store.orders.update(order.id, { state, versionId });
  }

  async function orderIds(): Promise<string[]> {
    return (await store.orders.ofCertificate(certificate.id)).items.map(({ id }) => id);
  }

  async function versionNumbers(): Promise<number[]> {
    return (await store.versions.byCertificate(certificate.id)).items.map(({ number }) => number);
  }

  async function presentFor(orderId: string) {
    const solver = await store.solvers.create({ name: `s-${orderId}`, type: 'standalone', config: {} });
    await store.challenges.willPresent(orderId, [
      {
        ...{ authorizationUrl: 'https://ca/a', challengeUrl: 'https://ca/c', identifier: 'www.example.com' },
        ...{ type: 'http-01', token: 't', value: 'v', solverId: solver.id },
      },
    ]);
    return store.challenges.ofOrder(orderId);
  }

  test('an order that ended, with its cleaned challenges and its key', async () => {
    const failed = await createOrder('failed');
    const challenges = await presentFor(failed.id);
    await store.challenges.setState(
      challenges.map(({ id }) => id),
      'cleaned',
    );
    now = start + retention;
    await runPrune();
    expect(await orderIds()).toEqual([failed.id]);
    now += 1;
    await runPrune();
    expect(await orderIds()).toEqual([]);
    expect(await store.challenges.ofOrder(failed.id)).toEqual([]);
    expect(await store.keys.find(failed.keyId)).toBeUndefined();
  });

  test.each<OrderRecord['state']>(['new', 'validating', 'finalizing'])('an order that is %s stays', async state => {
    const order = await createOrder(state);
    now += 10 * retention;
    await runPrune();
    expect(await orderIds()).toEqual([order.id]);
    expect(await store.keys.find(order.keyId)).toBeDefined();
  });

  test('an order stays while its challenge may be presented, and does not keep others', async () => {
    const uncleaned = await createOrder('failed');
    const [challenge] = await presentFor(uncleaned.id);
    await createOrder('abandoned');
    now += 10 * retention;
    await runPrune();
    expect(await orderIds()).toEqual([uncleaned.id]);
    await store.challenges.setState([challenge?.id ?? 0], 'cleaned');
    await runPrune();
    expect(await orderIds()).toEqual([]);
  });

  test('the key of an order that became a version stays with the version', async () => {
    const version = await createVersion(store, certificate.id, { notAfter: start + 10 * retention });
    await createOrder('done', version.id);
    now += 2 * retention;
    await runPrune();
    expect(await orderIds()).toEqual([]);
    expect(await store.keys.find(version.keyId)).toBeDefined();
  });

  test('versions that expired long ago, with their keys and deployments', async () => {
    const versions = [];
    for (let i = 0; i < 4; i++) versions.push(await createVersion(store, certificate.id, { notAfter: start + i }));
    const [expired, revoked, justExpired, current] = versions;
    if (!expired || !revoked || !justExpired || !current) throw new Error('There are four.');
    await store.versions.markRevoked(revoked.id, start);
    now = start + retention + justExpired.notAfter - start;
    await runPrune();
    expect(await versionNumbers()).toEqual([current.number, justExpired.number, revoked.number]);
    expect(await store.keys.find(expired.keyId)).toBeUndefined();
    expect(await store.keys.find(revoked.keyId)).toBeDefined();

    now += 10 * retention;
    await runPrune();
    expect(await versionNumbers()).toEqual([current.number, revoked.number]);
    const next = await createVersion(store, certificate.id, { notAfter: now });
    expect(next.number).toBe(current.number + 1);
  });

  test('deployments but the latest of each assignment, whose version stays as well', async () => {
    const [replaced, deployed, current] = [
      await createVersion(store, certificate.id, { notAfter: start }),
      await createVersion(store, certificate.id, { notAfter: start }),
      await createVersion(store, certificate.id, { notAfter: start }),
    ];
    const assignments = [];
    for (const name of ['a', 'b']) {
      const target = await store.targets.create({ name, type: 'virtual-service', config: {} });
      const fields = { certificateId: certificate.id, targetId: target.id, isDefault: false };
      assignments.push(await store.assignments.create(fields));
    }
    const [a, b] = assignments.map(({ id }) => id);
    if (!a || !b) throw new Error('There are two.');
    const old = await store.deployments.create({ assignmentId: a, versionId: replaced.id });
    const latest = await store.deployments.create({ assignmentId: a, versionId: deployed.id });
    const other = await store.deployments.create({ assignmentId: b, versionId: current.id });
    now += retention;
    await runPrune();
    expect(await store.deployments.find(old.id)).toBeDefined();
    now += 1;
    await runPrune();
    expect(await store.deployments.find(old.id)).toBeUndefined();
    expect(await store.deployments.latest(a)).toEqual(latest);
    expect(await store.deployments.latest(b)).toEqual(other);
    expect(await versionNumbers()).toEqual([current.number, deployed.number]);
  });

  test('in batches, until nothing is left', async () => {
    for (let i = 0; i < 5; i++) await createOrder('failed');
    now += 2 * retention;
    const batches = [];
    for (let i = 0; i < 4; i++) batches.push(await store.history.pruneOrders(now - retention, 2));
    expect(batches).toEqual([2, 2, 1, 0]);
  });

  test('locks that nobody holds and no job needs', async () => {
    const job = { kind: 'k', urgency: 0, runAt: now };
    for (const subject of ['gone', 'held', 'waiting']) await store.jobs.enqueue({ ...job, subject, lock: subject });
    const claimed = await store.jobs.claim({ holder: 'me', now, leaseMs: day, limit: 10 });
    const leases = new Map(claimed.map(claim => [claim.lease.lock, claim]));
    const leaseOf = (lock: string) => {
      const claim = leases.get(lock);
      if (!claim) throw new Error(`${lock} was not claimed.`);
      return claim;
    };
    const [gone, held, waiting] = [leaseOf('gone'), leaseOf('held'), leaseOf('waiting')];
    await store.jobs.complete(gone.lease, gone.job);
    await store.jobs.reschedule(waiting.lease, waiting.job, { runAt: now + day, attempt: 0, error: null });
    expect(await store.jobs.pruneLocks('', 2)).toBe('held');
    expect(await store.jobs.pruneLocks('held', 2)).toBe('waiting');
    expect(await store.jobs.pruneLocks('waiting', 2)).toBeNull();

    await store.jobs.checkLease(held.lease);
    // A lock that was kept goes on counting; one that was forgotten begins again.
    now += 2 * day;
    await store.jobs.enqueue({ ...job, subject: 'gone', lock: 'gone' });
    const again = await store.jobs.claim({ holder: 'other', now, leaseMs: day, limit: 10 });
    const fences = Object.fromEntries(again.map(({ lease }) => [lease.lock, lease.fence]));
    expect(fences).toEqual({ gone: 1, held: 2, waiting: 2 });
  });
});
