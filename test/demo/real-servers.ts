import { createServer, type Server } from 'node:http';

/** An application behind the load balancer, as plain as can be. */
export interface RealServer {
  port: number;
  close(): Promise<void>;
}

/** Starts a web server on loopback that says which one it is. */
export async function startRealServer(name: string): Promise<RealServer> {
  const server: Server = createServer((_, response) => {
    response.setHeader('content-type', 'text/plain; charset=utf-8');
    response.end(`Hello from ${name}.\n`);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The real server has no port.');
  return {
    port: address.port,
    close: () =>
      new Promise(resolve => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
