import { readdirSync, readFileSync } from 'node:fs';
import { sql } from 'kysely';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { unusedChannel } from '../../../packages/server/src/store/channels.js';
import { openDatabase } from '../../../packages/server/src/store/database.js';
import type { OpenStore } from '../../../packages/server/src/store/index.js';
import { openKeyRing } from '../../../packages/server/src/store/key-ring.js';
import { rotate } from '../../../packages/server/src/store/rotation.js';
import { sealedColumns } from '../../../packages/server/src/store/sealed-columns.js';
import { retiredKeyGraceMs } from '../../../packages/server/src/store/secrets.js';
import { databases, masterKey, open, rawDatabase } from './databases.js';

const secret = '-----BEGIN PRIVATE KEY-----';

/** One row in each table that holds secrets, and how to read the secret back. */
async function fill(store: OpenStore, name: string): Promise<(store: OpenStore) => Promise<unknown[]>> {
  const base = { custody: 'server', publicKey: 'AA==', privateKeyPem: secret } as const;
  const key = await store.keys.create({ ...base, purpose: 'account', algorithm: 'ES256' });
  const account = await store.accounts.create({ name, directoryUrl: 'https://ca.example/directory', keyId: key.id });
  const plugin = { name, type: 'test', config: { host: 'a' }, secrets: { password: secret } };
  const solver = await store.solvers.create(plugin);
  const target = await store.targets.create(plugin);
  const channel = await store.channels.create({
    ...{ ...plugin, enabled: true, kinds: [], severity: 'info', labels: [], accountHolders: false },
    ...{ collectSeconds: 0, ...unusedChannel },
  });
  const policy = await store.policies.create({
    ...{ name, accountIds: [account.id], keyAlgorithm: 'ecdsa-p256', keyOnRenewal: 'new' },
    ...{ renewDaysBefore: null, profile: null, defaultSolverId: null },
  });
  const certificate = await store.certificates.create({ name, policyId: policy.id, identifiers: [] });
  const version = await store.versions.create({
    ...{ certificateId: certificate.id, keyId: key.id, accountId: account.id, serial: '01', fingerprintSha256: 'ab' },
    ...{ issuer: 'CN=Test', chain: 'PEM', ariCertId: null, notBefore: 0, notAfter: 1 },
  });
  const assigned = { certificateId: certificate.id, targetId: target.id, isDefault: false };
  const assignment = await store.assignments.create(assigned);
  const deployment = await store.deployments.create({ assignmentId: assignment.id, versionId: version.id });
  await store.deployments.update(deployment.id, { captured: secret });
  await store.settings.setSecret(name, secret);
  await store.certificates.setKeystorePassword(certificate.id, secret);
  return async store => [
    await store.keys.privateKeyPem(key.id),
    (await store.solvers.withSecrets(solver.id)).config.password,
    (await store.targets.withSecrets(target.id)).config.password,
    (await store.channels.withSecrets(channel.id)).config.password,
    await store.deployments.captured(deployment.id),
    await store.settings.secret(name),
    await store.certificates.keystorePassword(certificate.id),
  ];
}
let now = Date.now();
const clock = { now: () => now };
const everySecret = Array(7).fill(secret);

describe.each(databases)('secrets on $name', databases => {
  let store: OpenStore;
  let url = '';
  beforeAll(() => databases.start());
  afterAll(() => databases.stop());
  beforeEach(async () => {
    url = await databases.create();
    store = await open(url, { clock });
    return () => store.close();
  });

  /** Under which data keys the secrets of a column are. */
  async function dataKeysIn(raw: Awaited<ReturnType<typeof rawDatabase>>): Promise<string[]> {
    const ids = new Set<string>();
    for (const { table, column } of sealedColumns) {
      const { rows } = await sql<{ sealed: string }>`
        select ${sql.ref(column)} as sealed from ${sql.table(table)} where ${sql.ref(column)} is not null`.execute(
        raw.db,
      );
      expect(rows.length, `${table}.${column} has rows`).toBeGreaterThan(0);
      for (const { sealed } of rows) ids.add(sealed.slice(0, sealed.indexOf('.')));
    }
    return [...ids];
  }

  test('are read back, and none of them stands in the database or in a record', async () => {
    const read = await fill(store, 'one');
    expect(await read(store)).toEqual(everySecret);
    const records = [await store.accounts.list(), await store.solvers.list(), await store.targets.list()];
    expect(JSON.stringify(records)).not.toContain('PRIVATE');
    expect(JSON.stringify(records)).not.toContain('secrets');
    expect((await store.solvers.withSecrets((await store.solvers.byName('one')).id)).config).toEqual({
      host: 'a',
      password: secret,
    });
    const raw = await rawDatabase(url);
    for (const { table } of sealedColumns) {
      const { rows } = await sql`select * from ${sql.table(table)}`.execute(raw.db);
      expect(JSON.stringify(rows)).not.toContain('PRIVATE');
    }
    await raw.close();
  });

  test('sealed for one row or column do not open in another', async () => {
    const base = { purpose: 'account', custody: 'server', algorithm: 'ES256', publicKey: 'AA==' } as const;
    const a = await store.keys.create({ ...base, privateKeyPem: 'a' });
    const b = await store.keys.create({ ...base, privateKeyPem: 'b' });
    const { id } = await store.solvers.create({ name: 'moved', type: 'test', config: {}, secrets: { password: 'p' } });
    const raw = await rawDatabase(url);
    await sql`update ${sql.table('key')} set private_key = (select private_key from ${sql.table('key')} where id = ${a.id}) where id = ${b.id}`.execute(
      raw.db,
    );
    await sql`update solver set secrets = (select private_key from ${sql.table('key')} where id = ${a.id}) where id = ${id}`.execute(
      raw.db,
    );
    await raw.close();
    await expect(store.keys.privateKeyPem(b.id)).rejects.toThrow(/key\.private_key/);
    await expect(store.solvers.withSecrets(id)).rejects.toThrow(/solver\.secrets/);
    expect(await store.keys.privateKeyPem(a.id)).toBe('a');
  });

  test('altered in one bit do not open', async () => {
    const base = { purpose: 'account', custody: 'server', algorithm: 'ES256', publicKey: 'AA==' } as const;
    const { id } = await store.keys.create({ ...base, privateKeyPem: 'a' });
    const raw = await rawDatabase(url);
    const { rows } = await sql<{ sealed: string }>`select private_key as sealed from ${sql.table('key')}`.execute(
      raw.db,
    );
    const [dataKey, text = ''] = (rows[0]?.sealed ?? '').split('.');
    const bytes = Buffer.from(text, 'base64url');
    bytes.writeUInt8(bytes.readUInt8(20) ^ 1, 20);
    await sql`update ${sql.table('key')} set private_key = ${`${dataKey}.${bytes.toString('base64url')}`}`.execute(
      raw.db,
    );
    await raw.close();
    await expect(store.keys.privateKeyPem(id)).rejects.toThrow(/altered/);
  });

  test('are all under the new data key after a rotation, while reading and writing go on', async () => {
    const raw = await rawDatabase(url);
    const reads = [await fill(store, 'one'), await fill(store, 'two'), await fill(store, 'three')];
    const [before] = await dataKeysIn(raw);
    const rotating = store.rotateSecrets({ batchSize: 2 });
    const solver = await store.solvers.byName('two');
    await store.solvers.update(solver.id, { secrets: { password: 'changed meanwhile' } });
    reads.push(await fill(store, 'four'));
    const { resumed, resealed } = await rotating;
    expect(resumed).toBe(false);
    expect(resealed).toBeGreaterThanOrEqual(3 * sealedColumns.length - 1);

    const after = await dataKeysIn(raw);
    expect(after).toHaveLength(1);
    expect(after).not.toContain(before);
    expect(await reads[0]?.(store)).toEqual(everySecret);
    expect(await reads[3]?.(store)).toEqual(everySecret);
    expect((await store.solvers.withSecrets(solver.id)).config).toMatchObject({ password: 'changed meanwhile' });
    await raw.close();
  });

  test.each([1, 2, 5])(
    'after a rotation that was killed after %i transactions: open all the same, and the next one finishes it',
    async transactions => {
      const read = await fill(store, 'one');
      await fill(store, 'two');
      await store.close();
      await rotateUntilKilled(url, transactions);

      store = await open(url);
      expect(await read(store)).toEqual(everySecret);
      const raw = await rawDatabase(url);
      expect((await dataKeysIn(raw)).length).toBe(transactions === 1 ? 1 : 2);
      const { resumed, resealed } = await store.rotateSecrets();
      expect({ resumed, some: resealed > 0 }).toEqual({ resumed: true, some: true });
      expect(await dataKeysIn(raw)).toHaveLength(1);
      expect(await read(store)).toEqual(everySecret);
      await raw.close();
    },
  );

  test('a rotation can follow the one before', async () => {
    const raw = await rawDatabase(url);
    const read = await fill(store, 'one');
    const seen = new Set(await dataKeysIn(raw));
    for (const _ of [1, 2]) {
      now += 2 * retiredKeyGraceMs;
      await store.finishRotation();
      expect(await store.rotateSecrets()).toMatchObject({ resumed: false });
      for (const id of await dataKeysIn(raw)) seen.add(id);
    }
    expect(seen.size).toBe(3);
    expect(await read(store)).toEqual(everySecret);
    await raw.close();
  });
});

/** A rotation of one row in each transaction, whose process dies after so many of them. */
async function rotateUntilKilled(url: string, transactions: number): Promise<void> {
  const database = await openDatabase({ url });
  const ring = await openKeyRing(database.db, masterKey, Date.now);
  let left = transactions;
  const transaction: typeof database.transaction = async body => {
    if (left === 0) throw new Error('killed');
    left -= 1;
    return database.transaction(body);
  };
  await expect(rotate({ ...database, ring, transaction, now: Date.now }, { batchSize: 1 })).rejects.toThrow('killed');
  await database.close();
}

describe('secrets of two servers on one PostgreSQL', () => {
  const [, postgres] = databases;
  let url = '';
  beforeAll(() => postgres.start());
  afterAll(() => postgres.stop());
  beforeEach(async () => {
    now = Date.now();
    url = await postgres.create();
  });

  test("one opens what the other seals with a data key that it hasn't seen", async () => {
    const [a, b] = [await open(url, { clock }), await open(url, { clock })];
    await fill(a, 'one');
    await a.rotateSecrets();
    const read = await fill(a, 'two');
    expect(await read(b)).toEqual(everySecret);
    await Promise.all([a.close(), b.close()]);
  });

  test('a retired data key is kept for as long as the other may still seal with it', async () => {
    const [a, b] = [await open(url, { clock }), await open(url, { clock })];
    await fill(a, 'one');
    expect(await a.rotateSecrets()).toMatchObject({ retiredKeysLeft: 1 });
    // It has not noticed yet, and seals with the retired key.
    const read = await fill(b, 'two');
    now += retiredKeyGraceMs;
    const late = await fill(b, 'three');
    expect(await a.rotateSecrets()).toMatchObject({ resumed: true, retiredKeysLeft: 0 });
    const restarted = await open(url, { clock });
    expect(await read(restarted)).toEqual(everySecret);
    expect(await late(restarted)).toEqual(everySecret);
    await Promise.all([a.close(), b.close(), restarted.close()]);
  });
});

test('each sealed column of the schema is on the list that a rotation goes through', () => {
  const folder = new URL('../../../packages/server/src/store/schema/', import.meta.url);
  const source = readdirSync(folder)
    .map(file => readFileSync(new URL(file, folder), 'utf8'))
    .join('');
  const tables = new Map([...source.matchAll(/^ {2}(\w+): (\w+Table);$/gm)].map(([, table, type]) => [type, table]));
  const sealed = [...source.matchAll(/export interface (\w+Table) \{(.*?)\n\}/gs)].flatMap(([, type, body = '']) =>
    [...body.matchAll(/^ {2}(\w+): Sealed\b/gm)].map(([, column]) => `${tables.get(type)}.${column}`),
  );
  expect(sealed.length).toBeGreaterThan(0);
  expect(sealed.sort()).toEqual(sealedColumns.map(({ table, column }) => `${table}.${column}`).sort());
});
