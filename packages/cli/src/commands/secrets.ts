import type { CommandGroup, CommandSpec, Invocation } from '../command.js';
import { usageFailure } from '../failure.js';
import { configFlag, type Server, sources, withServer } from '../server-package.js';

const rotate: CommandSpec = {
  name: 'rotate',
  summary: 'Seal all secrets under a new data key',
  details: [
    'Killed halfway, the store still opens everything; the next rotation or start of the server finishes it.',
    'On SQLite the server must be stopped; on PostgreSQL it may run.',
  ],
  flags: [configFlag],
  async run(invocation) {
    const result = await withStore(invocation, ({ store }) => store.rotateSecrets());
    const { resumed, resealed, retiredKeysLeft } = result;
    invocation.print.result(result, () =>
      [
        resumed ? 'Finished a rotation that had been cut short.' : 'Made a new data key.',
        `Sealed ${resealed} secret${resealed === 1 ? '' : 's'} again.`,
        retiredKeysLeft > 0
          ? 'Other servers may still use an old data key for some minutes; a later start deletes it.'
          : '',
      ]
        .filter(Boolean)
        .map(line => `${line}\n`)
        .join(''),
    );
    return undefined;
  },
};

const changeMasterKey: CommandSpec = {
  name: 'change-master-key',
  summary: 'Put a new master key into its file',
  details: [
    'The data keys are wrapped again; the secrets themselves are not touched. Killed halfway, the store still opens.',
    'On SQLite the server must be stopped. A backup needs the master key that was in use when it was made.',
  ],
  flags: [configFlag],
  async run(invocation) {
    const { CERTFLEET_MASTER_KEY: variable } = invocation.world.env;
    if (variable) {
      throw usageFailure(
        'The master key is in CERTFLEET_MASTER_KEY, which this command cannot change for you.',
        'Only a master key in a file is changed by this command: leave CERTFLEET_MASTER_KEY out if there is one.',
      );
    }
    const file = await withStore(invocation, async ({ store, config }) => {
      await store.changeMasterKeyInFile(config.masterKeyFile);
      return config.masterKeyFile;
    });
    invocation.print.result({ masterKeyFile: file }, () => `${file} holds a new master key. Back it up.\n`);
    return undefined;
  },
};

type ConfiguredStore = Awaited<ReturnType<Server['openConfiguredStore']>>;

function withStore<T>(invocation: Invocation, use: (opened: ConfiguredStore) => Promise<T>): Promise<T> {
  return withServer(invocation, async server => {
    const opened = await server.openConfiguredStore(sources(invocation));
    try {
      return await use(opened);
    } finally {
      await opened.store.close();
    }
  });
}

export const secretsCommands: CommandGroup = {
  name: 'secrets',
  summary: 'Keys that secrets in the store are sealed with; on the machine of the server',
  commands: [rotate, changeMasterKey],
};
