import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DatabaseSyncInstance } from '@photostructure/sqlite';
import { Kysely } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { rootContext } from './context.js';
import { LeaseLost, openStore, Store } from './index.js';
import { openKeyRing } from './key-ring.js';
import type { Database } from './schema/index.js';
import { openSqlite, type SqliteFile } from './sqlite.js';
import { GroupCommit } from './transactions.js';

/**
 * The cost of finding what is due must not grow with what exists. SQLite's planner tells: a `SCAN` of a table that isn't
 * by way of an index reads all of it.
 */
describe('statements find their rows by index', () => {
  const masterKey = Buffer.alloc(32, 1);
  const folder = mkdtempSync(join(tmpdir(), 'certfleet-plans-'));
  const path = join(folder, 'store.db');
  const statements: string[] = [];
  let file: SqliteFile;
  let store: Store;
  /** The index of a virtual service. */
  let service: number;
  /** The id of one of its targets. */
  let target: string;

  beforeAll(async () => {
    await (await openStore({ url: `sqlite:${path}`, masterKey })).close();
    file = await openSqlite(path);
    const db = new Kysely<Database>({
      dialect: file.dialect,
      log: ({ query }) => void statements.push(query.sql.trim()),
    });
    const commits = new GroupCommit(db, file.database);
    const ring = await openKeyRing(db, masterKey, Date.now);
    const database = {
      db,
      dialect: 'sqlite',
      transaction: commits.run.bind(commits),
      snapshot: commits.run.bind(commits),
      close: async () => file.close(),
    } as const;
    store = new Store(rootContext(database, ring, Date.now), { event: () => undefined, enqueued: () => undefined });
    for (const subject of ['a', 'b', 'c', 'd']) {
      await store.jobs.enqueue({ kind: 'k', subject, lock: subject, urgency: 1, runAt: 0 });
    }
    const { id } = await store.loadBalancers.create({ name: 'default', isDefault: true, instances: [] });
    const created = await store.virtualServices.create({
      ...{ loadBalancerId: id, name: null, address: '::1', port: 80, type: 'http', enabled: true },
      ...{ redirectPort: null, http2: null },
      ...{ scheduling: 'round-robin', persistence: { type: 'none' }, healthCheck: { type: 'none' } },
      ...{ minimumServers: 1, unavailable: null },
    });
    service = created.index;
    const config = { virtualService: service };
    target = (await store.targets.create({ name: 't', type: 'virtual-service', config, secrets: null })).id;
  });
  afterAll(() => {
    file.close();
    rmSync(folder, { recursive: true });
  });

  const now = Date.now();
  const claim = { holder: 'me', now: now + 1000, leaseMs: 1000, limit: 1 };
  const lease = { lock: 'a', fence: 1, holder: 'me' };
  const ten = { limit: 10 };
  const cursor = (...position: (string | number)[]) => Buffer.from(JSON.stringify(position)).toString('base64url');

  test.each<[string, (store: Store) => Promise<unknown>]>([
    ['enqueue', store => store.jobs.enqueue({ kind: 'k', subject: 'c', lock: 'c', urgency: 1, runAt: now })],
    ['failing ones of a policy', store => store.failing.tryNow('k', { policy: 'id', otherAccounts: false })],
    ['failing ones of an account', store => store.failing.tryNow('k', { account: 'id', otherAccounts: true })],
    ['failing ones of a solver', store => store.failing.tryNow('k', { solver: 'id' })],
    ['failing ones of a virtual service', store => store.failing.tryNow('k', { virtualService: 1 })],
    ['failing ones of a load balancer', store => store.failing.tryNow('k', { loadBalancer: 'id' })],
    ['a failing one', store => store.failing.tryNow('k', { certificate: 'id' })],
    ['failing ones of a domain', store => store.failing.tryNow('k', { domain: '.example.com' })],
    ['claim', store => store.jobs.claim(claim)],
    ['claim by kind', store => store.jobs.claim({ ...claim, kinds: ['k'] })],
    ['claim unless paused', store => store.jobs.claim({ ...claim, kindsWhilePaused: ['k'] })],
    ['renew', store => store.jobs.renew(lease, now)],
    ['complete', store => store.fenced(lease, tx => tx.jobs.complete(lease, { id: 'none' }))],
    ['next moment', store => store.jobs.nextRunAt()],
    ['lag', store => store.jobs.lag(now)],
    ['lag of some kinds', store => store.jobs.lag(now, ['k'])],
    ['free leases', store => store.jobs.freeLeasesOf('me')],
    ['due for ARI', store => store.certificates.dueForAriCheck(now, 10)],
    ['due for a notice', store => store.certificates.dueForNotice(now, 10)],
    ['next moment of a notice', store => store.certificates.nextNoticeAt()],
    ['gathering notices', store => store.notices.gather('id', now)],
    ['messages that are due', store => store.notices.due('id', now)],
    ['next message of a channel', store => store.notices.nextAt('id', 1000)],
    ['content of a message', store => store.notices.content('id', 10)],
    ['a message that is over', store => store.notices.finish('id')],
    ['notices that wait', store => store.notices.waiting(['id'])],
    ['the version before', store => store.versions.before({ certificateId: 'id', number: 3 })],
    ['next ARI moment', store => store.certificates.nextAriCheckAt()],
    ['certificate by name', store => store.certificates.findByName('www')],
    ['certificates with an imported key', store => store.certificates.withImportedKey('AA==')],
    ['revoked key', store => store.revokedKeys.find('AA==')],
    ['certificates of a policy', store => store.policies.certificateNames('id', 'www', 10)],
    ['running order', store => store.orders.active('id')],
    ['challenges to clean up', store => store.challenges.uncleaned()],
    ['challenges of an order to clean up', store => store.challenges.uncleaned('id')],
    ['challenges left over', store => store.challenges.leftOver('id')],
    ['current version', store => store.versions.current('id')],
    ['versions of a certificate', store => store.versions.byCertificate('id', { limit: 10, cursor: cursor(5, 'id') })],
    ['latest deployment', store => store.deployments.latest('id')],
    ['superseding', store => store.deployments.supersedeOlder('id', 3)],
    ['what could not be read on a target', store => store.deployments.unprovenOn(['id'])],
    ['what was read on a target', store => store.deployments.unprove(['id'], 'It was disabled.')],
    ['assignments of a certificate', store => store.assignments.ofCertificate('id')],
    ['assignments of a target', store => store.assignments.onTargets(['id'])],
    ['the default of a target', store => store.assignments.defaultOf(target)],
    ['the default before', store => store.assignments.otherDefaults({ id: 'id', targetId: target })],
    ['becoming the default', store => store.assignments.makeDefault({ id: 'id', targetId: target })],
    ['solvers of virtual services', store => store.solvers.onVirtualServices([1, 2])],
    ['targets of virtual services', store => store.targets.onVirtualServices([1, 2])],
    ['what solvers present', store => store.challenges.presentedBy(['id', 'other'])],
    ['the service that presents', store => store.challenges.presentingService(1_000_000_001)],
    ['virtual services', store => store.virtualServices.list({ ...ten, cursor: cursor(7, 7) })],
    ['virtual services by address', store => store.virtualServices.list({ ...ten, address: '::1', port: 443 })],
    ['virtual services by type', store => store.virtualServices.list({ ...ten, type: 'redirect' })],
    ['virtual services by name', store => store.virtualServices.list({ ...ten, name: 'shop' })],
    ['places of virtual services', store => store.virtualServices.places([1, 2])],
    ['virtual services by index', store => store.virtualServices.ofIndexes([1, 2])],
    ['policies of an account', store => store.policies.list({ ...ten, account: 'le', cursor: cursor('a', 'id') })],
    ['a virtual service', store => store.virtualServices.find(service)],
    ['the owner of an index', store => store.virtualServices.owning(service)],
    ['content rules', store => store.contentRules.list({ ...ten, cursor: cursor('api', 'id') })],
    ['uses of content rules', store => store.contentRules.uses(['id'])],
    ['domains', store => store.domains.byPatterns(['www.example.com', '.example.com', '.com'])],
    ['failing certificates', store => store.certificates.list({ ...ten, health: 'failing' })],
    ['certificates that need a person', store => store.certificates.list({ ...ten, health: 'needs-person' })],
    ['due certificates', store => store.certificates.list({ ...ten, health: 'due', sort: 'notAfter' })],
    ['what is under way', store => store.overviews.running(ten)],
    ['the most urgent certificates', store => store.overviews.troubled(20)],
    ['the emptiest rate buckets', store => store.rateBuckets.emptiest('https://ca.example/', 'domains:', 5)],
    ['rate buckets', store => store.rateBuckets.get('https://ca.example/', ['orders:1', 'orders:2'])],
    ['events of a subject', store => store.events.list({ ...ten, subject: 'certificate:www', cursor: cursor(9, 9) })],
    ['events of an action', store => store.events.list({ ...ten, action: 'certificate.issued', order: 'oldest' })],
    ['newest event', store => store.events.newestId()],
    ['pruning events', store => store.events.prune(now)],
    ['pruning orders', store => store.history.pruneOrders(now)],
    ['pruning versions', store => store.history.pruneVersions(now)],
    ['pruning deployments', store => store.history.pruneDeployments(now)],
    ['pruning locks', store => store.jobs.pruneLocks('')],
    ['deleting keys', store => store.keys.deleteUnused(['id'])],
    ['deleting a certificate', store => store.certificates.delete('id')],
    ['certificates by name', store => store.certificates.list({ ...ten, cursor: cursor('www', 'id') })],
    [
      'certificates by notAfter',
      store => store.certificates.list({ ...ten, sort: 'notAfter', cursor: cursor(7, 'id') }),
    ],
    [
      'certificates by renewal',
      store => store.certificates.list({ ...ten, sort: '-renewal', cursor: cursor(7, 'id') }),
    ],
  ])('%s', async (_, action) => {
    statements.length = 0;
    await action(store).catch(error => {
      if (!(error instanceof LeaseLost)) throw error;
    });
    const searching = statements.filter(text => /^(select|update|delete)/.test(text));
    expect(statements.length).toBeGreaterThan(0);
    expect(searching.flatMap(text => scansIn(file.database, text))).toEqual([]);
  });

  test.each<[string, (store: Store) => Promise<unknown>]>([
    ['claim', store => store.jobs.claim(claim)],
    ['next moment', store => store.jobs.nextRunAt()],
  ])('%s: runs for every job, and binds no LIMIT', async (_, action) => {
    statements.length = 0;
    await action(store);
    expect(statements.filter(text => / limit \d/.test(text))).not.toEqual([]);
    expect(statements.filter(text => / limit \?/.test(text))).toEqual([]);
  });

  test('what was imported and ends soon is found by when it ends, not among all that was imported', async () => {
    statements.length = 0;
    await store.certificates.list({ ...ten, health: 'needs-person' });
    const steps = statements.flatMap(text => stepsOf(file.database, text));
    expect(steps).toContainEqual(expect.stringMatching(/USING INDEX certificate_unrenewed \(policy_id=\? AND <expr>/));
    expect(steps.filter(step => step.includes('certificate_policy'))).toEqual([]);
  });

  test('while paused: jobs that go on are found by their kinds, not among all that are due', async () => {
    await store.settings.set('paused', { since: now, by: 'user:anna', reason: 'Moving.' });
    await store.jobs.enqueue({ kind: 'goes-on', subject: 'e', lock: 'e', urgency: 1, runAt: 0 });
    statements.length = 0;
    const [claimed] = await store.jobs.claim({ ...claim, kinds: ['k', 'goes-on'], kindsWhilePaused: ['goes-on'] });
    expect(claimed?.job.kind).toBe('goes-on');
    await store.jobs.lag(now, ['goes-on']);
    const read = statements.filter(text => text.startsWith('select')).flatMap(text => jobsReadIn(file.database, text));
    expect(read.sort()).toEqual([
      'SEARCH job USING INDEX job_subject (kind=?)',
      'SEARCH job USING INDEX job_subject (kind=?)',
      'SEARCH job USING INDEX sqlite_autoindex_job_1 (id=?)',
    ]);
  });
});

/** The steps of a statement's plan that read jobs. */
function jobsReadIn(database: DatabaseSyncInstance, statement: string): string[] {
  return stepsOf(database, statement).filter(detail => / job /.test(detail));
}

function stepsOf(database: DatabaseSyncInstance, statement: string): string[] {
  const steps = database.prepare(`explain query plan ${statement}`).all() as { detail: string }[];
  return steps.map(({ detail }) => detail);
}

/** The steps of a statement's plan that read a whole table. The partial indexes and candidates hold nothing but what is looked for. */
function scansIn(database: DatabaseSyncInstance, statement: string): string[] {
  return stepsOf(database, statement)
    .filter(detail =>
      /^SCAN (?!CONSTANT ROW|\(subquery|source|candidate|\w+ USING (COVERING )?INDEX (challenge_uncleaned|certificate_failing|deployment_unwell|version_revoked|order_running))/.test(
        detail,
      ),
    )
    .map(detail => `${detail} in ${statement}`);
}
