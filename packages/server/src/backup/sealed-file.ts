import { createCipheriv, createDecipheriv, hkdfSync, randomBytes, scrypt } from 'node:crypto';
import { promisify } from 'node:util';
import { z } from 'zod';
import { DomainError } from '../domain/errors.js';

/*
 * The file of a backup in parts:
 *
 *   certfleet-backup 1 LF            the format
 *   {…} LF                           the header, JSON
 *   frame frame … frame              AES-256-GCM of 64 KiB each, the last one shorter, each followed by its tag
 *
 * The frames are the STREAM construction (Hoang, Reyhanitabar, Rogaway, Vizár 2015): the nonce counts them and marks the
 * last, so that frames that are changed, swapped, left out or cut off at the end do not open. The key is made from the
 * secret, the salt and the first two lines, so that a changed header opens nothing.
 */

const format = 'certfleet-backup ';
const formatVersion = 1;
const frameBytes = 65_536;
const tagBytes = 16;
const saltBytes = 32;
/** A line longer than this is no header. */
const mostHeaderBytes = 4096;

/** scrypt, RFC 7914: 64 MiB and about 0.2 s. Fixed by the format, so that no file can ask for more. */
const cost = { N: 65_536, r: 8, p: 1, maxmem: 128 * 1024 * 1024 };

/** What is said of a backup before it is opened. */
export const BackupHeader = z.object({
  /** `base`: base configuration and virtual services. */
  kind: z.enum(['base', 'certificates']),
  sealedBy: z.enum(['pass-phrase', 'master-key']),
  salt: z.base64url().length(43),
  /** Milliseconds since the epoch. */
  createdAt: z.int(),
  /** Of the Certfleet that made it. */
  version: z.string(),
  /** How many migrations its store had seen. */
  store: z.int(),
});
export type BackupHeader = z.infer<typeof BackupHeader>;

/** What opens a backup: a pass phrase, or secrets.ts's backup secret of a master key. */
export type BackupSecret = { passPhrase: string } | { masterKeySecret: Buffer };

/** Seals `content` as it comes. */
export async function* sealFile(
  about: Omit<BackupHeader, 'salt' | 'sealedBy'>,
  secret: BackupSecret,
  content: AsyncIterable<Buffer>,
): AsyncGenerator<Buffer> {
  const header: BackupHeader = {
    ...about,
    sealedBy: 'passPhrase' in secret ? 'pass-phrase' : 'master-key',
    salt: randomBytes(saltBytes).toString('base64url'),
  };
  const head = Buffer.from(`${format}${formatVersion}\n${JSON.stringify(header)}\n`);
  const key = await deriveKey(secret, header, head);
  yield head;
  let counter = 0;
  for await (const { bytes, isLast } of framesOf(content, frameBytes)) {
    const cipher = createCipheriv('aes-256-gcm', key, nonceOf(counter, isLast));
    yield Buffer.concat([cipher.update(bytes), cipher.final(), cipher.getAuthTag()]);
    counter += 1;
  }
}

/** A file that was recognized and not opened yet. */
export interface SealedFile {
  header: BackupHeader;
  /** The key that opens this very file if the secret is right. Takes a while for a pass phrase. */
  unlock(secret: BackupSecret): Promise<Buffer>;
  /** Its content, frame by frame, each proven unchanged. That nothing is missing is known at the end. */
  open(key: Buffer): AsyncGenerator<Buffer>;
}

/** Reads the header. Throws `invalid-input` for a file that is none of ours, `not-possible` for a newer format. */
export async function readSealedFile(source: AsyncIterable<Buffer>): Promise<SealedFile> {
  const chunks = source[Symbol.asyncIterator]();
  let read: Buffer = Buffer.alloc(0);
  const lineEnd = async (from: number): Promise<number> => {
    for (;;) {
      const end = read.indexOf(10, from);
      if (end >= 0 && end < mostHeaderBytes) return end;
      const { value, done } = read.length > mostHeaderBytes ? { value: undefined, done: true } : await chunks.next();
      if (done || !value) throw foreign();
      read = Buffer.concat([read, value]);
    }
  };
  const end = await lineEnd((await lineEnd(0)) + 1);
  const head = read.subarray(0, end + 1);
  const header = parseHead(head);
  const rest = { [Symbol.asyncIterator]: () => follow(read.subarray(end + 1), chunks) };
  return {
    header,
    unlock: secret => deriveKey(secret, header, head),
    open: key => openFrames(key, header, rest),
  };
}

async function* follow(first: Buffer, rest: AsyncIterator<Buffer>): AsyncGenerator<Buffer> {
  yield first;
  for (let next = await rest.next(); !next.done; next = await rest.next()) yield next.value;
}

function parseHead(head: Buffer): BackupHeader {
  const [first = '', second = ''] = head.toString().split('\n');
  if (!first.startsWith(format)) throw foreign();
  if (first !== `${format}${formatVersion}`) {
    throw new DomainError(
      'not-possible',
      'The backup has a format that this version of Certfleet does not know. Restore it with the version that made it, or a later one. Nothing was changed.',
    );
  }
  let header: unknown;
  try {
    header = JSON.parse(second);
  } catch (cause) {
    throw damaged('its header is not readable', cause);
  }
  const parsed = BackupHeader.safeParse(header);
  if (!parsed.success) throw damaged('its header is not what it should be', parsed.error);
  return parsed.data;
}

async function* openFrames(key: Buffer, header: BackupHeader, source: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let counter = 0;
  for await (const { bytes, isLast } of framesOf(source, frameBytes + tagBytes)) {
    yield openFrame(key, counter, isLast, bytes, header);
    counter += 1;
  }
}

function openFrame(key: Buffer, counter: number, isLast: boolean, bytes: Buffer, header: BackupHeader): Buffer {
  try {
    if (bytes.length < tagBytes) throw new RangeError('The frame is shorter than its tag.');
    const decipher = createDecipheriv('aes-256-gcm', key, nonceOf(counter, isLast), { authTagLength: tagBytes });
    decipher.setAuthTag(bytes.subarray(-tagBytes));
    return Buffer.concat([decipher.update(bytes.subarray(0, -tagBytes)), decipher.final()]);
  } catch (cause) {
    if (counter > 0) throw damaged(`it was changed or cut off in the ${counter + 1}. piece of 64 KiB`, cause);
    const wrong = header.sealedBy === 'pass-phrase' ? 'pass phrase is wrong' : 'master key is another one';
    throw new DomainError(
      'invalid-input',
      `The ${wrong}, or the backup is damaged: it does not open. Nothing was changed.`,
      { cause },
    );
  }
}

/** Pieces of one length, the last one shorter or empty. */
async function* framesOf(
  source: AsyncIterable<Buffer>,
  length: number,
): AsyncGenerator<{ bytes: Buffer; isLast: boolean }> {
  let waiting: Buffer[] = [];
  let waitingBytes = 0;
  for await (const chunk of source) {
    waiting.push(chunk);
    waitingBytes += chunk.length;
    if (waitingBytes <= length) continue;
    let all = Buffer.concat(waiting, waitingBytes);
    // A whole piece is held back until it is known whether it is the last.
    for (; all.length > length; all = all.subarray(length)) yield { bytes: all.subarray(0, length), isLast: false };
    waiting = [all];
    waitingBytes = all.length;
  }
  yield { bytes: Buffer.concat(waiting, waitingBytes), isLast: true };
}

const slowHash = promisify<string, Buffer, number, typeof cost, Buffer>(scrypt);

async function deriveKey(secret: BackupSecret, { salt }: BackupHeader, head: Buffer): Promise<Buffer> {
  const salted = Buffer.from(salt, 'base64url');
  const material =
    'passPhrase' in secret
      ? await slowHash(secret.passPhrase.normalize('NFC'), salted, 32, cost)
      : secret.masterKeySecret;
  // The header is in the salt's place, which takes any length, and has the salt in it.
  return Buffer.from(hkdfSync('sha256', material, head, 'certfleet backup file', 32));
}

function nonceOf(counter: number, isLast: boolean): Buffer {
  const nonce = Buffer.alloc(12);
  nonce.writeUIntBE(counter, 5, 6);
  nonce.writeUInt8(isLast ? 1 : 0, 11);
  return nonce;
}

function foreign(): DomainError {
  return new DomainError(
    'invalid-input',
    'This is no backup of Certfleet, or its beginning is damaged. Nothing was changed.',
  );
}

/** Throws `invalid-input`, with what is wrong with the file. */
export function damaged(what: string, cause?: unknown): DomainError {
  return new DomainError('invalid-input', `The backup is damaged: ${what}. Nothing was changed.`, { cause });
}
