import type { Token } from '@certfleet/contract';
import type { Clock } from '../../clock.js';
import { DomainError } from '../../domain/errors.js';
import type { Store } from '../../store/index.js';
import type { TokenRecord } from '../../store/tokens.js';
import { describeActor } from '../actor.js';
import { newApiToken } from '../api-token.js';
import type { Handlers } from '../handlers.js';

/** API tokens. */
export function tokenHandlers(store: Store, clock: Clock): Handlers['token'] {
  return {
    async create({ body: { name, role, expiresAt } }, actor) {
      const until = expiresAt === null ? null : Date.parse(expiresAt);
      if (until !== null && until <= clock.now()) {
        throw new DomainError('invalid-input', `A token that expired at ${expiresAt} would be of no use.`, {
          fields: [{ path: 'expiresAt', message: 'Must be in the future.' }],
        });
      }
      const { token, hash } = newApiToken();
      return await store.transaction(async tx => {
        const createdBy = describeActor(actor);
        const record = await tx.tokens.create({ name, role, hash, createdBy, expiresAt: until });
        await tx.events.append({
          actor: createdBy,
          action: 'token.created',
          subject: `token:${name}`,
          outcome: 'succeeded',
          message: `API token ${name} was created as ${role}, valid ${expiresAt ? `until ${expiresAt}` : 'without end'}.`,
          detail: { role, expiresAt },
        });
        return { ...toToken(record), token };
      });
    },

    async list({ query }) {
      const page = await store.tokens.list(query);
      return { items: page.items.map(toToken), nextCursor: page.nextCursor };
    },

    async delete({ params: { name } }, actor) {
      await store.transaction(async tx => {
        await tx.tokens.delete(name);
        await tx.events.append({
          actor: describeActor(actor),
          action: 'token.deleted',
          subject: `token:${name}`,
          outcome: 'succeeded',
          message: `API token ${name} was deleted.`,
        });
      });
    },
  };
}

function toToken({ id, name, role, createdBy, user, createdAt, expiresAt, lastUsedAt }: TokenRecord): Token {
  return {
    id,
    name,
    role,
    createdBy,
    user,
    createdAt: new Date(createdAt).toISOString(),
    expiresAt: expiresAt === null ? null : new Date(expiresAt).toISOString(),
    lastUsedAt: lastUsedAt === null ? null : new Date(lastUsedAt).toISOString(),
  };
}
