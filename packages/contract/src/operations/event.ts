import { z } from 'zod';
import { pageOf } from '../list.js';
import { Event, EventExport, EventQuery } from '../resources/event.js';
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
  export: {
    method: 'GET',
    path: '/events/export',
    summary: 'Download events as CSV or JSON lines',
    role: 'viewer',
    query: EventExport,
    download: true,
  },
  show: {
    method: 'GET',
    path: '/events/{id}',
    summary: 'Show an event with its details',
    role: 'viewer',
    params: z.object({ id: z.coerce.number().int().min(1) }),
    reply: Event,
  },
} as const satisfies Record<string, Operation>;
