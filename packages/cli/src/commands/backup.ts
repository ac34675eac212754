import { resolve } from 'node:path';
import type { CommandGroup, CommandSpec } from '../command.js';
import { configFlag, sources, withServer } from '../server-package.js';
import { confirm, yesFlag } from './confirm.js';

const file = { name: 'file', help: 'The file of the backup' };

const create: CommandSpec = {
  name: 'create',
  summary: 'Write a copy of the store to a new file, also while the server runs',
  details: [
    'Secrets in it are sealed: keep the master key as well, but apart from it.',
    'Of a store on PostgreSQL, pg_dump makes the backup.',
  ],
  arguments: [file],
  flags: [configFlag],
  examples: ['backup create /srv/backups/certfleet.db'],
  async run(invocation) {
    const to = resolve(invocation.world.cwd, invocation.argument('file'));
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
  summary: 'Put a backup in the place of the store, while the server is stopped',
  details: [
    'What the store holds now is lost. The backup is tried first: one that is damaged, or sealed under another master key, changes nothing.',
    'What HAProxy serves is brought to the restored state at the next start. Never start two servers from one backup.',
  ],
  arguments: [file],
  flags: [configFlag, yesFlag],
  examples: ['backup restore /srv/backups/certfleet.db'],
  async run(invocation) {
    const from = resolve(invocation.world.cwd, invocation.argument('file'));
    await confirm(invocation, `Replace the store, and all that it holds now, by ${from}?`);
    const result = await withServer(invocation, server => server.restore(sources(invocation), from));
    invocation.print.result(result, () => `${result.file} was restored. Start the server.\n`);
    return undefined;
  },
};

export const backupCommands: CommandGroup = {
  name: 'backup',
  summary: 'Copies of the store; on the machine of the server',
  commands: [create, restore],
};
