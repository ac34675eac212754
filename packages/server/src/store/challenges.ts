import { challengeIndexBase } from '@certfleet/contract';
import type { Finding } from '@certfleet/plugins';
import { sql } from 'kysely';
import type { Instant } from '../domain/time.js';
import type { StoreContext } from './context.js';
import { type RecordOf, RecordShape } from './records.js';
import type { ChallengeTable } from './schema/index.js';

/** One challenge of an order. */
export type ChallengeRecord = RecordOf<ChallengeTable, { sighting: Sighting | null }>;
export type NewChallenge = Omit<ChallengeRecord, NotYet | 'byPerson'> & Partial<Pick<ChallengeRecord, 'byPerson'>>;
type NotYet = 'id' | 'orderId' | 'place' | 'presentedAt' | 'confirmedAt' | 'sighting' | 'state' | 'createdAt';

/** What came of looking for what a person was to present. */
export interface Sighting extends Finding {
  at: Instant;
}

/** Written out and not bound, as the partial index's condition has to be recognised when the statement is prepared. */
const notCleaned = sql<boolean>`challenge.state <> 'cleaned'`;

/** A person has to present it and nobody has said yet that it is there. */
export const isOpen = sql<boolean>`(challenge.by_person = 1 and challenge.confirmed_at is null
  and challenge.state <> 'cleaned')`;

const shape = new RecordShape<ChallengeTable, ChallengeRecord>({ flags: ['by_person'], json: ['sighting'] });

/** What is presented, or may be: whatever is not `cleaned` can be cleaned up by what its row says. */
export class Challenges {
  readonly #context: StoreContext;
  constructor(context: StoreContext) {
    this.#context = context;
  }

  /** To be called before anything is presented. A challenge that is there already stays as it is. */
  async willPresent(orderId: string, challenges: readonly NewChallenge[]): Promise<void> {
    if (challenges.length === 0) return;
    const createdAt = this.#context.now();
    const rows = challenges.map(fields =>
      shape.row({
        ...{ orderId, byPerson: false, ...fields, place: null, presentedAt: null },
        ...{ confirmedAt: null, sighting: null, state: 'intended', createdAt },
      } as ChallengeRecord),
    );
    await this.#context.db
      .insertInto('challenge')
      .values(rows)
      .onConflict(conflict => conflict.columns(['order_id', 'challenge_url']).doNothing())
      .execute();
  }

  async setState(ids: readonly number[], state: ChallengeRecord['state']): Promise<void> {
    if (ids.length === 0) return;
    await this.#context.db.updateTable('challenge').set({ state }).where('id', 'in', ids).execute();
  }

  /** To be called before anything is put there. */
  async setPlaces(places: ReadonlyMap<number, string>): Promise<void> {
    for (const [id, place] of places) {
      await this.#context.db.updateTable('challenge').set({ place }).where('id', '=', id).execute();
    }
  }

  async setPresented(ids: readonly number[], presentedAt: Instant): Promise<void> {
    if (ids.length === 0) return;
    await this.#context.db.updateTable('challenge').set({ presented_at: presentedAt }).where('id', 'in', ids).execute();
  }

  /** What was found where they belong. */
  async setSightings(sightings: ReadonlyMap<number, Sighting>): Promise<void> {
    for (const [id, sighting] of sightings) {
      const changes = { sighting: JSON.stringify(sighting) };
      await this.#context.db.updateTable('challenge').set(changes).where('id', '=', id).execute();
    }
  }

  /** They are there, as far as anyone here can tell: nobody is waited for any more. */
  async confirm(ids: readonly number[], confirmedAt: Instant): Promise<void> {
    if (ids.length === 0) return;
    await this.#context.db.updateTable('challenge').set({ confirmed_at: confirmedAt }).where('id', 'in', ids).execute();
  }

  async ofOrder(orderId: string): Promise<ChallengeRecord[]> {
    const rows = await this.#context.db
      .selectFrom('challenge')
      .selectAll()
      .where('order_id', '=', orderId)
      .orderBy('id')
      .execute();
    return rows.map(row => shape.record(row));
  }

  /** What may still be presented: of one order, or of all. */
  async uncleaned(orderId?: string): Promise<ChallengeRecord[]> {
    let query = this.#context.db.selectFrom('challenge').selectAll().where(notCleaned);
    if (orderId !== undefined) query = query.where('order_id', '=', orderId);
    return (await query.orderBy('order_id').orderBy('id').execute()).map(row => shape.record(row));
  }

  /** What these solvers present for requests over HTTP at this moment, with the certificates' names. */
  async presentedBy(solverIds: readonly string[]): Promise<(ChallengeRecord & { certificate: string })[]> {
    if (solverIds.length === 0) return [];
    const rows = await this.#context.db
      .selectFrom('challenge')
      .innerJoin('order', 'order.id', 'challenge.order_id')
      .innerJoin('certificate', 'certificate.id', 'order.certificate_id')
      .selectAll('challenge')
      .select('certificate.name as certificate')
      .where(notCleaned)
      .where('challenge.type', '=', 'http-01')
      .where('challenge.solver_id', 'in', solverIds)
      .orderBy('challenge.id')
      .execute();
    return rows.map(({ certificate, ...row }) => ({ ...shape.record(row), certificate }));
  }

  /** The index of the virtual service that presents the challenge of this index, if there is one and it does. */
  async presentingService(index: number): Promise<number | undefined> {
    const row = await this.#context.db
      .selectFrom('challenge')
      .innerJoin('solver', 'solver.id', 'challenge.solver_id')
      .select('solver.config')
      .where('challenge.id', '=', index - challengeIndexBase)
      .where(notCleaned)
      .executeTakeFirst();
    const service = row && (JSON.parse(row.config) as { virtualService?: unknown }).virtualService;
    return typeof service === 'number' ? service : undefined;
  }

  /**
   * What a certificate's finished orders may have left behind, but for what its running order presents as well: a CA may
   * give one authorization to several orders, and what is taken away would be missing there.
   */
  async leftOver(certificateId: string): Promise<ChallengeRecord[]> {
    const rows = await this.#context.db
      .selectFrom('challenge')
      .innerJoin('order', 'order.id', 'challenge.order_id')
      .selectAll('challenge')
      .where(notCleaned)
      .where('order.certificate_id', '=', certificateId)
      .where('order.state', 'in', ['done', 'failed', 'abandoned'])
      .where(({ not, exists, selectFrom }) =>
        not(
          exists(
            selectFrom('challenge as live')
              .innerJoin('order as running', 'running.id', 'live.order_id')
              .select('live.id')
              .where('running.certificate_id', '=', certificateId)
              .where('running.state', 'not in', ['done', 'failed', 'abandoned'])
              .where('live.state', '<>', 'cleaned')
              .whereRef('live.type', '=', 'challenge.type')
              .whereRef('live.identifier', '=', 'challenge.identifier')
              .whereRef('live.value', '=', 'challenge.value'),
          ),
        ),
      )
      .orderBy('challenge.id')
      .execute();
    return rows.map(row => shape.record(row));
  }
}
