import type { BackupCreation, BackupSettings } from '@certfleet/contract';
import { createBackup, passPhraseSetting } from '../backup/create.js';
import type { Engine } from '../engine.js';
import { describeActor } from '../http/actor.js';
import type { Handlers } from '../http/handlers.js';
import { restoreLive } from './restore-backup.js';

/** Backups in parts. */
export function backupHandlers(engine: Pick<Engine, 'store' | 'clock' | 'loadBalancers'>): Handlers['backup'] {
  const { store, clock } = engine;
  const show = async (): Promise<BackupSettings> => ({
    sealedBy: (await store.settings.secret(passPhraseSetting)) === null ? 'master-key' : 'pass-phrase',
  });
  return {
    show,

    async change({ body: { passPhrase } }, actor) {
      await store.transaction(async tx => {
        await tx.settings.setSecret(passPhraseSetting, passPhrase);
        await tx.events.append({
          actor: describeActor(actor),
          action: 'system.backup-changed',
          outcome: 'succeeded',
          message: `Base backups are sealed under ${passPhrase === null ? 'the master key' : 'the usual pass phrase'} from now on.`,
        });
      });
      return show();
    },

    async create({ body }, actor) {
      return {
        name: `certfleet-${fileName(body)}-${new Date(clock.now()).toISOString().slice(0, 10)}.backup`,
        save: file => createBackup(engine, body, file, describeActor(actor)),
      };
    },

    restore({ query, headers, upload }, actor) {
      const passPhrase = headers['certfleet-pass-phrase'];
      const masterKey = headers['certfleet-master-key'];
      const secrets = {
        passPhrase: passPhrase === undefined ? undefined : Buffer.from(passPhrase, 'base64url').toString(),
        masterKey: masterKey === undefined ? undefined : Buffer.from(masterKey, 'base64'),
      };
      return restoreLive(engine, upload, query, secrets, actor);
    },
  };
}

function fileName({ kind, certificates }: BackupCreation): string {
  return kind === 'base' ? kind : `${kind}-${certificates}`;
}
