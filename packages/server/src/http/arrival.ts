import type { IncomingMessage, Server, ServerResponse } from 'node:http';

/**
 * Milliseconds that a client has for its request's head, and then for its whole body or, of an upload, for some of it.
 */
export const arrivalTimeout = 30_000;

const uploads = new WeakSet<IncomingMessage>();

/** From now on the request may take as long as it likes, if only something comes: who sends it is known, and may. */
export function expectUpload(request: IncomingMessage): void {
  uploads.add(request);
}

/**
 * Ends connections whose request's body does not arrive in time. Node's own limit (`requestTimeout`) is one for all: a
 * file of hundreds of MB over a slow line would be cut off by what protects the rest.
 */
export function limitArrival(server: Pick<Server, 'on'>, timeout = arrivalTimeout): void {
  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    const { headers, socket } = request;
    // RFC 9112 §6.3: without either there is no body.
    if (headers['content-length'] === undefined && headers['transfer-encoding'] === undefined) return;
    let arrived = socket.bytesRead;
    // It goes on after an answer that did not wait for the body.
    const timer = setInterval(() => {
      if (request.complete || socket.destroyed) return clearInterval(timer);
      const comes = uploads.has(request) && socket.bytesRead > arrived;
      arrived = socket.bytesRead;
      if (comes) return undefined;
      clearInterval(timer);
      if (!response.headersSent) socket.write('HTTP/1.1 408 Request Timeout\r\nConnection: close\r\n\r\n');
      socket.destroySoon();
      return undefined;
    }, timeout).unref();
    request.once('end', () => clearInterval(timer));
  });
}
