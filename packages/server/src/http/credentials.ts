import { createHmac, randomBytes } from 'node:crypto';
import type { Clock } from '../clock.js';
import { DomainError } from '../domain/errors.js';
import { type Instant, minutes } from '../domain/time.js';
import type { UserRecord, Users } from '../store/users.js';
import type { Attempts } from './attempts.js';
import { verifyPassword } from './password.js';

/** So long a verified password is believed without hashing it again. */
const remembered = minutes(10);
const mostRemembered = 1_000;

/**
 * Checks names and passwords, for signing in and for Basic credentials.
 *
 * Scripts send Basic credentials with every request. What was verified is remembered under a keyed digest (HMAC with a
 * key of this process) of user, stored hash and password: a changed password or user has another digest and is
 * forgotten at once, on every node, and the memory holds nothing that could be guessed at without that key.
 */
export class Credentials {
  readonly #users: Users;
  readonly #clock: Clock;
  readonly #attempts: Attempts;
  readonly #key = randomBytes(32);
  readonly #verified = new Map<string, Instant>();

  constructor(users: Users, attempts: Attempts, clock: Clock) {
    this.#users = users;
    this.#attempts = attempts;
    this.#clock = clock;
  }

  /**
   * The user with this name and password. Throws 'not-signed-in', the same for a wrong name and a wrong password, or
   * 'too-many-attempts'. A remembered password is let in even while strangers fail at that name.
   */
  async check(name: string, password: string, address: string): Promise<UserRecord> {
    const user = await this.#users.findByName(name);
    const digest = user && this.#digest(user, password);
    if (user && digest && this.#isRemembered(digest)) return user;
    this.#attempts.begin(name, address);
    const matches = await verifyPassword(password, user?.passwordHash);
    if (!user || !digest || !matches) {
      throw new DomainError('not-signed-in', 'There is no user with this name and password.');
    }
    this.#attempts.succeeded(name, address);
    this.#remember(digest);
    return user;
  }

  #digest(user: UserRecord, password: string): string {
    const facts = JSON.stringify([user.id, user.passwordHash, password]);
    return createHmac('sha256', this.#key).update(facts).digest('base64');
  }

  #isRemembered(digest: string): boolean {
    const until = this.#verified.get(digest);
    return until !== undefined && until > this.#clock.now();
  }

  #remember(digest: string): void {
    // A Map keeps the order of insertion: the first is the oldest.
    this.#verified.delete(digest);
    this.#verified.set(digest, this.#clock.now() + remembered);
    const oldest = this.#verified.keys().next();
    if (this.#verified.size > mostRemembered && !oldest.done) this.#verified.delete(oldest.value);
  }
}
