import { type Event, type Progress, streamMessages } from '@certfleet/contract';

/** How the page is connected: `lost` since when it has no live news. */
export type Connection = { state: 'connecting' } | { state: 'live' } | { state: 'lost'; since: number };

type Listener = () => void;

/** Progress of so many things is kept: the ones that moved last. */
const keptProgress = 200;

/** All in milliseconds. */
const pace = {
  /** The server says that it is alive every 15 seconds: after so long without a word the connection is dead. */
  silence: 40_000,
  /** How often the time since the last word is looked at. */
  look: 5_000,
  /** Before a server that has refused is asked again. */
  pause: 3_000,
  /**
   * A tab that nobody has seen for so long gives its connection up: what happens has nothing read again for nobody. It
   * is connected again when it is seen.
   */
  unseen: 5_000,
};

/** What is used of an `EventSource`. */
interface Source extends EventTarget {
  readonly readyState: number;
  close(): void;
}

interface LiveListener {
  heard(event: Event): void;
  moved(progress: Progress): void;
  /** The connection stands, and events may have been missed before it did. */
  back(): void;
  /** The server has refused the connection, as it does when the session has ended. */
  refused(): void;
}

/**
 * What the server tells as it happens (server-sent events). The browser connects again by itself and asks for what it
 * has missed; a connection that has died without a word, as in a computer that slept, is noticed by the silence.
 */
export class Live {
  #source: Source | undefined;
  #connection: Connection = { state: 'connecting' };
  #progress: ReadonlyMap<string, Progress> = new Map();
  readonly #listeners = new Set<Listener>();
  readonly #listener: LiveListener;
  readonly #open: () => Source;
  /** Since this moment nothing was heard. */
  #heardAt = 0;
  #seenAt = 0;
  #retry: ReturnType<typeof setTimeout> | undefined;
  #watch: ReturnType<typeof setInterval> | undefined;

  /** `open` connects to the stream. */
  constructor(open: () => Source, listener: LiveListener) {
    this.#listener = listener;
    this.#open = open;
  }

  start(): void {
    this.#watch = setInterval(this.#look, pace.look);
    document.addEventListener('visibilitychange', this.#look);
    // One that was opened in the background waits until somebody sees it.
    this.#seenAt = 0;
    this.#look();
  }

  stop(): void {
    clearInterval(this.#watch);
    document.removeEventListener('visibilitychange', this.#look);
    this.#disconnect();
    this.#progress = new Map();
    this.#set({ state: 'connecting' });
  }

  readonly subscribe = (listener: Listener): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  readonly connection = (): Connection => this.#connection;
  /** What was said last of each subject, the one that moved last at the end. */
  readonly progress = (): ReadonlyMap<string, Progress> => this.#progress;

  #connect(): void {
    const source = this.#open();
    this.#source = source;
    this.#heardAt = Date.now();
    const on = (type: string, listener: (data: string) => void) =>
      source.addEventListener(type, message => {
        this.#heardAt = Date.now();
        listener((message as MessageEvent<string>).data);
      });
    on('open', () => {
      this.#set({ state: 'live' });
      this.#listener.back();
    });
    on('alive', () => undefined);
    on('event', data => {
      this.#listener.heard(streamMessages.event.parse(JSON.parse(data)));
    });
    on('progress', data => {
      const progress = streamMessages.progress.parse(JSON.parse(data));
      const others = [...this.#progress].filter(([subject]) => subject !== progress.subject);
      this.#progress = new Map([...others.slice(-keptProgress), [progress.subject, progress]]);
      this.#listener.moved(progress);
      this.#tell();
    });
    source.addEventListener('error', () => {
      this.#lose(Date.now());
      if (source.readyState !== EventSource.CLOSED) return;
      this.#disconnect();
      this.#retry = setTimeout(() => {
        this.#retry = undefined;
        this.#connect();
      }, pace.pause);
      this.#listener.refused();
    });
  }

  #disconnect(): void {
    clearTimeout(this.#retry);
    this.#retry = undefined;
    this.#source?.close();
    this.#source = undefined;
  }

  #lose(since: number): void {
    if (this.#connection.state !== 'lost') this.#set({ state: 'lost', since });
  }

  /** Whether the connection still says something, and whether it is needed at all. */
  readonly #look = (): void => {
    const now = Date.now();
    if (document.visibilityState === 'visible') this.#seenAt = now;
    if (now - this.#seenAt >= pace.unseen) {
      this.#disconnect();
      return;
    }
    if (this.#retry !== undefined) return;
    const isSilent = this.#source !== undefined && now - this.#heardAt > pace.silence;
    if (this.#source !== undefined && !isSilent) return;
    if (isSilent) this.#lose(this.#heardAt);
    else this.#set({ state: 'connecting' });
    this.#disconnect();
    this.#connect();
  };

  #set(connection: Connection): void {
    this.#connection = connection;
    this.#tell();
  }

  #tell(): void {
    for (const listener of this.#listeners) listener();
  }
}
