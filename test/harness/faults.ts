/**
 * The vocabulary of faults for fault-proxy.ts. Each strikes one request; combine them with `inject(…, { times, after
 * })`.
 */
import type { Fault, Reply } from './fault-proxy.js';

const acmeError = 'urn:ietf:params:acme:error:';

export interface ProblemOptions {
  detail?: string;
  /** Value of the Retry-After header. */
  retryAfter?: string;
  subproblems?: unknown[];
  headers?: Record<string, string>;
  /** `fresh`: one that Pebble takes (default). `none`: no Replay-Nonce. Else the header's value. */
  nonce?: 'fresh' | 'none' | (string & {});
}

/** Answers with an RFC 9457 problem; Pebble is not asked, the request's nonce counts as used all the same. */
export function problem(status: number, name: string, options: ProblemOptions = {}): Fault {
  return async (_seen, _forward, proxy) => {
    const { detail = `injected ${name}`, nonce = 'fresh', subproblems, retryAfter, headers } = options;
    const type = name.includes(':') ? name : acmeError + name;
    return {
      status,
      headers: {
        'content-type': 'application/problem+json',
        ...(nonce !== 'none' && { 'replay-nonce': nonce === 'fresh' ? await proxy.freshNonce() : nonce }),
        ...(retryAfter !== undefined && { 'retry-after': retryAfter }),
        ...headers,
      },
      body: Buffer.from(JSON.stringify({ type, detail, status, ...(subproblems && { subproblems }) })),
    };
  };
}

/** Answers with any body; Pebble is not asked. */
export function answer(status: number, contentType: string, body: string, headers: Record<string, string> = {}): Fault {
  return async (_seen, _forward, proxy) => ({
    status,
    headers: { 'content-type': contentType, 'replay-nonce': await proxy.freshNonce(), ...headers },
    body: Buffer.from(body),
  });
}

/** Passes the request on and changes the answer. */
export function change(edit: (reply: Reply) => void): Fault {
  return async (_seen, forward) => {
    const reply = await forward();
    edit(reply);
    return reply;
  };
}

/** Passes the request on and changes the JSON object in the answer. */
export function changeJson(edit: (object: Record<string, unknown>, reply: Reply) => void): Fault {
  return change(reply => {
    const object = JSON.parse(reply.body.toString()) as Record<string, unknown>;
    edit(object, reply);
    reply.body = Buffer.from(JSON.stringify(object));
  });
}

/** Passes the request on; the answer comes without this header. */
export function withoutHeader(name: string): Fault {
  return change(reply => {
    delete reply.headers[name];
  });
}

export function withHeader(name: string, value: string): Fault {
  return change(reply => {
    reply.headers[name] = value;
  });
}

/** The connection breaks before Pebble gets the request. */
export const dropRequest: Fault = async () => 'drop';

/** Pebble acts, and the connection breaks before the answer. */
export const loseAnswer: Fault = async (_seen, forward) => {
  await forward();
  return 'drop';
};

/** No answer until the proxy stops or breaks the connection. */
export const stall: Fault = async () => 'stall';

/** A body that never ends. */
export const endless: Fault = async () => 'endless';
