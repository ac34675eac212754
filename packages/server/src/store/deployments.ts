import { type SqlBool, sql } from 'kysely';
import { unprovenDeployment } from './certificate-health.js';
import type { CertificateRecord } from './certificates.js';
import type { StoreContext } from './context.js';
import { newId } from './ids.js';
import { found } from './missing.js';
import { type Patch, type RecordOf, RecordShape } from './records.js';
import type { DeploymentTable } from './schema/index.js';

/** One attempt to bring a version to an assignment. */
export type DeploymentRecord = RecordOf<DeploymentTable, object, 'captured'>;
export type DeploymentPatch = Patch<DeploymentRecord, 'assignmentId' | 'versionId' | 'updatedAt'> & {
  /** What was there before, as the target's capture returned it; sealed in the store. */
  captured?: string | null | undefined;
};

const shape = new RecordShape<DeploymentTable, DeploymentRecord>({ hidden: ['captured'] });

/** Attempts to bring versions to assignments. */
export class Deployments {
  readonly #context: StoreContext;
  constructor(context: StoreContext) {
    this.#context = context;
  }

  async create(fields: Pick<DeploymentRecord, 'assignmentId' | 'versionId'>): Promise<DeploymentRecord> {
    const now = this.#context.now();
    const record: DeploymentRecord = {
      id: newId(),
      ...fields,
      status: 'pending',
      servedSerial: null,
      error: null,
      attempts: 0,
      createdAt: now,
      updatedAt: now,
    };
    await this.#context.db
      .insertInto('deployment')
      .values({ ...shape.row(record), captured: null })
      .execute();
    return record;
  }

  async find(id: string): Promise<DeploymentRecord | undefined> {
    const row = await this.#context.db.selectFrom('deployment').selectAll().where('id', '=', id).executeTakeFirst();
    return row && shape.record(row);
  }

  /** Throws `not-found`. */
  async get(id: string): Promise<DeploymentRecord> {
    return found(await this.find(id), 'deployment', 'id', id);
  }

  /** The newest attempt; null when there was none. */
  async latest(assignmentId: string): Promise<DeploymentRecord | null> {
    const row = await this.#ofAssignment(assignmentId).orderBy('id', 'desc').limit(1).executeTakeFirst();
    return row ? shape.record(row) : null;
  }

  /** The newest attempt of each of these assignments, by assignment id. */
  async latestOf(assignmentIds: readonly string[]): Promise<Map<string, DeploymentRecord>> {
    if (assignmentIds.length === 0) return new Map();
    const { db } = this.#context;
    const newest = db
      .selectFrom('deployment')
      .select(eb => eb.fn.max('id').as('id'))
      .where('assignment_id', 'in', assignmentIds)
      .groupBy('assignment_id');
    const rows = await db.selectFrom('deployment').selectAll().where('id', 'in', newest).execute();
    return new Map(rows.map(row => [row.assignment_id, shape.record(row)]));
  }

  /** Assignments to these targets whose latest deployment no handshake could read, with what orders work on them. */
  async unprovenOn(
    targetIds: readonly string[],
  ): Promise<(Pick<CertificateRecord, 'id' | 'notAfter' | 'createdAt'> & { assignmentId: string })[]> {
    if (targetIds.length === 0) return [];
    return await this.#context.db
      .selectFrom('deployment')
      .innerJoin('assignment', 'assignment.id', 'deployment.assignment_id')
      .innerJoin('certificate', 'certificate.id', 'assignment.certificate_id')
      .select([
        'assignment.id as assignmentId',
        'certificate.id',
        'certificate.not_after as notAfter',
        'certificate.created_at as createdAt',
      ])
      .where(sql<SqlBool>`${unprovenDeployment}`)
      .where('assignment.target_id', 'in', targetIds)
      .execute();
  }

  /**
   * Nothing answers on these targets any more: what a handshake has read there counts as unproven from now on, for this
   * reason. Returns of how many assignments.
   */
  async unprove(targetIds: readonly string[], reason: string): Promise<number> {
    if (targetIds.length === 0) return 0;
    const { db, now } = this.#context;
    const { numUpdatedRows } = await db
      .updateTable('deployment')
      .set({ status: 'unreachable', served_serial: null, error: reason, updated_at: now() })
      .where('status', '=', 'verified')
      .where('assignment_id', 'in', eb =>
        eb.selectFrom('assignment').select('assignment.id').where('target_id', 'in', targetIds),
      )
      .where(({ not, exists, selectFrom }) =>
        not(
          exists(
            selectFrom('deployment as later')
              .select('later.id')
              .whereRef('later.assignment_id', '=', 'deployment.assignment_id')
              .whereRef('later.id', '>', 'deployment.id'),
          ),
        ),
      )
      .executeTakeFirst();
    return Number(numUpdatedRows);
  }

  /** How many assignments there are by the status of their newest attempt; `none`: nothing was issued for them yet. */
  async countAssignments(): Promise<Record<DeploymentRecord['status'] | 'none', number>> {
    const counts = {
      none: 0,
      pending: 0,
      installed: 0,
      verified: 0,
      unreachable: 0,
      failed: 0,
      'rolled-back': 0,
      superseded: 0,
    };
    const rows = await this.#context.db
      .selectFrom('assignment')
      .leftJoin('deployment', join =>
        join.on('deployment.id', '=', eb =>
          eb
            .selectFrom('deployment as attempt')
            .select(({ fn }) => fn.max('attempt.id').as('newest'))
            .whereRef('attempt.assignment_id', '=', 'assignment.id'),
        ),
      )
      .select(({ fn }) => ['deployment.status', fn.countAll<number>().as('count')])
      .groupBy('deployment.status')
      .execute();
    for (const { status, count } of rows) counts[status ?? 'none'] = Number(count);
    return counts;
  }

  /** Returns the deployment as it is then. */
  async update(id: string, { captured, ...patch }: DeploymentPatch): Promise<DeploymentRecord> {
    const { db, sealer, now } = this.#context;
    const row = await db
      .updateTable('deployment')
      .set({
        ...shape.changes({ ...patch, updatedAt: now() }),
        ...(captured === undefined ? {} : { captured: await sealer.sealOptional(place(id), captured) }),
      })
      .where('id', '=', id)
      .returningAll()
      .executeTakeFirst();
    return shape.record(found(row, 'deployment', 'id', id));
  }

  /** What was there before, if it was captured. */
  async captured(id: string): Promise<string | null> {
    const row = await this.#context.db
      .selectFrom('deployment')
      .select('captured')
      .where('id', '=', id)
      .executeTakeFirst();
    return this.#context.sealer.openOptional(place(id), found(row, 'deployment', 'id', id).captured);
  }

  /**
   * Deployments of older versions that have not come to an end won't: a newer one takes their place. What they captured
   * may hold a key and is forgotten: the newer one captures for itself.
   */
  async supersedeOlder(assignmentId: string, versionNumber: number): Promise<void> {
    const { db, now } = this.#context;
    const older = db
      .selectFrom('deployment')
      .innerJoin('version', 'version.id', 'deployment.version_id')
      .select('deployment.id')
      .where('deployment.assignment_id', '=', assignmentId)
      .where('deployment.status', 'in', ['pending', 'installed', 'failed', 'unreachable'])
      .where('version.number', '<', versionNumber);
    await db
      .updateTable('deployment')
      .set({ status: 'superseded', captured: null, updated_at: now() })
      .where('id', 'in', older)
      .execute();
  }

  #ofAssignment(assignmentId: string) {
    return this.#context.db.selectFrom('deployment').selectAll().where('assignment_id', '=', assignmentId);
  }
}

function place(id: string) {
  return { table: 'deployment', column: 'captured', id } as const;
}
