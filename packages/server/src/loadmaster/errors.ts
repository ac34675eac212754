import { HaproxyError } from '@certfleet/haproxy';
import { PluginError } from '@certfleet/plugins';
import { ZodError } from 'zod';
import { DomainError } from '../domain/errors.js';
import { renderProblem } from '../http/problem.js';

/**
 * The statuses that the API answers with. 400: a parameter is missing. 404: the API is off. 405: no such command.
 * 422: it can't be done. 413 and 429 are not LoadMaster's.
 */
export type Status = 400 | 401 | 403 | 404 | 405 | 413 | 422 | 429 | 500 | 503;

/** A refusal in LoadMaster's words. `message` goes out and must hold no secret. */
export class LoadMasterError extends Error {
  override readonly name = 'LoadMasterError';
  readonly status: Status;

  constructor(status: Status, message: string) {
    super(message);
    this.status = status;
  }

  static missing(parameter: string): LoadMasterError {
    return new LoadMasterError(400, `${parameter}: String Value missing`);
  }

  /** `message` says what is wrong with the parameter, and what would be right. */
  static invalid(parameter: string, message: string): LoadMasterError {
    return new LoadMasterError(422, `${parameter}: ${message}`);
  }

  static forbidden(): LoadMasterError {
    return new LoadMasterError(403, 'Permission denied');
  }
}

/** An error as it goes out. */
export interface RenderedError {
  status: Status;
  message: string;
  /** Seconds, for the Retry-After header. */
  retryAfter: number | undefined;
  /** Whether it is a defect, to be logged with its stack. */
  defect: boolean;
}

/** What a command or a request ended with: the only place where the API's error statuses are chosen. */
export function renderError(error: unknown): RenderedError {
  if (error instanceof LoadMasterError) return refusal(error.status, error.message);
  if (error instanceof PluginError || error instanceof HaproxyError) return refusal(422, error.message);
  const { problem, retryAfter, defect } = renderProblem(error);
  if (defect || problem.code === 'internal') {
    return { status: 500, message: 'Internal error: the log has more', retryAfter: undefined, defect: true };
  }
  if (error instanceof DomainError || error instanceof ZodError) {
    return { ...refusal(statuses[problem.status] ?? 422, problem.detail), retryAfter };
  }
  return refusal(problem.status === 413 ? 413 : 400, problem.detail);
}

/** By the status of the problem that the REST API answers with; any other: 422. */
const statuses: Record<number, Status> = { 401: 401, 403: 403, 413: 413, 429: 429 };

function refusal(status: Status, message: string): RenderedError {
  return { status, message, retryAfter: undefined, defect: false };
}
