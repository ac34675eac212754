import { createPrivateKey } from 'node:crypto';
import { type AccountSession, AcmeServer, type Signer, signerFromKey } from '@certfleet/acme';
import { DomainError } from './domain/errors.js';
import type { AccountRecord } from './store/accounts.js';
import type { Store } from './store/index.js';

/**
 * The CAs that this process talks to: one AcmeServer (directory, nonces, connections) for each directory URL, and one
 * signer for each account key. Both are kept, since opening a key and a connection costs more than a request.
 */
export class Cas {
  readonly #store: Store;
  readonly #userAgent: string;
  readonly #servers = new Map<string, AcmeServer>();
  readonly #signers = new Map<string, Signer>();

  /** `userAgent` names Certfleet and its version: RFC 8555 §6.1 requires one. */
  constructor(store: Store, userAgent: string) {
    this.#store = store;
    this.#userAgent = userAgent;
  }

  /**
   * The server at a directory URL. `caCertificate` is the PEM root of a private CA's HTTPS; null: the system's roots.
   */
  server(directoryUrl: string, caCertificate: string | null): AcmeServer {
    const key = `${directoryUrl}\n${caCertificate ?? ''}`;
    const known = this.#servers.get(key);
    if (known) return known;
    const server = new AcmeServer({
      directoryUrl,
      userAgent: this.#userAgent,
      ...(caCertificate === null ? {} : { ca: caCertificate }),
    });
    this.#servers.set(key, server);
    return server;
  }

  /** What signs as this account's present key. */
  async signer(keyId: string): Promise<Signer> {
    const known = this.#signers.get(keyId);
    if (known) return known;
    const signer = signerFromKey(createPrivateKey(await this.#store.keys.privateKeyPem(keyId)));
    this.#signers.set(keyId, signer);
    return signer;
  }

  /** A session for an account that can be used; 'not-possible' for one that is not registered or was deactivated. */
  async session(account: AccountRecord): Promise<AccountSession> {
    if (account.status !== 'valid' || account.accountUrl === null) {
      throw new DomainError(
        'not-possible',
        `Account ${account.name} is ${account.status}, so its CA takes nothing from it. Put a valid account into the policy.`,
      );
    }
    return {
      server: this.server(account.directoryUrl, account.caCertificate),
      accountUrl: account.accountUrl,
      signer: await this.signer(account.keyId),
    };
  }

  /** Lets requests under way end, then closes all connections. */
  async close(): Promise<void> {
    await Promise.all([...this.#servers.values()].map(server => server.close()));
    this.#servers.clear();
  }
}
