import { ListQuery, pageOf } from '../list.js';
import { Channel, ChannelChange, ChannelCreation, ChannelTest } from '../resources/channel.js';
import { byName } from './by-name.js';
import type { Operation } from './operation.js';

/** Whom to tell what happens, and how. */
export const channel = {
  create: {
    method: 'POST',
    path: '/channels',
    summary: 'Create a channel',
    role: 'admin',
    body: ChannelCreation,
    reply: Channel,
    status: 201,
  },
  list: {
    method: 'GET',
    path: '/channels',
    summary: 'List channels',
    role: 'viewer',
    query: ListQuery,
    reply: pageOf(Channel),
  },
  show: {
    method: 'GET',
    path: '/channels/{name}',
    summary: 'Show a channel',
    role: 'viewer',
    params: byName,
    reply: Channel,
  },
  change: {
    method: 'PATCH',
    path: '/channels/{name}',
    summary: 'Change a channel',
    role: 'admin',
    params: byName,
    body: ChannelChange,
    reply: Channel,
  },
  delete: {
    method: 'DELETE',
    path: '/channels/{name}',
    summary: 'Delete a channel, and what it has not told yet',
    role: 'admin',
    params: byName,
  },
  test: {
    method: 'POST',
    path: '/channels/{name}/test',
    summary: 'Send a test by a channel',
    role: 'operator',
    params: byName,
    reply: ChannelTest,
  },
} as const satisfies Record<string, Operation>;
