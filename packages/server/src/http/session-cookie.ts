import type { Clock } from '../clock.js';
import { DomainError } from '../domain/errors.js';
import { type Duration, describeDuration, hours, minutes } from '../domain/time.js';
import type { LiveSession, Sessions } from '../store/sessions.js';
import { hashSecret, newSecret } from './secret-token.js';

/**
 * `__Host-` (RFC 6265bis §4.1.3.2): the browser takes it only over HTTPS, for the whole of this host and nothing else,
 * so that neither a sister domain nor a plain-HTTP service of this machine can plant one.
 */
export const SESSION_COOKIE = '__Host-certfleet';

/** SameSite=Strict: not even a link on another site brings the cookie along. */
export const sessionCookieFlags = { path: '/', httpOnly: true, secure: true, sameSite: 'strict' } as const;

/** How long a session lasts. */
export interface SessionLife {
  /** Without use. */
  idle: Duration;
  /** However much it is used. */
  absolute: Duration;
}

export const defaultSessionLife: SessionLife = { idle: hours(1), absolute: hours(12) };

/** The idle expiry is written no more often than this: reading must not cost a write each. */
const extensionStep = minutes(1);

/** Sessions as browsers hold them: a random cookie, of which the store has the hash. */
export class SessionCookies {
  readonly #sessions: Sessions;
  readonly #clock: Clock;
  readonly #life: SessionLife;

  constructor(sessions: Sessions, clock: Clock, life: SessionLife) {
    this.#sessions = sessions;
    this.#clock = clock;
    this.#life = life;
  }

  /** Begins a session; `maxAge` is in seconds. */
  async begin(userId: string): Promise<{ cookie: { value: string; maxAge: number }; csrfToken: string }> {
    const value = newSecret();
    const csrfToken = newSecret();
    const now = this.#clock.now();
    await this.#sessions.create({
      id: hashSecret(value),
      userId,
      csrfToken,
      createdAt: now,
      expiresAt: now + Math.min(this.#life.idle, this.#life.absolute),
    });
    return { cookie: { value, maxAge: Math.floor(this.#life.absolute / 1000) }, csrfToken };
  }

  /**
   * The session of a cookie; undefined if there is none. `isUse`: its idle expiry moves on. Throws `session-ended` with
   * the reason if it has expired.
   */
  async resume(cookie: string, { isUse }: { isUse: boolean }): Promise<LiveSession | undefined> {
    const session = await this.#sessions.find(hashSecret(cookie));
    const now = this.#clock.now();
    if (!session) return undefined;
    const last = session.createdAt + this.#life.absolute;
    if (session.expiresAt <= now) {
      const reason =
        session.expiresAt < last
          ? `nobody has used it for ${describeDuration(this.#life.idle)}`
          : `none lasts longer than ${describeDuration(this.#life.absolute)}`;
      throw new DomainError('session-ended', `Your session has ended: ${reason}.`);
    }
    const expiresAt = Math.min(now + this.#life.idle, last);
    if (isUse && expiresAt >= session.expiresAt + extensionStep) await this.#sessions.extend(session.id, expiresAt);
    return session;
  }
}
