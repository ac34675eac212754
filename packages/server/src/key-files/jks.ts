import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { der } from '@certfleet/acme';

/**
 * Java's first key store, JKS, as `sun.security.provider.JavaKeyStore` writes and reads it. There is no specification
 * but that class, and nothing on npm writes it: docs/decisions/key-stores.md.
 *
 * All numbers are big-endian. A header (magic, version, number of entries), the entries, and a SHA-1 over the pass
 * phrase, a constant and all before it. A private key is PKCS#8, encrypted with a key stream of SHA-1: a pass phrase
 * that can be guessed protects nothing here.
 */

const MAGIC = 0xfeedfeed;
const VERSION = 2;
const PRIVATE_KEY = 1;
const TRUSTED_CERTIFICATE = 2;
const CERTIFICATE_TYPE = 'X.509';
/** Gamma, Erich et al., says Sun's source: it keeps the digest from being one of the pass phrase alone. */
const WHITENER = Buffer.from('Mighty Aphrodite');
const SHA1_LENGTH = 20;
/** `sun.security.provider.KeyProtector`: its algorithm, which has no parameters. */
const KEY_PROTECTOR = der.sequence(der.oid('1.3.6.1.4.1.42.2.17.1.1'), der.NULL);

/** A private key with its chain; all in DER, the key as PKCS#8. */
export interface JksKey {
  alias: string;
  key: Buffer;
  /** The leaf first. */
  chain: Buffer[];
}

/** What a JKS holds. */
export interface JksEntries {
  keys: readonly JksKey[];
  /** Certificates without a key, in DER. */
  certificates: readonly { alias: string; certificate: Buffer }[];
}

/** What was read is no JKS that Java could read. The message says where it ends to be one, never what is in it. */
export class JksError extends Error {
  override readonly name = 'JksError';
  /** `pass-phrase`: the checksum is not that of this pass phrase, or of this file. `key`: a key has another one. */
  readonly reason: 'damaged' | 'pass-phrase' | 'key';
  constructor(reason: JksError['reason'], message: string) {
    super(message);
    this.reason = reason;
  }
}

/** Whether the file begins like a JKS. */
export function isJks(file: Buffer): boolean {
  return file.length >= 4 && file.readUInt32BE(0) === MAGIC;
}

/**
 * A JKS with these entries, its keys under the pass phrase of the store, as keytool makes it. `at` is the date that
 * keytool shows for each, in epoch milliseconds. Java looks for aliases in lower case, so they are written like that.
 */
export function writeJks(entries: JksEntries, passPhrase: string, at: number): Buffer {
  const password = javaPassword(passPhrase);
  const body = Buffer.concat([
    int32(MAGIC),
    int32(VERSION),
    int32(entries.keys.length + entries.certificates.length),
    ...entries.keys.flatMap(({ alias, key, chain }) => [
      ...entryHeader(PRIVATE_KEY, alias, at),
      counted(protectKey(key, password)),
      int32(chain.length),
      ...chain.flatMap(certificateField),
    ]),
    ...entries.certificates.flatMap(({ alias, certificate }) => [
      ...entryHeader(TRUSTED_CERTIFICATE, alias, at),
      ...certificateField(certificate),
    ]),
  ]);
  return Buffer.concat([body, checksum(password, body)]);
}

/** Everything in a JKS of either version. Throws {@link JksError}. */
export function readJks(file: Buffer, passPhrase: string): JksEntries {
  const password = javaPassword(passPhrase);
  const body = file.subarray(0, -SHA1_LENGTH);
  const reader = new Reader(body);
  if (reader.int32('its beginning') !== MAGIC) throw new JksError('damaged', 'It does not begin like a JKS.');
  const version = reader.int32('its version');
  if (version !== 1 && version !== VERSION) throw new JksError('damaged', `It has the unknown version ${version}.`);
  // Before anything is believed of what it says; a damaged file can't be told from a wrong pass phrase.
  if (!timingSafeEqual(checksum(password, body), file.subarray(-SHA1_LENGTH))) {
    throw new JksError('pass-phrase', 'Its checksum is another one.');
  }
  const keys: JksKey[] = [];
  const certificates: { alias: string; certificate: Buffer }[] = [];
  const entries = reader.int32('the number of entries');
  for (let index = 1; index <= entries; index += 1) {
    const where = `entry ${index} of ${entries}`;
    const tag = reader.int32(where);
    const alias = reader.text(where);
    reader.take(8, where); // When it was made.
    if (tag === PRIVATE_KEY) {
      const key = recoverKey(reader.octets(where), password, alias);
      const length = reader.int32(where);
      const chain: Buffer[] = [];
      while (chain.length < length) chain.push(reader.certificate(version, where));
      keys.push({ alias, key, chain });
    } else if (tag === TRUSTED_CERTIFICATE) {
      certificates.push({ alias, certificate: reader.certificate(version, where) });
    } else {
      throw new JksError('damaged', `It has an unknown kind of entry (${tag}) at ${where}.`);
    }
  }
  if (!reader.isAtEnd) throw new JksError('damaged', 'It goes on after its last entry.');
  return { keys, certificates };
}

/** Java's characters are UTF-16. */
function javaPassword(passPhrase: string): Buffer {
  return Buffer.from(passPhrase, 'utf16le').swap16();
}

function sha1(...parts: readonly Uint8Array[]): Buffer {
  return parts.reduce((hash, part) => hash.update(part), createHash('sha1')).digest();
}

function checksum(password: Buffer, body: Buffer): Buffer {
  return sha1(password, WHITENER, body);
}

/** EncryptedPrivateKeyInfo (RFC 5958) of Java's own algorithm: salt, key XOR stream, SHA-1 of pass phrase and key. */
function protectKey(key: Buffer, password: Buffer): Buffer {
  const salt = randomBytes(SHA1_LENGTH);
  const data = Buffer.concat([salt, streamed(key, salt, password), sha1(password, key)]);
  return der.sequence(KEY_PROTECTOR, der.octetString(data));
}

function recoverKey(encrypted: Buffer, password: Buffer, alias: string): Buffer {
  const data = protectedData(encrypted, alias);
  const salt = data.subarray(0, SHA1_LENGTH);
  const key = streamed(data.subarray(SHA1_LENGTH, -SHA1_LENGTH), salt, password);
  if (timingSafeEqual(sha1(password, key), data.subarray(-SHA1_LENGTH))) return key;
  throw new JksError('key', `The key "${alias}" has another pass phrase than the store.`);
}

function protectedData(encrypted: Buffer, alias: string): Buffer {
  try {
    const [algorithm, octets] = der.childrenOf(der.readElement(encrypted), der.TAG.sequence);
    const { content } = der.expectTag(octets, der.TAG.octetString);
    if (algorithm?.raw.equals(KEY_PROTECTOR) && content.length > 2 * SHA1_LENGTH) return content;
  } catch (error) {
    if (!(error instanceof der.DerError)) throw error;
  }
  throw new JksError('damaged', `The key "${alias}" is not encrypted in the way of a JKS.`);
}

/**
 * Each block of the stream is the SHA-1 of the pass phrase and the block before; the salt is the one before the first.
 */
function streamed(octets: Buffer, salt: Buffer, password: Buffer): Buffer {
  const result = Buffer.from(octets);
  let block = salt;
  for (let start = 0; start < result.length; start += SHA1_LENGTH) {
    block = sha1(password, block);
    for (const [offset, value] of block.subarray(0, result.length - start).entries()) {
      result.writeUInt8(result.readUInt8(start + offset) ^ value, start + offset);
    }
  }
  return result;
}

function entryHeader(tag: number, alias: string, at: number): Buffer[] {
  const created = Buffer.alloc(8);
  created.writeBigInt64BE(BigInt(at));
  return [int32(tag), utf(alias.toLowerCase()), created];
}

function certificateField(certificate: Buffer): Buffer[] {
  return [utf(CERTIFICATE_TYPE), counted(certificate)];
}

function int32(value: number): Buffer {
  const octets = Buffer.alloc(4);
  octets.writeUInt32BE(value);
  return octets;
}

function counted(octets: Buffer): Buffer {
  return Buffer.concat([int32(octets.length), octets]);
}

/** `DataOutput.writeUTF`: for ASCII, which names of certificates are, the same as UTF-8. */
function utf(text: string): Buffer {
  const octets = Buffer.from(text, 'utf8');
  const length = Buffer.alloc(2);
  length.writeUInt16BE(octets.length);
  return Buffer.concat([length, octets]);
}

/** Goes through a file from its beginning; `where` is said when it ends too early. */
class Reader {
  readonly #file: Buffer;
  #at = 0;
  constructor(file: Buffer) {
    this.#file = file;
  }

  get isAtEnd(): boolean {
    return this.#at === this.#file.length;
  }

  take(length: number, where: string): Buffer {
    const end = this.#at + length;
    if (end > this.#file.length) throw new JksError('damaged', `It ends within ${where}.`);
    const taken = this.#file.subarray(this.#at, end);
    this.#at = end;
    return taken;
  }

  int32(where: string): number {
    return this.take(4, where).readUInt32BE(0);
  }

  octets(where: string): Buffer {
    return this.take(this.int32(where), where);
  }

  text(where: string): string {
    return this.take(this.take(2, where).readUInt16BE(0), where).toString('utf8');
  }

  certificate(version: number, where: string): Buffer {
    const type = version === 1 ? CERTIFICATE_TYPE : this.text(where);
    if (type !== CERTIFICATE_TYPE)
      throw new JksError('damaged', `It has a certificate of an unknown kind at ${where}.`);
    return this.octets(where);
  }
}
