import { type Event, operations, type Role } from '@certfleet/contract';
import { DomainError } from '../../domain/errors.js';
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
        exceptNouns: hiddenFrom(actor.role),
        since: since === undefined ? undefined : Date.parse(since),
        until: until === undefined ? undefined : Date.parse(until),
      });
      return { items: page.items.map(toEvent), nextCursor: page.nextCursor };
    },
    async show({ params: { id } }, actor) {
      const [found] = await store.events.get([id]);
      if (found && maySeeEvent(actor.role, found.action)) return toEvent(found);
      throw new DomainError('not-found', `There is no event ${id}. Events are kept for as long as the settings say.`);
    },
  };
}

/** The least role for events of these nouns is that of their lists: who signs in from where is not for everyone. */
const guarded = {
  user: operations.user.list.role,
  session: operations.user.list.role,
  token: operations.token.list.role,
} as const;

/** The nouns whose events a role may not see. */
function hiddenFrom(role: Role): string[] {
  return Object.entries(guarded).flatMap(([noun, least]) => (includesRole(role, least) ? [] : [noun]));
}

/** Whether a role may see events of this action. */
export function maySeeEvent(role: Role, action: string): boolean {
  return !hiddenFrom(role).includes(action.split('.', 1)[0] ?? '');
}

/** An event as the API shows it. */
export function toEvent({ id, at, actor, action, subject, outcome, message, detail }: EventRecord): Event {
  return { id, at: new Date(at).toISOString(), actor, action, subject, outcome, message, detail };
}
