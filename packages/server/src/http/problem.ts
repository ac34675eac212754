import { STATUS_CODES } from 'node:http';
import { type ErrorCode, errorCatalogue, type Problem } from '@certfleet/contract';
import { ZodError } from 'zod';
import { DomainError, type FieldFault } from '../domain/errors.js';

/** RFC 9457 §3: the media type of problem details. */
export const PROBLEM_MEDIA_TYPE = 'application/problem+json; charset=utf-8';

/** An error as it goes out: the problem, and what belongs into headers and the log. */
export interface RenderedProblem {
  problem: Problem;
  /** Seconds, for the Retry-After header; undefined: none. */
  retryAfter: number | undefined;
  /** Whether the error is a defect, to be logged with its stack. */
  defect: boolean;
}

/** Someone tried too often. `retryAfter` is in seconds (RFC 9110 §10.2.3). */
export class TooManyAttempts extends DomainError {
  readonly retryAfter: number;

  constructor(message: string, retryAfter: number) {
    super('too-many-attempts', message);
    this.retryAfter = retryAfter;
  }
}

/**
 * Renders what a request ended with: the only place that makes RFC 9457 problems. An error that is not ours is a
 * defect: 500 without any of its text, because that may hold a path, a query or a secret; the log has the rest.
 */
export function renderProblem(error: unknown): RenderedProblem {
  if (error instanceof DomainError) {
    const retryAfter = error instanceof TooManyAttempts ? error.retryAfter : undefined;
    return { problem: problem(error.code, error.message, error.fields), retryAfter, defect: error.code === 'internal' };
  }
  if (error instanceof ZodError) {
    const fields = error.issues.map(issue => ({ path: issue.path.join('.'), message: issue.message }));
    return { problem: invalidInput(fields), retryAfter: undefined, defect: false };
  }
  const refusal = refusalOfFastify(error);
  if (refusal) return { problem: refusal, retryAfter: undefined, defect: false };
  const detail = 'Something went wrong that should not: the log has an entry with the id of this request.';
  return { problem: problem('internal', detail), retryAfter: undefined, defect: true };
}

/** The input breaks its schema; each fault names its field. */
function invalidInput(fields: readonly FieldFault[]): Problem {
  const named = fields.map(({ path, message }) => (path ? `${path}: ${message}` : message));
  return problem('invalid-input', named.join(' '), fields);
}

function problem(code: ErrorCode, detail: string, errors: readonly FieldFault[] = []): Problem {
  const { title, status, remedy } = errorCatalogue[code];
  return {
    type: `urn:certfleet:error:${code}`,
    title,
    status,
    detail,
    code,
    remedy,
    ...(errors.length > 0 ? { errors: errors.map(({ path, message }) => ({ path, message })) } : {}),
  };
}

/** What Fastify refuses before a handler is reached, by its stable error codes. Its messages hold nothing secret. */
const refusals: Record<string, ErrorCode> = {
  FST_ERR_CTP_BODY_TOO_LARGE: 'too-large',
  FST_ERR_CTP_INVALID_MEDIA_TYPE: 'wrong-media-type',
  FST_ERR_CTP_EMPTY_JSON_BODY: 'invalid-input',
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: 'invalid-input',
  FST_ERR_CTP_INVALID_JSON_BODY: 'invalid-input',
  FST_ERR_BAD_URL: 'invalid-input',
  FST_ERR_MAX_PARAM_LENGTH: 'invalid-input',
};

function refusalOfFastify(error: unknown): Problem | undefined {
  if (!(error instanceof Error) || !('statusCode' in error)) return undefined;
  const code = 'code' in error ? refusals[String(error.code)] : undefined;
  if (code) return problem(code, error.message);
  // The JSON parser's own errors (a syntax error, a __proto__ key) carry a status and no code.
  return error.statusCode === 400 ? problem('invalid-input', `${STATUS_CODES[400]}: ${error.message}`) : undefined;
}
