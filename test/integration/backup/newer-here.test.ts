/** A backup onto a store that knows more by now: what the backup must not bring back, and what it must not take away. */
import { sql } from 'kysely';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { backUpToBuffer, fromBuffer } from '../../../packages/server/src/backup/create.js';
import { restoreBackup } from '../../../packages/server/src/backup/restore.js';
import { certificateLock, enqueueKeepValid } from '../../../packages/server/src/jobs/enqueue.js';
import type { OpenStore } from '../../../packages/server/src/store/index.js';
import { retiredKeyGraceMs } from '../../../packages/server/src/store/secrets.js';
import { databases, open, rawDatabase } from '../store/databases.js';
import { fill, newKey, newService } from './filled-store.js';

let now = Date.UTC(2027, 0, 1);
const clock = { now: () => now };
const passPhrase = 'correct horse';
const base = { kind: 'base', certificates: 'full', passPhrase } as const;
const certificates = { kind: 'certificates', certificates: 'full', passPhrase } as const;

/** Until so many transactions wait for a lock of PostgreSQL's. */
async function someoneWaits(url: string, count: number): Promise<void> {
  const { db, close } = await rawDatabase(url);
  const waiting = sql<{ count: number }>`select count(*) as count from pg_locks where not granted`;
  const counted = async () => (await waiting.execute(db)).rows[0]?.count;
  await expect.poll(counted, { timeout: 30_000 }).toBe(count);
  await close();
}

describe.each(databases)('what is known better here, on $name', kind => {
  let store: OpenStore;
  let url = '';
  beforeAll(() => kind.start());
  afterAll(() => kind.stop());
  beforeEach(async () => {
    url = await kind.create();
    store = await open(url, { clock });
    await fill(store);
    now += 1000;
    return () => store.close();
  });

  const backUp = (creation: typeof base | typeof certificates, of = store) =>
    backUpToBuffer({ store: of, clock }, creation, 'user:anna');
  const restore = (file: Buffer, onto = store) =>
    restoreBackup({ store: onto, clock }, fromBuffer(file), {}, { passPhrase }, 'user:anna');
  const currentOf = async (name: string, of = store) => {
    const certificate = await of.certificates.byName(name);
    const version = await of.versions.current(certificate.id);
    if (!version) throw new Error(`${name} has no version.`);
    return { certificate, version, key: await of.keys.get(version.keyId) };
  };

  /** The next version of a certificate, with a key of its own. */
  async function issueNext(name: string, fingerprintSha256: string, of = store): Promise<void> {
    const { certificate, version } = await currentOf(name, of);
    const { id: _id, number: _number, createdAt: _at, ...fields } = version;
    await of.transaction(async tx => {
      const { id: keyId } = await tx.keys.create(newKey('certificate'));
      const { id: currentVersionId } = await tx.versions.create({ ...fields, keyId, fingerprintSha256 });
      await tx.certificates.update(certificate.id, { currentVersionId });
    });
  }

  test('a version that was revoked after the backup stays revoked, and is replaced as soon as work goes on', async () => {
    const file = await backUp(certificates);
    const before = await currentOf('www');
    await store.versions.markRevoked(before.version.id, now);
    await restore(file);
    const { certificate, version } = await currentOf('www');
    expect(version).toMatchObject({ fingerprintSha256: 'www', revokedAt: now });
    expect(certificate).toMatchObject({ renewReason: 'revoked', renewAt: now });
    expect(await store.revokedKeys.find(before.key.publicKey)).toBeDefined();
  });

  test('a version that is still to be revoked when it is replaced is so after a restore as well', async () => {
    const { version: asked } = await currentOf('www');
    await store.versions.setRevocation(asked.id, {
      ...{ reason: 'keyCompromise', by: 'user:anna', at: now },
      trouble: null,
    });
    await restore(await backUp(certificates));
    const { version } = await currentOf('www');
    expect(version.revocation).toEqual({ reason: 'keyCompromise', by: 'user:anna', at: now, trouble: null });
    expect(await store.jobs.find('revoke-replaced', version.id)).toBeDefined();
  });

  test('a newer version that was revoked stays beside the restored one, so that its key stays refused', async () => {
    const file = await backUp(certificates);
    await issueNext('www', 'stolen');
    const { version, key } = await currentOf('www');
    await store.versions.markRevoked(version.id, now);
    await issueNext('shop', 'forgotten');
    await restore(file);
    const after = await currentOf('www');
    expect(after.version).toMatchObject({ fingerprintSha256: 'www', revokedAt: null });
    expect(await store.revokedKeys.find(key.publicKey)).toBeDefined();
    const { items } = await store.versions.byCertificate((await currentOf('shop')).certificate.id);
    expect(items.map(each => each.fingerprintSha256)).toEqual(['shop']);
  });

  describe('elsewhere', () => {
    let elsewhere: OpenStore;
    beforeEach(async () => {
      elsewhere = await open(await kind.create(), { clock, masterKey: Buffer.alloc(32, 9) });
      await restore(await backUp(base), elsewhere);
      return () => elsewhere.close();
    });

    test('revoked versions are in the backup, so that their keys are refused there as well', async () => {
      const { version, key } = await currentOf('www');
      await store.versions.markRevoked(version.id, now);
      await issueNext('www', 'next');
      await restore(await backUp(certificates), elsewhere);
      const restored = await currentOf('www', elsewhere);
      expect(restored.version.fingerprintSha256).toBe('next');
      expect(restored.certificate.renewReason).toBeNull();
      expect(await elsewhere.revokedKeys.find(key.publicKey)).toBeDefined();
    });

    test('a version of the same number that was revoked there gets another number', async () => {
      await restore(await backUp(certificates), elsewhere);
      await issueNext('www', 'theirs', elsewhere);
      const theirs = await currentOf('www', elsewhere);
      await elsewhere.versions.markRevoked(theirs.version.id, now);
      await issueNext('www', 'ours');
      await restore(await backUp(certificates), elsewhere);
      const { items } = await elsewhere.versions.byCertificate(theirs.certificate.id);
      expect(items.map(each => [each.number, each.fingerprintSha256, each.revokedAt !== null])).toEqual([
        [3, 'theirs', true],
        [2, 'ours', false],
      ]);
    });

    test('a backup that was made after a rollover brings its key, and that of another account its own', async () => {
      now += 1000;
      const rolled = await store.keys.create(newKey('account'));
      await store.accounts.update((await store.accounts.byName('le')).id, { keyId: rolled.id });
      await restore(await backUp(base), elsewhere);
      const keyOf = async () => elsewhere.keys.get((await elsewhere.accounts.byName('le')).keyId);
      expect((await keyOf()).publicKey).toBe(rolled.publicKey);

      const { id } = await elsewhere.accounts.byName('le');
      now += 1000;
      const another = await elsewhere.keys.create(newKey('account'));
      await elsewhere.accounts.update(id, { keyId: another.id, accountUrl: 'https://ca.test/account/2' });
      await restore(await backUp(base), elsewhere);
      expect((await keyOf()).publicKey).toBe(rolled.publicKey);
    });
  });

  test('an account keeps the key that it got after the backup, since the CA refuses the one before', async () => {
    const file = await backUp(base);
    const { id } = await store.accounts.byName('le');
    now += 1000;
    const key = await store.transaction(async tx => {
      const rolled = await tx.keys.create(newKey('account'));
      await tx.accounts.update(id, { keyId: rolled.id, email: 'changed@example.com' });
      return rolled;
    });
    const { leftOut } = await restore(file);
    expect(leftOut).toEqual([expect.stringMatching(/account le keeps the key that it has here/)]);
    expect(await store.accounts.byName('le')).toMatchObject({ id, keyId: key.id, nextKeyId: null, email: null });
    expect(await store.keys.privateKeyPem(key.id)).toMatch(/PRIVATE KEY/);
  });

  test('a key whose rollover is not settled stays beside the restored one: the CA may know it already', async () => {
    const file = await backUp(base);
    const { id, keyId } = await store.accounts.byName('le');
    const { publicKey } = await store.keys.get(keyId);
    const next = await store.keys.create(newKey('account'));
    await store.accounts.update(id, { nextKeyId: next.id });
    await restore(file);
    const account = await store.accounts.byName('le');
    expect(account.nextKeyId).toBe(next.id);
    expect((await store.keys.get(account.keyId)).publicKey).toBe(publicKey);
  });

  test('what was assigned after the backup stays assigned, and gets the restored version', async () => {
    const file = await backUp(certificates);
    const { certificate } = await currentOf('www');
    const admin = await store.targets.byName('admin');
    const added = await store.assignments.create({
      certificateId: certificate.id,
      targetId: admin.id,
      isDefault: false,
    });
    await restore(file);
    const after = await store.assignments.ofCertificate(certificate.id);
    expect(after.map(({ targetId }) => targetId).sort()).toEqual(
      [admin.id, (await store.targets.byName('vs-1')).id].sort(),
    );
    const { version } = await currentOf('www');
    expect(await store.deployments.latest(added.id)).toMatchObject({ status: 'pending', versionId: version.id });
    expect(await store.jobs.find('deploy', added.id)).toBeDefined();
  });

  test('the default of the backup is the only one of its target, and who was it meanwhile is told of', async () => {
    const { certificate } = await currentOf('www');
    const vs1 = await store.targets.byName('vs-1');
    const [assignment] = await store.assignments.ofCertificate(certificate.id);
    if (assignment) await store.assignments.makeDefault(assignment);
    const file = await backUp(certificates);
    const { policyId } = certificate;
    const identifiers = [{ type: 'dns', value: 'later.example.com', solverId: null }] as const;
    const later = await store.certificates.create({ name: 'later', policyId, identifiers });
    await store.assignments.create({ certificateId: later.id, targetId: vs1.id, isDefault: true });
    const { leftOut } = await restore(file);
    expect(leftOut).toContain('later is not the default of vs-1 any more: www is.');
    const assigned = await store.assignments.onTargets([vs1.id]);
    expect(assigned.filter(({ isDefault }) => isDefault).map(one => one.certificate)).toEqual(['www']);
  });

  test('an order that a restored account has ended is not taken up again by the job that was working on it', async () => {
    const file = await backUp(base);
    const { certificate, version } = await currentOf('www');
    const account = await store.accounts.byName('le');
    const asked = { certificateId: certificate.id, accountId: account.id, revision: certificate.revision };
    const order = await store.orders.create({ ...asked, keyId: version.keyId, csr: 'AA==' });
    const taken = await store.orders.update(order.id, { state: 'validating' });
    await restore(file);
    expect(await store.orders.advance(taken, { state: 'finalizing' })).toBeNull();
    expect(await store.orders.active(certificate.id)).toBeNull();
  });

  test('a virtual service that is not in the backup takes along what is its own and what is assigned to it', async () => {
    const file = await backUp(base);
    const { loadBalancerId } = await store.virtualServices.get(1);
    const { certificate, version } = await currentOf('bought');
    const late = await store.transaction(async tx => {
      const { index } = await tx.virtualServices.create(newService(loadBalancerId, '192.0.2.3'));
      const own = { type: 'virtual-service', config: { virtualService: index }, secrets: null };
      const solver = await tx.solvers.create({ ...own, name: `vs-${index}` });
      const target = await tx.targets.create({ ...own, name: `vs-${index}` });
      await tx.targets.create({ ...own, name: 'my-target' });
      const used = await tx.solvers.create({ ...own, name: 'my-solver' });
      await tx.domains.create({ pattern: '.example.net', solverId: used.id });
      await tx.assignments.create({ certificateId: certificate.id, targetId: target.id, isDefault: false });
      const account = await tx.accounts.byName('le');
      const asked = { certificateId: certificate.id, accountId: account.id, revision: certificate.revision };
      const order = await tx.orders.create({ ...asked, keyId: version.keyId, csr: 'AA==' });
      await tx.orders.update(order.id, { state: 'failed' });
      const challenge = {
        authorizationUrl: 'a',
        challengeUrl: 'c',
        identifier: 'x',
        type: 'http-01' as const,
        value: 'v',
      };
      await tx.challenges.willPresent(order.id, [{ ...challenge, token: 't', solverId: solver.id }]);
      const [presented] = await tx.challenges.uncleaned(order.id);
      await tx.challenges.setState([presented?.id ?? 0], 'cleaned');
      return index;
    });
    const { leftOut } = await restore(file);
    expect(leftOut).toEqual([
      `The target my-target was deleted: virtual service ${late} is not in the backup.`,
      `bought is not assigned to vs-${late} any more: virtual service ${late} is not in the backup.`,
      `The solver my-solver stays for domain .example.net, although it proves nothing: virtual service ${late} is not in the backup.`,
    ]);
    const names = (page: { items: { name: string }[] }) => page.items.map(({ name }) => name).sort();
    expect(names(await store.targets.list())).toEqual(['admin', 'vs-1']);
    expect(names(await store.solvers.list())).toEqual(['dns', 'my-solver', 'vs-1']);
    expect(await store.assignments.ofCertificate(certificate.id)).toEqual([]);
  });

  test("a person's own solver and target of a restored virtual service stay", async () => {
    const file = await backUp(base);
    const mine = { name: 'mine', type: 'virtual-service', config: { virtualService: 1 }, secrets: null };
    await store.solvers.create(mine);
    await store.targets.create(mine);
    expect((await restore(file)).leftOut).toEqual([]);
    expect([await store.solvers.findByName('mine'), await store.targets.findByName('mine')]).not.toContain(undefined);
  });

  test('a rotation while a backup is made: it opens what it reads, and new secrets are under the new data key', async () => {
    await store.readEntries(['base', 'certificates'], async entries => {
      let read = 0;
      for await (const _ of entries) {
        read += 1;
        if (read > 1) continue;
        await store.rotateSecrets();
        now += retiredKeyGraceMs + 1;
        await store.finishRotation();
      }
    });
    const { id } = await store.keys.create(newKey('certificate'));
    await store.close();
    store = await open(url, { clock });
    expect(await store.keys.privateKeyPem(id)).toMatch(/PRIVATE KEY/);
  });

  test('a job that is writing ends first, and neither it nor another restore is in the way', async () => {
    const file = await backUp(certificates);
    const { certificate } = await currentOf('www');
    await store.transaction(tx => enqueueKeepValid(tx, certificate, 1));
    const [claimed] = await store.jobs.claim({ holder: 'h', now, leaseMs: 60_000, limit: 1 });
    if (!claimed) throw new Error('Nothing was claimed.');
    expect(claimed.lease.lock).toBe(certificateLock(certificate.id));
    const restores: Promise<unknown>[] = [];
    await store.fenced(claimed.lease, async tx => {
      restores.push(restore(file), restore(file));
      if (kind.name === 'postgres') await someoneWaits(url, 2);
      await tx.certificates.update(certificate.id, { waitsFor: 'something' });
    });
    expect(await Promise.all(restores)).toHaveLength(2);
    expect((await currentOf('www')).certificate.waitsFor).toBeNull();
    await expect(store.fenced(claimed.lease, async () => undefined)).rejects.toThrow(/has lost its lease/);
  });
});
