import { sql } from 'kysely';
import type { Instant } from '../domain/time.js';
import type { Entry } from './backup/entry.js';
import type { Part } from './backup/places.js';
import { readEntries } from './backup/read.js';
import { rootContext } from './context.js';
import { type OpenDatabase, openDatabase } from './database.js';
import type { EventRecord } from './events.js';
import { openKeyRing } from './key-ring.js';
import { replaceMasterKeyFile } from './master-key.js';
import { migrate } from './migrations/index.js';
import { EventFollower } from './notifications.js';
import {
  finishRotation,
  type RotationOptions,
  type RotationResult,
  rewrap,
  rotate,
  type SecretStore,
} from './rotation.js';
import { type KeyRing, Sealer } from './secrets.js';
import type { SqliteOptions } from './sqlite.js';
import { type Listeners, Store } from './store.js';

export { LeaseLost } from './jobs.js';
export { Store } from './store.js';

export interface StoreOptions {
  /** `sqlite:/path/to/file.db` or `postgres://user:password@host:port/database` */
  url: string;
  /** 32 bytes, or the file that holds it; see master-key.ts. A file that is missing is made with a new store. */
  masterKey: Buffer | { file: string };
  clock?: { now(): Instant };
  sqlite?: SqliteOptions;
}

/**
 * Opens the store and brings its tables up to this version.
 *
 * Throws `DomainError` `store-in-use`, `store-too-new`, `store-full` or `wrong-master-key`; nothing is changed then.
 */
export async function openStore(options: StoreOptions): Promise<OpenStore> {
  const now = options.clock ? () => options.clock?.now() ?? Date.now() : Date.now;
  const database = await openDatabase(options);
  try {
    // In one transaction, so that a store that does not open is not brought up to this version either.
    const ring = await database.transaction(async db => {
      await migrate(db, database.dialect, now());
      return openKeyRing(db, options.masterKey, now);
    });
    const store = new OpenStore(options.url, database, ring, now);
    await store.followEvents();
    // Nobody else can have this file open, so whoever holds a lease on it is dead.
    if (database.dialect === 'sqlite') await store.jobs.freeLeasesOf();
    return store;
  } catch (error) {
    await database.close();
    throw error;
  }
}

/** The store of this process. */
export class OpenStore extends Store {
  readonly #database: OpenDatabase;
  readonly #subscribers: Subscribers;
  readonly #secrets: SecretStore;
  readonly #follower: EventFollower | undefined;
  #long = 0;

  constructor(url: string, database: OpenDatabase, ring: KeyRing, now: () => Instant) {
    const subscribers = new Subscribers();
    const shared = database.dialect === 'postgres';
    // Where other servers append events too, ours come back with theirs.
    super(rootContext(database, ring, now), shared ? { ...subscribers, event: () => undefined } : subscribers);
    this.#database = database;
    this.#follower = shared ? new EventFollower(url, this.events, subscribers.event) : undefined;
    this.#subscribers = subscribers;
    this.#secrets = { ...database, ring, now };
  }

  /** From now on, {@link onEvent} tells of every event. Called by {@link openStore}. */
  async followEvents(): Promise<void> {
    await this.#follower?.start();
  }

  /** Calls `listener` with each event of any server once it is committed, until the returned function is called. */
  onEvent(listener: (event: EventRecord) => void): () => void {
    return this.#subscribers.add(this.#subscribers.events, listener);
  }

  /** Calls `listener` with the `runAt` of each job that this process has enqueued, once it is committed. */
  onEnqueued(listener: (runAt: Instant) => void): () => void {
    return this.#subscribers.add(this.#subscribers.jobs, listener);
  }

  /** Seals all secrets under a new data key while everything goes on, or finishes a rotation that was cut short. */
  rotateSecrets(options?: RotationOptions): Promise<RotationResult> {
    return rotate(this.#secrets, options);
  }

  /** Finishes a rotation that was cut short, if there is one: to be called after each start. */
  async finishRotation(): Promise<void> {
    await finishRotation(this.#secrets);
  }

  /** From now on the store opens with this master key only. */
  changeMasterKey(masterKey: Buffer): Promise<void> {
    return rewrap(this.#secrets, masterKey);
  }

  /** {@link changeMasterKey} to a new key in the same file; killed halfway, the store still opens with the file. */
  changeMasterKeyInFile(path: string): Promise<void> {
    return replaceMasterKeyFile(path, masterKey => this.changeMasterKey(masterKey));
  }

  /** Reads things for a backup from one state of the store, while everything goes on. */
  readEntries<T>(parts: readonly Part[], use: (entries: AsyncIterable<Entry>) => Promise<T>): Promise<T> {
    const { ring } = this.#secrets;
    return this.#database.snapshot(db => use(readEntries({ db, sealer: new Sealer(db, ring) }, parts)));
  }

  /**
   * A transaction that may take minutes. On SQLite everything else waits for it, reads as well: there is one
   * connection, and what a crash would take back is shown to nobody.
   */
  async longTransaction<T>(body: (tx: Store) => Promise<T>): Promise<T> {
    this.#long += 1;
    try {
      return await this.transaction(body);
    } finally {
      this.#long -= 1;
    }
  }

  /** Whether everything else waits for a {@link longTransaction}. */
  get isHeldUp(): boolean {
    return this.#long > 0 && this.#database.dialect === 'sqlite';
  }

  /** What it is kept in, for people: `SQLite 3.46.0`. */
  async describeDatabase(): Promise<string> {
    const { db, dialect } = this.#database;
    const [product, asked] =
      dialect === 'sqlite'
        ? ['SQLite', sql<string>`sqlite_version()`]
        : // Debian adds its own: 15.8 (Debian 15.8-0+deb12u1).
          ['PostgreSQL', sql<string>`split_part(current_setting('server_version'), ' ', 1)`];
    const { version } = await db.selectNoFrom(asked.as('version')).executeTakeFirstOrThrow();
    return `${product} ${version}`;
  }

  /** What backups in parts are sealed under without a pass phrase; see secrets.ts. */
  get backupSecret(): Buffer {
    return this.#secrets.ring.backupSecret;
  }

  /** Waits for what is being written, then closes the database. */
  async close(): Promise<void> {
    await this.#follower?.close();
    await this.#database.close();
  }
}

class Subscribers implements Listeners {
  readonly events = new Set<(event: EventRecord) => void>();
  readonly jobs = new Set<(runAt: Instant) => void>();
  readonly event = (event: EventRecord) => {
    for (const listener of this.events) listener(event);
  };
  readonly enqueued = (runAt: Instant) => {
    for (const listener of this.jobs) listener(runAt);
  };

  add<L>(listeners: Set<L>, listener: L): () => void {
    listeners.add(listener);
    return () => listeners.delete(listener);
  }
}
