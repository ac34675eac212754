import type { Domain } from '@certfleet/contract';
import { parseDomainPattern } from '../domain/domain-pattern.js';
import { DomainError } from '../domain/errors.js';
import type { Engine } from '../engine.js';
import { type Actor, describeActor } from '../http/actor.js';
import type { Handlers } from '../http/handlers.js';
import { tryFailing } from '../jobs/try-failing.js';
import type { DomainDetail } from '../store/domains.js';
import type { Store } from '../store/index.js';
import { unprovableNames } from './unprovable-names.js';

/** Domains: names and suffixes bound to the solvers that prove them. They hold from the next order on. */
export function domainHandlers(engine: Engine): Handlers['domain'] {
  const { store } = engine;
  return {
    async create({ body }, actor) {
      const pattern = parseDomainPattern(body.pattern);
      return store.transaction(async tx => {
        const solver = await tx.solvers.byName(body.solver);
        const domain = await tx.domains.create({ pattern, solverId: solver.id });
        const tried = await tryFailing(tx, { domain: pattern });
        const message = `The domain ${pattern} is proven by the solver ${solver.name}.${tried}`;
        await record(tx, actor, pattern, 'created', message);
        return toDomain({ ...domain, solver: solver.name });
      });
    },

    async list({ query }) {
      const { solver, ...request } = query;
      const solverId = solver === undefined ? undefined : (await store.solvers.byName(solver)).id;
      const page = await store.domains.list({ ...request, solverId });
      return { items: page.items.map(toDomain), nextCursor: page.nextCursor };
    },

    unprovable: unprovableNames(engine),

    async delete({ params }, actor) {
      const pattern = parseDomainPattern(params.pattern);
      await store.transaction(async tx => {
        const [domain] = await tx.domains.byPatterns([pattern]);
        if (!domain) throw new DomainError('not-found', `There is no domain ${pattern}.`);
        await tx.domains.delete(domain.id);
        const tried = await tryFailing(tx, { domain: pattern });
        await record(tx, actor, pattern, 'deleted', `The domain ${pattern} was deleted.${tried}`);
      });
    },
  };
}

async function record(tx: Store, actor: Actor, pattern: string, verb: string, message: string): Promise<void> {
  await tx.events.append({
    actor: describeActor(actor),
    action: `domain.${verb}`,
    subject: `domain:${pattern}`,
    outcome: 'succeeded',
    message,
  });
}

function toDomain({ id, pattern, solver, createdAt }: DomainDetail): Domain {
  return { id, pattern, solver, createdAt: new Date(createdAt).toISOString() };
}
