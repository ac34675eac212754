/**
 * Nonces (RFC 8555 §6.5, §7.2): every one is used for exactly one request.
 *
 * Fetching one from newNonce is the server's matter; here they are only kept.
 */

/** A nonce with the moment it came, so that a refused old one tells us about those that are older still. */
export interface Nonce {
  value: string;
  receivedAt: number;
}

/** More are never useful: it is as many as requests can be under way at once. */
const CAPACITY = 64;

/** A nonce refused after lying here for longer than this was stale, and so are the older ones. */
const STALE_AFTER_MS = 30_000;

/** RFC 8555 §6.5.1: "Clients MUST ignore invalid Replay-Nonce values", those outside the base64url alphabet. */
const BASE64URL = /^[A-Za-z0-9_-]+$/;

/** Unused nonces of one CA. The newest is handed out first, because it is the least likely to have become stale. */
export class NoncePool {
  readonly #nonces: Nonce[] = [];

  get size(): number {
    return this.#nonces.length;
  }

  /** Keeps the value of a Replay-Nonce header, unless it is missing or invalid. */
  add(value: string | undefined, now: number): void {
    const nonce = toNonce(value, now);
    if (nonce === undefined) return;
    this.#nonces.push(nonce);
    if (this.#nonces.length > CAPACITY) this.#nonces.shift();
  }

  /** Takes the newest nonce out; undefined when there is none. */
  take(): Nonce | undefined {
    return this.#nonces.pop();
  }

  /** Says that the CA refused a nonce. If it had been lying here for long, those older than it are thrown away too. */
  refused(nonce: Nonce, now: number): void {
    if (now - nonce.receivedAt < STALE_AFTER_MS) return;
    const kept = this.#nonces.filter(other => other.receivedAt > nonce.receivedAt);
    this.#nonces.splice(0, this.#nonces.length, ...kept);
  }
}

/** The nonce of a Replay-Nonce header, or undefined if there is none or it is invalid. */
export function toNonce(value: string | undefined, now: number): Nonce | undefined {
  return value !== undefined && BASE64URL.test(value) ? { value, receivedAt: now } : undefined;
}
