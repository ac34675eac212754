import { stat } from 'node:fs/promises';
import { BulkExport, operations } from '@certfleet/contract';
import type { CommandSpec } from '../command.js';
import { flagsFor } from '../flags.js';
import { refuseExisting, save } from './backup-parts.js';
import { selectionFlags, selectionOf } from './certificate-selection.js';

const ops = operations.certificate;

/** Many certificates in one file. */
export const bulkExportCommand: CommandSpec = {
  name: 'bulk-export',
  summary: ops.bulkExport.summary,
  arguments: [{ name: 'file', help: 'Where to write them' }],
  operation: ops.bulkExport,
  flags: [...selectionFlags, ...flagsFor(BulkExport.pick({ format: true }))],
  examples: [
    'certificate bulk-export served.pem --target vs-2',
    'certificate bulk-export expiring.csv --expires-before 30d --format csv',
  ],
  async run(invocation) {
    const file = invocation.argument('file');
    const format = invocation.flags.text('format');
    // The server checks it.
    const body = { selection: selectionOf(invocation), ...(format === undefined ? {} : { format }) } as BulkExport;
    await refuseExisting(file);
    await save(file, await invocation.call(ops.bulkExport, { body }));
    const { size } = await stat(file);
    invocation.print.result({ file, bytes: size }, () => `${file}: ${size} bytes.\n`);
    return undefined;
  },
};
