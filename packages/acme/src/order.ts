/** Orders (RFC 8555 §7.1.3, §7.4; `replaces`: RFC 9773 §5; `profile`: draft-ietf-acme-profiles). */
import type { AccountSession } from './account.js';
import { type JsonObject, readJson } from './json.js';
import {
  AcmeProblem,
  AcmeProtocolError,
  type Attempted,
  type Identifier,
  type ProblemDocument,
  parseIdentifier,
  parseProblemDocument,
} from './problem.js';
import { checkProfile } from './profile.js';
import { parseRetryAfter } from './retry-after.js';
import type { CallOptions } from './server.js';
import { type HttpReply, header } from './transport.js';

/** What all orders have. Times are RFC 3339 as the CA sent them; field names are those of RFC 8555 §7.1.3. */
interface OrderBase {
  url: string;
  identifiers: Identifier[];
  /** Authorization URLs, in no particular order. */
  authorizations: string[];
  finalize: string;
  expires?: string;
  notBefore?: string;
  notAfter?: string;
  profile?: string;
  /** The certID that this order replaces, as the CA has taken it. */
  replaces?: string;
}

/** An order in one of the states of RFC 8555 §7.1.6. Plain data: it can be stored and read back. */
export type Order = OrderBase &
  (
    | { status: 'pending' }
    | { status: 'ready' }
    | { status: 'processing' }
    | { status: 'valid'; certificate: string }
    | { status: 'invalid'; error?: ProblemDocument }
  );

export type OrderStatus = Order['status'];

/** An order, and when to look again, in milliseconds, if the CA says so. */
export interface OrderReply {
  order: Order;
  retryAfterMs?: number;
}

export interface NewOrder {
  identifiers: readonly Identifier[];
  /** One of `meta.profiles`. */
  profile?: string;
  /** certID of the certificate that this order replaces (RFC 9773 §5). */
  replaces?: string;
  /** RFC 3339. */
  notBefore?: string;
  /** RFC 3339. */
  notAfter?: string;
}

/**
 * newOrder (RFC 8555 §7.4). The order may come back `ready` at once, when all authorizations are reused.
 *
 * Throws {@link AcmeInputError} if the CA's directory does not list the profile. Refusals are {@link AcmeProblem}s
 * whose `identifiers` are the ones at fault; see {@link refusesReplaces} for those that `replaces` provokes.
 */
export async function newOrder(
  session: AccountSession,
  request: NewOrder,
  options: CallOptions = {},
): Promise<OrderReply> {
  if (request.profile !== undefined) await checkProfile(session.server, request.profile, options);
  const reply = await session.server.postToResource(
    session,
    'newOrder',
    {
      identifiers: request.identifiers.map(({ type, value }) => ({ type, value })),
      ...(request.notBefore !== undefined && { notBefore: request.notBefore }),
      ...(request.notAfter !== undefined && { notAfter: request.notAfter }),
      ...(request.profile !== undefined && { profile: request.profile }),
      ...(request.replaces !== undefined && { replaces: request.replaces }),
    },
    options,
  );
  const attempted = { operation: 'newOrder', url: reply.url };
  const url = header(reply, 'location');
  if (url === undefined || !URL.canParse(url, reply.url)) {
    throw new AcmeProtocolError(
      attempted,
      'malformed',
      'the answer has no Location header with the order URL (RFC 8555 §7.4)',
    );
  }
  return parseOrder(session, attempted, reply, new URL(url, reply.url).href);
}

/** The order as it is now (POST-as-GET). */
export async function fetchOrder(session: AccountSession, url: string, options: CallOptions = {}): Promise<OrderReply> {
  const attempted = { operation: 'order', url };
  return parseOrder(session, attempted, await session.server.post(session, attempted, undefined, options), url);
}

/**
 * Finalizes a `ready` order with a DER certificate signing request (RFC 8555 §7.4).
 *
 * The order comes back `processing` or `valid`. On `orderNotReady` the order is read and returned as it is: it has been
 * finalized already (an answer got lost), or an authorization has not been validated yet.
 */
export async function finalizeOrder(
  session: AccountSession,
  order: Pick<Order, 'url' | 'finalize'>,
  csrDer: Uint8Array,
  options: CallOptions = {},
): Promise<OrderReply> {
  const attempted = { operation: 'finalize', url: order.finalize };
  const payload = { csr: Buffer.from(csrDer).toString('base64url') };
  try {
    // Location may be missing here: the order's URL is the one that newOrder gave.
    return parseOrder(session, attempted, await session.server.post(session, attempted, payload, options), order.url);
  } catch (error) {
    if (!(error instanceof AcmeProblem && error.is('orderNotReady'))) throw error;
    const now = await fetchOrder(session, order.url, options);
    // Still ready, and refused as not ready: returning that would make the caller finalize for ever.
    if (now.order.status === 'ready') throw error;
    return now;
  }
}

/** RFC 9773 §5's alreadyReplaced; the others are what CAs say of a certificate that another account ordered, or none. */
const refusalsOfReplaces = ['alreadyReplaced', 'malformed', 'unauthorized'] as const;

/**
 * Whether ordering again without `replaces` may succeed where this error came: RFC 9773 §5's alreadyReplaced (409), or
 * a CA that does not find, or stumbles over, the certificate to be replaced, or says that it is another account's. Some
 * of these may mean something else: then the order without `replaces` is refused as well, with what is really wrong.
 */
export function refusesReplaces(error: unknown): boolean {
  if (!(error instanceof AcmeProblem) || error.is('rateLimited')) return false;
  return [404, 409].includes(error.status) || error.status >= 500 || refusalsOfReplaces.some(type => error.is(type));
}

function parseOrder(session: AccountSession, attempted: Attempted, reply: HttpReply, url: string): OrderReply {
  const object = readJson(attempted, reply);
  const identifiers = object.fields.identifiers;
  if (!Array.isArray(identifiers)) throw object.malformed('the order has no list of identifiers');
  const base: OrderBase = {
    url,
    identifiers: identifiers.map(value => {
      const identifier = parseIdentifier(value);
      if (identifier === undefined)
        throw object.malformed(`the order holds the unknown identifier ${JSON.stringify(value)}`);
      return identifier;
    }),
    authorizations: object.urls('authorizations'),
    finalize: object.url('finalize'),
  };
  for (const field of ['expires', 'notBefore', 'notAfter', 'profile', 'replaces'] as const) {
    const value = object.optionalString(field);
    if (value !== undefined && value !== '') base[field] = value;
  }
  const retryAfterMs = parseRetryAfter(header(reply, 'retry-after'), session.server.clock.now());
  return { order: withStatus(base, object), ...(retryAfterMs !== undefined && { retryAfterMs }) };
}

function withStatus(base: OrderBase, object: JsonObject): Order {
  const status = object.oneOf('status', ['pending', 'ready', 'processing', 'valid', 'invalid']);
  switch (status) {
    case 'pending':
    case 'ready':
    case 'processing':
      return { ...base, status };
    case 'valid':
      return { ...base, status, certificate: object.url('certificate') };
    case 'invalid': {
      const error = parseProblemDocument(object.fields.error);
      return { ...base, status, ...(error && { error }) };
    }
  }
}
