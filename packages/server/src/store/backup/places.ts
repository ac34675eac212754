import type { Database } from '../schema/index.js';
import { pausedSetting, restoredSetting } from '../settings.js';

/*
 * What of the store goes into a backup in parts, and how it finds its place again. A new table has to be given a place
 * here, or the compiler complains; a new column of a table is carried along by itself; a new foreign key has to be
 * entered in `references`, or a test complains.
 */

/** What a backup is restored by: base configuration, virtual services, certificates. */
export type Part = 'base' | 'vs' | 'certificates';

export type Table = keyof Database & string;
export type Row = Record<string, string | number | null>;

type ColumnOf<T extends Table> = keyof Database[T] & string;

/** A thing of its own. On the instance that it is restored on, it takes the place of the one that people know by the same. */
interface Thing<T extends Table = Table> {
  part: Part;
  knownBy: readonly ColumnOf<T>[];
}

/** Rows that belong to a thing: they come with it, and replace those that it had. */
interface Belonging<T extends Table = Table> {
  of: Table;
  by: ColumnOf<T>;
  /** Only a row with the same in this column is replaced; the others stay. */
  onePer?: ColumnOf<T>;
}

/** Rows that come with whatever refers to them. */
interface Referred {
  with: 'what refers to it';
}

/** Never in a backup in parts, for this reason. */
interface Left {
  left: string;
}

type PlaceOf<T extends Table> = Thing<T> | Belonging<T> | Referred | Left;

/** Every table, in an order in which each comes after those that it refers to. */
export const places: { readonly [T in Table]: PlaceOf<T> } = {
  setting: { part: 'base', knownBy: ['name'] },
  secret_setting: { part: 'base', knownBy: ['id'] },
  key: { with: 'what refers to it' },
  account: { part: 'base', knownBy: ['name'] },
  solver: { part: 'base', knownBy: ['name'] },
  policy: { part: 'base', knownBy: ['name'] },
  policy_account: { of: 'policy', by: 'policy_id' },
  domain: { part: 'base', knownBy: ['pattern'] },
  target: { part: 'base', knownBy: ['name'] },
  channel: { part: 'base', knownBy: ['name'] },
  user: { part: 'base', knownBy: ['name'] },
  token: { part: 'base', knownBy: ['name'] },
  load_balancer: { part: 'vs', knownBy: ['name'] },
  instance: { part: 'vs', knownBy: ['load_balancer_id', 'name'] },
  content_rule: { part: 'vs', knownBy: ['name'] },
  virtual_service: { part: 'vs', knownBy: ['index'] },
  real_server: { of: 'virtual_service', by: 'virtual_service_index' },
  attached_rule: { of: 'virtual_service', by: 'virtual_service_index' },
  revoked_key: { part: 'certificates', knownBy: ['id'] },
  intermediate: { part: 'certificates', knownBy: ['name'] },
  certificate: { part: 'certificates', knownBy: ['name'] },
  identifier: { of: 'certificate', by: 'certificate_id' },
  label: { of: 'certificate', by: 'certificate_id' },
  version: { of: 'certificate', by: 'certificate_id' },
  assignment: { of: 'certificate', by: 'certificate_id', onePer: 'target_id' },
  data_key: { left: 'A store seals with data keys of its own.' },
  order: { left: 'Between one account and one CA: who resumes makes another.' },
  challenge: { left: 'Of an order.' },
  deployment: { left: 'What happened on one machine. A restored assignment gets one that is to be done.' },
  digest: { left: 'Told where it happened.' },
  notice: { left: 'Told where it happened.' },
  job: { left: 'Follows from the rows.' },
  lock: { left: 'Of the processes that run.' },
  rate_bucket: { left: 'What was asked of the CA meanwhile is known better here, or by the CA.' },
  event: { left: 'What happened here stays, a restore included.' },
  session: { left: 'Whoever is signed in here stays so.' },
};

/** What a foreign key is to become when the thing that it refers to is neither restored nor here. */
type Without = 'null' | 'leave the row out' | 'refuse';

export interface Reference {
  column: string;
  to: Table;
  without: Without;
}

/** Every column that refers to another row by its id. Virtual services keep their index, so that needs no entry. */
export const references: { readonly [T in Table]?: readonly (Reference & { column: ColumnOf<T> })[] } = {
  account: [
    { column: 'key_id', to: 'key', without: 'refuse' },
    { column: 'next_key_id', to: 'key', without: 'refuse' },
  ],
  policy: [{ column: 'default_solver_id', to: 'solver', without: 'null' }],
  policy_account: [{ column: 'account_id', to: 'account', without: 'leave the row out' }],
  domain: [{ column: 'solver_id', to: 'solver', without: 'leave the row out' }],
  token: [{ column: 'user_id', to: 'user', without: 'leave the row out' }],
  instance: [{ column: 'load_balancer_id', to: 'load_balancer', without: 'refuse' }],
  virtual_service: [{ column: 'load_balancer_id', to: 'load_balancer', without: 'refuse' }],
  attached_rule: [{ column: 'content_rule_id', to: 'content_rule', without: 'refuse' }],
  certificate: [
    { column: 'policy_id', to: 'policy', without: 'refuse' },
    { column: 'current_version_id', to: 'version', without: 'null' },
    { column: 'imported_key_id', to: 'key', without: 'refuse' },
  ],
  identifier: [{ column: 'solver_id', to: 'solver', without: 'null' }],
  version: [
    { column: 'key_id', to: 'key', without: 'refuse' },
    { column: 'account_id', to: 'account', without: 'null' },
  ],
  assignment: [{ column: 'target_id', to: 'target', without: 'leave the row out' }],
};

/** The things, in the order of {@link places}. */
export const things: readonly { table: Table; part: Part; knownBy: readonly string[] }[] = Object.entries(
  places as Record<Table, Thing | Belonging | Referred | Left>,
).flatMap(([table, place]) => ('part' in place ? [{ table: table as Table, ...place }] : []));

/** What belongs to a thing, in the order of {@link places}. */
export function belongings(table: Table): { table: Table; by: string; onePer?: string | undefined }[] {
  return Object.entries(places as Record<Table, Thing | Belonging | Referred | Left>).flatMap(([name, place]) =>
    'of' in place && place.of === table ? [{ table: name as Table, by: place.by, onePer: place.onePer }] : [],
  );
}

export function referencesOf(table: Table): readonly Reference[] {
  return references[table] ?? [];
}

/** The column that other rows refer to a thing by. */
export function idColumn(table: Table): 'id' | 'index' | 'name' {
  if (table === 'virtual_service') return 'index';
  return table === 'setting' ? 'name' : 'id';
}

/** Settings of one installation at one time. */
export const settingsThatStay: readonly string[] = [pausedSetting, restoredSetting];
