import { createWriteStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { type Event, operations, type Role } from '@certfleet/contract';
import { DomainError } from '../../domain/errors.js';
import type { EventRecord } from '../../store/events.js';
import type { Store } from '../../store/index.js';
import { includesRole } from '../actor.js';
import { eventCsvHeading, eventCsvLine } from '../event-csv.js';
import type { Handlers } from '../handlers.js';

/** Events as a list and as a file; the live stream shows the same ones. */
export function eventHandlers(store: Store): Handlers['event'] {
  return {
    async list({ query }, { role }) {
      const page = await store.events.list(asFilter(query, role));
      return { items: page.items.map(toEvent), nextCursor: page.nextCursor };
    },

    async export({ query: { format, ...filter } }, { role }) {
      return {
        name: `certfleet-events.${format}`,
        save: file => pipeline(lines(), createWriteStream(file, { flags: 'wx', mode: 0o600 })),
      };

      async function* lines() {
        if (format === 'csv') yield eventCsvHeading;
        for (let cursor: string | null | undefined; cursor !== null; ) {
          const from = cursor === undefined ? {} : { cursor };
          const page = await store.events.list({ ...asFilter(filter, role), ...from, limit: batch });
          const written = format === 'csv' ? eventCsvLine : (event: Event) => `${JSON.stringify(event)}\n`;
          yield page.items.map(item => written(toEvent(item))).join('');
          cursor = page.nextCursor;
        }
      }
    },

    async show({ params: { id } }, actor) {
      const [found] = await store.events.get([id]);
      if (found && maySeeEvent(actor.role, found.action)) return toEvent(found);
      throw new DomainError('not-found', `There is no event ${id}. Events are kept for as long as the settings say.`);
    },
  };
}

/** Read and written at once, so that a file of any length takes little memory. */
const batch = 1000;

interface Moments {
  since?: string | undefined;
  until?: string | undefined;
}

/** As the store takes it, without what the role may not see. */
function asFilter<F extends Moments>({ since, until, ...filter }: F, role: Role) {
  return {
    ...filter,
    exceptNouns: hiddenFrom(role),
    since: since === undefined ? undefined : Date.parse(since),
    until: until === undefined ? undefined : Date.parse(until),
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
