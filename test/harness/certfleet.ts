import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { ApiClient, operations, type Transport } from '@certfleet/contract';
import { HaproxyInstance } from '@certfleet/haproxy';
import { type RunningServer, type ServerOptions, startServer } from '@certfleet/server';
import { pino } from 'pino';
import { Agent, request } from 'undici';
import { SystemLog } from '../../packages/server/src/system-log.js';
import { findHaproxy } from './haproxy.js';
import { checkout } from './parts.js';
import { freePort } from './ports.js';
import { createWorkdir } from './workdir.js';

/** A Certfleet of its own in this process, with an administrator's client. */
export interface Certfleet {
  server: RunningServer;
  api: ApiClient;
  dataDir: string;
  readonly options: ServerOptions;
  /** Ends the server, if it runs; its HAProxy goes on, as it does for everyone. */
  stop(): Promise<void>;
  /** Starts it again on the same data; `overrides` hold from then on. */
  restart(overrides?: Partial<ServerOptions>): Promise<void>;
  /** Ends the server and its HAProxy. */
  destroy(): Promise<void>;
}

/** The first administrator of each, as people sign in. */
export const admin = { name: 'admin', password: randomBytes(12).toString('hex') };

/** Where `script/build-web` puts the web interface; servers with this `webFolder` have pages. */
export const builtSite = join(checkout, 'packages/web/dist/site');

/** What a server is started with in tests: SQLite in `folder`, everything on free ports of 127.0.0.1, no limits. */
export async function serverOptions(folder: string, overrides: Partial<ServerOptions> = {}): Promise<ServerOptions> {
  const { path: binary } = await findHaproxy();
  return {
    dataDir: folder,
    storeUrl: `sqlite:${join(folder, 'certfleet.db')}`,
    masterKey: randomBytes(32),
    listen: { address: '127.0.0.1', port: await freePort() },
    publicUrl: null,
    names: [],
    haproxy: { binary, directory: join(folder, 'h') },
    dns: { resolvers: [] },
    httpPorts: { http: 80, https: 443 },
    hooks: { folder: null, acmeSh: null },
    userAgentContact: null,
    concurrency: 8,
    eventRetention: null,
    historyRetention: null,
    setupLife: 60_000,
    sessionLife: { idle: 3_600_000, absolute: 43_200_000 },
    metricsPublic: false,
    trustedProxies: [],
    rateLimits: () => ({
      newOrdersPerAccount: null,
      certificatesPerRegisteredDomain: null,
      certificatesPerExactSet: null,
      failuresPerIdentifier: null,
      renewalsExempt: false,
    }),
    clock: { now: Date.now, random: Math.random },
    log: pino({ level: process.env.CERTFLEET_TEST_LOG ?? 'silent' }),
    systemLog: new SystemLog(folder),
    ...overrides,
  };
}

/** Starts a server on SQLite in a temporary folder, unless `overrides` say otherwise, and makes its administrator. */
export async function startCertfleet(overrides: Partial<ServerOptions> = {}): Promise<Certfleet> {
  const workdir = createWorkdir('s', { mode: 0o700 });
  let options = await serverOptions(workdir.path, overrides);
  let server = await startServer(options);
  let running = true;
  const stop = async () => {
    if (running) await server.stop();
    running = false;
  };
  const session = new Session(() => server.url);
  await session.setUp(server.setupLink);
  return {
    get server() {
      return server;
    },
    api: session.api,
    dataDir: workdir.path,
    get options() {
      return options;
    },
    stop,
    async restart(changes = {}) {
      await stop();
      options = { ...options, ...changes };
      server = await startServer(options);
      running = true;
    },
    async destroy() {
      await stop();
      await server.engine.loadBalancers.stopHaproxy();
      // The server that it was restarted as may not have looked for it.
      await (await HaproxyInstance.open({ directory: join(options.haproxy.directory, 'local') })).stop();
      await session.close();
      options.systemLog.close();
      workdir.remove();
    },
  };
}

/** Signs in with the set-up code and keeps cookie and CSRF token, as a browser does. */
class Session {
  readonly #agent = new Agent({ connect: { rejectUnauthorized: false } });
  readonly #origin: () => string;
  #cookie = '';
  #csrfToken = '';
  readonly api: ApiClient;

  constructor(origin: () => string) {
    this.#origin = origin;
    this.api = new ApiClient(this.#transport, () => ({
      ...(this.#cookie && { cookie: this.#cookie, 'x-csrf-token': this.#csrfToken }),
    }));
  }

  async setUp(link: string | null): Promise<void> {
    const code = new URL(link ?? '').hash.slice(1);
    const body = { code, ...admin };
    const { csrfToken } = await this.api.call(operations.session.setup, { body });
    this.#csrfToken = csrfToken ?? '';
  }

  close(): Promise<void> {
    return this.#agent.close();
  }

  readonly #transport: Transport = async (path, { method, headers, body }) => {
    const response = await request(`${this.#origin()}${path}`, {
      method: method as 'GET',
      headers,
      body: typeof body === 'object' ? Readable.from(body) : (body ?? null),
      dispatcher: this.#agent,
    });
    const cookies = [response.headers['set-cookie'] ?? []].flat();
    for (const cookie of cookies) this.#cookie = cookie.split(';')[0] ?? '';
    return { status: response.statusCode, text: () => response.body.text(), bytes: () => response.body };
  };
}
