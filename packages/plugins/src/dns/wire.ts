/*
 * As much of the DNS wire format (RFC 1035 §4) as updates and their signatures need: the library that reads and writes
 * questions knows neither the class NONE nor TSIG.
 */

export const types = { SOA: 6, TXT: 16, TSIG: 250 } as const;
export const classes = { IN: 1, NONE: 254, ANY: 255 } as const;
export const opcodes = { query: 0, update: 5 } as const;

/** RCODEs by number: RFC 1035 §4.1.1, RFC 2136 §2.2. */
const rcodes = [
  ...['NOERROR', 'FORMERR', 'SERVFAIL', 'NXDOMAIN', 'NOTIMP', 'REFUSED'],
  ...['YXDOMAIN', 'YXRRSET', 'NXRRSET', 'NOTAUTH', 'NOTZONE'],
];

/** A name in lower case, not compressed: as it is signed (RFC 4034 §6.2). Throws for a label that DNS can't hold. */
export function encodeName(name: string): Buffer {
  const labels = name === '' ? [] : name.toLowerCase().split('.');
  const parts = labels.map(label => {
    const bytes = Buffer.from(label, 'latin1');
    if (bytes.length === 0 || bytes.length > 63) throw new Error(`"${label}" in ${name} is no DNS label.`);
    return Buffer.concat([Buffer.from([bytes.length]), bytes]);
  });
  return Buffer.concat([...parts, Buffer.from([0])]);
}

export interface WireRecord {
  name: string;
  type: number;
  class: number;
  ttl: number;
  data: Buffer;
}

export function encodeRecord({ name, type, class: klass, ttl, data }: WireRecord): Buffer {
  return Buffer.concat([encodeName(name), uint16(type), uint16(klass), uint32(ttl), uint16(data.length), data]);
}

/** The strings of a TXT record: a long value is several of 255 bytes (RFC 1035 §3.3.14). */
export function encodeText(value: string): Buffer {
  const bytes = Buffer.from(value);
  const parts: Buffer[] = [];
  for (let at = 0; at === 0 || at < bytes.length; at += 255) {
    const part = bytes.subarray(at, at + 255);
    parts.push(Buffer.from([part.length]), part);
  }
  return Buffer.concat(parts);
}

/** A message with one question (the zone, for an update) and the records of its third section. */
export function encodeMessage(
  id: number,
  opcode: number,
  question: { name: string; type: number },
  records: readonly WireRecord[] = [],
): Buffer {
  const header = Buffer.concat([id, opcode << 11, 1, 0, records.length, 0].map(uint16));
  const asked = Buffer.concat([encodeName(question.name), uint16(question.type), uint16(classes.IN)]);
  return Buffer.concat([header, asked, ...records.map(encodeRecord)]);
}

/** The response code of a message, by name. */
export function rcodeOf(message: Buffer): string {
  const code = message.readUInt16BE(2) & 0xf;
  return rcodes[code] ?? `RCODE ${code}`;
}

/**
 * The last record of a message's additional section, with where it begins; undefined when there is none. Throws
 * RangeError for a message that is cut off or has more than it says.
 */
export function lastAdditional(message: Buffer): (WireRecord & { offset: number }) | undefined {
  const [questions = 0, ...sections] = [4, 6, 8, 10].map(at => message.readUInt16BE(at));
  let at = 12;
  for (let index = 0; index < questions; index += 1) at = skipName(message, at) + 4;
  const records = sections.reduce((sum, count) => sum + count, 0);
  if (sections.at(-1) === 0) return undefined;
  for (let index = 1; index < records; index += 1) {
    const fixed = skipName(message, at);
    at = fixed + 10 + message.readUInt16BE(fixed + 8);
  }
  const fixed = skipName(message, at);
  const length = message.readUInt16BE(fixed + 8);
  if (fixed + 10 + length !== message.length) throw new RangeError('The message does not end with its last record.');
  return {
    offset: at,
    name: readName(message, at).name,
    type: message.readUInt16BE(fixed),
    class: message.readUInt16BE(fixed + 2),
    ttl: message.readUInt32BE(fixed + 4),
    data: message.subarray(fixed + 10, fixed + 10 + length),
  };
}

function skipName(message: Buffer, at: number): number {
  return readName(message, at).end;
}

/**
 * A name, compressed or not (RFC 1035 §4.1.4), and where what follows it begins. Throws RangeError beyond the message.
 */
export function readName(message: Buffer, start: number): { name: string; end: number } {
  const labels: string[] = [];
  let end: number | undefined;
  let at = start;
  // A pointer leads back, so a message can't have more of them than bytes.
  for (let steps = 0; steps < message.length; steps += 1) {
    const length = message.readUInt8(at);
    if (length === 0) return { name: labels.join('.').toLowerCase(), end: end ?? at + 1 };
    if (length >= 0xc0) {
      end ??= at + 2;
      at = message.readUInt16BE(at) & 0x3fff;
    } else {
      labels.push(message.toString('latin1', at + 1, at + 1 + length));
      at += 1 + length;
    }
  }
  throw new RangeError('A name in the message never ends.');
}

export function uint16(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16BE(value);
  return bytes;
}

export function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

/** Seconds since 1970 in 48 bits (RFC 8945 §4.2). */
export function uint48(value: number): Buffer {
  const bytes = Buffer.alloc(6);
  bytes.writeUIntBE(value, 0, 6);
  return bytes;
}
