import { type Event, operations, type Role } from '@certfleet/contract';
import type { EventRecord } from '../../store/events.js';
import type { Store } from '../../store/index.js';
import { includesRole } from '../actor.js';
import type { Handlers } from '../handlers.js';

/** Events as a list; the live stream shows the same ones. */
export function eventHandlers(store: Store): Handlers['event'] {
  return {
    async list({ query: { since, until, ...filter } }, actor) {
      const page = await store.events.list({
        ...filter,
        since: since === undefined ? undefined : Date.parse(since),
        until: until === undefined ? undefined : Date.parse(until),
      });
      const visible = page.items.filter(event => maySeeEvent(actor.role, event.action));
      return { items: visible.map(toEvent), nextCursor: page.nextCursor };
    },
  };
}

/**
 * Whether a role may see events of this action: those of a noun that it may list. Who signs in from where is for those
 * who may list users.
 */
export function maySeeEvent(role: Role, action: string): boolean {
  const noun = action.split('.', 1)[0];
  if (noun === 'user' || noun === 'session') return includesRole(role, operations.user.list.role);
  if (noun === 'token') return includesRole(role, operations.token.list.role);
  return true;
}

/** An event as the API shows it. */
export function toEvent({ id, at, actor, action, subject, outcome, message, detail }: EventRecord): Event {
  return { id, at: new Date(at).toISOString(), actor, action, subject, outcome, message, detail };
}
