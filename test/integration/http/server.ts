import type { AddressInfo } from 'node:net';
import type { Progress, Role } from '@certfleet/contract';
import type { FastifyInstance, LightMyRequestResponse } from 'fastify';
import { pino } from 'pino';
import { DomainError } from '../../../packages/server/src/domain/errors.js';
import { newApiToken } from '../../../packages/server/src/http/api-token.js';
import { buildHttp, type HttpOptions } from '../../../packages/server/src/http/build.js';
import type { EngineHandlers } from '../../../packages/server/src/http/handlers.js';
import { hashPassword } from '../../../packages/server/src/http/password.js';
import { type OpenStore, openStore } from '../../../packages/server/src/store/index.js';
import { createWorkdir, type Workdir } from '../../harness/workdir.js';

/** A clock that only a test moves; it begins now, because cookies and certificates are judged by others' clocks too. */
export class TestClock {
  #time = Date.now();
  readonly now = (): number => this.#time;
  readonly random = (): number => 0.5;
  pass(milliseconds: number): void {
    this.#time += milliseconds;
  }
}

export const publicUrl = 'https://certfleet.test:8443';
export const password = 'correct horse battery';
const passwordHash = hashPassword(password);

/** The HTTP side over a fresh SQLite store, with an engine of stubs. */
export interface TestServer {
  app: FastifyInstance;
  store: OpenStore;
  clock: TestClock;
  workdir: Workdir;
  /** What was logged, one JSON line each. */
  log: string[];
  /** Names of the operations that reached the engine. */
  reached: string[];
  tellProgress(progress: Progress): void;
  addUser(name: string, role: Role): Promise<void>;
  /** The Authorization header of a new API token with this role. */
  bearer(role: Role): Promise<{ authorization: string }>;
  /** Signs in over the API: the cookie and the CSRF token of the new session. */
  signIn(name: string): Promise<{ cookie: string; 'x-csrf-token': string }>;
  /** The server's origin, once it listens on a free port. */
  listen(): Promise<{ port: number }>;
  close(): Promise<void>;
}

/** An engine whose every handler says that it was reached, as the problem 'not-possible'. */
export function stubEngine(reached: string[]): EngineHandlers {
  const verbsOf = (noun: string) =>
    new Proxy(
      {},
      {
        get: (_, verb) => async () => {
          reached.push(`${noun}.${String(verb)}`);
          throw new DomainError('not-possible', `${noun}.${String(verb)} was reached.`);
        },
      },
    );
  const nouns = [
    'account',
    'policy',
    'solver',
    'domain',
    'virtualService',
    'target',
    'certificate',
    'contentRule',
    'intermediate',
    'loadmaster',
    'system',
    'backup',
    'channel',
    'plugin',
  ];
  return Object.fromEntries(nouns.map(noun => [noun, verbsOf(noun)])) as unknown as EngineHandlers;
}

export async function startHttp(options: Partial<HttpOptions> = {}): Promise<TestServer> {
  const workdir = createWorkdir('http');
  const clock = new TestClock();
  const store = await openStore({ url: `sqlite:${workdir.file('store.db')}`, masterKey: Buffer.alloc(32, 7), clock });
  const log: string[] = [];
  const reached: string[] = [];
  const listeners = new Set<(progress: Progress) => void>();
  const app = await buildHttp({
    store,
    actions: stubEngine(reached),
    clock,
    log: pino({ level: 'debug' }, { write: line => log.push(line) }),
    tls: null,
    version: '0.0.0-test',
    publicUrl,
    onProgress(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    health: { schedulerLag: async () => 0, haproxy: async () => 'running', paused: async () => false },
    metrics: {
      certificatesByStatus: async () => ({ valid: 3, failing: 1 }),
      assignmentsByStatus: async () => ({ verified: 4, 'rolled-back': 1 }),
      jobsByState: async () => ({ due: 2 }),
      channelsByState: async () => ({ working: 2, failing: 1 }),
      noticesWaiting: async () => 7,
      schedulerLag: async () => 1500,
      paused: async () => true,
      isPublic: false,
    },
    checkReplies: true,
    ...options,
  });

  return {
    app,
    store,
    clock,
    workdir,
    log,
    reached,
    tellProgress(progress) {
      for (const listener of listeners) listener(progress);
    },
    async addUser(name, role) {
      await store.users.create({ name, role, passwordHash: await passwordHash });
    },
    async bearer(role) {
      const { token, hash } = newApiToken();
      const name = `${role}-${hash.slice(0, 8)}`;
      await store.tokens.create({ name, role, hash, createdBy: 'system', expiresAt: null });
      return { authorization: `Bearer ${token}` };
    },
    async signIn(name) {
      const reply = await app.inject({ method: 'POST', url: '/api/v1/session', payload: { name, password } });
      if (reply.statusCode !== 201)
        throw new Error(`Signing in as ${name} was answered ${reply.statusCode}: ${reply.body}`);
      return { cookie: cookieOf(reply), 'x-csrf-token': reply.json<{ csrfToken: string }>().csrfToken };
    },
    async listen() {
      await app.listen({ host: '127.0.0.1', port: 0 });
      return { port: (app.server.address() as AddressInfo).port };
    },
    async close() {
      await app.close();
      await store.close();
      workdir.remove();
    },
  };
}

/** The session cookie that a reply sets, as a browser would send it back. */
export function cookieOf(reply: LightMyRequestResponse): string {
  const cookie = reply.cookies[0];
  if (!cookie) throw new Error('The reply sets no cookie.');
  return `${cookie.name}=${cookie.value}`;
}
