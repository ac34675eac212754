import { constants } from 'node:fs';
import { access, open, rename } from 'node:fs/promises';
import { CertificateExportQuery, operations } from '@certfleet/contract';
import type { CommandSpec } from '../command.js';
import { exitCodes } from '../exit-codes.js';
import { Failure, usageFailure } from '../failure.js';
import { name } from './arguments.js';
import { versionFlag } from './certificate-input.js';

const ops = operations.certificate;

/** A private key goes to a file that only its owner can read, never to standard output. */
export const exportCommand: CommandSpec = {
  name: 'export',
  summary: ops.export.summary,
  details: [
    'Prints the chain as PEM, the leaf first.',
    'With --key-file the private key is exported too, which needs the role admin and is an event.',
  ],
  arguments: [name('The certificate')],
  operation: ops.export,
  flags: [
    versionFlag,
    { name: 'out', placeholder: 'file', help: 'Write the chain to this file instead of standard output.' },
    {
      name: 'key-file',
      placeholder: 'file',
      help: 'Also export the private key, to this file that only you can read.',
    },
    { name: 'force', help: 'Replace files that exist.' },
  ],
  examples: ['certificate export www --out www.pem --key-file www.key'],
  async run(invocation) {
    const { flags, print } = invocation;
    const params = { name: invocation.argument('name') };
    const version = invocation.body(CertificateExportQuery);
    const out = flags.text('out');
    const keyFile = flags.text('key-file');
    const force = flags.has('force');
    // Before anything is exported: exporting a key for nothing would be an event all the same.
    for (const file of [out, keyFile]) if (file !== undefined && !force) await refuseExisting(file);

    if (keyFile === undefined) {
      const exported = await invocation.call(ops.export, { params, query: version });
      if (out !== undefined) await write(out, exported.chain, 0o644, force);
      print.result({ ...exported, file: out ?? null }, () => (out === undefined ? exported.chain : `Wrote ${out}.\n`));
      return undefined;
    }
    const { privateKey, ...exported } = await invocation.call(ops.exportKey, { params, body: version });
    if (privateKey === null) {
      throw new Failure(`The server has no private key of ${params.name}: it was made elsewhere.`, {
        exitCode: exitCodes.failed,
        remedy: 'Export the chain alone, without --key-file.',
      });
    }
    await write(keyFile, privateKey, 0o600, force);
    if (out !== undefined) await write(out, exported.chain, 0o644, force);
    print.note(`The private key is in ${keyFile}.`);
    print.result({ ...exported, file: out ?? null, privateKeyFile: keyFile }, () =>
      out === undefined ? exported.chain : `Wrote ${out}.\n`,
    );
    return undefined;
  },
};

async function refuseExisting(file: string): Promise<void> {
  const exists = await access(file, constants.F_OK).then(
    () => true,
    () => false,
  );
  if (exists) throw usageFailure(`${file} exists already.`, 'Name another file, or replace it with --force.');
}

/** In one step, with `mode` from the start: nobody can read a key in between, and a crash leaves the old file. */
async function write(file: string, content: string, mode: number, force: boolean): Promise<void> {
  const draft = force ? `${file}.${process.pid}.new` : file;
  try {
    const handle = await open(draft, 'wx', mode);
    try {
      await handle.writeFile(content.endsWith('\n') ? content : `${content}\n`);
      await handle.sync();
    } finally {
      await handle.close();
    }
    if (force) await rename(draft, file);
  } catch (cause) {
    throw new Failure(`${file} cannot be written: ${(cause as Error).message}`, {
      exitCode: exitCodes.failed,
      remedy: 'Name a file in a folder that you may write to.',
      cause,
    });
  }
}
