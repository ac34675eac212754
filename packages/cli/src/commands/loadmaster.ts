import { LoadMasterChange, type LoadMasterSettings, operations } from '@certfleet/contract';
import type { CommandGroup } from '../command.js';
import { flagsFor } from '../flags.js';
import type { Fact } from '../output/table.js';
import { readText } from '../secret-input.js';

const ops = operations.loadmaster;

function facts({ enabled, directoryUrl, caCertificate, renewPeriod }: LoadMasterSettings): Fact[] {
  return [
    ['API', enabled ? 'served at /access and /accessv2' : 'off'],
    ['Directory', directoryUrl],
    ...(caCertificate === null ? [] : [['CA certificate', "of a private CA's HTTPS"] satisfies Fact]),
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
        caCertificate: [
          {
            name: 'ca-certificate',
            placeholder: 'file',
            help: `PEM of the root that signed the directory's HTTPS certificate, of a private CA; "none" for the system's roots.`,
          },
        ],
      }),
      examples: [
        'loadmaster change --enable',
        'loadmaster change --renew-period 20',
        'loadmaster change --directory https://ca.example/acme --ca-certificate root.pem',
      ],
      async run(invocation) {
        const file = invocation.flags.text('ca-certificate');
        const read = (from: string) => readText(from, 'ca-certificate', invocation.world.terminal);
        const certificate = file === undefined ? {} : { caCertificate: file === 'none' ? null : await read(file) };
        const settings = await invocation.call(ops.change, { body: invocation.body(LoadMasterChange, certificate) });
        invocation.print.facts(settings, facts(settings));
        return undefined;
      },
    },
  ],
};
