import { EventQuery } from '@certfleet/contract';
import { z } from 'zod';

const { subject, action, actor, outcome, search, since, until } = EventQuery.shape;

/** What the list is narrowed to, as the address of the page says it. What is wrong is left out. */
export const EventFilter = z.object({
  subject: subject.catch(undefined),
  action: action.catch(undefined),
  actor: actor.catch(undefined),
  outcome: outcome.catch(undefined),
  search: search.catch(undefined),
  since: since.catch(undefined),
  until: until.catch(undefined),
});
export type EventFilter = z.infer<typeof EventFilter>;

/** The address of the page: the filter, and the event whose details are open. */
export const EventsSearch = EventFilter.extend({ event: z.coerce.number().int().min(1).optional().catch(undefined) });

/** Everything in the filter that is unset. */
export function nothingOf(filter: EventFilter): { [Key in keyof EventFilter]: undefined } {
  return Object.fromEntries(Object.keys(filter).map(key => [key, undefined]));
}
