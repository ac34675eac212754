import { sql } from 'kysely';
import type { TableMaker } from '../table-maker.js';

/** Which solvers and targets are a virtual service's is asked for each that is listed. */
export async function indexVirtualService({ db, dialect }: TableMaker, table: 'solver' | 'target'): Promise<void> {
  // The expression of plugin-rows.ts: the databases know it again.
  const virtualService =
    dialect === 'sqlite' ? sql`cast(config ->> 'virtualService' as text)` : sql`(config::json ->> 'virtualService')`;
  await sql`create index ${sql.raw(`${table}_virtual_service`)} on ${sql.raw(table)} (${virtualService})`.execute(db);
}
