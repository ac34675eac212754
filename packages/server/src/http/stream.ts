import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { type Event, endpoints, type Progress, type streamMessages } from '@certfleet/contract';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { z } from 'zod';
import { DomainError } from '../domain/errors.js';
import type { EventRecord } from '../store/events.js';
import type { AccessControl } from './access.js';
import { maySeeEvent, toEvent } from './handlers/event.js';

/** Calls the listener for each value until the function that it returns is called. */
export type Subscribe<T> = (listener: (value: T) => void) => () => void;

/** What is streamed. */
export interface StreamSources {
  events: {
    /** The events after this id, the oldest first. */
    after(id: number, limit?: number): Promise<EventRecord[]>;
    newestId(): Promise<number>;
  };
  /** This process has committed an event. */
  onEvent: Subscribe<EventRecord>;
  onProgress: Subscribe<Progress>;
}

/** How a stream behaves, in milliseconds; tests shorten it. */
export interface StreamPace {
  /** A sign of life is sent so often, which shows a dead connection and keeps middle boxes from closing an idle one. */
  heartbeat: number;
  /** The store is asked so often for events of other processes. */
  poll: number;
  /** Events that come within this time are read together. */
  gather: number;
  /** A reader that takes nothing for so long is dropped. It may come back with Last-Event-ID. */
  patience: number;
}

const defaultStreamPace: StreamPace = { heartbeat: 15_000, poll: 2_000, gather: 100, patience: 20_000 };

/** Read from the store at once. */
const batch = 200;

/**
 * PostgreSQL gives out ids before transactions commit, so an event can appear behind one that was sent already. So many
 * ids back are looked at again.
 */
const lookBack = 100;

/** Registers /api/v1/stream: events and progress as server-sent events (WHATWG HTML §9.2). */
export function registerStream(
  app: FastifyInstance,
  sources: StreamSources,
  access: AccessControl,
  pace: StreamPace = defaultStreamPace,
): void {
  const open = new Set<EventStream>();
  // Before the server waits for its connections to end: these would never.
  app.addHook('preClose', async () => {
    for (const stream of open) stream.end();
  });

  app.get(
    endpoints.stream.path,
    { onRequest: access.require(endpoints.stream.role, { isUse: false }) },
    async (request, reply) => {
      const from = await firstId(request, sources);
      reply.hijack();
      for (const [name, value] of Object.entries(reply.getHeaders())) if (value) reply.raw.setHeader(name, value);
      const stream = new EventStream(reply.raw, request, sources, access, pace, from);
      open.add(stream);
      await stream.closed;
      open.delete(stream);
    },
  );
}

/** After which event the stream begins: where the client's last one ended, else now. */
async function firstId(request: FastifyRequest, { events }: StreamSources): Promise<number> {
  const last = request.headers['last-event-id'];
  if (last === undefined) return await events.newestId();
  const id = typeof last === 'string' && /^\d{1,15}$/.test(last) ? Number(last) : undefined;
  if (id === undefined) throw new DomainError('invalid-input', 'Last-Event-ID is not the id of an event.');
  return id;
}

/**
 * One client's stream. Events are read from the store when the client can take them, never kept for it; progress that
 * it can't take at once is left out.
 */
class EventStream {
  /** Resolves when the connection is over, for whatever reason. */
  readonly closed: Promise<void>;
  readonly #response: ServerResponse;
  readonly #request: FastifyRequest;
  readonly #sources: StreamSources;
  readonly #access: AccessControl;
  readonly #pace: StreamPace;
  readonly #from: number;
  #lastId: number;
  readonly #sent = new Set<number>();
  #gathering: NodeJS.Timeout | undefined;
  #pumping = false;
  #again = false;
  #isClosed = false;

  constructor(
    response: ServerResponse,
    request: FastifyRequest,
    sources: StreamSources,
    access: AccessControl,
    pace: StreamPace,
    from: number,
  ) {
    this.#response = response;
    this.#request = request;
    this.#sources = sources;
    this.#access = access;
    this.#pace = pace;
    this.#from = from;
    this.#lastId = from;
    response.writeHead(200, { 'content-type': 'text/event-stream', 'x-accel-buffering': 'no' });
    response.write('retry: 3000\n\n');
    const cleanUp = [
      sources.onEvent(() => this.#wake()),
      sources.onProgress(progress => this.#sendProgress(progress)),
      every(pace.poll, () => this.#wake()),
      every(pace.heartbeat, () => void this.#beat().catch(error => this.#fail(error))),
      () => clearTimeout(this.#gathering),
    ];
    this.closed = new Promise(resolve => {
      response.once('close', () => {
        this.#isClosed = true;
        for (const undo of cleanUp) undo();
        resolve();
      });
    });
    this.#pump();
  }

  end(): void {
    this.#response.end();
  }

  #wake(): void {
    this.#gathering ??= setTimeout(() => {
      this.#gathering = undefined;
      this.#pump();
    }, this.#pace.gather);
  }

  #pump(): void {
    if (this.#pumping) this.#again = true;
    else void this.#sendAll().catch(error => this.#fail(error));
  }

  /** Sends all events that there are, at the reader's pace. */
  async #sendAll(): Promise<void> {
    this.#pumping = true;
    try {
      do {
        this.#again = false;
        while (await this.#sendBatch());
      } while (this.#again && !this.#isClosed);
    } finally {
      this.#pumping = false;
    }
  }

  /** Whether there may be more. */
  async #sendBatch(): Promise<boolean> {
    const after = Math.max(this.#from, this.#lastId - lookBack);
    const events = await this.#sources.events.after(after, lookBack + batch);
    const fresh = events.filter(event => !this.#sent.has(event.id));
    for (const event of fresh) {
      const role = this.#request.identity?.actor.role;
      if (role && maySeeEvent(role, event.action)) await this.#send(toEvent(event));
      if (this.#isClosed) return false;
      this.#sent.add(event.id);
      this.#lastId = Math.max(this.#lastId, event.id);
    }
    for (const id of this.#sent) if (id <= this.#lastId - lookBack) this.#sent.delete(id);
    return fresh.length > 0;
  }

  async #send(event: Event): Promise<void> {
    if (this.#isClosed) return;
    const taken = this.#response.write(`id: ${event.id}\nevent: event\ndata: ${JSON.stringify(event)}\n\n`);
    if (!taken) await this.#drained();
  }

  #sendProgress(progress: Progress): void {
    if (this.#response.writableNeedDrain || this.#isClosed) return;
    this.#write('progress', progress);
  }

  /** Says something that is not to be asked for again: it has no id. */
  #write<M extends 'progress' | 'alive'>(name: M, data: z.infer<(typeof streamMessages)[M]>): void {
    this.#response.write(`event: ${name}\ndata: ${JSON.stringify(data)}\n\n`);
  }

  /** Waits until the reader has taken what was written; drops it when that takes too long. */
  async #drained(): Promise<void> {
    const given = new AbortController();
    const timer = setTimeout(() => this.#response.destroy(), this.#pace.patience);
    this.#response.once('close', () => given.abort());
    try {
      await once(this.#response, 'drain', { signal: given.signal });
    } catch (error) {
      if (!given.signal.aborted) throw error;
    } finally {
      clearTimeout(timer);
    }
  }

  /** A sign of life; and the end, once the session, token or role is no longer what it was. */
  async #beat(): Promise<void> {
    if (!(await this.#access.stillHolds(this.#request))) this.end();
    else if (this.#response.writableNeedDrain) await this.#drained();
    else if (!this.#isClosed) this.#write('alive', { at: new Date().toISOString() });
  }

  /** The client comes back by itself and goes on where it was. */
  #fail(error: unknown): void {
    this.#request.log.error({ err: error }, 'A live stream was ended because its events could not be read');
    this.#response.destroy();
  }
}

function every(milliseconds: number, action: () => void): () => void {
  const timer = setInterval(action, milliseconds);
  return () => clearInterval(timer);
}
