import { sql } from 'kysely';
import type { Instant } from '../domain/time.js';
import { Accounts } from './accounts.js';
import { Assignments } from './assignments.js';
import { EntryWriter } from './backup/write.js';
import { Bulks } from './bulk.js';
import { Certificates } from './certificates.js';
import { Challenges } from './challenges.js';
import { Channels } from './channels.js';
import { ContentRules } from './content-rules.js';
import type { StoreContext } from './context.js';
import { Deployments } from './deployments.js';
import { Domains } from './domains.js';
import { type EventRecord, Events } from './events.js';
import { Failing } from './failing.js';
import { History } from './history.js';
import { Intermediates } from './intermediates.js';
import { Jobs, type Lease } from './jobs.js';
import { Keys } from './keys.js';
import { Leases } from './leases.js';
import { LoadBalancers } from './load-balancers.js';
import { Notices } from './notices.js';
import { Orders } from './orders.js';
import { Overviews } from './overview.js';
import { Policies } from './policies.js';
import { Proofs } from './proofs.js';
import { RateBuckets } from './rate-buckets.js';
import { RealServers } from './real-servers.js';
import { RevokedKeys } from './revoked-keys.js';
import { Sessions } from './sessions.js';
import { Settings } from './settings.js';
import { Solvers } from './solvers.js';
import { Targets } from './targets.js';
import { Tokens } from './tokens.js';
import { Users } from './users.js';
import { Versions } from './versions.js';
import { VirtualServices } from './virtual-services.js';

/** Who wants to know what was committed. */
export interface Listeners {
  event(event: EventRecord): void;
  enqueued(runAt: Instant): void;
}

/**
 * All that the server remembers, noun by noun: the whole store, or one transaction of it, which looks the same.
 *
 * Methods named `find…` return undefined for what is not there; `get` and `byName` throw `DomainError` `not-found`.
 */
export class Store {
  readonly #context: StoreContext;
  readonly #listeners: Listeners;

  readonly accounts: Accounts;
  readonly assignments: Assignments;
  readonly bulks: Bulks;
  readonly certificates: Certificates;
  readonly challenges: Challenges;
  readonly channels: Channels;
  readonly contentRules: ContentRules;
  readonly deployments: Deployments;
  readonly domains: Domains;
  readonly events: Events;
  readonly failing: Failing;
  readonly history: History;
  readonly intermediates: Intermediates;
  readonly jobs: Jobs;
  readonly keys: Keys;
  readonly leases: Leases;
  readonly loadBalancers: LoadBalancers;
  readonly notices: Notices;
  readonly orders: Orders;
  readonly overviews: Overviews;
  readonly proofs: Proofs;
  readonly policies: Policies;
  readonly rateBuckets: RateBuckets;
  readonly realServers: RealServers;
  readonly revokedKeys: RevokedKeys;
  readonly sessions: Sessions;
  readonly settings: Settings;
  readonly solvers: Solvers;
  readonly targets: Targets;
  readonly tokens: Tokens;
  readonly users: Users;
  readonly versions: Versions;
  readonly virtualServices: VirtualServices;

  constructor(context: StoreContext, listeners: Listeners) {
    this.#context = context;
    this.#listeners = listeners;
    this.accounts = new Accounts(context);
    this.assignments = new Assignments(context);
    this.bulks = new Bulks(context);
    this.certificates = new Certificates(context);
    this.challenges = new Challenges(context);
    this.channels = new Channels(context);
    this.contentRules = new ContentRules(context);
    this.deployments = new Deployments(context);
    this.domains = new Domains(context);
    this.events = new Events(context, listeners.event);
    this.failing = new Failing(context, listeners.enqueued);
    this.history = new History(context);
    this.intermediates = new Intermediates(context);
    this.jobs = new Jobs(context, listeners.enqueued);
    this.keys = new Keys(context);
    this.leases = new Leases(context);
    this.loadBalancers = new LoadBalancers(context);
    this.notices = new Notices(context);
    this.orders = new Orders(context);
    this.overviews = new Overviews(context);
    this.proofs = new Proofs(context);
    this.policies = new Policies(context);
    this.rateBuckets = new RateBuckets(context);
    this.realServers = new RealServers(context);
    this.revokedKeys = new RevokedKeys(context);
    this.sessions = new Sessions(context);
    this.settings = new Settings(context);
    this.solvers = new Solvers(context);
    this.targets = new Targets(context);
    this.tokens = new Tokens(context);
    this.users = new Users(context);
    this.versions = new Versions(context);
    this.virtualServices = new VirtualServices(context);
  }

  /** Puts things of a backup into this transaction. Until its end no lock of a job changes hands, on any server. */
  async entryWriter(): Promise<EntryWriter> {
    const { db, dialect } = this.#context;
    // Jobs have their lock's row before they write any other. What is under way comes to its end first; another restore too.
    if (dialect === 'postgres') await sql`lock table lock in exclusive mode`.execute(db);
    return new EntryWriter(this.#context);
  }

  /**
   * Commits everything that `body` writes through `tx`, or nothing if it throws. Within a transaction it is part of it.
   *
   * `body` must use `tx` alone: on SQLite a call on the store itself would wait for this very transaction. It must not
   * wait for the outside either, since nothing else is written meanwhile.
   */
  transaction<T>(body: (tx: Store) => Promise<T>): Promise<T> {
    return this.#context.atomically(context =>
      body(context === this.#context ? this : new Store(context, this.#listeners)),
    );
  }

  /**
   * A transaction for the holder of a lease: throws `LeaseLost` and writes nothing if someone else has taken the lock.
   * Nobody can take it before the transaction ends.
   */
  fenced<T>(lease: Lease, body: (tx: Store) => Promise<T>): Promise<T> {
    return this.transaction(async tx => {
      await tx.jobs.checkLease(lease);
      return body(tx);
    });
  }
}
