/** The error in a reply that is no success, whatever its body is. */
import {
  AcmeProblem,
  AcmeProtocolError,
  type Attempted,
  type ProblemDocument,
  parseProblemDocument,
} from './problem.js';
import { parseRetryAfter } from './retry-after.js';
import { type HttpReply, header, linksOf } from './transport.js';

/** Rate limits are told in days: Retry-After of an error may say up to eight of them. */
const MAX_RETRY_AFTER_MS = 8 * 86_400_000;

/**
 * The error in a reply of status 300 and above. `now` in milliseconds since the epoch, for a Retry-After that is a
 * date.
 */
export function refusalOf(attempted: Attempted, reply: HttpReply, now: number): AcmeProblem | AcmeProtocolError {
  const { status } = reply;
  if (status < 400) {
    const where = header(reply, 'location');
    return new AcmeProtocolError(
      attempted,
      'malformed',
      `status ${status}${where ? ` to ${where}` : ''}: an ACME server does not redirect. Use the URL that it leads to, if you trust it.`,
    );
  }
  const retryAfterMs = parseRetryAfter(header(reply, 'retry-after'), now, MAX_RETRY_AFTER_MS);
  const [termsOfService] = linksOf(reply, 'terms-of-service');
  return new AcmeProblem(attempted, readProblem(reply), {
    status,
    ...(retryAfterMs !== undefined && { retryAfterMs }),
    ...(termsOfService !== undefined && { termsOfService }),
  });
}

function readProblem(reply: HttpReply): ProblemDocument {
  const text = reply.body.toString('utf8');
  if ((header(reply, 'content-type') ?? '').includes('json')) {
    try {
      const document = parseProblemDocument(JSON.parse(text));
      if (document) return document;
    } catch {
      // Falls through: a broken error body is shown as the text that it is.
    }
  }
  const shown = text
    .replace(/<[^>]*>/g, ' ')
    .replace(/\s+/g, ' ')
    .trim()
    .slice(0, 200);
  return { type: 'about:blank', detail: shown === '' ? 'the answer has no body' : `no problem document but: ${shown}` };
}
