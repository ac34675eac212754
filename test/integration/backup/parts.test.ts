/** Backups in parts from one store into another, on both databases: what comes back, what stays, what is refused. */
import { sql } from 'kysely';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { backUpToBuffer, fromBuffer, passPhraseSetting } from '../../../packages/server/src/backup/create.js';
import { type RestoreSecrets, restoreBackup } from '../../../packages/server/src/backup/restore.js';
import { pauseOf } from '../../../packages/server/src/pause.js';
import { places, references, type Table } from '../../../packages/server/src/store/backup/places.js';
import type { OpenStore } from '../../../packages/server/src/store/index.js';
import { databases, open, rawDatabase } from '../store/databases.js';
import { fill, newService } from './filled-store.js';

const clock = { now: () => Date.UTC(2027, 0, 1) };
const passPhrase = 'correct horse';
const base = { kind: 'base', certificates: 'full' } as const;
const certificates = { kind: 'certificates', certificates: 'full', passPhrase } as const;

/** What people see of a store, by names. */
async function seen(store: OpenStore) {
  const names = (page: { items: { name: string }[] }) => page.items.map(({ name }) => name).sort();
  const all = await store.certificates.list({ limit: 100 });
  return {
    accounts: names(await store.accounts.list({})),
    policies: names(await store.policies.list({})),
    solvers: names(await store.solvers.list({})),
    targets: names(await store.targets.list({})),
    users: names(await store.users.list({})),
    domains: (await store.domains.list({})).items.map(({ pattern }) => pattern).sort(),
    services: (await store.virtualServices.list({})).items.map(({ index, address }) => `${index} ${address}`),
    certificates: all.items.map(({ name, policy, version }) => `${name} ${policy} ${version?.serial}`).sort(),
  };
}

const everything = {
  accounts: ['le'],
  policies: ['default'],
  solvers: ['dns', 'vs-1'],
  targets: ['admin', 'vs-1'],
  users: ['anna'],
  domains: ['.example.com', '.example.org'],
  services: ['1 192.0.2.1'],
};
const issued = ['bought null 0bought', 'shop default 0shop', 'www default 0www'];
const nothing = {
  accounts: [],
  policies: [],
  solvers: [],
  targets: [],
  users: [],
  domains: [],
  services: [],
  certificates: [],
};

describe.each(databases)('backups in parts on $name', kind => {
  let from: OpenStore;
  let to: OpenStore;
  let toUrl: string;
  beforeAll(() => kind.start());
  afterAll(() => kind.stop());
  beforeEach(async () => {
    from = await open(await kind.create(), { clock });
    toUrl = await kind.create();
    to = await open(toUrl, { clock, masterKey: Buffer.alloc(32, 9) });
    await fill(from);
    return async () => {
      await from.close();
      await to.close();
    };
  });

  const backUp = (creation: Parameters<typeof backUpToBuffer>[1]) =>
    backUpToBuffer({ store: from, clock }, creation, 'user:anna');
  const restore = (
    file: Buffer,
    request: Parameters<typeof restoreBackup>[2] = {},
    secrets: RestoreSecrets = { passPhrase },
  ) => restoreBackup({ store: to, clock }, fromBuffer(file), request, secrets, 'user:bert');

  test('all of it: keys open, ids and numbers fit, the instance is paused, and work waits', async () => {
    await restore(await backUp({ ...base, passPhrase }));
    const done = await restore(await backUp(certificates));
    expect(done).toMatchObject({ kind: 'certificates', leftOut: [], restored: { certificate: 3 } });
    expect(await seen(to)).toEqual({ ...everything, certificates: issued });
    expect((await pauseOf(to))?.reason).toMatch(/Restored/);

    const account = await to.accounts.byName('le');
    const original = await from.accounts.byName('le');
    expect(account.accountUrl).toBe(original.accountUrl);
    expect(await to.keys.privateKeyPem(account.keyId)).toBe(await from.keys.privateKeyPem(original.keyId));
    expect((await to.solvers.withSecrets((await to.solvers.byName('dns')).id)).config).toEqual({
      zone: 'x',
      key: 'tsig',
    });
    expect([await to.settings.get('colour'), await to.settings.secret('word')]).toEqual(['blue', 'hush']);
    const policy = await to.policies.byName('default');
    expect([policy.accountIds, policy.defaultSolverId]).toEqual([[account.id], (await to.solvers.byName('vs-1')).id]);

    const www = await to.certificates.byName('www');
    const version = await to.versions.current(www.id);
    expect(await to.keys.privateKeyPem(version?.keyId ?? '')).toMatch(/PRIVATE KEY/);
    expect(await to.certificates.labels(www.id)).toEqual({ team: 'www' });
    expect(await to.certificates.keystorePassword(www.id)).toBe('of www');
    expect(await to.keys.privateKeyPem(www.importedKeyId ?? '')).toMatch(/PRIVATE KEY/);
    expect(await to.revokedKeys.find('c3Rvbw==')).toMatchObject({ certificate: 'gone', version: 7 });
    const [assignment] = await to.assignments.ofCertificate(www.id);
    expect((await to.deployments.latest(assignment?.id ?? ''))?.status).toBe('pending');
    expect(await to.jobs.find('keep-valid', www.id)).toBeDefined();
    expect(await to.jobs.find('keep-valid', (await to.certificates.byName('bought')).id)).toBeUndefined();
    const { createdAt: _, loadBalancerId, ...service } = await to.virtualServices.get(1);
    expect(service).toMatchObject({
      subVirtualServices: [
        {
          index: 2,
          name: 'sub',
          contentRules: ['api', 'default', 'shop'],
          realServers: [{ address: '10.0.0.1', weight: 7 }],
        },
      ],
    });
    expect((await to.virtualServices.create(newService(loadBalancerId, '192.0.2.2'))).index).toBe(3);
    const { items } = await to.events.list({ order: 'oldest' });
    expect(items.map(({ action }) => action)).toEqual(['system.restored', 'system.paused', 'system.restored']);
  });

  test('parts one by one come to the same as together, in either order', async () => {
    const file = await backUp({ ...base, passPhrase });
    const first = await restore(file, { parts: ['base'] });
    expect(first.leftOut).toEqual(['policy default was restored without its solver, which is not here.']);
    expect(await seen(to)).toEqual({
      ...everything,
      solvers: ['dns'],
      targets: ['admin'],
      domains: ['.example.org'],
      services: [],
      certificates: [],
    });
    await restore(file, { parts: ['vs'] });
    expect(await seen(to)).toEqual({ ...everything, certificates: [] });
    expect((await to.policies.byName('default')).defaultSolverId).toBe((await to.solvers.byName('vs-1')).id);
    await restore(file, { parts: ['base'] });
    expect((await to.policies.byName('default')).defaultSolverId).toBe((await to.solvers.byName('vs-1')).id);
  });

  test.each([
    ['full', issued],
    ['third', ['bought null 0bought']],
    ['vs', ['www default 0www']],
  ] as const)(
    'certificates of type %s, chosen when they are restored or when they were backed up',
    async (type, expected) => {
      await restore(await backUp({ ...base, passPhrase }));
      await restore(await backUp(certificates), { certificates: type });
      expect((await seen(to)).certificates).toEqual(expected);
      const chosen = await backUp({ ...certificates, certificates: type });
      await restore(chosen);
      expect((await seen(to)).certificates).toEqual(expected);
    },
  );

  test('onto the store that it was made of: what has the same name is put back, other things stay', async () => {
    const [file, bought] = [await backUp(base), await backUp(certificates)];
    const before = await from.accounts.byName('le');
    await from.transaction(async tx => {
      await tx.accounts.update(before.id, { email: 'changed@example.com' });
      await tx.users.create({ name: 'carl', role: 'viewer', passwordHash: 'hash' });
      await tx.settings.set('colour', 'red');
      const { id } = await tx.certificates.byName('www');
      await tx.certificates.update(id, { lastError: 'broken' });
    });
    const here = { store: from, clock };
    await restoreBackup(here, fromBuffer(file), {}, {}, 'user:anna');
    await restoreBackup(here, fromBuffer(bought), {}, { passPhrase }, 'user:anna');
    expect(await seen(from)).toEqual({ ...everything, users: ['anna', 'carl'], certificates: issued });
    expect(await from.accounts.byName('le')).toMatchObject({ id: before.id, email: null });
    expect(await from.settings.get('colour')).toBe('blue');
    expect((await from.certificates.byName('www')).lastError).toBeNull();
  });

  test('a certificate whose policy is neither in the file nor here is refused, and nothing of the others is there', async () => {
    const file = await backUp(certificates);
    await expect(restore(file)).rejects.toThrow(/(www|shop).*policy.*base configuration first/);
    expect(await seen(to)).toEqual(nothing);
    expect(await pauseOf(to)).toBeNull();
  });

  test.each<[string, Parameters<typeof backUpToBuffer>[1], RestoreSecrets, RegExp]>([
    ['a wrong pass phrase', { ...base, passPhrase }, { passPhrase: 'wrong horse' }, /pass phrase is wrong/],
    ['no pass phrase', { ...base, passPhrase }, {}, /pass phrase\. Give it/],
    ['the master key of another instance', base, {}, /master key is another one/],
  ])('%s opens nothing', async (_, creation, secrets, message) => {
    await expect(restore(await backUp(creation), {}, secrets)).rejects.toThrow(message);
    expect(await seen(to)).toEqual(nothing);
  });

  test('without a pass phrase: under the master key, or the usual pass phrase', async () => {
    await restore(await backUp(base), {}, { masterKey: Buffer.alloc(32, 7) });
    expect(await seen(to)).toEqual({ ...everything, certificates: [] });
    await from.settings.setSecret(passPhraseSetting, 'the usual one');
    await to.settings.setSecret(passPhraseSetting, 'the usual one');
    expect((await restore(await backUp(base), {}, {})).restored).toMatchObject({ account: 1 });
  });

  test('damage anywhere, a piece that is missing, another file: refused, and nothing is changed', async () => {
    const file = await backUp({ ...base, passPhrase });
    const bend = (at: number) => {
      const bent = Buffer.from(file);
      bent[at] = (bent[at] ?? 0) ^ 1;
      return bent;
    };
    const header = file.indexOf(10, file.indexOf(10) + 1);
    const bad: Buffer[] = [
      Buffer.alloc(0),
      Buffer.from('not a backup at all'),
      Buffer.from(`${'x'.repeat(100_000)}\n`),
      Buffer.from(file.toString('latin1').replace('certfleet-backup 1', 'certfleet-backup 2'), 'latin1'),
      file.subarray(0, header),
      file.subarray(0, header + 1),
      file.subarray(0, file.length - 1),
      file.subarray(0, Math.floor(file.length / 2)),
      Buffer.concat([file, Buffer.from('x')]),
      ...[
        0,
        5,
        17,
        18,
        25,
        header - 2,
        header,
        header + 1,
        Math.floor(file.length / 2),
        file.length - 17,
        file.length - 1,
      ].map(bend),
    ];
    for (const [index, each] of bad.entries()) {
      await expect(restore(each), `file ${index}`).rejects.toMatchObject({
        code: expect.stringMatching(/^(invalid-input|not-possible)$/),
      });
    }
    expect(await seen(to)).toEqual(nothing);
    expect((await to.events.list()).items).toEqual([]);
  });

  test('each table has its place, each foreign key its entry', async () => {
    const { db, close } = await rawDatabase(toUrl);
    try {
      const tables = (await db.introspection.getTables()).map(({ name }) => name).filter(name => name !== 'migration');
      expect(Object.keys(places).sort()).toEqual(tables.sort());
      if (kind.name !== 'sqlite') return;
      for (const [table, place] of Object.entries(places)) {
        if ('left' in place) continue;
        const { rows } = await sql<{
          from: string;
          table: Table;
        }>`select "from", "table" from pragma_foreign_key_list(${table})`.execute(db);
        const owner = 'of' in place ? place.by : null;
        const expected = rows
          .filter(row => row.from !== owner && row.table !== 'virtual_service')
          .map(row => `${row.from} → ${row.table}`);
        const entered = (references[table as Table] ?? [])
          .filter(({ to: other }) => other !== 'version')
          .map(({ column, to: other }) => `${column} → ${other}`);
        expect([table, ...entered.sort()]).toEqual([table, ...expected.sort()]);
      }
    } finally {
      await close();
    }
  });
});
