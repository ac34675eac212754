import { type Event, endpoints, type Progress, streamMessages } from '@certfleet/contract';

/** How the page is connected: `lost` since when it has no live news. */
export type Connection = { state: 'connecting' } | { state: 'live' } | { state: 'lost'; since: number };

type Listener = () => void;

/** How many of the newest events a page can show at once. */
const keptEvents = 50;
/** Progress of so many things is kept: the ones that moved last. */
const keptProgress = 200;

/**
 * What the server tells as it happens (server-sent events). The browser connects again by itself and asks for what it
 * has missed; when the server refuses, as it does without a session, it is tried again after a pause.
 */
export class Live {
  #source: EventSource | undefined;
  #connection: Connection = { state: 'connecting' };
  #events: readonly Event[] = [];
  #progress: ReadonlyMap<string, Progress> = new Map();
  readonly #listeners = new Set<Listener>();
  readonly #heard: (event: Event) => void;
  readonly #back: () => void;
  #retry: number | undefined;

  /** `heard` is told each event; `back` that the connection stands again, so that what was missed can be read. */
  constructor(heard: (event: Event) => void, back: () => void) {
    this.#heard = heard;
    this.#back = back;
  }

  start(): void {
    if (this.#source) return;
    const source = new EventSource(endpoints.stream.path);
    this.#source = source;
    source.addEventListener('open', () => {
      const wasLost = this.#connection.state === 'lost';
      this.#set({ state: 'live' });
      if (wasLost) this.#back();
    });
    source.addEventListener('error', () => {
      if (this.#connection.state !== 'lost') this.#set({ state: 'lost', since: Date.now() });
      if (source.readyState === EventSource.CLOSED) this.#startLater(source);
    });
    source.addEventListener('event', ({ data }) => {
      const event = streamMessages.event.parse(JSON.parse(data));
      this.#events = [event, ...this.#events].slice(0, keptEvents);
      this.#heard(event);
      this.#tell();
    });
    source.addEventListener('progress', ({ data }) => {
      const progress = streamMessages.progress.parse(JSON.parse(data));
      const others = [...this.#progress].filter(([subject]) => subject !== progress.subject);
      this.#progress = new Map([...others.slice(-keptProgress), [progress.subject, progress]]);
      this.#tell();
    });
  }

  stop(): void {
    clearTimeout(this.#retry);
    this.#source?.close();
    this.#source = undefined;
    this.#events = [];
    this.#progress = new Map();
    this.#set({ state: 'connecting' });
  }

  readonly subscribe = (listener: Listener): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  readonly connection = (): Connection => this.#connection;
  /** The newest first. */
  readonly events = (): readonly Event[] => this.#events;
  /** What was said last of each subject, the one that moved last at the end. */
  readonly progress = (): ReadonlyMap<string, Progress> => this.#progress;

  #startLater(source: EventSource): void {
    source.close();
    if (this.#source !== source) return;
    this.#source = undefined;
    this.#retry = window.setTimeout(() => this.start(), 3_000);
  }

  #set(connection: Connection): void {
    this.#connection = connection;
    this.#tell();
  }

  #tell(): void {
    for (const listener of this.#listeners) listener();
  }
}
