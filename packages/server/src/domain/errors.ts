import { type ErrorCode, errorCatalogue } from '@certfleet/contract';

/** What is wrong with one field of the input; `path` as in JSON: `identifiers.0`. */
export interface FieldFault {
  path: string;
  message: string;
}

/**
 * A decision of ours that something can't be done, with a stable code from the contract's catalogue.
 *
 * `message` says what was tried, what came back and what to do in the case at hand; it is shown to people and must
 * hold no secret. `http/problem.ts` renders it; nothing else looks at `status`.
 */
export class DomainError extends Error {
  override readonly name = 'DomainError';
  readonly code: ErrorCode;
  /** The culprits, when it is the input's fault. */
  readonly fields: readonly FieldFault[];

  constructor(code: ErrorCode, message: string, options: { cause?: unknown; fields?: readonly FieldFault[] } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.fields = options.fields ?? [];
  }

  /** The catalogue's title of its code. */
  get title(): string {
    return errorCatalogue[this.code].title;
  }

  /** What to do in general. */
  get remedy(): string {
    return errorCatalogue[this.code].remedy;
  }

  /** HTTP status of its RFC 9457 problem. */
  get status(): number {
    return errorCatalogue[this.code].status;
  }
}

/** Reached only if a union got a member that a switch does not know yet; the compiler refuses that first. */
export function unreachable(value: never): never {
  throw new TypeError(`A case that the code does not know: ${JSON.stringify(value)}`);
}
