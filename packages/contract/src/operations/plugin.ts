import { z } from 'zod';
import { Plugin, PluginKind } from '../resources/plugin.js';
import type { Operation } from './operation.js';

/** What solvers, targets and channels can be made of. */
export const plugin = {
  list: {
    method: 'GET',
    path: '/plugins',
    summary: 'List the types of solvers, targets and channels, with the schemas of their configurations',
    role: 'viewer',
    query: z.object({ kind: PluginKind.optional().describe('Of this kind alone.') }),
    reply: z.object({ items: z.array(Plugin) }),
  },
} as const satisfies Record<string, Operation>;
