import { LoadMasterError } from './errors.js';

/** Longer values, in characters, are refused; certificates and backups come as files. */
const longestValue = 4096;
/** The names of certificates may be as long as a LoadMaster takes them. */
const longestCertFile = 8099;
const longestName = 64;

// biome-ignore lint/suspicious/noControlCharactersInRegex: refusing control characters is the point
const control = /[\u0000-\u001f\u007f\u2028\u2029]/;

const yes = ['y', 'yes', '1', 'true', 'on'];
const no = ['n', 'no', '0', 'false', 'off'];

/** A list or an object, which version 2 can send: clients send it with the rest of what they were shown. */
export type Structure = readonly unknown[] | { readonly [name: string]: unknown };

/** The parameters of one request, by names whose case does not matter. */
export class Parameters {
  /** By the name in lower case. */
  readonly #values = new Map<string, { name: string; value: string | Structure }>();

  /**
   * Throws 422 for what no command takes: a name twice, control characters such as line breaks, what is not UTF-8, and
   * values beyond 4,096 characters, 8,099 of `CertFile`. The message names the parameter and never repeats its value.
   */
  constructor(pairs: Iterable<readonly [name: string, value: string | Structure]>) {
    for (const [name, value] of pairs) {
      // A client that builds its query by hand may end it with a lonely ampersand or equals sign.
      if (name === '' && value === '') continue;
      if (name === '' || name.length > longestName || !/^[\w.-]+$/.test(name)) {
        throw new LoadMasterError(422, 'A parameter has a name that no command takes');
      }
      const key = name.toLowerCase();
      if (this.#values.has(key)) throw LoadMasterError.invalid(name, 'Given more than once');
      this.#values.set(key, { name, value });
      if (typeof value !== 'string') continue;
      if (control.test(value))
        throw LoadMasterError.invalid(name, 'Line breaks and control characters are not allowed');
      if (value.includes('\uFFFD')) throw LoadMasterError.invalid(name, 'Not valid UTF-8');
      const longest = key === 'certfile' ? longestCertFile : longestValue;
      if (value.length > longest) throw LoadMasterError.invalid(name, `Longer than ${longest} characters`);
    }
  }

  /** The names as they were sent. */
  names(): string[] {
    return [...this.#values.values()].map(({ name }) => name);
  }

  /** Names as sent, with their values; a list or an object is only hinted at. */
  entries(): (readonly [name: string, value: string])[] {
    const written = (value: string | Structure) =>
      typeof value === 'string' ? value : Array.isArray(value) ? '[…]' : '{…}';
    return [...this.#values.values()].map(({ name, value }) => [name, written(value)] as const);
  }

  /** Whether it was sent, with a value or without. */
  has(name: string): boolean {
    return this.#values.has(name.toLowerCase());
  }

  /**
   * Its value; undefined when it was not sent. Empty when it was sent without a value. Throws 422 for a list or object.
   */
  text(name: string): string | undefined {
    const sent = this.#values.get(name.toLowerCase());
    if (sent === undefined) return undefined;
    if (typeof sent.value === 'string') return sent.value;
    throw LoadMasterError.invalid(sent.name, 'Must be text, a number or a boolean');
  }

  /** Its value, whatever kind it is; undefined when it was not sent. */
  sent(name: string): string | Structure | undefined {
    return this.#values.get(name.toLowerCase())?.value;
  }

  /** Throws 400 when it is missing or empty. */
  required(name: string): string {
    const value = this.text(name);
    if (value === undefined || value === '') throw LoadMasterError.missing(name);
    return value;
  }

  /** A whole number in decimal; undefined when it was not sent. Throws 422 for anything else, and beyond the bounds. */
  integer(name: string, { min, max }: { min: number; max: number }): number | undefined {
    const text = this.text(name);
    if (text === undefined) return undefined;
    const value = /^-?\d{1,15}$/.test(text.trim()) ? Number(text) : Number.NaN;
    if (!(value >= min && value <= max)) {
      throw LoadMasterError.invalid(name, `Must be a whole number from ${min} to ${max}`);
    }
    return value;
  }

  /** Y, yes, 1, true, on or their opposites, in any case; undefined when it was not sent. Throws 422 for others. */
  flag(name: string): boolean | undefined {
    const text = this.text(name);
    if (text === undefined) return undefined;
    const flag = flagOf(text);
    if (flag === undefined) throw LoadMasterError.invalid(name, 'Must be Y or N');
    return flag;
  }

  /** One of these words, whose case does not matter; undefined when it was not sent. Throws 422 for others. */
  choice<const Word extends string>(name: string, words: readonly Word[]): Word | undefined {
    const text = this.text(name)?.trim().toLowerCase();
    if (text === undefined) return undefined;
    const word = words.find(one => one.toLowerCase() === text);
    if (word === undefined) throw LoadMasterError.invalid(name, `Must be one of ${words.join(', ')}`);
    return word;
  }

  /** Without these. */
  without(names: readonly string[]): Parameters {
    const gone = names.map(name => name.toLowerCase());
    const left = [...this.#values.values()].filter(({ name }) => !gone.includes(name.toLowerCase()));
    return new Parameters(left.map(({ name, value }) => [name, value]));
  }

  /** Throws 422 that names the first one which is none of these. */
  assertKnown(known: readonly string[]): void {
    const keys = new Set(known.map(name => name.toLowerCase()));
    const stranger = this.names().find(name => !keys.has(name.toLowerCase()));
    if (stranger !== undefined) throw LoadMasterError.invalid(stranger, 'Unknown parameter');
  }
}

/** What Y, yes, 1, true, on or their opposites mean, in any case; undefined: it is none of them. */
export function flagOf(text: string): boolean | undefined {
  const word = text.trim().toLowerCase();
  if (yes.includes(word)) return true;
  return no.includes(word) ? false : undefined;
}

/** The pairs of a query string or of a form, which are written the same way. */
export function* pairsOf(encoded: string): Iterable<[string, string]> {
  yield* new URLSearchParams(encoded);
}
