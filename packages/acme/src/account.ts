/** Accounts (RFC 8555 §7.1.2, §7.3): create, find by key, update, change the key, deactivate. */
import { type JsonObject, readJson } from './json.js';
import { bindExternalAccount, type ExternalAccountKey, type Signer, signJws } from './jws.js';
import { AcmeInputError, AcmeProblem, AcmeProtocolError, AcmeTransportError, type Attempted } from './problem.js';
import type { AcmeServer, CallOptions } from './server.js';
import { type HttpReply, header } from './transport.js';

export type AccountStatus = 'valid' | 'deactivated' | 'revoked';

/** An account object as plain data. */
export interface Account {
  url: string;
  status: AccountStatus;
  contact: string[];
  /** Where the account's orders are listed (RFC 8555 §7.1.2.1), if the CA offers that. */
  orders?: string;
}

/** What every operation on an existing account needs. To resume in another process, store the URL and the key. */
export interface AccountSession {
  readonly server: AcmeServer;
  readonly accountUrl: string;
  readonly signer: Signer;
}

export interface NewAccount {
  /** `mailto:` URLs (RFC 8555 §7.3); may be empty where the CA allows it. */
  contact?: readonly string[];
  /** That a person has read and agreed to `meta.termsOfService`. Never assume it. */
  termsOfServiceAgreed: boolean;
  /** For CAs that bind accounts to an account of theirs (`meta.externalAccountRequired`). */
  externalAccount?: ExternalAccountKey;
}

/** An account, a session to use it, and whether the CA made it just now (201) or had it already (200). */
export interface AccountResult {
  session: AccountSession;
  account: Account;
  created: boolean;
}

/**
 * newAccount (RFC 8555 §7.3). With a key that the CA knows already, that account is returned unchanged: `created` is
 * false, and contacts are not updated.
 */
export async function createAccount(
  server: AcmeServer,
  signer: Signer,
  request: NewAccount,
  options: CallOptions = {},
): Promise<AccountResult> {
  const { externalAccount } = request;
  return newAccount(
    server,
    signer,
    url => ({
      ...(request.contact !== undefined && { contact: request.contact }),
      // RFC 8555 §7.3: a client must not set this for its user; so it is left out rather than sent as false.
      ...(request.termsOfServiceAgreed && { termsOfServiceAgreed: true }),
      ...(externalAccount && { externalAccountBinding: bindExternalAccount(externalAccount, signer.publicJwk, url) }),
    }),
    options,
  );
}

/**
 * The account of a key (RFC 8555 §7.3.1, onlyReturnExisting). Never creates one.
 *
 * Throws {@link AcmeProblem} `accountDoesNotExist` when there is none, `unauthorized` when it is deactivated.
 */
export async function findAccount(
  server: AcmeServer,
  signer: Signer,
  options: CallOptions = {},
): Promise<AccountResult> {
  return newAccount(server, signer, () => ({ onlyReturnExisting: true }), options);
}

async function newAccount(
  server: AcmeServer,
  signer: Signer,
  payload: (url: string) => object,
  options: CallOptions,
): Promise<AccountResult> {
  const reply = await server.postToResource({ signer }, 'newAccount', async url => payload(url), options);
  const attempted = { operation: 'newAccount', url: reply.url };
  const accountUrl = header(reply, 'location');
  if (accountUrl === undefined || !URL.canParse(accountUrl, reply.url)) {
    throw new AcmeProtocolError(
      attempted,
      'malformed',
      'the answer has no Location header with the account URL (RFC 8555 §7.3)',
    );
  }
  const session = { server, signer, accountUrl: new URL(accountUrl, reply.url).href };
  return { session, account: parseAccount(attempted, reply, session.accountUrl), created: reply.status === 201 };
}

/** The account as the CA has it now. */
export async function fetchAccount(session: AccountSession, options: CallOptions = {}): Promise<Account> {
  // POST-as-GET: the empty update of earlier drafts is refused by Pebble in strict mode.
  return postAccount(session, undefined, options);
}

/** Replaces the account's contacts (RFC 8555 §7.3.2). An empty list removes them. */
export async function updateContacts(
  session: AccountSession,
  contact: readonly string[],
  options: CallOptions = {},
): Promise<Account> {
  return postAccount(session, { contact }, options);
}

/** Deactivates the account for good (RFC 8555 §7.3.6). The CA then refuses everything signed with its key. */
export async function deactivateAccount(session: AccountSession, options: CallOptions = {}): Promise<Account> {
  return postAccount(session, { status: 'deactivated' }, options);
}

async function postAccount(
  session: AccountSession,
  payload: object | undefined,
  options: CallOptions,
): Promise<Account> {
  const attempted = { operation: 'account', url: session.accountUrl };
  const reply = await session.server.post(session, attempted, payload, options);
  return parseAccount(attempted, reply, session.accountUrl);
}

/**
 * keyChange (RFC 8555 §7.3.5): from now on the account signs with `newSigner`; returns the session that does.
 *
 * Store the new key before calling: if the answer is lost, the CA may have changed the key all the same. That case is
 * looked into here; when it cannot be settled the error says so, and {@link findAccount} with either key tells later.
 *
 * Throws {@link AcmeProblem} with status 409 when another account has that key.
 */
export async function rolloverKey(
  session: AccountSession,
  newSigner: Signer,
  options: CallOptions = {},
): Promise<AccountSession> {
  const { server, signer, accountUrl } = session;
  if (JSON.stringify(signer.publicJwk) === JSON.stringify(newSigner.publicJwk)) {
    throw new AcmeInputError('The new account key is the one that the account has already: make another key.');
  }
  const changed = { server, accountUrl, signer: newSigner };
  try {
    await server.postToResource(
      session,
      'keyChange',
      // The inner JWS has the key in its header and no nonce; it is signed by the new key, the outer one by the old.
      url => signJws(newSigner, { url }, { account: accountUrl, oldKey: signer.publicJwk }),
      options,
    );
  } catch (error) {
    const unclear = error instanceof AcmeTransportError || (error instanceof AcmeProblem && error.status !== 409);
    if (!unclear || !(await hasKey(changed, options))) throw error;
  }
  return changed;
}

/** Whether the CA knows the session's account by the session's key: an answer lost after a key change is told so. */
async function hasKey(session: AccountSession, options: CallOptions): Promise<boolean> {
  try {
    const { session: found } = await findAccount(session.server, session.signer, options);
    return found.accountUrl === session.accountUrl;
  } catch (error) {
    if (error instanceof AcmeProblem || error instanceof AcmeTransportError) return false;
    throw error;
  }
}

function parseAccount(attempted: Attempted, reply: HttpReply, url: string): Account {
  const object: JsonObject = readJson(attempted, reply);
  const contact = object.fields.contact;
  const orders = object.optionalString('orders');
  return {
    url,
    status: object.oneOf('status', ['valid', 'deactivated', 'revoked']),
    contact: Array.isArray(contact) ? contact.filter(entry => typeof entry === 'string') : [],
    ...(orders !== undefined && { orders }),
  };
}
