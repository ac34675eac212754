import { createServer } from 'node:net';
import { describe, expect, test } from 'vitest';
import { type Presentation, parseConfig } from '../plugin.js';
import type { Ports } from '../ports.js';
import { standaloneSolver } from './standalone.js';

/** The solver needs nothing of the server, and nobody ends its work early. */
const ports = {} as Ports;
const { signal } = new AbortController();
const presentation = (token: string): Presentation => ({
  type: 'http-01',
  identifier: 'www.example.com',
  token,
  value: `${token}.thumbprint`,
  place: null,
});

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise(resolve => server.once('listening', resolve));
  const address = server.address();
  await new Promise(resolve => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

describe('standalone solver', () => {
  test('answers what is presented, nothing else, and closes its port when the last one is cleaned up', async () => {
    const config = parseConfig(standaloneSolver, { address: '127.0.0.1', port: await freePort() });
    const ask = async (token: string) => {
      const response = await fetch(`http://127.0.0.1:${config.port}/.well-known/acme-challenge/${token}`);
      return `${response.status} ${(await response.text()).trim()}`;
    };

    await standaloneSolver.present(config, [presentation('one')], ports, signal);
    await standaloneSolver.present(config, [presentation('two')], ports, signal);
    expect(await ask('one')).toBe('200 one.thumbprint');
    expect(await ask('two')).toBe('200 two.thumbprint');
    expect(await ask('three')).toMatch(/^404 /);

    await standaloneSolver.cleanUp(config, [presentation('one')], ports, signal);
    expect(await ask('one')).toMatch(/^404 /);
    await standaloneSolver.cleanUp(config, [presentation('two')], ports, signal);
    await expect(ask('two')).rejects.toThrow('fetch failed');
    await standaloneSolver.cleanUp(config, [presentation('two')], ports, signal);
  });

  test('a port in use: says so, and is tried afresh the next time', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await new Promise(resolve => other.once('listening', resolve));
    const { port } = other.address() as { port: number };
    const config = parseConfig(standaloneSolver, { address: '127.0.0.1', port });

    await expect(standaloneSolver.present(config, [presentation('one')], ports, signal)).rejects.toMatchObject({
      reason: 'conflict',
      message: expect.stringContaining(`Could not listen on 127.0.0.1:${port} for http-01`),
    });
    await new Promise(resolve => other.close(resolve));
    await standaloneSolver.present(config, [presentation('one')], ports, signal);
    await standaloneSolver.cleanUp(config, [presentation('one')], ports, signal);
  });
});
