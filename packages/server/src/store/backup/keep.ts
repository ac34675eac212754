import { sql } from 'kysely';
import type { Instant } from '../../domain/time.js';
import type { StoreContext } from '../context.js';
import type { Entry } from './entry.js';
import type { Row } from './places.js';

/** A thing of a backup with what is known better here, where its rows are about to be replaced. */
export interface Kept {
  entry: Entry;
  /** Keys of this store that take the place of some in the file: from the id there to the id here. */
  keyIds: ReadonlyMap<string, string>;
  /** Ids of versions here that stay beside those of the file. */
  versionIds: readonly string[];
  notes: readonly string[];
}

/** What is kept of `known`, the row here that people know by the same as the thing. */
export async function keepWhatIsNewer(context: StoreContext, entry: Entry, known: Row): Promise<Kept> {
  const all = { entry, keyIds: new Map<string, string>(), versionIds: [], notes: [] };
  switch (entry.table) {
    case 'account':
      return { ...all, ...(await keepKeyOfAccount(context, entry, known)) };
    case 'certificate':
      return { ...all, ...(await keepRevocations(context, entry, known)) };
    default:
      return all;
  }
}

interface KeyHere {
  id: string;
  publicKey: string;
  createdAt: Instant;
}

/**
 * The same account at the CA may have another key by now: the CA refuses the one before (RFC 8555 §7.3.5), so that an
 * older backup must not bring it back. The newer one counts; a key whose rollover was not settled stays beside it.
 */
async function keepKeyOfAccount(context: StoreContext, entry: Entry, known: Row): Promise<Partial<Kept>> {
  const { row, keys } = entry;
  const isSame = row.account_url !== null && row.account_url === known.account_url;
  if (!isSame || row.directory_url !== known.directory_url) return {};
  const here = await keyHere(context, known.key_id);
  const inFile = keys.find(({ id }) => id === row.key_id);
  if (!here || !inFile) return {};
  const differs = here.publicKey !== inFile.public_key;
  if (differs && here.createdAt <= Number(inFile.created_at)) return {};
  const nextHere = await keyHere(context, known.next_key_id);
  const next = nextHere ? { keyId: nextHere.id, of: [[nextHere.id, nextHere.id] as const] } : null;
  if (!differs) {
    if (!next || row.next_key_id !== null) return {};
    return { entry: { ...entry, row: { ...row, next_key_id: next.keyId } }, keyIds: new Map(next.of) };
  }
  return {
    entry: { ...entry, row: { ...row, next_key_id: next?.keyId ?? null }, keys: [] },
    keyIds: new Map([[String(row.key_id), here.id], ...(next?.of ?? [])]),
    notes: [`account ${row.name} keeps the key that it has here: it got that after the backup was made.`],
  };
}

async function keyHere({ db }: StoreContext, id: Row[string] | undefined): Promise<KeyHere | undefined> {
  if (id === null || id === undefined) return undefined;
  return db
    .selectFrom('key')
    .select(['id', 'public_key as publicKey', 'created_at as createdAt'])
    .where('id', '=', String(id))
    .executeTakeFirst();
}

/**
 * A version that was revoked stays so, whatever the backup knows of it, and its key is never certified again. If the
 * backup's current version is one of them, or has the key of one, it is to be replaced as soon as work goes on.
 */
async function keepRevocations(context: StoreContext, entry: Entry, known: Row): Promise<Partial<Kept>> {
  const revoked = await context.db
    .selectFrom('version')
    .innerJoin('key', 'key.id', 'version.key_id')
    .select([
      'version.id',
      'number',
      'fingerprint_sha256 as fingerprint',
      'revoked_at as at',
      'public_key as publicKey',
    ])
    .where('certificate_id', '=', String(known.id))
    .where('revoked_at', 'is not', null)
    .orderBy('number')
    .execute();
  if (revoked.length === 0) return {};
  const versions = entry.belongings.filter(({ table }) => table === 'version').map(({ row }) => row);
  const revokedAt = new Map(revoked.map(({ fingerprint, at }) => [fingerprint, at]));
  const belongings = entry.belongings.map(each => {
    const at = each.table === 'version' ? revokedAt.get(String(each.row.fingerprint_sha256)) : undefined;
    return at === undefined ? each : { ...each, row: { ...each.row, revoked_at: each.row.revoked_at ?? at } };
  });
  const knownInFile = new Set(versions.map(({ fingerprint_sha256: fingerprint }) => fingerprint));
  const stay = revoked.filter(({ fingerprint }) => !knownInFile.has(fingerprint));
  await renumber(context, known, stay, versions);

  const knownRevoked = new Set(versions.filter(row => row.revoked_at !== null).map(row => row.fingerprint_sha256));
  const news = revoked.filter(({ fingerprint }) => !knownRevoked.has(fingerprint));
  const current = versions.find(({ id }) => id === entry.row.current_version_id);
  const currentKey = entry.keys.find(({ id }) => id === current?.key_id)?.public_key;
  const isRevoked = news.some(
    ({ fingerprint, publicKey }) => fingerprint === current?.fingerprint_sha256 || publicKey === currentKey,
  );
  const due = { renew_at: context.now(), renew_reason: 'revoked', retry_at: null };
  const row = isRevoked && entry.row.policy_id !== null ? { ...entry.row, ...due } : entry.row;
  return { entry: { ...entry, row, belongings }, versionIds: stay.map(({ id }) => id) };
}

/** A version of the file keeps its number; one that stays here and has the same gets the next one that nobody has. */
async function renumber(
  { db }: StoreContext,
  { id }: Row,
  stay: readonly { id: string; number: number }[],
  inFile: readonly Row[],
): Promise<void> {
  const taken = new Set(inFile.map(({ number }) => Number(number)));
  const doubled = stay.filter(({ number }) => taken.has(number));
  if (doubled.length === 0) return;
  const { rows } = await sql<{ last: number }>`
    select max(number) as last from version where certificate_id = ${id}`.execute(db);
  let last = Math.max(...taken, rows[0]?.last ?? 0);
  for (const version of doubled) {
    last += 1;
    await db.updateTable('version').set({ number: last }).where('id', '=', version.id).execute();
  }
}
