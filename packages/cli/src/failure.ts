import { ApiError, type ErrorCode, type Problem, ReplyError } from '@certfleet/contract';
import type { z } from 'zod';
import { type ExitCode, exitCodes } from './exit-codes.js';
import { type Flag, flagForField, kebab } from './flags.js';

/** What is wrong with one value of the command line, named as the user typed it. */
export interface FailureDetail {
  where: string;
  message: string;
}

/** A command could not do what it was asked to; everything that a person or a script is told about it. */
export class Failure extends Error {
  override name = 'Failure';
  readonly exitCode: ExitCode;
  /** What to do about it. */
  readonly remedy: string;
  /** A code of the contract's catalogue when the server answered with one. */
  readonly code: ErrorCode | null;
  readonly details: FailureDetail[];
  /** Is printed to standard output with --json next to the error, such as the certificate that was not deployed. */
  readonly document: Record<string, unknown>;
  /** The command's words, for a command line that could not be read so far as to run it. */
  readonly command: string | null;
  /** Something that nobody foresaw: its stack is printed. */
  readonly isDefect: boolean;

  constructor(
    message: string,
    about: {
      exitCode: ExitCode;
      remedy: string;
      code?: ErrorCode;
      details?: FailureDetail[];
      document?: Record<string, unknown>;
      command?: string;
      isDefect?: boolean;
      cause?: unknown;
    },
  ) {
    super(message, about.cause === undefined ? {} : { cause: about.cause });
    this.exitCode = about.exitCode;
    this.remedy = about.remedy;
    this.code = about.code ?? null;
    this.details = about.details ?? [];
    this.document = about.document ?? {};
    this.command = about.command ?? null;
    this.isDefect = about.isDefect ?? false;
  }
}

/** A {@link Failure} of the command line itself: nothing was asked of the server. */
export function usageFailure(message: string, remedy: string, details: FailureDetail[] = []): Failure {
  return new Failure(message, { exitCode: exitCodes.usage, remedy, details });
}

/** Problems of the server that are not plain failures. */
const exitCodeOf: Partial<Record<ErrorCode, ExitCode>> = {
  'invalid-input': exitCodes.usage,
  'invalid-identifier': exitCodes.usage,
  'not-signed-in': exitCodes.notAllowed,
  'session-ended': exitCodes.notAllowed,
  forbidden: exitCodes.notAllowed,
  'not-found': exitCodes.notFound,
};

/** Remedies that are better said in this command's words than in those of the API. */
const remedyOf: Partial<Record<ErrorCode, string>> = {
  'not-signed-in': 'Sign in with `certfleet login URL`, or set CERTFLEET_TOKEN.',
  'terms-not-agreed': 'Read them, then repeat with --agree-to-terms.',
};

/** Turns whatever a command threw into what people are told. `flags` give fields of the input their options' names. */
export function failureOf(error: unknown, flags: readonly Flag[]): Failure {
  if (error instanceof Failure) return error;
  if (error instanceof ApiError) return failureOfProblem(error.problem, flags, error);
  if (error instanceof ReplyError) {
    return new Failure(error.message, {
      exitCode: exitCodes.failed,
      remedy: 'Check the address, and use the command line of the version that the server has.',
      cause: error,
    });
  }
  return new Failure(`A defect in this command: ${error instanceof Error ? error.message : String(error)}`, {
    exitCode: exitCodes.failed,
    remedy: 'Report it with the lines below.',
    isDefect: true,
    cause: error,
  });
}

function failureOfProblem(problem: Problem, flags: readonly Flag[], cause: unknown): Failure {
  const title = problem.title.replace(/\.$/, '');
  return new Failure(`${title}: ${problem.detail}`, {
    exitCode: exitCodeOf[problem.code] ?? exitCodes.failed,
    remedy: remedyOf[problem.code] ?? problem.remedy,
    code: problem.code,
    details: (problem.errors ?? []).map(error => detailOf(error, flags)),
    cause,
  });
}

/** What a schema of the contract found wrong, as a failure of usage. */
export function failureOfIssues(issues: readonly z.core.$ZodIssue[], flags: readonly Flag[]): Failure {
  const details = issues.map(issue => detailOf({ path: issue.path.join('.'), message: issue.message }, flags));
  return usageFailure(
    'The command line is not valid.',
    'Correct what is named; --help shows what is expected.',
    details,
  );
}

function detailOf(error: { path: string; message: string }, flags: readonly Flag[]): FailureDetail {
  const path = error.path.split('.');
  const flag = flagForField(flags, path);
  // What no option fills came as an argument, or is a field of a plugin's configuration.
  const where = flag ? `--${flag.name}` : path.length > 1 ? error.path : kebab(error.path).toUpperCase();
  return { where, message: error.message };
}
