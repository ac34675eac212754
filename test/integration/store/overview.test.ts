import type { CertificateHealth } from '@certfleet/contract';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { CertificateRecord } from '../../../packages/server/src/store/certificates.js';
import type { DeploymentRecord } from '../../../packages/server/src/store/deployments.js';
import type { OpenStore } from '../../../packages/server/src/store/index.js';
import type { PolicyRecord } from '../../../packages/server/src/store/policies.js';
import { databases, open } from './databases.js';
import { createAccount, createCertificate, createPolicy, createVersion } from './fleet.js';

const start = Date.UTC(2027, 0, 1);
const day = 86_400_000;

describe.each(databases)('the overview on $name', databases => {
  let store: OpenStore;
  let policy: PolicyRecord;
  let accountId: string;
  beforeAll(() => databases.start());
  afterAll(() => databases.stop());
  beforeEach(async () => {
    store = await open(await databases.create(), { clock: { now: () => start } });
    policy = await createPolicy(store);
    accountId = (await createAccount(store)).id;
    return () => store.close();
  });

  async function healthy(name: string, notAfter = start + 60 * day): Promise<CertificateRecord> {
    const certificate = await createCertificate(store, policy, name);
    await createVersion(store, certificate.id, { notAfter });
    await store.certificates.update(certificate.id, { renewAt: start + 30 * day });
    return certificate;
  }

  async function imported(name: string, notAfter: number, notBefore = 0) {
    const identifiers = [{ type: 'dns', value: `${name}.example.com`, solverId: null }] as const;
    const { id } = await store.certificates.create({ name, policyId: null, identifiers });
    await createVersion(store, id, { notBefore, notAfter });
  }

  async function order({ id }: CertificateRecord, { byHand = false } = {}): Promise<void> {
    const key = { custody: 'server', publicKey: 'AA==', privateKeyPem: 'PEM', algorithm: 'ecdsa-p256' } as const;
    const { id: keyId } = await store.keys.create({ ...key, purpose: 'certificate' });
    const { id: orderId } = await store.orders.create({
      certificateId: id,
      accountId,
      revision: 1,
      keyId,
      csr: 'AA==',
    });
    if (!byHand) return;
    const solver = await store.solvers.create({ name: `hand-${id}`, type: 'manual', config: {} });
    const challenge = { authorizationUrl: 'https://ca/a', challengeUrl: 'https://ca/c', identifier: 'a.example' };
    const presented = { type: 'dns-01', token: 't', value: 'v', solverId: solver.id, byPerson: true } as const;
    await store.challenges.willPresent(orderId, [{ ...challenge, ...presented }]);
  }

  async function deployed({ id }: CertificateRecord, ...states: DeploymentRecord['status'][]) {
    const target = await store.targets.create({ name: `target-${id}`, type: 'test', config: {} });
    const assignment = await store.assignments.create({ certificateId: id, targetId: target.id, isDefault: false });
    const version = await store.versions.current(id);
    for (const status of states) {
      const made = await store.deployments.create({ assignmentId: assignment.id, versionId: version?.id ?? '' });
      await store.deployments.update(made.id, { status, error: status === 'failed' ? 'no room' : null });
    }
    return target.name;
  }

  const make: Record<string, [CertificateHealth, () => Promise<unknown>]> = {
    well: ['healthy', () => healthy('well')],
    imported: ['healthy', () => imported('imported', start + 31 * day)],
    'imported-short': ['healthy', () => imported('imported-short', start + 3 * day, start - 5 * day)],
    'imported-short-ends': ['needs-person', () => imported('imported-short-ends', start + 2 * day, start - 5 * day)],
    'imported-ends': ['needs-person', () => imported('imported-ends', start + 30 * day)],
    'imported-ended': ['expired', () => imported('imported-ended', start - 1)],
    ordered: ['in-progress', async () => order(await healthy('ordered'))],
    deploying: ['in-progress', async () => deployed(await healthy('deploying'), 'verified', 'pending')],
    asked: ['due', async () => createCertificate(store, policy, 'asked')],
    renewing: [
      'due',
      async () => store.certificates.update((await healthy('renewing')).id, { renewAt: start - 1, renewReason: 'ari' }),
    ],
    'by-hand': ['needs-person', async () => order(await healthy('by-hand'), { byHand: true })],
    refused: [
      'needs-person',
      async () => store.certificates.update((await healthy('refused')).id, { failures: 2, needsPerson: true }),
    ],
    fails: [
      'failing',
      async () => {
        const certificate = await healthy('fails');
        await store.certificates.update(certificate.id, { failures: 1, failingSince: start - day, lastError: 'no' });
        await order(certificate);
      },
    ],
    unserved: ['not-deployed', async () => deployed(await healthy('unserved'), 'verified', 'failed')],
    unread: ['unproven', async () => deployed(await healthy('unread'), 'verified', 'unreachable')],
    'unread-order': [
      'unproven',
      async () => {
        const certificate = await healthy('unread-order');
        await deployed(certificate, 'unreachable');
        await order(certificate);
      },
    ],
    'read-by-now': ['healthy', async () => deployed(await healthy('read-by-now'), 'unreachable', 'verified')],
    'served-again': ['healthy', async () => deployed(await healthy('served-again'), 'rolled-back', 'verified')],
    ended: ['expired', async () => store.certificates.update((await healthy('ended', start)).id, { failures: 3 })],
    revoked: [
      'revoked',
      async () => {
        const { id } = await healthy('revoked', start - day);
        await store.versions.markRevoked((await store.versions.current(id))?.id ?? '', start);
      },
    ],
    replaced: [
      'healthy',
      async () => {
        const { id } = await healthy('replaced');
        const old = (await store.versions.current(id))?.id ?? '';
        await createVersion(store, id, { notAfter: start + 90 * day });
        await store.versions.markRevoked(old, start);
      },
    ],
  };

  test('says one word of each certificate, in lists, counts and alone', async () => {
    for (const [, create] of Object.values(make)) await create();
    const wanted = Object.fromEntries(Object.entries(make).map(([name, [health]]) => [name, health]));

    const all = await store.certificates.list({});
    expect(Object.fromEntries(all.items.map(({ name, health }) => [name, health]))).toEqual(wanted);

    const counts: Record<string, number> = { total: Object.keys(wanted).length };
    for (const health of new Set(Object.values(make).map(([health]) => health))) {
      const names = Object.keys(wanted).filter(name => wanted[name] === health);
      const listed = await store.certificates.list({ health });
      expect(listed.items.map(({ name }) => name)).toEqual(names.sort());
      counts[health] = names.length;
    }
    expect(await store.overviews.countByHealth()).toEqual(counts);
  });

  /** Renewed, but the new version can't be brought to the target, where clients go on seeing the old one. */
  async function servedOld(name: string, until: number, ...states: DeploymentRecord['status'][]) {
    const { id } = await healthy(name, until);
    const target = await store.targets.create({ name: `target-${id}`, type: 'test', config: {} });
    const assignment = await store.assignments.create({ certificateId: id, targetId: target.id, isDefault: false });
    const attempt = async (versionId: string, status: DeploymentRecord['status']) => {
      const { id: deploymentId } = await store.deployments.create({ assignmentId: assignment.id, versionId });
      await store.deployments.update(deploymentId, { status });
    };
    await attempt((await store.versions.current(id))?.id ?? '', 'verified');
    const renewed = await createVersion(store, id, { notAfter: until + 90 * day });
    for (const status of states) await attempt(renewed.id, status);
    return id;
  }

  test('what is served says how urgent a certificate is, not what could not be brought there', async () => {
    const { id: failing } = await healthy('failing', start + 3 * day);
    await store.certificates.update(failing, { failures: 1 });
    await servedOld('soon', start + 2 * day, 'failed', 'rolled-back');
    await servedOld('read-again', start + day, 'failed', 'verified', 'unreachable');
    const retried = await servedOld('order-fails-too', start + day, 'rolled-back');
    await store.certificates.update(retried, { failures: 1 });

    const troubled = await store.overviews.troubled(10);
    expect(troubled.map(({ name, health, servedUntil }) => [name, health, servedUntil])).toEqual([
      ['order-fails-too', 'failing', start + day],
      ['soon', 'not-deployed', start + 2 * day],
      ['failing', 'failing', null],
      ['read-again', 'unproven', null],
    ]);
    // What is served is not forgotten, however long ago it was brought there.
    expect(await store.history.pruneDeployments(start + day)).toBe(4);
    expect((await store.certificates.detail('soon')).servedUntil).toBe(start + 2 * day);
  });

  test('names what people should look at, what ends soonest first', async () => {
    await healthy('well');
    const later = await healthy('later', start + 2 * day);
    const sooner = await healthy('sooner', start + day);
    for (const { id } of [later, sooner]) await store.certificates.update(id, { failures: 1 });
    const first = await createCertificate(store, policy, 'never-issued');
    await store.certificates.update(first.id, { failures: 1 });
    await healthy('over', start - day);
    const target = await deployed(await healthy('unserved', start + 3 * day), 'failed');
    const dark = await deployed(await healthy('unread', start + 4 * day), 'unreachable');

    const troubled = await store.overviews.troubled(10);
    expect(troubled.map(({ name }) => name)).toEqual(['over', 'sooner', 'later', 'unread', 'never-issued', 'unserved']);
    expect(troubled.map(({ badDeployment }) => badDeployment)).toEqual([
      ...[null, null, null],
      { target: dark, error: null, since: start },
      null,
      { target, error: 'no room', since: start },
    ]);
    expect((await store.overviews.troubled(2)).map(({ name }) => name)).toEqual(['over', 'sooner']);
  });

  test('counts what ends and what is renewed on each of the coming days', async () => {
    await healthy('today', start + day - 1);
    await healthy('tomorrow', start + day);
    await healthy('tomorrow-too', start + 2 * day - 1);
    await healthy('beyond', start + 3 * day);
    await healthy('over', start - 1);
    const { id } = await healthy('planned', start + 99 * day);
    await store.certificates.update(id, { renewAt: start + 2 * day });
    expect(await store.overviews.calendar(start, 3)).toEqual({ expiring: [1, 2, 0], renewals: [0, 0, 1] });
  });

  test('counts assignments, and solvers that have left something behind', async () => {
    await deployed(await healthy('well'), 'failed', 'verified');
    await deployed(await healthy('fails'), 'verified', 'failed');
    await deployed(await healthy('back'), 'rolled-back');
    await deployed(await healthy('goes'), 'pending');
    await deployed(await healthy('unread'), 'unreachable');
    expect(await store.overviews.countAssignments()).toEqual({ total: 5, pending: 1, failing: 2, unproven: 1 });

    const certificate = await healthy('by-hand');
    await order(certificate, { byHand: true });
    await store.solvers.create({ name: 'off', type: 'manual', config: {}, enabled: false });
    expect(await store.overviews.countSolvers()).toEqual({ total: 2, disabled: 1, leftOver: 0 });
    const running = await store.orders.active(certificate.id);
    await store.orders.update(running?.id ?? '', { state: 'failed' });
    expect(await store.overviews.countSolvers()).toEqual({ total: 2, disabled: 1, leftOver: 1 });
  });

  test('lists what is under way, page by page, the oldest first', async () => {
    await order(await healthy('ordered'));
    const { id } = await healthy('deploying');
    const target = await deployed({ id } as CertificateRecord, 'verified', 'pending');
    await order(await healthy('by-hand'), { byHand: true });
    await deployed(await healthy('failed'), 'failed');

    const first = await store.overviews.running({ limit: 2 });
    expect(first.items.map(({ kind, certificate, step }) => [kind, certificate, step])).toEqual([
      ['order', 'ordered', 'new'],
      ['deployment', 'deploying', 'pending'],
    ]);
    expect(first.items[0]).toMatchObject({ account: 'account', target: null, startedAt: start, needsPerson: false });
    expect(first.items[1]).toMatchObject({ account: null, target, stepSince: start, waitsUntil: null });
    const second = await store.overviews.running({ limit: 2, cursor: first.nextCursor ?? '' });
    expect(second.items.map(({ certificate, needsPerson }) => [certificate, needsPerson])).toEqual([['by-hand', true]]);
    expect([first.nextCursor === null, second.nextCursor]).toEqual([false, null]);
    const own = await store.overviews.running({ certificate: 'deploying' });
    expect(own.items.map(({ certificate }) => certificate)).toEqual(['deploying']);
  });

  test('finds the rate limits that have the least left', async () => {
    const directory = 'https://ca.example/';
    const states = { 'domain:a': start + 1, 'domain:b': start + 3, 'domain:c': start + 2, 'domain:full': start - 1 };
    await store.rateBuckets.put(directory, new Map(Object.entries({ ...states, 'other:d': start + 9 })), start);
    await store.rateBuckets.put('https://other.example/', new Map([['domain:e', start + 9]]), start);
    expect(await store.rateBuckets.emptiest(directory, 'domain:', 2)).toEqual([
      { bucket: 'domain:b', state: start + 3 },
      { bucket: 'domain:c', state: start + 2 },
    ]);
  });
});
