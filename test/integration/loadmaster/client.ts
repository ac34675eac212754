import { connect } from 'node:tls';
import { operations } from '@certfleet/contract';
import type { ServerOptions } from '@certfleet/server';
import { pino } from 'pino';
import { Agent, request } from 'undici';
import { hashPassword } from '../../../packages/server/src/http/password.js';
import { type Certfleet, startCertfleet } from '../../harness/certfleet.js';

/** What came back. */
export interface Answer {
  status: number;
  contentType: string | undefined;
  headers: Record<string, string | string[] | undefined>;
  body: Buffer;
  text: string;
}

export const password = 'correct horse battery';

/** A server whose LoadMaster API is on, with users bal (admin), opal (operator) and vera (viewer). */
export interface LoadMaster {
  certfleet: Certfleet;
  /** Every line that was logged. */
  log: string[];
  /** `GET /access/<path>` as bal, unless `init` says otherwise. */
  v1(path: string, init?: Init): Promise<Answer>;
  /** `POST /accessv2` with this JSON, as bal in apiuser and apipass unless it has credentials. */
  v2(command: Record<string, unknown>, init?: Init): Promise<Answer>;
  /** Sends bytes over TLS and returns what comes until the server closes, or `until` is in it. */
  raw(bytes: string, until?: string): Promise<string>;
  stop(): Promise<void>;
}

export interface Init {
  method?: 'GET' | 'POST' | 'PUT' | 'HEAD';
  headers?: Record<string, string>;
  body?: string | Buffer;
  /** Null: no credentials. */
  as?: string | null;
}

/** `Basic` with the password of all users here. */
export function basic(name: string, secret = password): string {
  return `Basic ${Buffer.from(`${name}:${secret}`).toString('base64')}`;
}

export async function startLoadMaster({
  enabled = true,
  ...overrides
}: { enabled?: boolean } & Partial<ServerOptions> = {}): Promise<LoadMaster> {
  const log: string[] = [];
  const traced = pino({ level: 'trace' }, { write: line => log.push(line) });
  const certfleet = await startCertfleet({ log: traced, ...overrides });
  const { store } = certfleet.server.engine;
  const passwordHash = await hashPassword(password);
  for (const [name, role] of [
    ['bal', 'admin'],
    ['opal', 'operator'],
    ['vera', 'viewer'],
  ] as const) {
    await store.users.create({ name, role, passwordHash });
  }
  if (enabled) await certfleet.api.call(operations.loadmaster.change, { body: { enabled: true } });
  const dispatcher = new Agent({ connect: { rejectUnauthorized: false } });

  const send = async (path: string, { method, headers = {}, body }: Init): Promise<Answer> => {
    const response = await request(`${certfleet.server.url}${path}`, {
      method: method ?? (body === undefined ? 'GET' : 'POST'),
      headers,
      body: body ?? null,
      dispatcher,
    });
    const bytes = Buffer.from(await response.body.arrayBuffer());
    const contentType = response.headers['content-type'];
    return {
      status: response.statusCode,
      contentType: typeof contentType === 'string' ? contentType : undefined,
      headers: response.headers,
      body: bytes,
      text: bytes.toString(),
    };
  };

  return {
    certfleet,
    log,
    v1(path, { as = 'bal', headers = {}, ...init } = {}) {
      const authorization = as === null ? {} : { authorization: basic(as) };
      return send(`/access/${path}`, { ...init, headers: { ...authorization, ...headers } });
    },
    v2(command, { as = 'bal', ...init } = {}) {
      const named = ['apiuser', 'apikey'].some(member => member in command) || as === null;
      const credentials = named ? {} : { apiuser: as, apipass: password };
      return send('/accessv2', { body: JSON.stringify({ ...credentials, ...command }), ...init });
    },
    raw: (bytes, until) => exchange(new URL(certfleet.server.url), bytes, until),
    async stop() {
      await dispatcher.close();
      await certfleet.destroy();
    },
  };
}

function exchange({ hostname: host, port }: URL, bytes: string, until?: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let received = '';
    const socket = connect({ host, port: Number(port), rejectUnauthorized: false, maxVersion: 'TLSv1.2' }, () =>
      socket.write(bytes),
    );
    socket.on('data', chunk => {
      received += chunk.toString('latin1');
      if (until !== undefined && received.includes(until)) socket.end(() => resolve(received));
    });
    socket.on('end', () => resolve(received));
    socket.on('error', reject);
  });
}
