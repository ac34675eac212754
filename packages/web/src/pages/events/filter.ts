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
export const EventsSearch = EventFilter.extend({ event: z.int().min(1).optional().catch(undefined) });

/** Everything in the filter that is unset. */
export function nothingOf(filter: EventFilter): { [Key in keyof EventFilter]: undefined } {
  return Object.fromEntries(Object.keys(filter).map(key => [key, undefined]));
}

/** `2026-11-21T18:40` in the person's zone, as inputs of the type datetime-local have it. */
export function localOf(at: string | undefined): string {
  if (at === undefined) return '';
  const moment = new Date(at);
  return new Date(moment.getTime() - moment.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}

/** The moment in UTC of what was chosen in the person's zone; undefined: nothing was. */
export function momentOf(local: string): string | undefined {
  const moment = new Date(local);
  return Number.isNaN(moment.getTime()) ? undefined : moment.toISOString();
}
