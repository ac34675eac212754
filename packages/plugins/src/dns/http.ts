import { setTimeout as pause } from 'node:timers/promises';
import { Agent, request } from 'undici';
import { z } from 'zod';
import { PluginError } from '../plugin.js';
import type { ProviderIo } from './provider.js';

/** Field of a configuration: where an API is reached. Plain HTTP only on this machine, where nobody listens in. */
export const Endpoint = z
  .url({ protocol: /^https?$/ })
  .max(2000)
  .refine(
    url => url.startsWith('https:') || /^http:\/\/(127(\.\d+){3}|\[::1\]|localhost)(:\d+)?(\/|$)/.test(url),
    'Must be https, or http on this machine.',
  );

export interface HttpRequest {
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Appended to the endpoint's path: `/zones`; messages quote it, but not the endpoint. */
  path: string;
  query?: Readonly<Record<string, string | number | undefined>>;
  headers?: Readonly<Record<string, string>>;
  /** At most one of the two. */
  json?: unknown;
  form?: Readonly<Record<string, string>>;
  /** Statuses other than 2xx that the caller deals with: 404 for what may not be there. */
  accept?: readonly number[];
}

/** A reply with a status that was asked for. */
export interface HttpReply {
  status: number;
  headers: Readonly<Record<string, string | string[] | undefined>>;
  text: string;
  /** The body by a schema; unknown fields are dropped. Throws PluginError `unavailable` if it doesn't fit. */
  json<T>(schema: z.ZodType<T>): T;
}

export interface HttpServiceOptions {
  /** What the service is called in messages: `Cloudflare`. */
  service: string;
  /** With or without a slash at the end; its query is kept. */
  endpoint: string;
  /** Of every request: the credentials. */
  headers?: Readonly<Record<string, string>>;
  /** More that no message may hold, beside the configuration's secrets: a token made from them. */
  secrets?: readonly string[];
  /** PEM of the root that signed a private server's certificate, instead of the public CAs. */
  caCertificate?: string | undefined;
  /** 1: whatever the failure, nothing is sent twice. */
  tries?: 1;
  /** The vendor's own words in a refusal; undefined: the reply is quoted as it is. */
  explain?(reply: HttpReply): string | undefined;
  /** The reason of a refusal whose status doesn't say it; undefined: by the status. */
  reasonOf?(reply: HttpReply): PluginError['reason'] | undefined;
  /** Milliseconds that a service asks to wait elsewhere than in Retry-After; undefined: it doesn't say. */
  retryAfterOf?(reply: HttpReply): number | undefined;
  /** Milliseconds. The longest that a request waits inside because it was told to; for more, the work is put back. */
  longestWaitMs?: number;
}

/** One service that speaks HTTP, and JSON or forms. */
export interface HttpService {
  /**
   * Sends a request and resolves with its reply: 2xx, or a status that it accepts. Throws PluginError: `credentials`
   * for 401 and 403; `rateLimited` for 429, once waiting for it would take too long; `unavailable` for 5xx and for no
   * answer, after {@link tries} tries; `config` for the rest. So a request may be sent more than once: it has to be
   * harmless twice.
   */
  send(request: HttpRequest): Promise<HttpReply>;
}

const tries = 3;
/** Milliseconds before the second try; twice that before the third. */
const firstPause = 500;
const defaultLongestWait = 30_000;
/** Characters of a reply that a message quotes, and of what `explain` made of it. */
const mostQuoted = 300;
const mostExplained = 1000;
/** No provider has that much to say; a larger reply is a mistake or an attack. */
const longestReply = 4 * 1024 * 1024;

/** What a request needs of the work that it is part of. */
export type RequestIo = Pick<ProviderIo, 'signal' | 'timeoutMs' | 'secrets'>;

/**
 * How requests to one service are sent: with its credentials, each for at most `io.timeoutMs`, until `io.signal`
 * aborts.
 */
export function httpService(options: HttpServiceOptions, io: RequestIo): HttpService {
  return {
    async send(request) {
      const deadline = Date.now() + (options.longestWaitMs ?? defaultLongestWait);
      for (let attempt = 1; ; attempt += 1) {
        const outcome = await trySend(options, request, io);
        if ('reply' in outcome) return outcome.reply;
        const { failure, tellsToWait } = outcome;
        const wait = failure.retryAfterMs ?? firstPause * 2 ** (attempt - 1);
        const again = tellsToWait ? Date.now() + wait <= deadline : attempt < tries && failure.reason === 'unavailable';
        if (!again || options.tries === 1) throw failure;
        await pause(wait, undefined, { signal: io.signal });
      }
    },
  };
}

/** A path below an endpoint, whatever that ends with. */
function below(endpoint: string, path: string): URL {
  const url = new URL(endpoint);
  if (path !== '') url.pathname = `${url.pathname.replace(/\/+$/, '')}${path}`;
  return url;
}

type Outcome = { reply: HttpReply } | { failure: PluginError; tellsToWait: boolean };

async function trySend(options: HttpServiceOptions, asked: HttpRequest, io: RequestIo): Promise<Outcome> {
  const { method, path, query = {}, json, form, accept = [] } = asked;
  const url = below(options.endpoint, path);
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined) url.searchParams.set(name, String(value));
  }
  const what = `${options.service}: ${`${method} ${path}`.trim()}`;
  const say = (text: string) => redact(text, [...io.secrets, ...(options.secrets ?? [])]);
  const late = AbortSignal.timeout(io.timeoutMs);
  const trusting = options.caCertificate === undefined ? null : new Agent({ connect: { ca: options.caCertificate } });
  let reply: HttpReply;
  try {
    const response = await request(url, {
      method,
      ...(trusting ? { dispatcher: trusting } : {}),
      headers: {
        accept: 'application/json',
        'user-agent': 'Certfleet',
        ...(json === undefined ? {} : { 'content-type': 'application/json' }),
        ...(form === undefined ? {} : { 'content-type': 'application/x-www-form-urlencoded' }),
        ...options.headers,
        ...asked.headers,
      },
      body:
        json !== undefined ? JSON.stringify(json) : form !== undefined ? new URLSearchParams(form).toString() : null,
      signal: AbortSignal.any([io.signal, late]),
    });
    const text = await readLimited(response.body, what);
    reply = {
      status: response.statusCode,
      headers: response.headers,
      text,
      json: schema => parse(schema, text, `${what} answered ${response.statusCode}`, say),
    };
  } catch (cause) {
    io.signal.throwIfAborted();
    if (cause instanceof PluginError) throw cause;
    const why = late.aborted ? `no answer within ${io.timeoutMs / 1000} s` : reasonFor(cause);
    return { failure: new PluginError('unavailable', say(`${what} failed: ${why}.`), { cause }), tellsToWait: false };
  } finally {
    await trusting?.close();
  }
  if ((reply.status >= 200 && reply.status < 300) || accept.includes(reply.status)) return { reply };
  const explained = options.explain?.(reply);
  const said = explained === undefined ? excerpt(say(reply.text)) : excerpt(say(explained), mostExplained);
  const reason = options.reasonOf?.(reply) ?? reasonByStatus(reply.status);
  const retryAfterMs = retryAfter(reply.headers['retry-after']) ?? options.retryAfterOf?.(reply);
  const message = `${what} answered ${reply.status}${said === '' ? '' : `: ${said}`}`;
  const failure = new PluginError(reason, message, retryAfterMs === undefined ? {} : { retryAfterMs });
  return { failure, tellsToWait: reason === 'rateLimited' || (reply.status === 503 && retryAfterMs !== undefined) };
}

function reasonByStatus(status: number): PluginError['reason'] {
  if (status === 401 || status === 403) return 'credentials';
  if (status === 429) return 'rateLimited';
  if (status === 409) return 'conflict';
  return status >= 500 || status === 408 ? 'unavailable' : 'config';
}

/** RFC 9110 §10.2.3: seconds or a date. Milliseconds; undefined when there is none that makes sense. */
function retryAfter(header: string | string[] | undefined): number | undefined {
  const text = [header ?? ''].flat()[0] ?? '';
  const wait = /^\d+$/.test(text) ? Number(text) * 1000 : Date.parse(text) - Date.now();
  return Number.isFinite(wait) && wait >= 0 ? wait : undefined;
}

async function readLimited(body: AsyncIterable<Buffer>, what: string): Promise<string> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of body) {
    length += chunk.length;
    if (length > longestReply) {
      throw new PluginError('unavailable', `${what} answered with more than ${longestReply} bytes, which is not read.`);
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}

function parse<T>(schema: z.ZodType<T>, text: string, what: string, say: (text: string) => string): T {
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch (cause) {
    throw new PluginError('unavailable', `${say(what)} with something else than JSON: ${excerpt(say(text))}`, {
      cause,
    });
  }
  const parsed = schema.safeParse(content);
  if (parsed.success) return parsed.data;
  const faults = parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; ');
  throw new PluginError('unavailable', say(`${what} with JSON of another shape than expected (${faults}).`));
}

/**
 * The beginning of a text, on one line. Secrets are taken out before: of one that is cut, the first half would not be
 * known.
 */
function excerpt(redacted: string, most = mostQuoted): string {
  const line = redacted.replace(/\s+/g, ' ').trim();
  return line.length > most ? `${line.slice(0, most)}…` : line;
}

/** What Node says of a connection: several causes when a name has several addresses. */
function reasonFor(cause: unknown): string {
  if (cause instanceof AggregateError) return cause.errors.map(reasonFor).join('; ');
  return cause instanceof Error ? cause.message : String(cause);
}

/** Takes secrets out of a text that is about to be shown. What is shorter than four characters hides nothing. */
export function redact(text: string, secrets: readonly string[]): string {
  const forms = secrets.filter(secret => secret.length >= 4).flatMap(secret => [secret, encodeURIComponent(secret)]);
  return forms.sort((a, b) => b.length - a.length).reduce((shown, secret) => shown.replaceAll(secret, '•••'), text);
}
