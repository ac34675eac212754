import type { IncomingMessage, Server, ServerResponse } from 'node:http';

/*
 * Clients of LoadMaster's API send credentials only when they are asked for them, and a file with the first request
 * already. Whoever refuses it before reading it has to see to it that the refusal is read.
 */

/** Milliseconds without a byte after which a sender is taken to have stopped. */
const silence = 5_000;

/** Requests whose sender waits for `100 Continue` before the body (RFC 9110 §10.1.1). */
const waiting = new WeakMap<IncomingMessage, ServerResponse>();

/**
 * Node answers `Expect: 100-continue` by itself, before anyone has looked at the request. Here that is left to
 * {@link sendContinue} for the URLs that `isOurs` picks.
 */
export function deferContinue(server: Server, isOurs: (url: string) => boolean): void {
  server.on('checkContinue', (request: IncomingMessage, response: ServerResponse) => {
    if (isOurs(request.url ?? '')) waiting.set(request, response);
    else response.writeContinue();
    server.emit('request', request, response);
  });
}

/** Tells a sender that waits for it to go on; to be called before the body is read. */
export function sendContinue(request: IncomingMessage): void {
  waiting.get(request)?.writeContinue();
  waiting.delete(request);
}

/** Whether a body may still be on its way. */
export function hasUnreadBody({ headers, complete }: IncomingMessage): boolean {
  return !complete && (Number(headers['content-length'] ?? 0) > 0 || headers['transfer-encoding'] !== undefined);
}

/** Whether the sender was not told to go on: it may send the body all the same, or another request in its place. */
export function isWaiting(request: IncomingMessage): boolean {
  return waiting.has(request);
}

/**
 * The answer, whole and at once; it ends when the sender has ended. To close a connection on which bytes still come is
 * to reset it, and whoever sends everything before reading would never see the answer (RFC 9112 §9.6). What comes is
 * dropped: at most `limit` bytes.
 */
export async function* answerAndDrop(answer: Buffer, request: IncomingMessage, limit: number): AsyncIterable<Buffer> {
  yield answer;
  await dropBody(request, limit);
}

function dropBody(request: IncomingMessage, limit: number): Promise<void> {
  return new Promise(resolve => {
    let length = 0;
    const timer = setTimeout(end, silence);
    request.on('data', count);
    request.once('end', end);
    request.once('close', end);

    function count(chunk: Buffer): void {
      length += chunk.length;
      if (length > limit) end();
      else timer.refresh();
    }
    function end(): void {
      clearTimeout(timer);
      request.off('data', count);
      request.off('end', end);
      request.off('close', end);
      resolve();
    }
  });
}
