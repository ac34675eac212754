import { isDeepStrictEqual } from 'node:util';
import type { Policy } from '@certfleet/contract';
import type { RenewalPolicy } from '../domain/renewal.js';
import { type Duration, days, hours } from '../domain/time.js';
import type { Engine } from '../engine.js';
import { describeActor } from '../http/actor.js';
import type { Handlers } from '../http/handlers.js';
import { planRenewalsJob } from '../jobs/plan-renewals.js';
import { tryFailing } from '../jobs/try-failing.js';
import type { Store } from '../store/index.js';
import type { PolicyRecord } from '../store/policies.js';
import { renewalPeriod } from './show-renewal.js';

/** Policies: ordered accounts, key properties and the renewal rule of many certificates. */
export function policyHandlers({ store, clock }: Engine): Handlers['policy'] {
  return {
    async create({ body }, actor) {
      const { accounts, defaultSolver, ...fields } = body;
      return store.transaction(async tx => {
        const policy = await tx.policies.create({
          ...fields,
          accountIds: await accountIds(tx, accounts),
          defaultSolverId: await solverId(tx, defaultSolver),
        });
        await tx.events.append({
          actor: describeActor(actor),
          action: 'policy.created',
          subject: `policy:${policy.name}`,
          outcome: 'succeeded',
          message: `Policy ${policy.name} was created.`,
          detail: body,
        });
        return toPolicy(policy);
      });
    },

    async list({ query }) {
      const page = await store.policies.list(query);
      return { items: page.items.map(toPolicy), nextCursor: page.nextCursor };
    },

    async show({ params: { name } }) {
      return toPolicy(await store.policies.byName(name));
    },

    async renewals({ query: { renewDaysBefore = null } }) {
      return { items: usualRenewals({ renewDaysBefore }) };
    },

    async change({ params: { name }, body }, actor) {
      const { accounts, defaultSolver, ...fields } = body;
      return store.transaction(async tx => {
        const policy = await tx.policies.byName(name);
        await tx.policies.update(policy.id, {
          ...fields,
          ...(accounts && { accountIds: await accountIds(tx, accounts) }),
          ...(defaultSolver !== undefined && { defaultSolverId: await solverId(tx, defaultSolver) }),
        });
        const { renewDaysBefore } = fields;
        const otherPeriod = renewDaysBefore !== undefined && renewDaysBefore !== policy.renewDaysBefore;
        if (otherPeriod) {
          const runAt = clock.now();
          await tx.jobs.enqueue({ ...planRenewalsJob(policy.id), urgency: runAt, runAt });
        }
        const changed = await tx.policies.get(policy.id);
        const otherAccounts = !isDeepStrictEqual(changed.accountIds, policy.accountIds);
        const repaired = { policy: policy.id, otherAccounts };
        const tried = isDeepStrictEqual(changed, policy) ? '' : await tryFailing(tx, repaired);
        const planned = otherPeriod ? ' The renewals of its certificates are planned anew.' : '';
        await tx.events.append({
          actor: describeActor(actor),
          action: 'policy.changed',
          subject: `policy:${name}`,
          outcome: 'succeeded',
          message: `Policy ${name} was changed. What it says of keys and accounts counts from the next order on.${planned}${tried}`,
          detail: body,
        });
        return toPolicy(changed);
      });
    },

    async delete({ params: { name } }, actor) {
      await store.transaction(async tx => {
        const policy = await tx.policies.byName(name);
        await tx.policies.delete(policy.id);
        await tx.events.append({
          actor: describeActor(actor),
          action: 'policy.deleted',
          subject: `policy:${name}`,
          outcome: 'succeeded',
          message: `Policy ${name} was deleted.`,
        });
      });
    },
  };
}

function accountIds(tx: Store, names: readonly string[]): Promise<string[]> {
  return Promise.all(names.map(async name => (await tx.accounts.byName(name)).id));
}

async function solverId(tx: Store, name: string | null): Promise<string | null> {
  return name === null ? null : (await tx.solvers.byName(name)).id;
}

/**
 * The longest that a public CA may give, what most certificates have now and will have, and that of short-lived ones.
 */
const usualLifetimes: readonly [string, Duration][] = [
  ['398 days', days(398)],
  ['90 days', days(90)],
  ['45 days', days(45)],
  ['160 hours', hours(160)],
];

function usualRenewals(policy: RenewalPolicy): Policy['renewals'] {
  return usualLifetimes.map(([lifetime, duration]) => ({ lifetime, ...renewalPeriod(policy, duration) }));
}

function toPolicy({ accountIds: _, defaultSolverId: __, createdAt, ...policy }: PolicyRecord): Policy {
  return {
    ...policy,
    keyAlgorithm: policy.keyAlgorithm as Policy['keyAlgorithm'],
    renewals: usualRenewals(policy),
    createdAt: new Date(createdAt).toISOString(),
  };
}
