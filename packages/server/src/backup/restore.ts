import type { Restoration, RestorationRequest } from '@certfleet/contract';
import { DomainError } from '../domain/errors.js';
import type { Instant } from '../domain/time.js';
import { applyLoadBalancerJob } from '../jobs/apply-load-balancer.js';
import { certificateLock, enqueueDeploy, enqueueKeepValid, enqueueRevokeReplaced } from '../jobs/enqueue.js';
import { pause, pauseOf } from '../pause.js';
import type { Entry, Tag } from '../store/backup/entry.js';
import type { Restored } from '../store/backup/write.js';
import { isOvertaken } from '../store/failures.js';
import { newId } from '../store/ids.js';
import type { OpenStore, Store } from '../store/index.js';
import { schemaVersion } from '../store/migrations/index.js';
import { deriveBackupSecret } from '../store/secrets.js';
import { restoredSetting } from '../store/settings.js';
import { type BackupParts, certificateTags, passPhraseSetting } from './create.js';
import { unpackEntries } from './entries.js';
import { type BackupHeader, type BackupSecret, damaged, readSealedFile } from './sealed-file.js';

/** What may be needed to open a backup. */
export interface RestoreSecrets {
  passPhrase?: string | undefined;
  /** Of the instance that made it, 32 bytes; left out: that of this one. */
  masterKey?: Buffer | undefined;
}

/** At most so many notes of what was left out are answered. */
const mostNotes = 1000;

/**
 * Restores a backup in parts, all that was asked for or nothing: it is read to its end first, then put into the store in
 * one transaction. What is known by the same name is replaced; virtual services are
 * replaced as a whole. Afterwards Certfleet is paused.
 *
 * `source` is called twice. Throws `invalid-input` for a file that is foreign or damaged or does not open,
 * `not-possible` for one of a newer version or when what it needs is missing.
 */
export async function restoreBackup(
  { store, clock }: BackupParts,
  source: () => AsyncIterable<Buffer>,
  request: RestorationRequest,
  secrets: RestoreSecrets,
  actor: string,
): Promise<Restoration> {
  const { header, key } = await checkWhole(store, source, request, secrets);
  const wanted = tagsOf(header, request);
  const now = clock.now();
  const restoring = store.longTransaction(async tx => {
    const { open } = await readSealedFile(source());
    const put = await putAll(tx, unpackEntries(open(key)), wanted, now);
    await tx.settings.set(restoredSetting, newId());
    for (const { id } of (await tx.loadBalancers.list()).items) {
      await tx.jobs.enqueue({ ...applyLoadBalancerJob(id), urgency: 0, runAt: now });
    }
    const made = new Date(header.createdAt).toISOString();
    await tx.events.append({
      actor,
      action: 'system.restored',
      outcome: 'succeeded',
      message: `Restored from a backup of ${made}: ${describeCounts(put.restored)}.${put.leftOut.map(note => `\n${note}`).join('')}`,
      detail: { kind: header.kind, createdAt: made, restored: put.restored },
    });
    await pause(
      tx,
      {
        by: actor,
        reason: `Restored from a backup of ${made}. Resume when no other instance of it works.`,
        restored: true,
      },
      now,
    );
    return put;
  });
  const outcome = await restoring.catch(isOvertaken('The restore'));
  const paused = await pauseOf(store);
  return { kind: header.kind, createdAt: new Date(header.createdAt).toISOString(), ...outcome, paused };
}

/** Reads the file to its end: damage anywhere is found before anything is written. */
async function checkWhole(
  store: OpenStore,
  source: () => AsyncIterable<Buffer>,
  request: RestorationRequest,
  secrets: RestoreSecrets,
): Promise<{ header: BackupHeader; key: Buffer }> {
  const { header, unlock, open } = await readSealedFile(source());
  tagsOf(header, request);
  if (header.store !== schemaVersion) {
    const age = header.store > schemaVersion ? 'a newer' : 'an older';
    throw new DomainError(
      'not-possible',
      `The backup was made by ${age} version of Certfleet (${header.version}), whose store is another one. Restore it with that version, then upgrade. Nothing was changed.`,
    );
  }
  const key = await unlock(await secretFor(store, header, secrets));
  let things = 0;
  for await (const entry of unpackEntries(open(key))) things += entry.tags.length > 0 ? 1 : 0;
  if (things === 0 && header.kind === 'base') throw damaged('there is nothing in it');
  return { header, key };
}

async function secretFor(store: OpenStore, { sealedBy }: BackupHeader, given: RestoreSecrets): Promise<BackupSecret> {
  if (sealedBy === 'master-key') {
    const { masterKey } = given;
    if (masterKey === undefined) return { masterKeySecret: store.backupSecret };
    if (masterKey.length === 32) return { masterKeySecret: deriveBackupSecret(masterKey) };
    const message = `A master key is 32 bytes in base64, 44 characters; this is one of ${masterKey.length} bytes.`;
    throw new DomainError('invalid-input', message, { fields: [{ path: 'masterKey', message }] });
  }
  const passPhrase = given.passPhrase ?? (await store.settings.secret(passPhraseSetting));
  if (passPhrase !== null) return { passPhrase };
  const message = 'The backup is sealed under a pass phrase. Give it.';
  throw new DomainError('invalid-input', message, { fields: [{ path: 'passPhrase', message }] });
}

/** What is wanted of this kind of backup. Throws `invalid-input` when the request is about the other kind. */
function tagsOf({ kind }: BackupHeader, { parts, certificates }: RestorationRequest): readonly Tag[] {
  if (kind === 'base') {
    if (certificates === undefined) return parts ?? ['base', 'vs'];
    throw new DomainError(
      'invalid-input',
      'This backup has the base configuration, and no certificates. Nothing was changed.',
    );
  }
  if (parts === undefined) return [certificateTags[certificates ?? 'full']];
  throw new DomainError(
    'invalid-input',
    'This backup has certificates, and no base configuration. Nothing was changed.',
  );
}

async function putAll(
  tx: Store,
  entries: AsyncIterable<Entry>,
  wanted: readonly Tag[],
  now: Instant,
): Promise<Pick<Restoration, 'restored' | 'leftOut'>> {
  const writer = await tx.entryWriter();
  const restored: Record<string, number> = {};
  const withServices = wanted.includes('vs');
  if (withServices) await writer.removeVirtualServices();
  for await (const entry of entries) {
    if (!entry.tags.some(tag => wanted.includes(tag))) {
      await writer.name(entry);
      continue;
    }
    const thing = await writer.put(entry);
    if (!thing) continue;
    restored[thing.table] = (restored[thing.table] ?? 0) + 1;
    await goOnWith(tx, thing, now);
  }
  if (withServices) await writer.finishVirtualServices();
  await writer.deleteUnusedKeys();
  const { leftOut } = writer;
  const more = leftOut.length - mostNotes;
  return { restored, leftOut: more > 0 ? [...leftOut.slice(0, mostNotes), `… and ${more} more.`] : leftOut };
}

/** What has to be done about a thing that was restored, now or when Certfleet is resumed. */
async function goOnWith(tx: Store, { table, id, row, replaced }: Restored, now: Instant): Promise<void> {
  if (table === 'account' && replaced) await tx.orders.abandonOf({ accountId: String(id) }, becauseRestored);
  if (table !== 'certificate') return;
  const certificateId = String(id);
  if (replaced) {
    await tx.jobs.takeAway(certificateLock(certificateId));
    await tx.orders.abandonOf({ certificateId }, becauseRestored);
  }
  const notAfter = row.not_after === null ? null : Number(row.not_after);
  const certificate = { id: certificateId, notAfter, createdAt: Number(row.created_at) };
  if (row.policy_id !== null) await enqueueKeepValid(tx, certificate, now);
  if (row.current_version_id === null) return;
  const versionId = String(row.current_version_id);
  const { revocation } = await tx.versions.get(versionId);
  if (revocation) await enqueueRevokeReplaced(tx, certificate, versionId, now);
  for (const assignment of await tx.assignments.ofCertificate(certificateId)) {
    await tx.deployments.create({ assignmentId: assignment.id, versionId });
    await enqueueDeploy(tx, certificate, assignment.id, now);
  }
}

const becauseRestored = 'What it belongs to was restored from a backup meanwhile.';

function describeCounts(counts: Readonly<Record<string, number>>): string {
  const each = Object.entries(counts).map(([table, count]) => `${table.replaceAll('_', ' ')}: ${count}`);
  return each.join(', ') || 'nothing';
}
