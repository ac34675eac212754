import type { User } from '@certfleet/contract';
import type { Store } from '../../store/index.js';
import type { UserRecord } from '../../store/users.js';
import { describeActor } from '../actor.js';
import type { Handlers } from '../handlers.js';
import { hashPassword } from '../password.js';

/** Users and their roles. */
export function userHandlers(store: Store): Handlers['user'] {
  return {
    async create({ body: { name, role, password } }, actor) {
      const passwordHash = await hashPassword(password);
      return await store.transaction(async tx => {
        const user = await tx.users.create({ name, role, passwordHash });
        await tx.events.append({
          actor: describeActor(actor),
          action: 'user.created',
          subject: `user:${name}`,
          outcome: 'succeeded',
          message: `User ${name} was created as ${role}.`,
          detail: { role },
        });
        return toUser(user);
      });
    },

    async list({ query }) {
      const page = await store.users.list(query);
      return { items: page.items.map(toUser), nextCursor: page.nextCursor };
    },

    async change({ params: { name }, body: { role, password } }, actor) {
      const passwordHash = password === undefined ? undefined : await hashPassword(password);
      return await store.transaction(async tx => {
        const user = await tx.users.change(name, { ...(role && { role }), ...(passwordHash && { passwordHash }) });
        const changes = [...(role ? [`is ${role} now`] : []), ...(passwordHash ? ['has a new password'] : [])];
        if (changes.length > 0) {
          await tx.events.append({
            actor: describeActor(actor),
            action: 'user.changed',
            subject: `user:${name}`,
            outcome: 'succeeded',
            message: `User ${name} ${changes.join(' and ')}.`,
            detail: { ...(role && { role }), passwordChanged: passwordHash !== undefined },
          });
        }
        return toUser(user);
      });
    },

    async delete({ params: { name } }, actor) {
      await store.transaction(async tx => {
        await tx.users.delete(name);
        await tx.events.append({
          actor: describeActor(actor),
          action: 'user.deleted',
          subject: `user:${name}`,
          outcome: 'succeeded',
          message: `User ${name} was deleted.`,
        });
      });
    },
  };
}

function toUser({ id, name, role, createdAt, lastSignInAt }: UserRecord): User {
  return {
    id,
    name,
    role,
    createdAt: new Date(createdAt).toISOString(),
    lastSignInAt: lastSignInAt === null ? null : new Date(lastSignInAt).toISOString(),
  };
}
