import { createReadStream } from 'node:fs';
import { usageFailure } from './failure.js';
import type { Terminal } from './terminal.js';

/**
 * The octets of a file, or of standard input for "-". Read no further than `limit` bytes, so that a device or a mistake
 * of gigabytes is a usage Failure and not all of the memory. `flag` is the option that named it.
 */
export async function readBytes(file: string, flag: string, limit: number, terminal: Terminal): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  try {
    for await (const chunk of file === '-' ? terminal.in : createReadStream(file)) {
      chunks.push(Buffer.from(chunk));
      length += chunks.at(-1)?.length ?? 0;
      if (length > limit) break;
    }
  } catch (cause) {
    throw usageFailure(
      `--${flag} ${file} cannot be read: ${(cause as Error).message}`,
      'Name a file that you may read.',
    );
  }
  if (length > limit) {
    throw usageFailure(`--${flag} ${file} has more than the ${limit} bytes that are read.`, 'Name the right file.');
  }
  return Buffer.concat(chunks, length);
}

/** A PFX or a JKS, most likely: DER begins with a SEQUENCE, Java's files with a number; PEM and JSON are text. */
export function isBinary(file: Buffer): boolean {
  const isDer = file[0] === 0x30 && (file[1] ?? 0) >= 0x80;
  return isDer || file.subarray(0, 4).equals(Buffer.from('feedfeed', 'hex'));
}
