import { createServer } from 'node:http';

/** Answers http-01 on a port of 127.0.0.1 for what is presented to it. */
export interface Http01Responder {
  port: number;
  /** path → body */
  answers: Map<string, string>;
  stop(): Promise<void>;
}

export async function startHttp01Responder(): Promise<Http01Responder> {
  const answers = new Map<string, string>();
  const server = createServer((request, response) => {
    const body = answers.get(request.url ?? '');
    response.writeHead(body === undefined ? 404 : 200, { 'content-type': 'text/plain' }).end(body ?? 'nothing here');
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The http-01 responder has no port.');
  return {
    port: address.port,
    answers,
    stop: () =>
      new Promise<void>(resolve => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
