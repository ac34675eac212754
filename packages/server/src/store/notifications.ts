import pg from 'pg';
import type { EventRecord, Events } from './events.js';

/** Where the trigger of the migration says which event was committed. */
const eventChannel = 'certfleet_event';

/** How long to wait before connecting again, in milliseconds. */
const pause = 1000;

/**
 * Follows the events of all servers on one PostgreSQL: LISTEN tells their ids in the order of their commits, which ids
 * alone don't (a transaction that began earlier may be committed later). After a broken connection it goes on behind
 * the last event that it saw; one that was committed in that gap with a smaller id is in the list, but not in the
 * stream.
 */
export class EventFollower {
  readonly #url: string;
  readonly #events: Events;
  readonly #publish: (event: EventRecord) => void;
  #client: pg.Client | undefined;
  #lastSeen = 0;
  /** Published after the last break; LISTEN may tell of some of them again. */
  #caughtUp = new Set<number>();
  #reading: Promise<void> = Promise.resolve();
  #again: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(url: string, events: Events, publish: (event: EventRecord) => void) {
    this.#url = url;
    this.#events = events;
    this.#publish = publish;
  }

  /** Resolves when every event from now on will be published. */
  async start(): Promise<void> {
    this.#lastSeen = await this.#events.newestId();
    try {
      await this.#connect();
    } catch (error) {
      await this.close();
      throw error;
    }
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#again);
    await this.#reading;
    await this.#client?.end();
  }

  async #connect(): Promise<void> {
    const client = new pg.Client({ connectionString: this.#url, application_name: 'certfleet events' });
    this.#client = client;
    client.on('notification', ({ payload }) => this.#read(() => this.#told(Number(payload))));
    client.on('error', () => this.#connectLater());
    client.on('end', () => this.#connectLater());
    try {
      await client.connect();
      await client.query(`listen ${eventChannel}`);
    } catch (error) {
      // Connected but deaf, it would stay beside its successor.
      await client.end();
      throw error;
    }
  }

  /** Once, however many ways the broken connection has of telling. */
  #connectLater(): void {
    if (this.#closed || this.#again) return;
    this.#again = setTimeout(() => {
      this.#again = undefined;
      this.#connect().then(
        () => this.#read(() => this.#missed()),
        () => this.#connectLater(),
      );
    }, pause);
  }

  async #told(id: number): Promise<EventRecord[]> {
    return this.#caughtUp.has(id) ? [] : this.#events.get([id]);
  }

  async #missed(): Promise<EventRecord[]> {
    const events = await this.#events.after(this.#lastSeen);
    this.#caughtUp = new Set(events.map(event => event.id));
    return events;
  }

  /** One after the other, so that they are published in their order. */
  #read(fetch: () => Promise<EventRecord[]>): void {
    this.#reading = this.#reading.then(async () => {
      if (this.#closed) return;
      try {
        for (const event of await fetch()) {
          this.#lastSeen = Math.max(this.#lastSeen, event.id);
          this.#publish(event);
        }
      } catch {
        // The database can't be read right now. The stream goes on behind the last event once it can.
        this.#connectLater();
      }
    });
  }
}
