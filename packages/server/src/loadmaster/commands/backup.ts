import type { Restoration } from '@certfleet/contract';
import { restoreLive } from '../../actions/restore-backup.js';
import { backUpToBuffer, fromBuffer } from '../../backup/create.js';
import { describeActor } from '../../http/actor.js';
import { type Call, type Command, completed, type Reply } from '../command.js';
import { LoadMasterError } from '../errors.js';
import { backupPassPhrase, certificateSelection, requiredPassPhrase, restoredParts } from '../fields/backup.js';

/** Backups in parts: the base configuration with the virtual services, and certificates. */
export const backupCommands: Command[] = [
  {
    name: 'backup',
    role: 'admin',
    changes: true,
    parameters: ['password'],
    async run({ engine, parameters, actor }) {
      const passPhrase = backupPassPhrase(parameters);
      const creation = { kind: 'base', certificates: 'full', passPhrase } as const;
      return download(await backUpToBuffer(engine, creation, describeActor(actor)), 'base');
    },
  },
  {
    name: 'restore',
    role: 'admin',
    changes: true,
    parameters: ['type', 'password'],
    upload: true,
    async run(call) {
      const parts = restoredParts(call.parameters);
      return restore(call, { parts }, backupPassPhrase(call.parameters));
    },
  },
  {
    name: 'backupcert',
    role: 'admin',
    changes: true,
    parameters: ['password', 'type'],
    async run({ engine, parameters, actor }) {
      const passPhrase = requiredPassPhrase(parameters);
      const certificates = certificateSelection(parameters);
      const creation = { kind: 'certificates', certificates, passPhrase } as const;
      return download(await backUpToBuffer(engine, creation, describeActor(actor)), 'certificates');
    },
  },
  {
    name: 'restorecert',
    role: 'admin',
    changes: true,
    parameters: ['password', 'type'],
    upload: true,
    async run(call) {
      const passPhrase = requiredPassPhrase(call.parameters);
      return restore(call, { certificates: certificateSelection(call.parameters) }, passPhrase);
    },
  },
];

function download(file: Buffer, kind: string): Reply {
  return { file, name: `certfleet-${kind}.backup`, contentType: 'application/octet-stream' };
}

async function restore(
  { engine, body, actor }: Call,
  request: Parameters<typeof restoreLive>[2],
  passPhrase: string | undefined,
): Promise<Reply> {
  if (!body) throw LoadMasterError.missing('data');
  const restoration = await restoreLive(engine, fromBuffer(body), request, { passPhrase }, actor);
  return { message: `${completed.message}. ${afterRestoring(restoration)}` };
}

/** What a client has to know: the instance does nothing until it is told that it is the live one. */
function afterRestoring({ leftOut }: Restoration): string {
  const left = leftOut.length === 0 ? '' : ` Not as it was: ${leftOut.length}, which the events name.`;
  return `Certfleet is paused: nothing is issued, renewed or deployed until "certfleet system resume".${left}`;
}
