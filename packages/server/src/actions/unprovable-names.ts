import { setImmediate } from 'node:timers/promises';
import type { UnprovableNames } from '@certfleet/contract';
import { DomainError } from '../domain/errors.js';
import { chooseProof } from '../domain/proof.js';
import { minutes, seconds } from '../domain/time.js';
import type { Engine } from '../engine.js';
import { factsOf, patternsOf } from '../issuance/choose-solver.js';
import { remembered } from '../remembered.js';
import type { Store } from '../store/index.js';
import type { NameToProve } from '../store/proofs.js';

/** So many certificates are read at a time, and so many names are shown. */
const chunk = 2000;
const shown = 100;

/**
 * The names that nobody can prove as things are configured, by the one rule of domain/proof.ts. All names are looked at:
 * where that takes more than a second, the answer is kept for twenty times as long, at most a minute.
 */
export function unprovableNames({ store, clock }: Engine): () => Promise<UnprovableNames> {
  return remembered(
    cost => (cost < seconds(1) ? 0 : Math.min(20 * cost, minutes(1))),
    async () => {
      const faultOf = await rulesOf(store);
      const found: UnprovableNames = { examined: 0, total: 0, items: [], at: new Date(clock.now()).toISOString() };
      let after: string | null = null;
      do {
        const { names, last } = await store.proofs.names(after, chunk);
        for (const name of names) {
          const reason = faultOf(name);
          if (reason === null) continue;
          found.total++;
          if (found.items.length < shown) {
            found.items.push({ certificate: name.certificate, identifier: name.value, reason });
          }
        }
        found.examined += names.length;
        after = last;
        // Others are not kept waiting by the many.
        await setImmediate();
      } while (after !== null);
      return found;
    },
  );
}

/** Says of a name why nobody can prove it; null if somebody can. */
async function rulesOf(store: Store): Promise<(name: NameToProve) => string | null> {
  const { solvers: records, disabledServices, domains: bindings, defaults } = await store.proofs.rules();
  const domains = new Map(bindings.map(binding => [binding.pattern, binding]));
  const solvers = new Map([...records].map(([id, solver]) => [id, factsOf(disabledServices, solver)]));
  return ({ type, value, solverId, policyId }) => {
    const identifier = { type, value };
    const rules = {
      own: solverId,
      domains: patternsOf(identifier).flatMap(pattern => domains.get(pattern) ?? []),
      policyDefault: defaults.get(policyId) ?? null,
    };
    try {
      chooseProof(identifier, rules, id => solvers.get(id) ?? factsOf(disabledServices));
      return null;
    } catch (error) {
      if (error instanceof DomainError && error.code === 'unprovable') return error.message;
      throw error;
    }
  };
}
