import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { isJks, type JksEntries, readJks, writeJks } from './jks.js';

// Whether Java reads what is written, and we read what Java wrote: test/integration/keystores.
const key = Buffer.from('30030201', 'hex');
const [leaf, ca] = [Buffer.from('a leaf'), Buffer.from('a CA')];
const entries: JksEntries = {
  keys: [{ alias: 'www', key, chain: [leaf, ca] }],
  certificates: [{ alias: 'root', certificate: ca }],
};
const written = writeJks(entries, 'hush hush', 1_700_000_000_000);

/** The same file with other octets from `offset` on, and a checksum that fits. */
function altered(offset: number, ...octets: number[]): Buffer {
  const body = Buffer.from(written.subarray(0, -20));
  body.set(octets, offset);
  return resealed(body);
}

function resealed(body: Buffer): Buffer {
  const password = Buffer.from('hush hush', 'utf16le').swap16();
  const digest = createHash('sha1').update(password).update('Mighty Aphrodite').update(body).digest();
  return Buffer.concat([body, digest]);
}

test('what is written is read again', () => {
  expect(isJks(written)).toBe(true);
  expect(readJks(written, 'hush hush')).toEqual(entries);
});

test('no entry is legible without the pass phrase', () => {
  expect(written.includes(key)).toBe(false);
  expect(written.equals(writeJks(entries, 'hush hush', 1_700_000_000_000))).toBe(false);
});

test('aliases are written in lower case, in which Java looks for them', () => {
  const { certificates } = readJks(
    writeJks({ keys: [], certificates: [{ alias: 'Root', certificate: ca }] }, 'hush hush', 0),
    'hush hush',
  );
  expect(certificates).toEqual([{ alias: 'root', certificate: ca }]);
});

test('a key longer than one block of the key stream', () => {
  const long = Buffer.alloc(1219, 7);
  const jks = writeJks({ keys: [{ alias: 'a', key: long, chain: [leaf] }], certificates: [] }, 'ä€𝄞', 0);
  expect(readJks(jks, 'ä€𝄞').keys).toEqual([{ alias: 'a', key: long, chain: [leaf] }]);
});

describe('refused', () => {
  test.each<[string, Buffer, string, string, RegExp]>([
    ['another pass phrase', written, 'hush', 'pass-phrase', /checksum/],
    ['a damaged octet', Buffer.from(written).fill(1, 40, 41), 'hush hush', 'pass-phrase', /checksum/],
    ['a file that is cut off', written.subarray(0, 60), 'hush hush', 'pass-phrase', /checksum/],
    ['a magic alone', written.subarray(0, 4), 'hush hush', 'damaged', /ends within its beginning/],
    ['a file shorter than a checksum', Buffer.alloc(3), 'hush hush', 'damaged', /ends within its beginning/],
    ['no JKS', Buffer.alloc(100, 9), 'hush hush', 'damaged', /does not begin/],
    ['a version that is unknown', altered(4, 0, 0, 0, 3), 'hush hush', 'damaged', /version 3/],
    ['more entries than there are', altered(8, 0, 0, 0, 3), 'hush hush', 'damaged', /ends within entry 3 of 3/],
    ['fewer entries than there are', altered(8, 0, 0, 0, 1), 'hush hush', 'damaged', /goes on/],
    ['thousand millions of entries', altered(8, 255, 255, 255, 255), 'hush hush', 'damaged', /ends within entry 3/],
    ['an unknown kind of entry', altered(12, 0, 0, 0, 3), 'hush hush', 'damaged', /kind of entry \(3\)/],
    ['a longer alias than the file', altered(16, 255, 255), 'hush hush', 'damaged', /ends within entry 1/],
    ['a longer key than the file', altered(29, 255, 255, 255, 255), 'hush hush', 'damaged', /ends within entry 1/],
    ['a key encrypted in another way', altered(40, 0), 'hush hush', 'damaged', /not encrypted in the way/],
    [
      'a key under another pass phrase',
      altered(60, written[60] === 0 ? 1 : 0),
      'hush hush',
      'key',
      /"www" has another/,
    ],
  ])('%s', (_, file, passPhrase, reason, message) => {
    expect(() => readJks(file, passPhrase)).toThrow(
      expect.objectContaining({ reason, message: expect.stringMatching(message) }),
    );
  });
});
