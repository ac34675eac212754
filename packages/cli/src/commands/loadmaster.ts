import { LoadMasterChange, type LoadMasterSettings, operations } from '@certfleet/contract';
import type { CommandGroup } from '../command.js';
import { flagsFor } from '../flags.js';
import type { Fact } from '../output/table.js';

const ops = operations.loadmaster;

function facts({ enabled, directoryUrl, renewPeriod }: LoadMasterSettings): Fact[] {
  return [
    ['API', enabled ? 'served at /access and /accessv2' : 'off'],
    ['Directory', directoryUrl],
    ['Renewed', renewPeriod === null ? 'when the CA says; shown as 30 days before' : `${renewPeriod} days before`],
  ];
}

export const loadmasterCommands: CommandGroup = {
  name: 'loadmaster',
  summary: "LoadMaster's API, for clients that know no other",
  commands: [
    {
      name: 'show',
      summary: ops.show.summary,
      operation: ops.show,
      async run(invocation) {
        const settings = await invocation.call(ops.show, {});
        invocation.print.facts(settings, facts(settings));
        return undefined;
      },
    },
    {
      name: 'change',
      summary: ops.change.summary,
      operation: ops.change,
      flags: flagsFor(LoadMasterChange, {
        enabled: [
          { name: 'enable', field: ['enabled'], value: true, help: 'Serve /access and /accessv2.' },
          { name: 'disable', field: ['enabled'], value: false, help: 'Answer them with 404.' },
        ],
        directoryUrl: { name: 'directory', placeholder: 'url' },
      }),
      examples: ['loadmaster change --enable', 'loadmaster change --renew-period 20'],
      async run(invocation) {
        const settings = await invocation.call(ops.change, { body: invocation.body(LoadMasterChange) });
        invocation.print.facts(settings, facts(settings));
        return undefined;
      },
    },
  ],
};
