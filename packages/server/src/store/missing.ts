import { DomainError } from '../domain/errors.js';

/** The record, or `not-found` naming what was looked for. */
export function found<T>(record: T | undefined, noun: string, by: 'id' | 'name' | 'index', value: string | number): T {
  if (record !== undefined) return record;
  const what = by === 'name' ? `named "${value}"` : `with ${by} ${value}`;
  throw new DomainError('not-found', `There is no ${noun} ${what}.`);
}
