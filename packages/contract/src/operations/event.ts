import { pageOf } from '../list.js';
import { Event, EventQuery } from '../resources/event.js';
import type { Operation } from './operation.js';

/** What happened. */
export const event = {
  list: {
    method: 'GET',
    path: '/events',
    summary: 'List events',
    role: 'viewer',
    query: EventQuery,
    reply: pageOf(Event),
  },
} as const satisfies Record<string, Operation>;
