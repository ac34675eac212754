import { DomainError } from '../domain/errors.js';
import type { JobRecord } from './claim.js';
import type { StoreContext } from './context.js';
import { defaultOf, otherDefaults, takeDefault } from './default-assignments.js';
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

/** One that was made, and who was the default of that place until then. */
export type NewAssignment = AssignmentRecord & { formerDefaults: readonly string[] };

/** With the certificate's name. */
export type NamedAssignment = AssignmentRecord & { certificate: string };

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
  /** The job that is to take it off the target; null: it stays. */
  undeploy: Pick<JobRecord, 'createdAt' | 'lastError'> | null;
}

const shape = new RecordShape<AssignmentTable, AssignmentRecord>({ flags: ['is_default'] });

/** Which certificate belongs on which target. */
export class Assignments {
  readonly #context: StoreContext;
  constructor(context: StoreContext) {
    this.#context = context;
  }

  /** As the default it takes that from the one that is. Throws `already-exists`. */
  async create(fields: Pick<AssignmentRecord, 'certificateId' | 'targetId' | 'isDefault'>): Promise<NewAssignment> {
    return this.#context.atomically(async context => {
      const createdAt = context.now();
      const record = { id: newId(), ...fields, defaultAt: fields.isDefault ? createdAt : null, createdAt };
      const formerDefaults = fields.isDefault ? await takeDefault(context, fields.targetId) : [];
      await context.db
        .insertInto('assignment')
        .values(shape.row(record))
        .execute()
        .catch(error => {
          if (!(error instanceof ConstraintViolation) || error.kind !== 'unique') throw error;
          throw new DomainError('already-exists', 'The certificate is assigned to that target already.', {
            cause: error,
          });
        });
      return { ...record, formerDefaults };
    });
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
  async onTargets(targetIds: readonly string[]): Promise<NamedAssignment[]> {
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
    const undeploys = await this.#undeploys(page.items.map(row => row.id));
    const items = page.items.map(({ certificate, target, targetConfig, ...row }) => ({
      ...shape.record(row),
      certificate,
      target,
      targetConfig: JSON.parse(targetConfig),
      deployment: deployments.get(row.id) ?? null,
      undeploy: undeploys.get(row.id) ?? null,
    }));
    return { ...page, items };
  }

  /**
   * It is also for clients that ask for a name nobody has, and no other of its place is; takes effect with its next
   * deployment. Returns the names of the certificates that were that until now.
   */
  async makeDefault({ id, targetId }: Pick<AssignmentRecord, 'id' | 'targetId'>): Promise<string[]> {
    return this.#context.atomically(async context => {
      const former = await takeDefault(context, targetId);
      const changes = shape.changes({ isDefault: true, defaultAt: context.now() });
      await context.db.updateTable('assignment').set(changes).where('id', '=', id).execute();
      return former;
    });
  }

  /** Those of one place are the default, and were it, as they are given: no change of it counts. */
  async restoreDefaults(before: readonly AssignmentRecord[]): Promise<void> {
    await this.#context.atomically(async context => {
      for (const { targetId } of before.slice(0, 1)) await takeDefault(context, targetId);
      for (const { id, isDefault, defaultAt } of before) {
        const changes = shape.changes({ isDefault, defaultAt });
        await context.db.updateTable('assignment').set(changes).where('id', '=', id).execute();
      }
    });
  }

  /** The name of the certificate that is the default of a target, or of another one of the same place. */
  defaultOf(targetId: string): Promise<string | undefined> {
    return defaultOf(this.#context, targetId);
  }

  /** Who has been the default of this one's place besides it, the latest first; with the certificates' names. */
  async otherDefaults(assignment: Pick<AssignmentRecord, 'id' | 'targetId'>): Promise<NamedAssignment[]> {
    const rows = await otherDefaults(this.#context, assignment);
    return rows.map(({ certificate, ...row }) => ({ ...shape.record(row), certificate }));
  }

  async delete(id: string): Promise<void> {
    await this.#context.db.deleteFrom('assignment').where('id', '=', id).execute();
  }

  async #undeploys(ids: readonly string[]): Promise<Map<string, Pick<JobRecord, 'createdAt' | 'lastError'>>> {
    if (ids.length === 0) return new Map();
    const jobs = await this.#context.db
      .selectFrom('job')
      .select(['subject', 'created_at as createdAt', 'last_error as lastError'])
      .where('kind', '=', 'undeploy')
      .where('subject', 'in', ids)
      .execute();
    return new Map(jobs.map(({ subject, ...job }) => [subject, job]));
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
