import type { Session } from '@certfleet/contract';
import { DomainError } from '../../domain/errors.js';
import type { Store } from '../../store/index.js';
import type { UserRecord } from '../../store/users.js';
import type { Attempts } from '../attempts.js';
import type { Credentials } from '../credentials.js';
import type { Exchange, Handlers } from '../handlers.js';
import { hashPassword } from '../password.js';
import { hashSecret } from '../secret-token.js';
import type { SessionCookies } from '../session-cookie.js';

/** What signing in and out needs. */
export interface SessionAccess {
  store: Store;
  credentials: Credentials;
  attempts: Attempts;
  sessions: SessionCookies;
}

/** Someone who is signed in and mistypes the present password is still signed in: it is a fault of the field. */
function asFault(error: unknown): never {
  if (!(error instanceof DomainError) || error.code !== 'not-signed-in') throw error;
  throw new DomainError('invalid-input', 'The present password is another one. Nothing was changed.', {
    fields: [{ path: 'present', message: 'This is not your present password.' }],
  });
}

/** Who attempts to set up counts under this name, which no user can have. */
const setupAttempts = '(set-up)';

/** Set-up, sign-in and sign-out, and one's own password. */
export function sessionHandlers({ store, credentials, attempts, sessions }: SessionAccess): Handlers['session'] {
  return {
    async setup({ body }, _actor, exchange) {
      attempts.begin(setupAttempts, exchange.address);
      const passwordHash = await hashPassword(body.password);
      const user = await store.users.setUp(hashSecret(body.code), { name: body.name, role: 'admin', passwordHash });
      attempts.succeeded(setupAttempts, exchange.address);
      await store.events.append({
        actor: 'system',
        action: 'user.created',
        subject: `user:${user.name}`,
        outcome: 'succeeded',
        message: `${user.name} was made the first administrator with the set-up link.`,
        detail: { role: user.role, address: exchange.address },
      });
      return await begin(user, exchange);
    },

    async create({ body }, _actor, exchange) {
      const user = await credentials.check(body.name, body.password, exchange.address);
      return await begin(user, exchange);
    },

    async show(_input, actor, exchange) {
      return { name: actor.name, role: actor.role, csrfToken: exchange.session?.csrfToken ?? null };
    },

    async changePassword({ body: { present, password } }, { name }, exchange) {
      if (!exchange.session) {
        throw new DomainError(
          'not-possible',
          'A password is changed in a session of its user: sign in to the web interface, or ask an administrator.',
        );
      }
      await credentials.check(name, present, exchange.address).catch(asFault);
      const passwordHash = await hashPassword(password);
      const user = await store.transaction(async tx => {
        await tx.events.append({
          actor: `user:${name}`,
          action: 'user.changed',
          subject: `user:${name}`,
          outcome: 'succeeded',
          message: `${name} chose another password.`,
          detail: { passwordChanged: true, address: exchange.address },
        });
        return await tx.users.change(name, { passwordHash });
      });
      const { cookie, csrfToken } = await sessions.begin(user.id);
      exchange.setSessionCookie(cookie);
      return { name: user.name, role: user.role, csrfToken };
    },

    async delete(_input, actor, exchange) {
      if (!exchange.session) return;
      await store.sessions.delete(exchange.session.id);
      exchange.setSessionCookie(null);
      await store.events.append({
        actor: `user:${actor.name}`,
        action: 'session.deleted',
        subject: `user:${actor.name}`,
        outcome: 'succeeded',
        message: `${actor.name} signed out.`,
        detail: { address: exchange.address },
      });
    },
  };

  async function begin(user: UserRecord, exchange: Exchange): Promise<Session> {
    const { cookie, csrfToken } = await sessions.begin(user.id);
    await store.users.signedIn(user.id);
    await store.events.append({
      actor: `user:${user.name}`,
      action: 'session.created',
      subject: `user:${user.name}`,
      outcome: 'succeeded',
      message: `${user.name} signed in from ${exchange.address}.`,
      detail: { address: exchange.address },
    });
    exchange.setSessionCookie(cookie);
    return { name: user.name, role: user.role, csrfToken };
  }
}
