import { DomainError } from '../domain/errors.js';

/** The database refused a row: a value that must be unique is there already, or something refers to what is to go. */
export class ConstraintViolation extends Error {
  override readonly name = 'ConstraintViolation';
  readonly kind: 'unique' | 'reference';
  constructor(kind: 'unique' | 'reference', cause: unknown) {
    super(`The database refused a change: ${messageOf(cause)}`, { cause });
    this.kind = kind;
  }
}

/**
 * What a driver threw, in our terms: a {@link ConstraintViolation}, a `DomainError` where people can do something about
 * it, else the error itself, which is a defect or a database out of reach.
 */
export function explainFailure(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  const code = sqlState(error) ?? error.message;
  switch (true) {
    case code === '23505' || /^(UNIQUE|PRIMARY KEY) constraint failed/.test(code):
      return new ConstraintViolation('unique', error);
    case code === '23503' || code === '23001' || /^FOREIGN KEY constraint failed/.test(code):
      return new ConstraintViolation('reference', error);
    case code === '53100' || /^database or disk is full/.test(code):
      return new DomainError(
        'store-full',
        `The store could not be written: ${messageOf(error)}. Nothing of this change was kept. Make room on the disk of the database; work goes on by itself then.`,
        { cause: error },
      );
    default:
      return error;
  }
}

/**
 * Turns "must be unique" into `already-exists`. To be used as `.catch(nameIsTaken('solver', name))`.
 * @param noun what was to be created, as people call it
 */
export function nameIsTaken(noun: string, name: string): (error: unknown) => never {
  return error => {
    if (!(error instanceof ConstraintViolation) || error.kind !== 'unique') throw error;
    throw new DomainError('already-exists', `There is a ${noun} named "${name}" already.`, { cause: error });
  };
}

/**
 * Turns "something refers to it" into `in-use`. To be used as `.catch(isInUse('The solver', 'a policy or a domain'))`.
 * @param referrers what can refer to it
 */
export function isInUse(what: string, referrers: string): (error: unknown) => never {
  return error => {
    if (!(error instanceof ConstraintViolation) || error.kind !== 'reference') throw error;
    throw new DomainError('in-use', `${what} can't be deleted: ${referrers} still refers to it.`, { cause: error });
  };
}

/**
 * Turns PostgreSQL's choice of one of two transactions that wait for each other into `conflict`. To be used as
 * `.catch(isOvertaken('The restore'))`.
 */
export function isOvertaken(what: string): (error: unknown) => never {
  return error => {
    if (!(error instanceof Error) || sqlState(error) !== '40P01') throw error;
    const message = `${what} met another change of the same things, and gave way. Nothing was changed. Repeat it.`;
    throw new DomainError('conflict', message, { cause: error });
  };
}

/** PostgreSQL's five-character code (its manual's appendix A). */
function sqlState(error: Error): string | undefined {
  return 'code' in error && typeof error.code === 'string' && /^[0-9A-Z]{5}$/.test(error.code) ? error.code : undefined;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
