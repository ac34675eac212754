import { id, instant, json, optional, sealed, text } from '../columns.js';
import type { TableMaker } from '../table-maker.js';

/** Data keys, settings, and the settings that are secrets. */
export async function settings({ index, table }: TableMaker): Promise<void> {
  await table('data_key', { id, wrapped: text, created_at: instant, retired_at: optional(instant) });
  await index('data_key', 'data_key_created_at', ['created_at']);

  await table('setting', { name: id, value: json });

  await table('secret_setting', { id, value: sealed });
}
