import { setTimeout as delay, setImmediate as nextTurn } from 'node:timers/promises';
import type { DatabaseSyncInstance, StatementSyncInstance } from '@photostructure/sqlite';
import type { Kysely } from 'kysely';
import { explainFailure } from './failures.js';
import type { Database } from './schema/index.js';

/** Runs a transaction: commits when `body` resolves, writes nothing when it rejects. */
export type RunTransaction = <T>(body: (db: Kysely<Database>) => Promise<T>) => Promise<T>;

/** PostgreSQL's transactions, READ COMMITTED; what must not change meanwhile is locked by the statements themselves. */
export function postgresTransactions(db: Kysely<Database>): RunTransaction {
  return body => db.transaction().execute(body);
}

interface Member {
  body: (db: Kysely<Database>) => Promise<unknown>;
  resolve: (value: unknown) => void;
  reject: (error: unknown) => void;
}

/** A transaction that has run, and is committed or undone with its group. */
interface Ended {
  member: Member;
  value?: unknown;
  failure?: { error: unknown };
}

/** At most this many transactions share a commit, and none waits longer than this for others to join. */
const groupSize = 32;
const groupTime = 5;
/** After so many groups of one member in a row nobody is waited for: there is a single writer. */
const patience = 16;

/**
 * SQLite's transactions, one after the other on the one connection, several to a commit.
 *
 * A commit waits for the disk, and with it the whole process. So transactions that are ready at the same time run each
 * in a savepoint and are committed together; each is acknowledged after that commit, never before. One that fails is
 * undone alone. Reads outside of transactions wait until the group is committed, so they never see what a crash would
 * take back.
 */
export class GroupCommit {
  readonly #db: Kysely<Database>;
  readonly #raw: DatabaseSyncInstance;
  readonly #statements: Record<'begin' | 'commit' | 'savepoint' | 'release', StatementSyncInstance>;
  readonly #waiting: Member[] = [];
  #working: Promise<void> | undefined;
  /** Groups of one member in a row. */
  #alone = patience;
  /** What the disk took for the last commit, in milliseconds. */
  #commitTime = 0;

  constructor(db: Kysely<Database>, raw: DatabaseSyncInstance) {
    this.#db = db;
    this.#raw = raw;
    this.#statements = {
      begin: raw.prepare('begin immediate'),
      commit: raw.prepare('commit'),
      savepoint: raw.prepare('savepoint member'),
      release: raw.prepare('release member'),
    };
  }

  run<T>(body: (db: Kysely<Database>) => Promise<T>): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      this.#waiting.push({ body, resolve: resolve as (value: unknown) => void, reject });
      this.#working ??= this.#work();
    });
  }

  /** Resolves when nothing is being written any more. */
  async idle(): Promise<void> {
    while (this.#working) await this.#working;
  }

  async #work(): Promise<void> {
    try {
      while (this.#waiting.length > 0) {
        await this.#gather();
        await this.#db.connection().execute(connection => this.#group(connection));
      }
    } catch (error) {
      // No transaction could be begun at all, for instance because the store is closed.
      for (const member of this.#waiting.splice(0)) member.reject(explainFailure(error));
    } finally {
      this.#working = undefined;
    }
  }

  /**
   * While several write at the same time, lets others join before the group begins: for as long as a commit takes,
   * since who misses this one makes everybody wait for another. Reads go on meanwhile.
   */
  async #gather(): Promise<void> {
    if (this.#alone < patience && this.#commitTime > 1) await delay(Math.min(this.#commitTime, groupTime));
  }

  async #group(connection: Kysely<Database>): Promise<void> {
    const members: Ended[] = [];
    this.#statements.begin.run();
    try {
      await this.#runMembers(connection, members);
      const started = performance.now();
      this.#statements.commit.run();
      this.#commitTime = performance.now() - started;
      this.#alone = members.length > 1 ? 0 : this.#alone + 1;
    } catch (error) {
      if (this.#raw.isTransaction) this.#raw.exec('rollback');
      for (const { member, failure } of members) member.reject(explainFailure(failure ? failure.error : error));
      return;
    }
    for (const { member, value, failure } of members) {
      if (failure) member.reject(explainFailure(failure.error));
      else member.resolve(value);
    }
  }

  /** Runs the waiting transactions and those that come along meanwhile. Rejects if all of them were undone. */
  async #runMembers(connection: Kysely<Database>, members: Ended[]): Promise<void> {
    const started = performance.now();
    do {
      for (let member = this.#waiting.shift(); member; member = this.#waiting.shift()) {
        try {
          members.push({ member, value: await this.#runInSavepoint(member, connection) });
        } catch (error) {
          members.push({ member, failure: { error } });
          // Some failures (a full disk) make SQLite undo the whole transaction, and so the members before this one.
          if (!this.#raw.isTransaction) throw error;
        }
        if (members.length >= groupSize) return;
      }
      await nextTurn();
    } while (this.#waiting.length > 0 && performance.now() - started < groupTime);
  }

  async #runInSavepoint(member: Member, connection: Kysely<Database>): Promise<unknown> {
    this.#statements.savepoint.run();
    try {
      const value = await member.body(connection);
      this.#statements.release.run();
      return value;
    } catch (error) {
      if (this.#raw.isTransaction) this.#raw.exec('rollback to member; release member');
      throw error;
    }
  }
}
