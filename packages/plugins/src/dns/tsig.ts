import { createHmac, timingSafeEqual } from 'node:crypto';
import {
  classes,
  encodeName,
  encodeRecord,
  lastAdditional,
  rcodeOf,
  readName,
  types,
  uint16,
  uint32,
  uint48,
} from './wire.js';

/** RFC 8945 §6: those that are still to be used. SHA-1 and MD5 are not among them. */
export const tsigAlgorithms = ['hmac-sha256', 'hmac-sha384', 'hmac-sha512'] as const;
export type TsigAlgorithm = (typeof tsigAlgorithms)[number];

/** A secret that we share with a DNS server. */
export interface TsigKey {
  name: string;
  algorithm: TsigAlgorithm;
  secret: Buffer;
}

/** A signed message, and the MAC that its answer is signed over as well. */
export interface SignedMessage {
  message: Buffer;
  mac: Buffer;
}

/** RFC 8945 §5.2 and §5.3: what is wrong with an answer's signature, or what the server says is wrong with ours. */
export class TsigError extends Error {
  override readonly name = 'TsigError';
  /**
   * `BADKEY`, `BADSIG`, `BADTIME`, `BADTRUNC`: the server's word. `unsigned`, `forged`, `stale`: its answer has no
   * signature, one that doesn't fit, or one from another time.
   */
  readonly fault: string;
  /** For BADTIME: the server's clock, in seconds since 1970. */
  readonly serverTime: number | undefined;
  /** For `unsigned`: what the answer says, which nobody vouches for. */
  readonly rcode: string | undefined;
  constructor(fault: string, message: string, { serverTime, rcode }: { serverTime?: number; rcode?: string } = {}) {
    super(message);
    this.fault = fault;
    this.serverTime = serverTime;
    this.rcode = rcode;
  }
}

/** How far two clocks may differ, in seconds: what RFC 8945 §10 recommends. */
const fudge = 300;

/** RFC 8945 §3, and for BADTRUNC RFC 4635. */
const errorNames: Record<number, string> = { 16: 'BADSIG', 17: 'BADKEY', 18: 'BADTIME', 22: 'BADTRUNC' };

/** Signs a message (RFC 8945 §5.1). `now`: seconds since 1970. */
export function sign(message: Buffer, key: TsigKey, now: number): SignedMessage {
  const signature = { time: now, fudge, error: 0, other: Buffer.alloc(0) };
  const mac = macOf(key, [message, variables(key, signature)]);
  const data = Buffer.concat([
    ...[encodeName(key.algorithm), uint48(now), uint16(fudge), uint16(mac.length), mac],
    ...[message.subarray(0, 2), uint16(0), uint16(0)],
  ]);
  const record = encodeRecord({ name: key.name, type: types.TSIG, class: classes.ANY, ttl: 0, data });
  return { message: withAdditional(Buffer.concat([message, record]), +1), mac };
}

/**
 * Checks that an answer comes from whoever shares the key, to the very message that `requestMac` is of (RFC 8945 §5.3).
 * Throws {@link TsigError}.
 */
export function verify(answer: Buffer, key: TsigKey, requestMac: Buffer, now: number): void {
  const record = lastAdditional(answer);
  if (record?.type !== types.TSIG) {
    throw new TsigError('unsigned', 'The answer is not signed.', { rcode: rcodeOf(answer) });
  }
  const signature = parseSignature(record.data);
  const error = errorNames[signature.error];
  // RFC 8945 §5.3.2: an answer to a bad key or signature can't be signed, so nobody but the network vouches for it.
  if (error === 'BADKEY' || error === 'BADSIG') throw new TsigError(error, `The server says ${error}.`);
  const unsigned = withAdditional(Buffer.concat([signature.originalId, answer.subarray(2, record.offset)]), -1);
  const expected = macOf(key, [uint16(requestMac.length), requestMac, unsigned, variables(key, signature)]);
  const isOurs =
    record.name === key.name.toLowerCase() &&
    record.class === classes.ANY &&
    record.ttl === 0 &&
    signature.algorithm === key.algorithm;
  if (!isOurs || signature.mac.length !== expected.length || !timingSafeEqual(signature.mac, expected)) {
    throw new TsigError('forged', "The answer's signature is not the key's.");
  }
  if (error === 'BADTIME') {
    const serverTime = signature.other.length === 6 ? signature.other.readUIntBE(0, 6) : signature.time;
    throw new TsigError(error, `The server says ${error}.`, { serverTime });
  }
  if (error !== undefined || signature.error !== 0) {
    throw new TsigError(error ?? String(signature.error), `The server says ${error ?? `error ${signature.error}`}.`);
  }
  if (Math.abs(now - signature.time) > signature.fudge) {
    throw new TsigError('stale', 'The answer was signed at another time.', { serverTime: signature.time });
  }
}

interface Signature {
  time: number;
  fudge: number;
  error: number;
  other: Buffer;
}

function parseSignature(data: Buffer): Signature & { algorithm: string; mac: Buffer; originalId: Buffer } {
  const { name: algorithm, end } = readName(data, 0);
  const macEnd = end + 10 + data.readUInt16BE(end + 8);
  const otherEnd = macEnd + 6 + data.readUInt16BE(macEnd + 4);
  if (otherEnd !== data.length) throw new TsigError('forged', "The answer's signature is cut off or too long.");
  return {
    algorithm,
    time: data.readUIntBE(end, 6),
    fudge: data.readUInt16BE(end + 6),
    mac: data.subarray(end + 10, macEnd),
    originalId: data.subarray(macEnd, macEnd + 2),
    error: data.readUInt16BE(macEnd + 2),
    other: data.subarray(macEnd + 6, otherEnd),
  };
}

/** RFC 8945 §4.3.3: what of the TSIG record is signed. */
function variables(key: TsigKey, { time, fudge, error, other }: Signature): Buffer {
  return Buffer.concat([
    ...[encodeName(key.name), uint16(classes.ANY), uint32(0), encodeName(key.algorithm)],
    ...[uint48(time), uint16(fudge), uint16(error), uint16(other.length), other],
  ]);
}

function macOf({ algorithm, secret }: TsigKey, parts: readonly Buffer[]): Buffer {
  const hmac = createHmac(algorithm.replace('hmac-', ''), secret);
  for (const part of parts) hmac.update(part);
  return hmac.digest();
}

/** The message with another number of additional records (ARCOUNT). */
function withAdditional(message: Buffer, difference: 1 | -1): Buffer {
  const changed = Buffer.from(message);
  changed.writeUInt16BE(message.readUInt16BE(10) + difference, 10);
  return changed;
}
