import type { z } from 'zod';
import type { Properties } from '../../store/virtual-services.js';
import { LoadMasterError } from '../errors.js';
import type { Parameters } from '../parameters.js';

/**
 * Fields that make up one setting of ours together. All are text here; the reply gives each the type it has in JSON.
 */
export class FieldGroup<const Name extends string> {
  readonly names: readonly Name[];
  readonly #parameters: Parameters;
  readonly #before: Partial<Record<Name, string>>;

  /** @param before what is shown of them: what is not sent stays as it is */
  constructor(names: readonly Name[], parameters: Parameters, before: Partial<Record<Name, string>>) {
    this.names = names;
    this.#parameters = parameters;
    this.#before = before;
  }

  /** Whether any of them was sent. */
  get isSent(): boolean {
    return this.names.some(name => this.#parameters.has(name));
  }

  /** As it was sent; undefined if it was not. */
  sent(name: Name): string | undefined {
    return this.#parameters.text(name)?.trim();
  }

  /** As it was sent or, if it was not, as it is; empty when there is nothing. */
  value(name: Name): string {
    return this.sent(name) ?? this.#before[name] ?? '';
  }

  /** A whole number; 0 when there is nothing. Throws 422 beyond the bounds. */
  integer(name: Name, { min, max }: { min: number; max: number }): number {
    const text = this.value(name);
    const number = text === '' ? 0 : /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
    if (number === 0 || (number >= min && number <= max)) return number;
    throw LoadMasterError.invalid(name, `Must be a whole number from ${min} to ${max}, or 0`);
  }

  /** Throws 422 that names the field of the first thing that our schema refuses. */
  checked<T>(schema: z.ZodType<T>, value: unknown, fieldOf: Record<string, Name>): T {
    const read = schema.safeParse(value);
    if (read.success) return read.data;
    const [issue] = read.error.issues;
    throw LoadMasterError.invalid(fieldOf[String(issue?.path[0])] ?? this.names[0] ?? '', issue?.message ?? '');
  }

  /** What of `names` has no place in our setting at the moment and is kept as it was sent; null: nothing any more. */
  kept(names: readonly Name[], nothing: readonly string[] = ['', '0']): Properties {
    return Object.fromEntries(
      this.names.map(name => {
        const value = names.includes(name) ? this.value(name) : '';
        return [name, nothing.includes(value) ? null : value];
      }),
    );
  }
}

/** A setting of ours, and what is kept beside it. */
export interface GroupSetting<T> {
  setting: T;
  kept: Properties;
}

/**
 * The word that LoadMaster has for one of ours, or the other way round. Throws 422 for one that Certfleet does not
 * have.
 */
export function translated<T>(field: string, word: string, words: Readonly<Record<string, T>>): T {
  const found = Object.entries(words).find(([name]) => name === word.toLowerCase())?.[1];
  if (found !== undefined) return found;
  throw LoadMasterError.invalid(field, `Certfleet does not have this: must be one of ${Object.keys(words).join(', ')}`);
}

/** The entry with this value. */
export function wordFor<T>(words: Readonly<Record<string, T>>, value: T): string {
  const found = Object.entries(words).find(([, each]) => each === value);
  if (!found) throw new TypeError(`LoadMaster has no word for ${String(value)}.`);
  return found[0];
}

/** A property that was kept as text. */
export function keptText(properties: Properties, name: string): string | undefined {
  const value = properties[name];
  return typeof value === 'string' ? value : undefined;
}
