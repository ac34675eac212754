/** What is told from tab to tab: what the stream has said, or that a tab asks whether it stands. */
type Told = { type: string; data?: string; isClosed?: boolean } | { asks: true };

/** Of the lock and of the channel. */
const name = 'certfleet-stream';

/** What the stream says, and that it stands. */
const types = ['open', 'alive', 'event', 'progress'];

/**
 * One connection to a stream for all tabs of a browser, in each of which it is used like an `EventSource`. Browsers grant a
 * server no more than six over HTTP/1.1, for whatever is read as well. The tab that holds a lock is connected and tells the
 * others; when it is closed another one gets the lock, connects, and says so: events may have been missed in between.
 */
export class SharedSource extends EventTarget {
  readyState: number = EventSource.CONNECTING;
  readonly #channel = new BroadcastChannel(name);
  readonly #closing = new AbortController();
  #source: EventSource | undefined;

  constructor(path: string) {
    super();
    this.#channel.onmessage = ({ data }: MessageEvent<Told>) => this.#hear(data);
    this.#say({ asks: true });
    const { signal } = this.#closing;
    navigator.locks
      .request(name, { signal }, () => this.#connect(path))
      .catch(error => {
        if (!signal.aborted) throw error;
      });
  }

  close(): void {
    this.readyState = EventSource.CLOSED;
    this.#closing.abort();
    this.#source?.close();
    this.#channel.close();
  }

  /** Holds the lock until this is closed. */
  #connect(path: string): Promise<void> {
    const source = new EventSource(path);
    this.#source = source;
    const tell = (told: Told) => {
      this.#say(told);
      this.#hear(told);
    };
    for (const type of types) {
      source.addEventListener(type, message => tell({ type, data: (message as MessageEvent<string>).data }));
    }
    source.addEventListener('error', () => {
      tell({ type: 'error', isClosed: source.readyState === EventSource.CLOSED });
    });
    return new Promise(done => this.#closing.signal.addEventListener('abort', () => done()));
  }

  #say(told: Told): void {
    if (!this.#closing.signal.aborted) this.#channel.postMessage(told);
  }

  #hear(told: Told): void {
    if ('asks' in told) {
      if (this.#source?.readyState === EventSource.OPEN) this.#say({ type: 'stands' });
      return;
    }
    const isWaiting = this.readyState === EventSource.CONNECTING;
    // Who was told before needs no answer to what another one has asked.
    if (told.type === 'stands' && !isWaiting) return;
    if (told.type === 'error') this.readyState = told.isClosed ? EventSource.CLOSED : EventSource.CONNECTING;
    else this.readyState = EventSource.OPEN;
    const type = told.type === 'stands' ? 'open' : told.type;
    this.dispatchEvent(Object.assign(new Event(type), { data: told.data }));
  }
}
