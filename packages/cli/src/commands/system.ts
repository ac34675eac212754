import { operations, PauseRequest, type System } from '@certfleet/contract';
import type { CommandGroup, Invocation } from '../command.js';
import { flagsFor } from '../flags.js';
import { moment } from '../output/time.js';
import { confirm, yesFlag } from './confirm.js';

const ops = operations.system;

function show({ print }: Invocation, system: System): undefined {
  const { version, versions, paused } = system;
  print.facts(system, [
    ['Version', version],
    ['Node.js', versions.node],
    ['HAProxy', versions.haproxy ?? 'none that can be used'],
    ['Store', `${versions.store}, schema ${versions.schema}`],
    ['Runs on', versions.system],
    ['State', paused ? 'paused: nothing is issued, renewed or deployed' : 'works'],
    ['Paused since', paused && moment(paused.since, print.format)],
    ['Paused by', paused?.by],
    ['Why', paused?.reason],
  ]);
}

export const systemCommands: CommandGroup = {
  name: 'system',
  summary: 'The installation as a whole',
  commands: [
    {
      name: 'show',
      summary: ops.show.summary,
      operation: ops.show,
      async run(invocation) {
        return show(invocation, await invocation.call(ops.show, {}));
      },
    },
    {
      name: 'pause',
      summary: ops.pause.summary,
      details: [
        'No server on this store asks a CA, a solver or a target for anything until it is resumed; what is under way stops at its next safe step. HAProxy serves on. Requests are taken and wait.',
        'A restored instance is paused, so that it and the one that the backup was made of do not both renew and deploy.',
      ],
      operation: ops.pause,
      flags: flagsFor(PauseRequest),
      examples: ['system pause --reason Moving'],
      async run(invocation) {
        return show(invocation, await invocation.call(ops.pause, { body: invocation.body(PauseRequest) }));
      },
    },
    {
      name: 'resume',
      summary: ops.resume.summary,
      operation: ops.resume,
      flags: [yesFlag],
      async run(invocation) {
        await confirm(invocation, 'Issue, renew and deploy from here? No other instance of the same backup may do so.');
        return show(invocation, await invocation.call(ops.resume, {}));
      },
    },
  ],
};
