/**
 * Every error that Certfleet answers with by itself has one of these codes. They are stable: scripts may rely on them.
 * `status` is the HTTP status of its RFC 9457 problem, `remedy` what to do in general; the problem's `detail` says what
 * was tried and what came back in the case at hand.
 */
export const errorCatalogue = {
  'invalid-input': { status: 400, title: 'The request is not valid', remedy: 'Correct the fields that are named.' },
  'invalid-identifier': { status: 400, title: 'A name cannot be certified', remedy: 'Correct or remove the name.' },
  'not-signed-in': { status: 401, title: 'Not signed in', remedy: 'Sign in, or send an API token.' },
  'session-ended': { status: 401, title: 'The session has ended', remedy: 'Sign in again.' },
  forbidden: { status: 403, title: 'Not allowed for this role', remedy: 'Ask an administrator.' },
  'cross-site': {
    status: 403,
    title: 'The request may come from another site',
    remedy: 'Send the csrfToken of GET /session as x-csrf-token, from the origin that Certfleet is served at.',
  },
  'not-found': { status: 404, title: 'No such thing', remedy: 'Check the name; list what there is.' },
  'already-exists': { status: 409, title: 'The name is taken', remedy: 'Choose another name or change what exists.' },
  'in-use': { status: 409, title: 'Still in use', remedy: 'Remove what depends on it first.' },
  conflict: { status: 409, title: 'Changed by someone else meanwhile', remedy: 'Read it again and repeat.' },
  'terms-not-agreed': {
    status: 409,
    title: "The CA's terms of service were not agreed to",
    remedy: 'Read them and agree explicitly.',
  },
  'too-large': { status: 413, title: 'The request is too large', remedy: 'Send less at once.' },
  'wrong-media-type': { status: 415, title: 'Not a media type that is read here', remedy: 'Send application/json.' },
  'not-possible': { status: 422, title: 'Not possible in this state', remedy: 'See the detail.' },
  unprovable: {
    status: 422,
    title: 'Nothing is configured that can prove a name',
    remedy: 'Add a solver, or name one for this identifier.',
  },
  'too-many-attempts': { status: 429, title: 'Too many attempts', remedy: 'Wait as long as Retry-After says.' },
  'haproxy-unavailable': {
    status: 503,
    title: 'HAProxy cannot be reached or started',
    remedy: 'Do what the detail says; if HAProxy is missing, install 2.6 or later.',
  },
  'haproxy-refused': {
    status: 422,
    title: 'HAProxy refused the configuration',
    remedy: "Correct what HAProxy's message names.",
  },
  'port-in-use': {
    status: 409,
    title: 'The port is in use',
    remedy: 'Choose another port or stop what listens there.',
  },
  'ca-unavailable': {
    status: 502,
    title: 'The CA cannot be reached',
    remedy: 'Check the directory URL and the way there.',
  },
  'ca-refused': { status: 422, title: 'The CA refused', remedy: "Do what the CA's message says." },
  'plugin-failed': {
    status: 502,
    title: 'The other side did not do it',
    remedy: 'Correct what the detail names, or repeat it later.',
  },
  'wrong-master-key': {
    status: 500,
    title: 'The master key does not open this store',
    remedy: 'Start with the master key that the store was made with.',
  },
  'store-too-new': {
    status: 500,
    title: 'The store was written by a newer version',
    remedy: 'Start that version or a later one.',
  },
  'store-in-use': {
    status: 500,
    title: 'Another server uses this store',
    remedy: 'Stop it, or use PostgreSQL for several servers.',
  },
  'store-full': { status: 507, title: 'The disk is full', remedy: 'Make room; nothing was lost.' },
  internal: { status: 500, title: 'A defect in Certfleet', remedy: 'Report it with the log lines of this moment.' },
} as const satisfies Record<string, { status: number; title: string; remedy: string }>;

/** A stable error code. */
export type ErrorCode = keyof typeof errorCatalogue;
