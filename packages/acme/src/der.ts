/**
 * Just enough DER (ITU-T X.690) to write a CSR and a tls-alpn-01 certificate, and to read what Node's X509Certificate
 * does not show. Why not a library: docs/decisions/acme-der.md.
 *
 * The reader takes definite lengths in their shortest form only and never reads past the end it was given.
 */

export const TAG = {
  boolean: 0x01,
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  null: 0x05,
  oid: 0x06,
  utf8String: 0x0c,
  printableString: 0x13,
  ia5String: 0x16,
  utcTime: 0x17,
  sequence: 0x30,
  set: 0x31,
} as const;

/** Context-specific tag: `[n]` primitive, e.g. a GeneralName. */
export const context = (n: number): number => 0x80 | n;

/** Context-specific tag: `[n]` constructed, e.g. an EXPLICIT field. */
export const contextConstructed = (n: number): number => 0xa0 | n;

/** One element: tag, length and the contents one after the other. */
export function der(tag: number, ...contents: readonly Uint8Array[]): Buffer {
  const length = contents.reduce((sum, content) => sum + content.length, 0);
  return Buffer.concat([derHeader(tag, length), ...contents]);
}

function derHeader(tag: number, length: number): Uint8Array {
  if (length < 0x80) return Uint8Array.of(tag, length);
  if (length < 0x100) return Uint8Array.of(tag, 0x81, length);
  if (length < 0x10000) return Uint8Array.of(tag, 0x82, length >> 8, length & 0xff);
  return Uint8Array.of(tag, 0x83, length >> 16, (length >> 8) & 0xff, length & 0xff);
}

export const sequence = (...contents: readonly Uint8Array[]): Buffer => der(TAG.sequence, ...contents);
export const set = (...contents: readonly Uint8Array[]): Buffer => der(TAG.set, ...contents);
export const octetString = (octets: Uint8Array): Buffer => der(TAG.octetString, octets);
/** A BIT STRING of whole octets. */
export const bitString = (octets: Uint8Array): Buffer => der(TAG.bitString, Uint8Array.of(0), octets);
export const text = (tag: number, value: string): Buffer => der(tag, Buffer.from(value, 'utf8'));
export const TRUE: Buffer = der(TAG.boolean, Uint8Array.of(0xff));
export const NULL: Buffer = der(TAG.null);

/** An INTEGER that is not negative, from its octets in network order. */
export function unsigned(octets: Uint8Array): Buffer {
  let start = 0;
  while (start < octets.length - 1 && octets[start] === 0) start += 1;
  const magnitude = octets.subarray(start);
  return der(TAG.integer, ...((magnitude[0] ?? 0) & 0x80 ? [Uint8Array.of(0), magnitude] : [magnitude]));
}

/** An OBJECT IDENTIFIER from its dotted form. */
export function oid(dotted: string): Buffer {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number);
  return der(TAG.oid, Uint8Array.from([first * 40 + second, ...rest].flatMap(base128)));
}

function base128(arc: number): number[] {
  const octets = [arc & 0x7f];
  for (let left = Math.floor(arc / 128); left > 0; left = Math.floor(left / 128)) octets.unshift((left & 0x7f) | 0x80);
  return octets;
}

/** An element that was read: its tag, its contents, and all of it as it stood there. */
export interface DerElement {
  tag: number;
  content: Buffer;
  raw: Buffer;
}

/** What was read is no DER, or not the structure that it should be. Callers say what they were reading. */
export class DerError extends Error {
  override readonly name = 'DerError';
}

/** The one element that fills the octets; trailing octets are an error. */
export function readElement(octets: Uint8Array): DerElement {
  const [element, ...others] = readElements(octets);
  if (element === undefined || others.length > 0)
    throw new DerError(`expected one element, found ${others.length + (element ? 1 : 0)}`);
  return element;
}

/** The elements that the octets, or the contents of a constructed element, are made of. */
export function readElements(octets: Uint8Array): DerElement[] {
  const buffer = Buffer.from(octets.buffer, octets.byteOffset, octets.byteLength);
  const elements: DerElement[] = [];
  for (let start = 0; start < buffer.length; ) {
    const { contentStart, end } = readHeader(buffer, start);
    elements.push({
      tag: buffer[start] ?? 0,
      content: buffer.subarray(contentStart, end),
      raw: buffer.subarray(start, end),
    });
    start = end;
  }
  return elements;
}

function readHeader(buffer: Buffer, start: number): { contentStart: number; end: number } {
  const first = buffer[start + 1];
  if (((buffer[start] ?? 0) & 0x1f) === 0x1f) throw new DerError('tags of several octets are not used here');
  if (first === undefined) throw new DerError('the data ends within a header');
  let length = first;
  let contentStart = start + 2;
  if (first >= 0x80) {
    const count = first & 0x7f;
    if (count < 1 || count > 4 || contentStart + count > buffer.length) throw new DerError('invalid length');
    length = buffer.readUIntBE(contentStart, count);
    contentStart += count;
    if (length < 0x80 || length < 2 ** (8 * (count - 1))) throw new DerError('a length is not in its shortest form');
  }
  if (contentStart + length > buffer.length) throw new DerError('an element is longer than the data');
  return { contentStart, end: contentStart + length };
}

/** The children of a constructed element that must have this tag. */
export function childrenOf(element: DerElement | undefined, tag: number): DerElement[] {
  return readElements(expectTag(element, tag).content);
}

/** The element itself, if it is there and has this tag. */
export function expectTag(element: DerElement | undefined, tag: number): DerElement {
  if (element?.tag === tag) return element;
  throw new DerError(
    `expected tag 0x${tag.toString(16)}, found ${element ? `0x${element.tag.toString(16)}` : 'nothing'}`,
  );
}

/** Dotted form of an OBJECT IDENTIFIER. */
export function readOid(element: DerElement | undefined): string {
  const arcs: number[] = [];
  let arc = 0;
  for (const octet of expectTag(element, TAG.oid).content) {
    arc = arc * 128 + (octet & 0x7f);
    if (octet & 0x80) continue;
    arcs.push(arc);
    arc = 0;
  }
  const [head = 0, ...rest] = arcs;
  const first = Math.min(2, Math.floor(head / 40));
  return [first, head - first * 40, ...rest].join('.');
}

/** The octets of a BIT STRING without unused bits. */
export function readBitString(element: DerElement | undefined): Buffer {
  const { content } = expectTag(element, TAG.bitString);
  if (content[0] !== 0) throw new DerError('a bit string has unused bits');
  return content.subarray(1);
}
