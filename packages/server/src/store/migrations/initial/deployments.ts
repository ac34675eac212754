import { sql } from 'kysely';
import { flag, id, instant, integer, json, optional, references, sealed, text } from '../columns.js';
import type { TableMaker } from '../table-maker.js';
import { indexVirtualService } from './plugins.js';

/** Targets, what is assigned to them, and each attempt to bring it there. */
export async function deployments(maker: TableMaker): Promise<void> {
  const { db, index, table, unique } = maker;
  await table('target', { id, name: text, type: text, config: json, secrets: optional(sealed), created_at: instant });
  await unique('target', 'target_name', ['name']);
  await indexVirtualService(maker, 'target');

  await table('assignment', {
    id,
    certificate_id: references('certificate.id', 'cascade'),
    target_id: references('target.id'),
    is_default: flag,
    default_at: optional(instant),
    created_at: instant,
  });
  await unique('assignment', 'assignment_target', ['certificate_id', 'target_id']);
  await index('assignment', 'assignment_of_target', ['target_id']);
  await sql`create unique index assignment_default on assignment (target_id) where is_default = 1`.execute(db);
  // Few of a target's ever were: who is the next default is found without looking at the rest.
  await sql`create index assignment_was_default on assignment (target_id, default_at) where default_at is not null`.execute(
    db,
  );

  await table('deployment', {
    id,
    assignment_id: references('assignment.id', 'cascade'),
    version_id: references('version.id', 'cascade'),
    status: text,
    captured: optional(sealed),
    served_serial: optional(text),
    error: optional(text),
    attempts: integer,
    created_at: instant,
    updated_at: instant,
  });
  await index('deployment', 'deployment_assignment', ['assignment_id', 'id']);
  // Most are over and proven.
  await sql`create index deployment_unwell on deployment (assignment_id)
    where status in ('pending', 'installed', 'unreachable', 'failed', 'rolled-back')`.execute(db);
  await index('deployment', 'deployment_version', ['version_id']);
  await index('deployment', 'deployment_created_at', ['created_at']);
}
