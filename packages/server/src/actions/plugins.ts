import type { Plugin, PluginKind } from '@certfleet/contract';
import {
  type ChannelPlugin,
  channels,
  type SolverPlugin,
  solvers,
  type TargetPlugin,
  targets,
} from '@certfleet/plugins';
import { z } from 'zod';
import type { Handlers } from '../http/handlers.js';

/** What solvers, targets and channels can be made of: all that a form needs comes from the plugins themselves. */
export function pluginHandlers(): Handlers['plugin'] {
  // The same as long as the server runs.
  let all: Plugin[] | undefined;
  return {
    async list({ query: { kind } }) {
      all ??= [
        ...solvers.map(plugin => ({ ...describe('solver', plugin), challengeTypes: [...plugin.challengeTypes] })),
        ...targets.map(plugin => describe('target', plugin)),
        ...channels.map(plugin => describe('channel', plugin)),
      ];
      return { items: kind === undefined ? all : all.filter(plugin => plugin.kind === kind) };
    },
  };
}

function describe(kind: PluginKind, plugin: SolverPlugin | TargetPlugin | ChannelPlugin): Plugin {
  const { type, title, config, guide = null } = plugin;
  return {
    ...{ kind, type, title, guide, challengeTypes: [] },
    config: z.toJSONSchema(config, { io: 'input' }),
    neverRunAgainst: 'neverRunAgainst' in plugin ? (plugin.neverRunAgainst ?? null) : null,
  };
}
