import type { Unavailable } from './model-pool.js';

/** Marks what HAProxy answers by itself, between its making and the change of its status. Nobody gets to see it. */
const MARK = 'x-certfleet-unavailable';

/** HAProxy's own buffers hold a page of 15 kB at most; this is what the largest page needs. */
const LARGE_BUFFER = 32_768;
const FITS_DEFAULT_BUFFER = 12_000;

/**
 * The lines that replace HAProxy's own 503: no real server is up, all are full for too long, or none of them takes a
 * connection. In a frontend they hold for all its backends that have no such lines themselves. A 503 of the application
 * stays what it is.
 *
 * HAProxy can give its answer another text and other headers, but not another status; that is changed on the way out.
 */
export function renderUnavailable(unavailable: Unavailable | null): string[] {
  if (unavailable === null) return [];
  const { status, redirectUrl, page } = unavailable;
  const content = page ? ` content-type ${contentType(page)} string ${quoted(page)}` : '';
  const headers = [
    " hdr cache-control 'no-store'",
    // This one is a log format, where a % is doubled.
    redirectUrl === null ? '' : ` hdr location '${redirectUrl.replaceAll('%', '%%')}'`,
    status === 503 ? '' : ` hdr ${MARK} 1`,
  ].join('');
  const answer = `  http-error status 503${content}${headers}`;
  if (status === 503) return [answer];
  return [
    answer,
    `  http-response del-header ${MARK}`,
    `  http-after-response set-status ${status} if { res.hdr(${MARK}) -m found }`,
    `  http-after-response del-header ${MARK}`,
  ];
}

/** The setting of HAProxy's buffers that the answers need; none if they fit as it is. */
export function renderBufferSize(answers: readonly (Unavailable | null)[]): string[] {
  const large = answers.some(answer => Buffer.byteLength(answer?.page ?? '') > FITS_DEFAULT_BUFFER);
  return large ? [`  tune.bufsize ${LARGE_BUFFER}`] : [];
}

function contentType(page: string): string {
  return page.trimStart().startsWith('<') ? "'text/html; charset=utf-8'" : "'text/plain; charset=utf-8'";
}

/**
 * Any text as one word of the configuration: printable ASCII in single quotes, every other byte as `\x0a` beside them.
 */
function quoted(text: string): string {
  const bytes = Buffer.from(text, 'utf8').toString('latin1');
  return bytes.replaceAll(/([ -&(-~]+)|./gs, (byte, plain?: string) =>
    plain === undefined ? `\\x${byte.charCodeAt(0).toString(16).padStart(2, '0')}` : `'${plain}'`,
  );
}
