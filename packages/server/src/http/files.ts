import { randomUUID } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { FastifyReply } from 'fastify';

/** A file that a request has brought, which can be read more than once while its handler runs. */
export type Upload = () => AsyncIterable<Buffer>;

/** A file that is made for a reply. */
export interface Download {
  /** What browsers save it as. */
  name: string;
  /** Writes it to this path, where nothing is yet. */
  save(file: string): Promise<unknown>;
}

/** Keeps what is sent in a file of `folder` (0600) while `use` runs, so that it needs no memory. */
export async function withUpload<T>(
  folder: string,
  payload: Readable,
  use: (upload: Upload) => Promise<T>,
): Promise<T> {
  const file = join(folder, `upload-${randomUUID()}`);
  try {
    await pipeline(payload, createWriteStream(file, { flags: 'wx', mode: 0o600 }));
    return await use(() => createReadStream(file));
  } finally {
    await rm(file, { force: true });
  }
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
