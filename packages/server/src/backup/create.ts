import { createReadStream } from 'node:fs';
import type { BackupCreation, CertificateSelection } from '@certfleet/contract';
import type { Clock } from '../clock.js';
import { DomainError } from '../domain/errors.js';
import type { Entry, Tag } from '../store/backup/entry.js';
import type { OpenStore } from '../store/index.js';
import { schemaVersion } from '../store/migrations/index.js';
import { version } from '../version.js';
import { packEntries } from './entries.js';
import { saveNewFile } from './new-file.js';
import { type BackupSecret, sealFile } from './sealed-file.js';

/** What backups are made of and restored to: the store of a server, or an open one without a server. */
export interface BackupParts {
  store: OpenStore;
  clock: Pick<Clock, 'now'>;
}

/** The secret setting with the pass phrase of base backups that are made without one. */
export const passPhraseSetting = 'backup.pass-phrase';

/** The tag that things of a backup of certificates are chosen by. */
export const certificateTags: Record<CertificateSelection, Tag> = {
  full: 'full',
  third: 'third',
  vs: 'certificates-of-vs',
};

/**
 * Makes a backup while everything goes on, and gives it to `use` as it comes. A base backup without a pass phrase is
 * sealed under the one in the settings or, if there is none, under the master key. It is an event: what is in it are
 * secrets.
 *
 * Throws `invalid-input` for a backup of certificates without a pass phrase.
 */
async function streamBackup<T>(
  { store, clock }: BackupParts,
  { kind, passPhrase, certificates }: BackupCreation,
  actor: string,
  use: (backup: AsyncIterable<Buffer>) => Promise<T>,
): Promise<T> {
  const secret = await secretFor(store, kind, passPhrase);
  const about = { kind, createdAt: clock.now(), version, store: schemaVersion };
  const result = await store.readEntries(kind === 'base' ? ['base', 'vs'] : ['certificates'], entries =>
    use(
      sealFile(about, secret, packEntries(kind === 'base' ? entries : chosen(entries, certificateTags[certificates]))),
    ),
  );
  const what = kind === 'base' ? 'the base configuration and the virtual services' : `certificates (${certificates})`;
  await store.events.append({
    actor,
    action: 'system.backed-up',
    outcome: 'succeeded',
    message: `A backup of ${what} was made, sealed under ${'passPhrase' in secret ? 'a pass phrase' : 'the master key'}.`,
    detail: { kind, certificates: kind === 'base' ? null : certificates },
  });
  return result;
}

/** {@link streamBackup} to a new file (0600). Throws `already-exists`. */
export async function createBackup(
  parts: BackupParts,
  creation: BackupCreation,
  file: string,
  actor: string,
): Promise<{ bytes: number }> {
  const bytes = await streamBackup(parts, creation, actor, backup => saveNewFile(file, backup));
  return { bytes };
}

/** {@link streamBackup} as a whole in memory: for LoadMaster's API, whose replies are made that way. */
export function backUpToBuffer(parts: BackupParts, creation: BackupCreation, actor: string): Promise<Buffer> {
  return streamBackup(parts, creation, actor, async backup => {
    const chunks: Buffer[] = [];
    for await (const chunk of backup) chunks.push(chunk);
    return Buffer.concat(chunks);
  });
}

/** An uploaded file in memory as a source that can be read again. */
export function fromBuffer(file: Buffer): () => AsyncIterable<Buffer> {
  return async function* () {
    yield file;
  };
}

/** A file as a source that can be read again. */
export function fromFile(file: string): () => AsyncIterable<Buffer> {
  return () => createReadStream(file);
}

async function secretFor(
  store: OpenStore,
  kind: BackupCreation['kind'],
  given: string | undefined,
): Promise<BackupSecret> {
  if (given !== undefined) return { passPhrase: given };
  if (kind === 'certificates') {
    const message = 'A backup of certificates needs a pass phrase of 7 to 64 characters.';
    throw new DomainError('invalid-input', message, { fields: [{ path: 'passPhrase', message }] });
  }
  const usual = await store.settings.secret(passPhraseSetting);
  return usual === null ? { masterKeySecret: store.backupSecret } : { passPhrase: usual };
}

async function* chosen(entries: AsyncIterable<Entry>, tag: Tag): AsyncGenerator<Entry> {
  for await (const entry of entries) if (entry.tags.length === 0 || entry.tags.includes(tag)) yield entry;
}
