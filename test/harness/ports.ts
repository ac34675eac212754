import { createServer } from 'node:net';

/**
 * Ports below the range from which the kernel takes the source ports of outgoing connections (32768 and up on Linux):
 * a port that was free when we looked is not taken by such a connection before the program that is to have it listens.
 */
const lowest = 10_000;
const highest = 32_000;
/**
 * Workers of Vitest that run at the same time have other ports each: between finding one free and a program's listening
 * there are seconds, in which another worker would find it free as well.
 */
const slices = 16;
const slice = Number(process.env.VITEST_POOL_ID ?? 0) % slices;
const taken = new Set<number>();

/** A TCP port on which nothing listens, never the same one twice in this process, nor in another worker. */
export async function freePort(): Promise<number> {
  for (let attempt = 0; attempt < 200; attempt += 1) {
    const port = lowest + slice + slices * Math.floor((Math.random() * (highest - lowest)) / slices);
    if (taken.has(port)) continue;
    taken.add(port);
    if ((await canListen(port, '127.0.0.1')) && (await canListen(port, '0.0.0.0'))) return port;
  }
  throw new Error(`No free TCP port between ${lowest} and ${highest} in 200 attempts. Is something holding them all?`);
}

function canListen(port: number, host: string): Promise<boolean> {
  return new Promise(resolve => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, host, () => server.close(() => resolve(true)));
  });
}
