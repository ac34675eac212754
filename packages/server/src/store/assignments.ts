import { DomainError } from '../domain/errors.js';
import type { StoreContext } from './context.js';
import { type DeploymentRecord, Deployments } from './deployments.js';
import { ConstraintViolation } from './failures.js';
import { newId } from './ids.js';
import { found } from './missing.js';
import { fetchPage, type Page, type PageRequest } from './pages.js';
import type { PluginConfig } from './plugin-rows.js';
import { type RecordOf, RecordShape } from './records.js';
import type { AssignmentTable } from './schema/index.js';

/** What should be: this certificate on that target. */
export type AssignmentRecord = RecordOf<AssignmentTable>;

/** With what the API shows of it. */
export interface AssignmentDetail extends AssignmentRecord {
  /** The certificate's name. */
  certificate: string;
  /** The target's name. */
  target: string;
  /** Its plugin's configuration. */
  targetConfig: PluginConfig;
  /** The latest attempt, with its version's number. */
  deployment: (DeploymentRecord & { version: number }) | null;
}

const shape = new RecordShape<AssignmentTable, AssignmentRecord>({ flags: ['is_default'] });

/** Which certificate belongs on which target. */
export class Assignments {
  readonly #context: StoreContext;
  constructor(context: StoreContext) {
    this.#context = context;
  }

  /** Throws `already-exists`. */
  async create(fields: Pick<AssignmentRecord, 'certificateId' | 'targetId' | 'isDefault'>): Promise<AssignmentRecord> {
    const record = { id: newId(), ...fields, createdAt: this.#context.now() };
    await this.#context.db
      .insertInto('assignment')
      .values(shape.row(record))
      .execute()
      .catch(error => {
        if (!(error instanceof ConstraintViolation) || error.kind !== 'unique') throw error;
        throw new DomainError('already-exists', 'The certificate is assigned to that target already.', {
          cause: error,
        });
      });
    return record;
  }

  async find(id: string): Promise<AssignmentRecord | undefined> {
    const row = await this.#context.db.selectFrom('assignment').selectAll().where('id', '=', id).executeTakeFirst();
    return row && shape.record(row);
  }

  /** Throws `not-found`. */
  async get(id: string): Promise<AssignmentRecord> {
    return found(await this.find(id), 'assignment', 'id', id);
  }

  async ofCertificate(certificateId: string): Promise<AssignmentRecord[]> {
    const rows = await this.#context.db
      .selectFrom('assignment')
      .selectAll()
      .where('certificate_id', '=', certificateId)
      .orderBy('id')
      .execute();
    return rows.map(row => shape.record(row));
  }

  /** What is assigned to these targets, with the certificates' names: the default ones first, then by name. */
  async onTargets(targetIds: readonly string[]): Promise<(AssignmentRecord & { certificate: string })[]> {
    if (targetIds.length === 0) return [];
    const rows = await this.#context.db
      .selectFrom('assignment')
      .innerJoin('certificate', 'certificate.id', 'assignment.certificate_id')
      .selectAll('assignment')
      .select('certificate.name as certificate')
      .where('assignment.target_id', 'in', targetIds)
      .orderBy('assignment.is_default', 'desc')
      .orderBy('certificate.name')
      .execute();
    return rows.map(({ certificate, ...row }) => ({ ...shape.record(row), certificate }));
  }

  /** As the API shows them, the oldest first; of one certificate, and on one target by its name, if given. */
  async list({
    certificateId,
    target: onTarget,
    ...request
  }: PageRequest & { certificateId?: string | undefined; target?: string | undefined } = {}): Promise<
    Page<AssignmentDetail>
  > {
    const query = this.#context.db
      .selectFrom('assignment')
      .innerJoin('certificate', 'certificate.id', 'assignment.certificate_id')
      .innerJoin('target', 'target.id', 'assignment.target_id')
      .selectAll('assignment')
      .select(['certificate.name as certificate', 'target.name as target', 'target.config as targetConfig'])
      .$if(certificateId !== undefined, found => found.where('assignment.certificate_id', '=', certificateId ?? ''))
      .$if(onTarget !== undefined, found => found.where('target.name', '=', onTarget ?? ''));
    const page = await fetchPage(query, request, { key: 'assignment.id', id: 'assignment.id' }, row => [
      row.id,
      row.id,
    ]);
    const deployments = await this.#latest(page.items.map(row => row.id));
    const items = page.items.map(({ certificate, target, targetConfig, ...row }) => ({
      ...shape.record(row),
      certificate,
      target,
      targetConfig: JSON.parse(targetConfig),
      deployment: deployments.get(row.id) ?? null,
    }));
    return { ...page, items };
  }

  /** Whether it is also for clients that ask for a name nobody has; takes effect with its next deployment. */
  async setDefault(id: string, isDefault: boolean): Promise<void> {
    await this.#context.db.updateTable('assignment').set(shape.changes({ isDefault })).where('id', '=', id).execute();
  }

  async delete(id: string): Promise<void> {
    await this.#context.db.deleteFrom('assignment').where('id', '=', id).execute();
  }

  async #latest(ids: readonly string[]): Promise<Map<string, DeploymentRecord & { version: number }>> {
    const latest = await new Deployments(this.#context).latestOf(ids);
    const versionIds = [...latest.values()].map(deployment => deployment.versionId);
    if (versionIds.length === 0) return new Map();
    const versions = await this.#context.db
      .selectFrom('version')
      .select(['id', 'number'])
      .where('id', 'in', versionIds)
      .execute();
    const numbers = new Map(versions.map(({ id, number }) => [id, number]));
    return new Map(
      [...latest].map(([id, deployment]) => [id, { ...deployment, version: numbers.get(deployment.versionId) ?? 0 }]),
    );
  }
}
