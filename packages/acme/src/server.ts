/**
 * One ACME server: its directory, its nonces, its connections, and the signed request (RFC 8555 §6).
 *
 * Knows no accounts and no orders. Everything that has to be shared between requests to one CA is here, so there is
 * one AcmeServer for each directory URL in a process.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { type Directory, type DirectoryResource, parseDirectory } from './directory.js';
import type { AcmeEvent } from './event.js';
import { type Signer, signJws } from './jws.js';
import { type Nonce, NoncePool, toNonce } from './nonce.js';
import { AcmeInputError, AcmeProblem, AcmeProtocolError, AcmeTransportError, type Attempted } from './problem.js';
import { refusalOf } from './refusal.js';
import { DEFAULT_RETRY_LIMITS, decideRetry, type RetryLimits } from './retry.js';
import { type HttpReply, type HttpRequest, header, Transport, type TransportOptions } from './transport.js';

/** The time, to be replaced in tests. `now` is in milliseconds since the epoch. */
export interface Clock {
  now(): number;
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
  /** A random number in [0, 1), for jitter. */
  random(): number;
}

export interface AcmeServerOptions extends TransportOptions {
  directoryUrl: string;
  /** The directory is read again when it is older than this. Default 6 h. */
  directoryMaxAgeMs?: number;
  retry?: Partial<RetryLimits>;
  /** Told of every request and every retry. Must not throw. */
  onEvent?: (event: AcmeEvent) => void;
  clock?: Clock;
}

/** What every operation takes in addition. */
export interface CallOptions {
  /** Ends the operation; it then throws the signal's reason. */
  signal?: AbortSignal;
}

/** Whose signature: with `accountUrl` the header says `kid`, without it carries the public key. */
export interface Credentials {
  signer: Signer;
  accountUrl?: string;
}

export const systemClock: Clock = {
  now: Date.now,
  sleep: async (ms, signal) => {
    await delay(ms, undefined, signal ? { signal } : {});
  },
  random: Math.random,
};

/** After the directory could not be read again, the known one serves for this long before the next attempt. */
const STALE_DIRECTORY_GRACE_MS = 60_000;

export class AcmeServer {
  readonly directoryUrl: string;
  readonly clock: Clock;
  readonly #transport: Transport;
  readonly #nonces = new NoncePool();
  readonly #limits: RetryLimits;
  readonly #directoryMaxAgeMs: number;
  readonly #onEvent: (event: AcmeEvent) => void;
  #directory: { value: Directory; freshUntil: number } | undefined;
  #directoryRead: Promise<Directory> | undefined;

  constructor(options: AcmeServerOptions) {
    this.directoryUrl = options.directoryUrl;
    this.clock = options.clock ?? systemClock;
    this.#transport = new Transport(options);
    this.#limits = { ...DEFAULT_RETRY_LIMITS, ...options.retry };
    this.#directoryMaxAgeMs = options.directoryMaxAgeMs ?? 6 * 3_600_000;
    this.#onEvent = options.onEvent ?? (() => undefined);
  }

  /** The directory, from memory if it is fresh. One that cannot be read again stays in use for the time being. */
  async directory(options: CallOptions = {}): Promise<Directory> {
    const known = this.#directory;
    if (known && this.clock.now() < known.freshUntil) return known.value;
    try {
      const attempted = { operation: 'directory', url: this.directoryUrl };
      return await this.#retrying(attempted, options, () => this.refreshDirectory(options));
    } catch (error) {
      options.signal?.throwIfAborted();
      if (!known) throw error;
      known.freshUntil = this.clock.now() + STALE_DIRECTORY_GRACE_MS;
      this.#onEvent({ type: 'directory-kept', url: this.directoryUrl, error: error as Error });
      return known.value;
    }
  }

  /** Reads the directory now, in a single attempt. Parallel callers share one request. */
  async refreshDirectory(options: CallOptions = {}): Promise<Directory> {
    this.#directoryRead ??= this.#readDirectory().finally(() => {
      this.#directoryRead = undefined;
    });
    const directory = await this.#directoryRead;
    options.signal?.throwIfAborted();
    return directory;
  }

  async #readDirectory(): Promise<Directory> {
    const attempted = { operation: 'directory', url: this.directoryUrl };
    const value = parseDirectory(attempted, await this.#getOnce(attempted, {}));
    this.#directory = { value, freshUntil: this.clock.now() + this.#directoryMaxAgeMs };
    return value;
  }

  /** Where a resource is; an {@link AcmeInputError} if this CA has none. */
  async resource(name: DirectoryResource, options: CallOptions = {}): Promise<string> {
    return resourceOf(await this.directory(options), name, this.directoryUrl);
  }

  /** An unsigned GET with retries: the directory, newNonce and renewalInfo only (RFC 8555 §6.3). */
  async get(attempted: Attempted, options: CallOptions = {}): Promise<HttpReply> {
    return this.#retrying(attempted, options, () => this.#getOnce(attempted, options));
  }

  async #getOnce(attempted: Attempted, options: CallOptions): Promise<HttpReply> {
    const reply = await this.#send({ ...attempted, method: 'GET', signal: options.signal });
    this.#nonces.add(header(reply, 'replay-nonce'), this.clock.now());
    return this.#refuseProblem(attempted, reply);
  }

  /**
   * A signed POST (RFC 8555 §6.2); with `payload` undefined a POST-as-GET (§6.3).
   *
   * Every attempt is signed anew with a nonce of its own. Throws {@link AcmeProblem} for any status of 400 and above.
   */
  async post(
    credentials: Credentials,
    attempted: Attempted,
    payload: object | undefined,
    options: CallOptions & { accept?: string } = {},
  ): Promise<HttpReply> {
    // Before the loop, so that its retries and those for the directory do not multiply.
    await this.directory(options);
    let nonceOfError: Nonce | undefined;
    return this.#retrying(attempted, options, async () => {
      const nonce = nonceOfError ?? this.#nonces.take() ?? (await this.#newNonce(options));
      nonceOfError = undefined;
      const jws = await signJws(
        credentials.signer,
        { url: attempted.url, nonce: nonce.value, kid: credentials.accountUrl },
        payload,
      );
      const reply = await this.#send({
        ...attempted,
        method: 'POST',
        body: JSON.stringify(jws),
        ...(options.accept !== undefined && { accept: options.accept }),
        signal: options.signal,
      });
      const now = this.clock.now();
      try {
        this.#refuseProblem(attempted, reply);
      } catch (error) {
        if (error instanceof AcmeProblem && error.is('badNonce')) {
          // RFC 8555 §6.5: the retry uses the nonce of the error reply, so it must not get into other hands.
          nonceOfError = toNonce(header(reply, 'replay-nonce'), now);
          this.#nonces.refused(nonce, now);
        } else {
          this.#nonces.add(header(reply, 'replay-nonce'), now);
        }
        throw error;
      }
      this.#nonces.add(header(reply, 'replay-nonce'), now);
      return reply;
    });
  }

  /**
   * A signed POST to a resource of the directory. When that resource is not there any more, the directory is read
   * again, and if it names another URL by now, that one is tried.
   */
  async postToResource(
    credentials: Credentials,
    name: DirectoryResource,
    payload: object | ((url: string) => Promise<object>),
    options: CallOptions = {},
  ): Promise<HttpReply> {
    const build = async (url: string) => (typeof payload === 'function' ? await payload(url) : payload);
    const url = await this.resource(name, options);
    try {
      return await this.post(credentials, { operation: name, url }, await build(url), options);
    } catch (error) {
      const moved = await this.#movedTo(name, url, error, options);
      if (moved === undefined) throw error;
      return this.post(credentials, { operation: name, url: moved }, await build(moved), options);
    }
  }

  /** Ends when the requests under way have. No further request can be sent. */
  async close(): Promise<void> {
    await this.#transport.close();
  }

  /** A fresh nonce by GET (RFC 8555 §7.2; a HEAD would cost a connection of its own on Node 20). */
  async #newNonce(options: CallOptions): Promise<Nonce> {
    const url = await this.resource('newNonce', options);
    try {
      return await this.#fetchNonce(url, options);
    } catch (error) {
      const moved = await this.#movedTo('newNonce', url, error, options);
      if (moved === undefined) throw error;
      return this.#fetchNonce(moved, options);
    }
  }

  async #fetchNonce(url: string, options: CallOptions): Promise<Nonce> {
    const attempted = { operation: 'newNonce', url };
    // Not through the pool: the nonce belongs to the request that it was fetched for.
    const reply = this.#refuseProblem(
      attempted,
      await this.#send({ ...attempted, method: 'GET', signal: options.signal }),
    );
    const nonce = toNonce(header(reply, 'replay-nonce'), this.clock.now());
    if (nonce === undefined) {
      throw new AcmeProtocolError(
        attempted,
        'malformed',
        'the answer has no valid Replay-Nonce header (RFC 8555 §7.2)',
      );
    }
    return nonce;
  }

  /** The URL that a resource has moved to meanwhile, if that is what the error may be about. */
  async #movedTo(
    name: DirectoryResource,
    url: string,
    error: unknown,
    options: CallOptions,
  ): Promise<string | undefined> {
    const noSuchPage = error instanceof AcmeProblem && [404, 405, 410].includes(error.status);
    const noSuchHost = error instanceof AcmeTransportError && error.failure === 'connect';
    if (!noSuchPage && !noSuchHost) return undefined;
    // Not to be read either: then the first error is the one to tell.
    const directory = await this.refreshDirectory(options).catch(() => this.#directory?.value);
    const now = directory?.[name];
    return now === url ? undefined : now;
  }

  async #send(request: HttpRequest): Promise<HttpReply> {
    const startedAt = this.clock.now();
    const about = { type: 'request', operation: request.operation, method: request.method, url: request.url } as const;
    try {
      const reply = await this.#transport.request(request);
      this.#onEvent({ ...about, status: reply.status, durationMs: this.clock.now() - startedAt });
      return reply;
    } catch (error) {
      this.#onEvent({ ...about, status: undefined, durationMs: this.clock.now() - startedAt });
      throw error;
    }
  }

  async #retrying<T>(attempted: Attempted, options: CallOptions, attempt: () => Promise<T>): Promise<T> {
    const attempts = { badNonces: 0, failures: 0, startedAt: this.clock.now() };
    for (;;) {
      try {
        return await attempt();
      } catch (error) {
        options.signal?.throwIfAborted();
        if (error instanceof AcmeProblem && error.is('badNonce')) attempts.badNonces += 1;
        else attempts.failures += 1;
        const decision = decideRetry(
          error,
          { ...attempts, jitter: this.clock.random() },
          this.clock.now(),
          this.#limits,
        );
        if (decision.action === 'give-up') throw error;
        const { reason, afterMs } = decision;
        this.#onEvent({ type: 'retry', ...attempted, reason, afterMs, error: error as Error });
        if (decision.afterMs > 0) await this.clock.sleep(decision.afterMs, options.signal);
      }
    }
  }

  /** The reply itself if it is a success, else its problem thrown. */
  #refuseProblem(attempted: Attempted, reply: HttpReply): HttpReply {
    if (reply.status >= 200 && reply.status < 300) return reply;
    throw refusalOf(attempted, reply, this.clock.now());
  }
}

function resourceOf(directory: Directory, name: DirectoryResource, directoryUrl: string): string {
  const url = directory[name];
  if (url !== undefined) return url;
  throw new AcmeInputError(
    `The CA at ${directoryUrl} has no ${name} in its directory: it does not offer that operation.`,
  );
}
