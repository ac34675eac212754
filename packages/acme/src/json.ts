/** Reading the JSON objects of a CA, with errors that say which field of what is wrong. */
import { AcmeProtocolError, type Attempted } from './problem.js';
import { type HttpReply, header } from './transport.js';

/** One object of a reply, and where it came from. */
export class JsonObject {
  readonly #attempted: Attempted;
  /** The members as they came, unchecked. */
  readonly fields: Readonly<Record<string, unknown>>;

  constructor(attempted: Attempted, value: unknown) {
    this.#attempted = attempted;
    if (typeof value !== 'object' || value === null || Array.isArray(value))
      throw this.malformed('the answer is no JSON object');
    this.fields = value as Record<string, unknown>;
  }

  string(field: string): string {
    const value = this.fields[field];
    if (typeof value !== 'string') throw this.malformed(`the answer's ${JSON.stringify(field)} is no string`);
    return value;
  }

  optionalString(field: string): string | undefined {
    return this.fields[field] === undefined || this.fields[field] === null ? undefined : this.string(field);
  }

  /** An https:// URL, absolute. */
  url(field: string): string {
    return this.#checkUrl(this.string(field), field);
  }

  urls(field: string): string[] {
    const value = this.fields[field];
    if (!Array.isArray(value)) throw this.malformed(`the answer's ${JSON.stringify(field)} is no list`);
    return value.map(item => this.#checkUrl(item, field));
  }

  /** A value out of a fixed list. */
  oneOf<const T extends string>(field: string, values: readonly T[]): T {
    const value = this.string(field);
    const known = values.find(one => one === value);
    if (known === undefined) {
      throw this.malformed(
        `the answer's ${field} is ${JSON.stringify(value.slice(0, 100))}, none of ${values.join(', ')}`,
      );
    }
    return known;
  }

  malformed(what: string): AcmeProtocolError {
    return new AcmeProtocolError(
      this.#attempted,
      'malformed',
      `${what}. This is not what RFC 8555 says; check that the URL is a CA's.`,
    );
  }

  #checkUrl(value: unknown, field: string): string {
    if (typeof value === 'string' && URL.canParse(value) && new URL(value).protocol === 'https:') return value;
    throw this.malformed(`the answer's ${JSON.stringify(field)} holds something that is no https:// URL`);
  }
}

/** The JSON object in a reply's body; an error that shows the beginning of what came instead. */
export function readJson(attempted: Attempted, reply: HttpReply): JsonObject {
  const text = reply.body.toString('utf8');
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw notJson(attempted, reply, text, error);
  }
  return new JsonObject(attempted, value);
}

function notJson(attempted: Attempted, reply: HttpReply, text: string, cause: unknown): AcmeProtocolError {
  const type = header(reply, 'content-type') ?? 'no Content-Type';
  const beginning = JSON.stringify(text.slice(0, 80));
  const hint = /^\s*</.test(text)
    ? 'That is a web page: the URL is not the one of an ACME directory or object, or a proxy or login page answers in its place.'
    : 'Check that the URL is the one of an ACME server.';
  return new AcmeProtocolError(
    attempted,
    'malformed',
    `status ${reply.status} with ${type} instead of JSON, beginning with ${beginning}. ${hint}`,
    cause,
  );
}
