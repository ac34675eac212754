import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Repaired } from '../../../packages/server/src/store/failing.js';
import type { OpenStore } from '../../../packages/server/src/store/index.js';
import { databases, open } from './databases.js';
import { createAccount, createPolicy, poolSettings } from './fleet.js';

const start = Date.UTC(2027, 0, 1);
const day = 86_400_000;

describe.each(databases)('failing certificates on $name', databases => {
  let store: OpenStore;
  /** By the names that the table of tests has for them. */
  let ids: Record<string, string>;
  let indexes: Record<string, number>;

  beforeAll(() => databases.start());
  afterAll(() => databases.stop());
  beforeEach(async () => {
    store = await open(await databases.create(), { clock: { now: () => start } });
    const [first, second] = [await createAccount(store, 'first'), await createAccount(store, 'second')];
    const balancer = await store.loadBalancers.create({ name: 'balancer', isDefault: true, instances: [] });
    const other = await store.loadBalancers.create({ name: 'other', isDefault: false, instances: [] });
    const services = { http: await service(balancer.id, 80), elsewhere: await service(other.id, 81) };
    const proving = (name: string, index: number) =>
      store.solvers.create({ name, type: 'virtual-service', config: { virtualService: index } });
    const [usual, own, bound] = [
      await proving('usual', services.http),
      await proving('own', services.elsewhere),
      await store.solvers.create({ name: 'bound', type: 'standalone', config: { port: 5002 } }),
    ];
    const domain = await store.domains.create({ pattern: '.bound.example', solverId: bound.id });
    const policy = await createPolicy(store, 'policy', [first.id]);
    await store.policies.update(policy.id, { defaultSolverId: usual.id });
    const both = await createPolicy(store, 'both', [first.id, second.id]);
    await certificate('plain', policy.id, 'www.example', null);
    await certificate('own', policy.id, 'own.example', own.id);
    await certificate('bound', both.id, '*.bound.example', null);
    // Well, and of the same policy: nothing of it changes.
    await certificate('well', policy.id, 'well.example', null, { failures: 0, retryAt: start + day });
    ids = {
      ...{ first: first.id, second: second.id, usual: usual.id, own: own.id, bound: bound.id },
      ...{ policy: policy.id, both: both.id, domain: domain.id, balancer: balancer.id, other: other.id },
    };
    indexes = services;
    return () => store.close();
  });

  async function service(loadBalancerId: string, port: number): Promise<number> {
    const rest = { ...poolSettings, type: 'http', name: null, enabled: true, redirectPort: null, http2: null } as const;
    const created = await store.virtualServices.create({ ...rest, loadBalancerId, address: '::1', port });
    return created.index;
  }

  async function certificate(
    name: string,
    policyId: string,
    value: string,
    solverId: string | null,
    timing = { failures: 5, retryAt: start + day },
  ): Promise<void> {
    const identifiers = [{ type: 'dns', value, solverId }] as const;
    const { id } = await store.certificates.create({ name, policyId, identifiers, strikes: 5, ...timing });
    const job = { kind: 'keep-valid', subject: id, lock: `certificate:${id}`, urgency: 0 };
    await store.jobs.enqueue({ ...job, runAt: start + day });
  }

  const all = ['bound', 'own', 'plain', 'well'];
  async function dueNow(): Promise<string[]> {
    const names: string[] = [];
    for (const name of all) {
      const { id, retryAt } = await store.certificates.byName(name);
      const job = await store.jobs.find('keep-valid', id);
      expect(job?.runAt).toBe(retryAt);
      if (retryAt === start) names.push(name);
    }
    return names;
  }

  test.each<[string, () => Repaired, string[]]>([
    ['a policy', () => ({ policy: ids.policy ?? '', otherAccounts: false }), ['own', 'plain']],
    [
      'an account of two policies',
      () => ({ account: ids.first ?? '', otherAccounts: true }),
      ['bound', 'own', 'plain'],
    ],
    ['a second account', () => ({ account: ids.second ?? '', otherAccounts: true }), ['bound']],
    [
      'a policy’s default solver, without those that have one of their own',
      () => ({ solver: ids.usual ?? '' }),
      ['plain'],
    ],
    ['a solver that a certificate names', () => ({ solver: ids.own ?? '' }), ['own']],
    ['a solver that a domain is bound to', () => ({ solver: ids.bound ?? '' }), ['bound']],
    ['a virtual service', () => ({ virtualService: indexes.http ?? 0 }), ['plain']],
    ['a load balancer', () => ({ loadBalancer: ids.other ?? '' }), ['own']],
    ['a domain', () => ({ domain: '.bound.example' }), ['bound']],
    ['a name', () => ({ domain: 'www.example' }), ['plain']],
    ['a domain that only looks like it', () => ({ domain: '.ound.example' }), []],
  ])('%s was repaired: those that use it are due, with their jobs', async (_, repaired, expected) => {
    expect(await store.failing.tryNow('keep-valid', repaired())).toBe(expected.length);
    expect(await dueNow()).toEqual(expected);
  });

  test('the choice among accounts begins with the first if that is what was repaired', async () => {
    await store.failing.tryNow('keep-valid', { solver: ids.usual ?? '' });
    expect(await store.certificates.byName('plain')).toMatchObject({ failures: 5, strikes: 5 });
    await store.failing.tryNow('keep-valid', { policy: ids.policy ?? '', otherAccounts: false });
    expect(await store.certificates.byName('plain')).toMatchObject({ failures: 5, strikes: 0 });
  });

  test.each<[string, () => Repaired, string[]]>([
    ['its policy, but not the accounts of that', () => ({ policy: ids.policy ?? '', otherAccounts: false }), ['own']],
    ['its solver', () => ({ solver: ids.usual ?? '' }), []],
    ['its policy’s accounts', () => ({ policy: ids.policy ?? '', otherAccounts: true }), ['own', 'plain']],
  ])('a wait that the CA asked for is cut short only for another account: changed was %s', async (_, repaired, due) => {
    const { id } = await store.certificates.byName('plain');
    await store.certificates.update(id, { waitsFor: 'The CA asked for a wait until tomorrow.' });
    expect(await store.failing.tryNow('keep-valid', repaired())).toBe(due.length);
    expect(await dueNow()).toEqual(due);
  });

  test('such a wait that is over, or that was ended, holds nothing up', async () => {
    for (const retryAt of [start, null]) {
      const { id } = await store.certificates.byName('plain');
      await store.certificates.update(id, { waitsFor: 'The CA asked for a wait until today.', retryAt });
      expect(await store.failing.tryNow('keep-valid', { solver: ids.usual ?? '' })).toBe(1);
    }
  });

  test.each<[string, number, number | null, number | null]>([
    ['is being tried for the first time: it will be seen, though nothing fails', start, null, start],
    ['is about to be, after a success', start, start - day, start],
    ['is not due', start + 1, start - day, start - day],
    ['rests after it was replaced twice', start, start + day, start + day],
  ])('one that %s', async (_, runAt, retryAt, expected) => {
    const { id } = await store.certificates.byName('well');
    await store.certificates.update(id, { retryAt });
    await store.jobs.enqueue({ kind: 'keep-valid', subject: id, lock: 'well', urgency: 0, runAt });
    if (runAt <= start) await store.jobs.claim({ holder: 'me', now: start, leaseMs: day, limit: 1 });
    expect(await store.failing.tryNow('keep-valid', { solver: ids.own ?? '' })).toBe(1);
    expect((await store.certificates.byName('well')).retryAt).toBe(retryAt);
    expect(await store.failing.tryNow('keep-valid', { policy: ids.policy ?? '', otherAccounts: false })).toBe(2);
    expect((await store.certificates.byName('well')).retryAt).toBe(expected);
  });

  test('two that change several at a time wait for each other, and both come to an end', async () => {
    const policy = { policy: ids.policy ?? '', otherAccounts: true };
    const plan = (names: readonly string[]) =>
      store.transaction(async tx => {
        await tx.certificates.lock('name', names);
        for (const name of names) {
          const { id } = await tx.certificates.byName(name);
          await tx.certificates.update(id, { renewAt: start + day });
        }
      });
    const orders = [
      () => plan(['own', 'plain']),
      () => plan(['plain', 'own']),
      () => store.failing.tryNow('keep-valid', policy),
    ];
    await Promise.all(Array.from({ length: 30 }, (_, index) => orders[index % 3]?.()));
    for (const name of ['plain', 'own']) {
      expect(await store.certificates.byName(name)).toMatchObject({ renewAt: start + day, retryAt: start });
    }
  });

  test('one that is being tried is tried once more', async () => {
    const { id } = await store.certificates.byName('plain');
    const claim = { holder: 'me', now: start + day, leaseMs: day, limit: 10 };
    const claimed = (await store.jobs.claim(claim)).find(({ job }) => job.subject === id);
    if (!claimed) throw new Error('It was not claimed.');
    await store.failing.tryNow('keep-valid', { policy: ids.policy ?? '', otherAccounts: false });
    await store.jobs.reschedule(claimed.lease, claimed.job, { runAt: start + 2 * day, attempt: 0, error: null });
    expect(await store.jobs.find('keep-valid', id)).toMatchObject({ state: 'waiting', runAt: start });
  });
});
