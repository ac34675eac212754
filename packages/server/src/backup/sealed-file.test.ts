import { randomBytes } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { type BackupSecret, readSealedFile, sealFile } from './sealed-file.js';

const frame = 65_536;
const sealedFrame = frame + 16;
const secret: BackupSecret = { masterKeySecret: randomBytes(32) };
const about = { kind: 'base', createdAt: 1_700_000_000_000, version: '0.0.0', store: 1 } as const;

async function collect(chunks: AsyncIterable<Buffer>): Promise<Buffer> {
  const all: Buffer[] = [];
  for await (const chunk of chunks) all.push(chunk);
  return Buffer.concat(all);
}

/** In pieces of a length that fits neither the header nor the frames. */
async function* pieces(bytes: Buffer, length = 10_007): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += length) yield bytes.subarray(at, at + length);
}

/** The header's two lines, and the frames after them. */
async function seal(content: Buffer): Promise<{ head: Buffer; frames: Buffer[] }> {
  const file = await collect(sealFile(about, secret, pieces(content)));
  const end = file.indexOf('\n', file.indexOf('\n') + 1) + 1;
  const frames: Buffer[] = [];
  for (let at = end; at < file.length; at += sealedFrame) frames.push(file.subarray(at, at + sealedFrame));
  return { head: file.subarray(0, end), frames };
}

async function open(parts: Buffer[], chunkBytes?: number): Promise<Buffer> {
  const file = await readSealedFile(pieces(Buffer.concat(parts), chunkBytes));
  return collect(file.open(await file.unlock(secret)));
}

describe('content of any length comes back as it was', () => {
  test.each([0, 1, frame - 1, frame, frame + 1, 3 * frame, 3 * frame + 5])('%i bytes', async length => {
    const content = randomBytes(length);
    const { head, frames } = await seal(content);
    expect(frames).toHaveLength(Math.max(1, Math.ceil(length / frame)));
    expect((await open([head, ...frames])).equals(content)).toBe(true);
  });

  test('in whatever pieces the file arrives', async () => {
    const content = randomBytes(frame + 100);
    const { head, frames } = await seal(content);
    for (const length of [61, sealedFrame, 1_000_000]) {
      expect((await open([head, ...frames], length)).equals(content)).toBe(true);
    }
  });
});

describe('what is missing, moved or added does not open', () => {
  const cases: Record<string, (frames: Buffer[]) => (Buffer | undefined)[]> = {
    'cut off between two frames': ([first, second]) => [first, second],
    'all but the first frame cut off': ([first]) => [first],
    'a frame in the middle left out': ([first, , third]) => [first, third],
    'two frames swapped': ([first, second, third]) => [second, first, third],
    'a frame that comes twice': ([first, second, third]) => [first, second, second, third],
    'something after the last frame': ([first, second, third]) => [first, second, third, Buffer.from('x')],
    'another file after the last frame': frames => [...frames, ...frames],
    'no frame at all': () => [],
  };
  test.each(Object.keys(cases))('%s', async name => {
    const { head, frames } = await seal(randomBytes(2 * frame + 100));
    const kept = (cases[name]?.(frames) ?? []).filter(each => each !== undefined);
    await expect(open([head, ...kept])).rejects.toMatchObject({ code: 'invalid-input' });
  });

  test.each([0, 1, 2])('a bit of frame %i changed', async index => {
    const { head, frames } = await seal(randomBytes(2 * frame + 100));
    const changed = frames.map((each, at) => {
      const copy = Buffer.from(each);
      if (at === index) copy[7] = (copy[7] ?? 0) ^ 1;
      return copy;
    });
    await expect(open([head, ...changed])).rejects.toMatchObject({ code: 'invalid-input' });
  });

  test('the header changed', async () => {
    const { head, frames } = await seal(randomBytes(10));
    const other = Buffer.from(head.toString().replace('"base"', '"certificates"'));
    await expect(open([other, ...frames])).rejects.toMatchObject({ code: 'invalid-input' });
  });

  test('frames of a file that was sealed with the same secret', async () => {
    const [one, other] = [await seal(randomBytes(frame + 1)), await seal(randomBytes(frame + 1))];
    await expect(open([one.head, ...other.frames])).rejects.toMatchObject({ code: 'invalid-input' });
  });
});
