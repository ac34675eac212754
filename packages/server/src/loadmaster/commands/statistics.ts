import type { Command } from '../command.js';
import { statisticsFields } from '../fields/statistics.js';
import { everyService, statisticsOf } from '../service-views.js';

/** What passes through the load balancer; nothing of the machine that it is on. */
export const statisticsCommands: Command[] = [
  {
    name: 'stats',
    role: 'viewer',
    changes: false,
    parameters: [],
    async run(call) {
      return { data: statisticsFields(await everyService(call.engine.store), await statisticsOf(call)) };
    },
  },
];
