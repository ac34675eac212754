import { randomUUID } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { FastifyReply } from 'fastify';
import { DomainError } from '../domain/errors.js';

/** A file that a request has brought, which can be read more than once while its handler runs. */
export type Upload = () => AsyncIterable<Buffer>;

/** A file that is made for a reply. */
export interface Download {
  /** What browsers save it as. */
  name: string;
  /** Writes it to this path, where nothing is yet. */
  save(file: string): Promise<unknown>;
}

/** A backup of 100,000 certificates has some 300 MB; it goes to a file, and only administrators send one. */
const mostBytesOfUpload = 4_294_967_296;

/** Makes the folder for uploads and downloads (0700), and empties it of what was left by a server that was killed. */
export async function makeFileFolder(dataDir: string): Promise<string> {
  const folder = join(dataDir, 'files');
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { mode: 0o700 });
  return folder;
}

/**
 * Keeps what is sent in a file of `folder` (0600) while `use` runs, so that it needs no memory. Throws `too-large`, and
 * `invalid-input` for an upload that is cut off.
 */
export async function withUpload<T>(
  folder: string,
  payload: Readable,
  use: (upload: Upload) => Promise<T>,
  limit = mostBytesOfUpload,
): Promise<T> {
  const file = join(folder, `upload-${randomUUID()}`);
  try {
    await pipeline(payload, atMost(limit), createWriteStream(file, { flags: 'wx', mode: 0o600 })).catch(ifCutOff);
    return await use(() => createReadStream(file));
  } finally {
    await rm(file, { force: true });
  }
}

function atMost(limit: number) {
  return async function* (chunks: AsyncIterable<Buffer>) {
    let bytes = 0;
    for await (const chunk of chunks) {
      bytes += chunk.length;
      if (bytes > limit) throw new DomainError('too-large', `An upload has at most ${limit} bytes.`);
      yield chunk;
    }
  };
}

/** The client's doing, and no defect. */
function ifCutOff(error: unknown): never {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code !== 'ECONNRESET' && code !== 'ERR_STREAM_PREMATURE_CLOSE') throw error;
  throw new DomainError('invalid-input', 'The upload was cut off before its end. Nothing was changed.', {
    cause: error,
  });
}

/** Makes the file first, so that a failure is a problem and not half of a file, then sends it. */
export async function sendDownload(reply: FastifyReply, folder: string, { name, save }: Download): Promise<void> {
  const file = join(folder, `download-${randomUUID()}`);
  try {
    await save(file);
    const { size } = await stat(file);
    const sent = createReadStream(file);
    reply.type('application/octet-stream').header('content-length', size);
    reply.header('content-disposition', `attachment; filename="${name}"`);
    await reply.send(sent);
  } finally {
    // What is open can be read to its end all the same.
    await rm(file, { force: true });
  }
}
