import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip, createGzip } from 'node:zlib';
import type { Entry } from '../store/backup/entry.js';
import { damaged } from './sealed-file.js';

/** The longest thing, as a line: a certificate with a hundred names and all that belongs to it has less than 100 kB. */
const mostBytesOfLine = 16_777_216;

/** Things as compressed lines of JSON: chains of one CA have most of their bytes in common. */
export async function* packEntries(entries: AsyncIterable<Entry>): AsyncGenerator<Buffer> {
  async function* lines() {
    for await (const entry of entries) yield Buffer.from(`${JSON.stringify(entry)}\n`);
  }
  yield* through(lines(), createGzip());
}

/** Reads what {@link packEntries} has written. */
export async function* unpackEntries(packed: AsyncIterable<Buffer>): AsyncGenerator<Entry> {
  let rest: Buffer = Buffer.alloc(0);
  for await (const chunk of through(packed, createGunzip())) {
    rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    for (let end = rest.indexOf(10); end >= 0; end = rest.indexOf(10)) {
      yield parseEntry(rest.subarray(0, end));
      rest = rest.subarray(end + 1);
    }
    if (rest.length > mostBytesOfLine) throw damaged('a line in it has no end');
  }
  if (rest.length > 0) throw damaged('its last line is not whole');
}

/** What was proven to be ours is of the form that we write. */
function parseEntry(line: Buffer): Entry {
  return JSON.parse(line.toString()) as Entry;
}

async function* through(
  source: AsyncIterable<Buffer>,
  transform: ReturnType<typeof createGzip> | ReturnType<typeof createGunzip>,
) {
  const failed = pipeline(Readable.from(source), transform);
  // Whoever reads is told of it by the transform, which the pipeline destroys with the error.
  failed.catch(() => undefined);
  yield* transform as AsyncIterable<Buffer>;
}
