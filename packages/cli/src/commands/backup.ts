import { resolve } from 'node:path';
import { operations } from '@certfleet/contract';
import type { CommandGroup, CommandSpec } from '../command.js';
import { configFlag, sources, withServer } from '../server-package.js';
import {
  changeSettings,
  createFlags,
  createParts,
  isInParts,
  refuseFlags,
  restoreFlags,
  restoreParts,
  showSettings,
} from './backup-parts.js';
import { confirm, yesFlag } from './confirm.js';

const file = { name: 'file', help: 'The file of the backup' };

const create: CommandSpec = {
  name: 'create',
  summary: 'Write a backup to a new file, also while the server runs',
  details: [
    'Without --part it is a copy of the whole store, made on the machine of the server. Secrets in it are sealed: keep the master key as well, but apart from it.',
    'Of a store on PostgreSQL, pg_dump makes the backup.',
  ],
  arguments: [file],
  operation: operations.backup.create,
  flags: [...createFlags, configFlag],
  examples: [
    'backup create /srv/backups/certfleet.db',
    'backup create base.backup --part base',
    'backup create certificates.backup --part certificates --pass-phrase-file phrase.txt',
  ],
  async run(invocation) {
    const to = resolve(invocation.world.cwd, invocation.argument('file'));
    if (invocation.flags.has('part')) {
      await createParts(invocation, to);
      return undefined;
    }
    refuseFlags(invocation, createFlags, 'Without --part it is a copy of the whole store.');
    const result = await withServer(invocation, server => server.backUp(sources(invocation), to));
    invocation.print.result(
      result,
      () => `${result.file}: ${result.bytes} bytes, sealed under the present master key.\n`,
    );
    return undefined;
  },
};

const restore: CommandSpec = {
  name: 'restore',
  summary: 'Restore a backup; Certfleet is paused then',
  details: [
    'Of a backup in parts, what has the same name is replaced and other things stay; virtual services are replaced as a whole.',
    'A copy of the whole store is put in the place of the store, on its machine and while the server is stopped: what that holds now is lost.',
    'A base backup opens by itself here if it is sealed under the usual pass phrase of this instance, or its master key.',
    'A backup that is damaged, or does not open, changes nothing.',
    'HAProxy is brought to the restored state. Nothing is renewed or deployed until certfleet system resume.',
  ],
  arguments: [file],
  operation: operations.backup.restore,
  flags: [...restoreFlags, configFlag, yesFlag],
  examples: [
    'backup restore base.backup --parts base',
    'backup restore certificates.backup --pass-phrase-file phrase.txt',
    'backup restore /srv/backups/certfleet.db',
  ],
  async run(invocation) {
    const from = resolve(invocation.world.cwd, invocation.argument('file'));
    if (await isInParts(from)) {
      await confirm(invocation, `Restore ${from}, replacing what has the same names?`);
      await restoreParts(invocation, from);
      return undefined;
    }
    refuseFlags(invocation, restoreFlags, `${from} is no backup in parts.`);
    await confirm(invocation, `Replace the store, and all that it holds now, by ${from}?`);
    const result = await withServer(invocation, server => server.restore(sources(invocation), from));
    invocation.print.result(
      result,
      () => `${result.file} was restored. Start the server; it is paused until: certfleet system resume\n`,
    );
    return undefined;
  },
};

export const backupCommands: CommandGroup = {
  name: 'backup',
  summary: 'Backups, of the whole store or in parts',
  commands: [create, restore, showSettings, changeSettings],
};
