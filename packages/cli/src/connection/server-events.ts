import { ApiError, type Event, endpoints, streamMessages } from '@certfleet/contract';
import { createParser, type EventSourceMessage } from 'eventsource-parser';
import type { World } from '../command.js';
import type { Connection } from './connect.js';

/** Milliseconds between a stream that ended and the next try, as the server suggests it. */
const retryAfter = 3000;

/**
 * The events that happen from now on, until `signal` aborts. A stream that ends is opened again where it ended, so that
 * none is missed; `onLost` hears why it ended. Throws when the first one can't be opened, and when the server refuses.
 */
export async function* followEvents(
  connection: Connection,
  world: Pick<World, 'delay'>,
  signal: AbortSignal,
  onLost: (reason: string) => void,
): AsyncGenerator<Event> {
  let lastId: number | null = null;
  let opened = false;
  while (!signal.aborted) {
    try {
      const headers = lastId === null ? {} : { 'last-event-id': String(lastId) };
      const body = await connection.stream(endpoints.stream.path, headers, signal);
      opened = true;
      for await (const event of readEvents(body)) {
        yield event;
        lastId = event.id;
      }
      onLost('the server ended the stream');
    } catch (error) {
      if (signal.aborted) return;
      if (!opened || error instanceof ApiError) throw error;
      onLost((error as Error).message);
    }
    await world.delay(retryAfter, signal).catch(error => {
      if (!signal.aborted) throw error;
    });
  }
}

/** The events in a stream of server-sent events (WHATWG HTML §9.2); its other messages are passed over. */
export async function* readEvents(body: AsyncIterable<Buffer>): AsyncGenerator<Event> {
  const decoder = new TextDecoder();
  const messages: EventSourceMessage[] = [];
  const parser = createParser({ onEvent: message => messages.push(message) });
  for await (const chunk of body) {
    parser.feed(decoder.decode(chunk, { stream: true }));
    for (const { event, data } of messages.splice(0)) {
      if (event === 'event') yield streamMessages.event.parse(JSON.parse(data));
    }
  }
}
