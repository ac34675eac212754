import type { IncomingMessage } from 'node:http';
import { LoadMasterError } from './errors.js';
import type { Structure } from './parameters.js';
import { sendContinue } from './unread-body.js';

/** In bytes. A form or a command in JSON. */
export const SMALL_BODY = 65_536;
/** In bytes. An uploaded backup, certificate or key. */
export const UPLOAD_BODY = 67_108_864;
/** In bytes. The same in base64, with the rest of the JSON. */
const JSON_BODY = Math.ceil(UPLOAD_BODY / 3) * 4 + SMALL_BODY;

/** Version 2 has its credentials in the body, so whoever asks can make the server hold one: this many large ones. */
const mostLargeAtOnce = 2;

/**
 * Reads the body of `request`, at most `limit` bytes, whatever its Content-Type says. Throws 413 as soon as it is
 * longer, and leaves the rest unread.
 */
export async function readBody(request: IncomingMessage, limit: number): Promise<Buffer> {
  if (declaredLength(request) > limit) throw tooLarge(limit);
  sendContinue(request);
  const chunks: Buffer[] = [];
  let length = 0;
  // The connection has to live for the answer.
  for await (const chunk of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > limit) throw tooLarge(limit);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, length);
}

/** The length that a request declares; 0 when it declares none. */
function declaredLength({ headers }: IncomingMessage): number {
  return Number(headers['content-length'] ?? 0);
}

/** Lets a few large bodies of unknown senders in at a time, and refuses more with 503. */
export class LargeBodies {
  #reading = 0;

  /** Reads a body; without a declared length it may turn out to be large and counts as that. */
  async read(request: IncomingMessage): Promise<Buffer> {
    const declared = request.headers['content-length'] !== undefined;
    if (declared && declaredLength(request) <= SMALL_BODY) return readBody(request, SMALL_BODY);
    if (this.#reading >= mostLargeAtOnce) {
      throw new LoadMasterError(503, 'Other uploads are under way. Try again in a moment');
    }
    this.#reading += 1;
    try {
      return await readBody(request, JSON_BODY);
    } finally {
      this.#reading -= 1;
    }
  }
}

function tooLarge(limit: number): LoadMasterError {
  return new LoadMasterError(413, `The body is longer than ${limit} bytes`);
}

/** A command as version 2 sends it. */
export interface JsonCommand {
  /** Empty when there is none. */
  command: string;
  apiKey: string | undefined;
  user: string | undefined;
  password: string | undefined;
  data: Buffer | null;
  /** The other members: as text, unless they are lists or objects. */
  pairs: [name: string, value: string | Structure][];
}

/**
 * Reads a command in JSON. Numbers and booleans are as good as text (`"vs": 5`, `"Enable": true`), null as good as no
 * value; an empty API key is none. Throws 400 for what is not an object in JSON, 422 for a member that comes twice.
 */
export function readJsonCommand(body: Buffer): JsonCommand {
  const text = body.toString();
  const members = objectOf(text);
  const repeated = firstRepeated(memberNames(text));
  if (repeated !== undefined) throw LoadMasterError.invalid(repeated.slice(0, 64), 'Given more than once');
  const values = new Map(Object.entries(members).map(([name, value]) => [name.toLowerCase(), value]));
  const take = (name: string) => {
    const value = values.get(name);
    return value === undefined ? undefined : scalar(name, value);
  };
  const own = ['cmd', 'apikey', 'apiuser', 'apipass', 'data'];
  const data = take('data');
  return {
    command: take('cmd') ?? '',
    apiKey: take('apikey') || undefined,
    user: take('apiuser'),
    password: take('apipass'),
    data: data === undefined || data === '' ? null : fromBase64(data),
    pairs: Object.entries(members)
      .filter(([name]) => !own.includes(name.toLowerCase()))
      .map(([name, value]) => [name, isStructure(value) ? value : scalar(name, value)]),
  };
}

function objectOf(text: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    // Without the cause: its message quotes the text, which holds credentials.
    throw new LoadMasterError(400, 'The body is not valid JSON');
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new LoadMasterError(400, 'The body is not a JSON object');
  }
  return value as Record<string, unknown>;
}

function isStructure(value: unknown): value is Structure {
  return typeof value === 'object' && value !== null;
}

function scalar(name: string, value: unknown): string {
  switch (typeof value) {
    case 'string':
      return value;
    case 'number':
      return String(value);
    case 'boolean':
      return value ? 'Y' : 'N';
    default:
      if (value === null) return '';
      throw LoadMasterError.invalid(name.slice(0, 64), 'Must be text, a number or a boolean');
  }
}

function fromBase64(text: string): Buffer {
  const compact = text.replace(/\s/g, '');
  if (!/^[A-Za-z0-9+/_-]*={0,2}$/.test(compact)) throw LoadMasterError.invalid('data', 'Not valid base64');
  return Buffer.from(compact, 'base64');
}

/** The names of an object's own members, in lower case, with repetitions: JSON.parse keeps only the last of each. */
function* memberNames(json: string): Iterable<string> {
  let depth = 0;
  let previous = '';
  for (const [token] of json.matchAll(/"[^"\\]*(?:\\.[^"\\]*)*"|[{}[\]:]/gs)) {
    if (token === '{' || token === '[') depth += 1;
    else if (token === '}' || token === ']') depth -= 1;
    else if (token === ':' && depth === 1) yield String(JSON.parse(previous)).toLowerCase();
    previous = token;
  }
}

function firstRepeated(names: Iterable<string>): string | undefined {
  const seen = new Set<string>();
  for (const name of names) {
    if (seen.has(name)) return name;
    seen.add(name);
  }
  return undefined;
}
