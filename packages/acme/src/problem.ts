/**
 * What can go wrong: RFC 8555 §6.7 problems, and the two ways of failing that are no problem document.
 *
 * - {@link AcmeProblem}: the CA understood the request and refused it, and says why.
 * - {@link AcmeTransportError}: no complete answer came back. Whether the CA acted on the request is unknown.
 * - {@link AcmeProtocolError}: an answer came back that RFC 8555 does not allow, or that must not be accepted.
 * - {@link AcmeInputError}: nothing was sent, because what the caller passed cannot work.
 */

/** RFC 8555 §8, RFC 8738: what a certificate is asked for. `value` of a wildcard keeps its `*.` label. */
export interface Identifier {
  type: 'dns' | 'ip';
  value: string;
}

/**
 * The error types that RFC 8555 §6.7, RFC 9773 §7.4 and draft-ietf-acme-profiles register, without their URN prefix.
 */
export const ACME_ERROR_NAMES = [
  'accountDoesNotExist',
  'alreadyReplaced',
  'alreadyRevoked',
  'badCSR',
  'badNonce',
  'badPublicKey',
  'badRevocationReason',
  'badSignatureAlgorithm',
  'caa',
  'compound',
  'connection',
  'dns',
  'externalAccountRequired',
  'incorrectResponse',
  'invalidContact',
  'invalidProfile',
  'malformed',
  'orderNotReady',
  'rateLimited',
  'rejectedIdentifier',
  'serverInternal',
  'tls',
  'unauthorized',
  'unsupportedContact',
  'unsupportedIdentifier',
  'userActionRequired',
] as const;

export type AcmeErrorName = (typeof ACME_ERROR_NAMES)[number];

export const ACME_ERROR_PREFIX = 'urn:ietf:params:acme:error:';

/** One entry of `subproblems` (RFC 8555 §6.7.1): the identifier at fault, when the CA names it. */
export interface Subproblem {
  type: string;
  detail?: string;
  identifier?: Identifier;
}

/** A problem document as plain data (RFC 9457 as used by RFC 8555 §6.7): it can be stored and read back. */
export interface ProblemDocument {
  type: string;
  status?: number;
  title?: string;
  detail?: string;
  instance?: string;
  subproblems?: Subproblem[];
}

/** What to do about each error type: the last sentence of an {@link AcmeProblem}'s message. */
export const REMEDIES: Record<AcmeErrorName, string> = {
  accountDoesNotExist:
    'The CA knows no account with this key: create one, or use the key that the account was made with.',
  alreadyReplaced: 'Another order has already replaced that certificate: order again without `replaces`.',
  alreadyRevoked: 'Nothing is left to do: the certificate is revoked.',
  badCSR: 'Change the names or the key of the certificate signing request to what the CA takes.',
  badNonce: 'The CA refused every nonce that it had handed out itself: try again later, and report it to the CA.',
  badPublicKey: 'Use a key type and size that the CA takes.',
  badRevocationReason: 'Choose another revocation reason, or none.',
  badSignatureAlgorithm: 'Use an account key with an algorithm that the CA takes.',
  caa: "A CAA record forbids this CA: add the CA's name to the domain's CAA records, or choose another CA.",
  compound: 'Look at each of the problems that it is made of.',
  connection: 'Make sure that the CA can reach this name from the internet on the port of the challenge.',
  dns: "Make sure that the name's DNS answers, on all authoritative servers.",
  externalAccountRequired:
    'Get an external account binding (key identifier and HMAC key) from the CA and create the account with it.',
  incorrectResponse: 'Something else than our response answered the challenge: check where the name points.',
  invalidContact: "Correct the account's contact addresses.",
  invalidProfile: "Choose one of the profiles in the CA's directory.",
  malformed: 'The CA could not make sense of the request: check what was asked for.',
  orderNotReady: 'Read the order again and finalize it when its status is ready.',
  rateLimited: 'Wait as long as the CA says before asking again.',
  rejectedIdentifier: 'The CA does not issue for this identifier: remove it from the order, or choose another CA.',
  serverInternal: 'The fault is on the side of the CA: try again later.',
  tls: 'Check the TLS listener that answers the challenge.',
  unauthorized: 'Check that the account is still valid and that the challenge response can be seen by the CA.',
  unsupportedContact: 'Use contact addresses of a kind that the CA takes (mailto:).',
  unsupportedIdentifier:
    'The CA does not issue for this type of identifier: remove it from the order, or choose another CA.',
  userActionRequired: 'A person has to act: read what the CA says and, for new terms of service, agree to them.',
};

/** Where and how a request was made; part of every error's message. */
export interface Attempted {
  /** The operation's name in RFC 8555, such as `newOrder` or `finalize`. */
  operation: string;
  url: string;
}

/** The CA answered with an error (HTTP status 4xx or 5xx), or stored one in an order or a challenge. */
export class AcmeProblem extends Error {
  override readonly name = 'AcmeProblem';
  readonly operation: string;
  readonly url: string;
  /** A URI, usually `urn:ietf:params:acme:error:…`; `about:blank` when the CA sent no problem document. */
  readonly type: string;
  /** HTTP status of the reply; for a problem stored in an order or challenge, the status it names, else 0. */
  readonly status: number;
  readonly detail: string;
  readonly subproblems: readonly Subproblem[];
  /** How long the CA asks us to wait, in milliseconds, clamped; undefined when it does not say. */
  readonly retryAfterMs: number | undefined;
  /** For `userActionRequired`: the page to show (RFC 8555 §7.3.3), the problem's `instance`. */
  readonly instance: string | undefined;
  /** For `userActionRequired`: the new terms, from the reply's `Link: …;rel="terms-of-service"`. */
  readonly termsOfService: string | undefined;
  readonly #identifier: Identifier | undefined;

  constructor(
    attempted: Attempted,
    document: ProblemDocument,
    more: { status?: number; retryAfterMs?: number; termsOfService?: string; identifier?: Identifier } = {},
  ) {
    super(problemMessage(attempted, document, more));
    this.operation = attempted.operation;
    this.url = attempted.url;
    this.type = document.type;
    this.status = more.status ?? document.status ?? 0;
    this.detail = document.detail ?? document.title ?? '';
    this.subproblems = document.subproblems ?? [];
    this.retryAfterMs = more.retryAfterMs;
    this.instance = document.instance;
    this.termsOfService = more.termsOfService;
    this.#identifier = more.identifier;
  }

  /** The error's name without the URN prefix, or undefined if it is none that we know. */
  get errorName(): AcmeErrorName | undefined {
    return errorName(this.type);
  }

  /** Whether this is the named error of RFC 8555 §6.7. */
  is(name: AcmeErrorName): boolean {
    return this.type === ACME_ERROR_PREFIX + name;
  }

  /** The identifiers at fault, as far as they are known. */
  get identifiers(): Identifier[] {
    if (this.#identifier) return [this.#identifier];
    return this.subproblems.flatMap(subproblem => (subproblem.identifier ? [subproblem.identifier] : []));
  }

  /** The problem as plain data, to be stored. */
  toDocument(): ProblemDocument {
    return {
      type: this.type,
      ...(this.status > 0 && { status: this.status }),
      ...(this.detail !== '' && { detail: this.detail }),
      ...(this.instance !== undefined && { instance: this.instance }),
      ...(this.subproblems.length > 0 && { subproblems: [...this.subproblems] }),
    };
  }
}

/** Why no answer came. Only a wrong certificate of the CA's server is beyond trying again. */
export type TransportFailure = 'connect' | 'reset' | 'timeout' | 'tls' | 'proxy';

/** No complete HTTP answer came back, so that it is unknown whether the CA acted. `cause` is the original error. */
export class AcmeTransportError extends Error {
  override readonly name = 'AcmeTransportError';
  readonly operation: string;
  readonly url: string;
  readonly failure: TransportFailure;

  constructor(attempted: Attempted, failure: TransportFailure, message: string, cause: unknown) {
    super(`${attempted.operation} (${attempted.url}) got no answer: ${message}`, { cause });
    this.operation = attempted.operation;
    this.url = attempted.url;
    this.failure = failure;
  }
}

/**
 * What is wrong with an answer.
 * - `malformed`: not what RFC 8555 says; `tooLarge`: over the cap; `deadline`: the CA never came to an end;
 * - `certificate`: a chain that must not be installed.
 */
export type ProtocolFault = 'malformed' | 'tooLarge' | 'deadline' | 'certificate';

/**
 * The CA answered, but not as RFC 8555 says, or with something that must not be used. Asking again at once will not
 * help.
 */
export class AcmeProtocolError extends Error {
  override readonly name = 'AcmeProtocolError';
  readonly operation: string;
  readonly url: string;
  readonly fault: ProtocolFault;

  constructor(attempted: Attempted, fault: ProtocolFault, message: string, cause?: unknown) {
    super(`${attempted.operation} (${attempted.url}): ${message}`, cause === undefined ? undefined : { cause });
    this.operation = attempted.operation;
    this.url = attempted.url;
    this.fault = fault;
  }
}

/** The caller passed something that cannot work; nothing was sent. The message says what and what to pass instead. */
export class AcmeInputError extends Error {
  override readonly name = 'AcmeInputError';
}

/** The registered name in a problem type URI, or undefined. */
export function errorName(type: string): AcmeErrorName | undefined {
  if (!type.startsWith(ACME_ERROR_PREFIX)) return undefined;
  const name = type.slice(ACME_ERROR_PREFIX.length);
  return ACME_ERROR_NAMES.find(known => known === name);
}

/**
 * Reads a problem document leniently: whatever can be understood is kept, nothing makes it fail, because it is
 * only read when something has gone wrong already. Returns undefined for what is no object.
 */
export function parseProblemDocument(value: unknown): ProblemDocument | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  const fields = value as Record<string, unknown>;
  const subproblems = Array.isArray(fields.subproblems) ? fields.subproblems.flatMap(parseSubproblem) : [];
  return {
    // RFC 9457 §3.1.1: a missing type means about:blank.
    type: typeof fields.type === 'string' ? fields.type : 'about:blank',
    ...(typeof fields.status === 'number' && { status: fields.status }),
    ...(typeof fields.title === 'string' && { title: fields.title }),
    ...(typeof fields.detail === 'string' && { detail: fields.detail }),
    ...(typeof fields.instance === 'string' && { instance: fields.instance }),
    ...(subproblems.length > 0 && { subproblems }),
  };
}

function parseSubproblem(value: unknown): Subproblem[] {
  if (typeof value !== 'object' || value === null) return [];
  const fields = value as Record<string, unknown>;
  const identifier = parseIdentifier(fields.identifier);
  return [
    {
      type: typeof fields.type === 'string' ? fields.type : 'about:blank',
      ...(typeof fields.detail === 'string' && { detail: fields.detail }),
      ...(identifier && { identifier }),
    },
  ];
}

/** An identifier object of the CA, or undefined if it is of a type that we don't know or is no identifier. */
export function parseIdentifier(value: unknown): Identifier | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const { type, value: name } = value as Record<string, unknown>;
  if ((type !== 'dns' && type !== 'ip') || typeof name !== 'string') return undefined;
  return { type, value: name };
}

function problemMessage(attempted: Attempted, document: ProblemDocument, more: { status?: number }): string {
  const name = errorName(document.type);
  const status = more.status ?? document.status;
  const what = [status, name ?? (document.type === 'about:blank' ? undefined : document.type)]
    .filter(Boolean)
    .join(' ');
  const said = document.detail ?? document.title;
  const parts = (document.subproblems ?? []).map(subproblem => {
    const subname = errorName(subproblem.type) ?? subproblem.type;
    return `${subproblem.identifier?.value ?? 'unnamed'}: ${subname}${subproblem.detail ? `, ${subproblem.detail}` : ''}`;
  });
  return [
    `${attempted.operation} (${attempted.url}) failed: ${what || 'the CA gave no error type'}`,
    ...(said ? [`: ${oneLine(said)}`] : []),
    ...(parts.length > 0 ? [` [${parts.map(oneLine).join('; ')}]`] : []),
    ...(name ? [`${said && /[.!?]$/.test(said) && parts.length === 0 ? '' : '.'} ${REMEDIES[name]}`] : []),
  ].join('');
}

/** What the CA says goes into messages and logs: no line breaks or control characters, and not without end. */
function oneLine(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what has to go
  const clean = text.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]+/g, ' ').trim();
  return clean.length > 500 ? `${clean.slice(0, 500)}…` : clean;
}
