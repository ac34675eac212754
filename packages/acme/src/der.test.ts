import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { DerError, der, oid, readElement, readElements, readOid, sequence, TAG, unsigned } from './der.js';

describe('lengths', () => {
  test.each([
    [0, '0400'],
    [127, '047f'],
    [128, '048180'],
    [255, '0481ff'],
    [256, '04820100'],
    [65_535, '0482ffff'],
    [65_536, '0483010000'],
  ])('of %i octets', (length, header) => {
    const element = der(TAG.octetString, Buffer.alloc(length));
    expect(element.subarray(0, header.length / 2).toString('hex')).toBe(header);
    expect(readElement(element).content).toHaveLength(length);
  });
});

test.each([
  ['1.2.840.113549.1.1.11', '06092a864886f70d01010b'],
  ['2.5.29.17', '0603551d11'],
  ['1.3.6.1.5.5.7.1.31', '06082b0601050507011f'],
  ['2.999.3', '0603883703'],
])('OID %s', (dotted, hex) => {
  expect(oid(dotted).toString('hex')).toBe(hex);
  expect(readOid(readElement(Buffer.from(hex, 'hex')))).toBe(dotted);
});

test.each([
  [[0], '020100'],
  [[0x7f], '02017f'],
  [[0x80], '02020080'],
  [[0, 0, 1], '020101'],
  [[0, 0x87, 0x65], '0203008765'],
])('an INTEGER of %j is never negative and has no superfluous zeros', (octets, hex) => {
  expect(unsigned(Uint8Array.from(octets)).toString('hex')).toBe(hex);
});

describe('what is no DER is refused', () => {
  test.each([
    ['an empty input', ''],
    ['a tag alone', '30'],
    ['contents that end too early', '300501'],
    ['an indefinite length', '30800000'],
    ['a length not in its shortest form', '308101' + '05'],
    ['a length with leading zeros', '30820005' + '0102030405'],
    ['a length that does not fit', '3085ffffffffff'],
    ['a tag of several octets', '3f810100'],
    ['two elements where one is expected', '05000500'],
  ])('%s', (_, hex) => {
    expect(() => readElement(Buffer.from(hex, 'hex'))).toThrow(DerError);
  });

  test('and nothing else than DerError ever comes out, whatever the octets', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), octets => {
        try {
          readElements(octets);
        } catch (error) {
          expect(error).toBeInstanceOf(DerError);
        }
      }),
    );
  });
});

test('what was written is read again', () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 5 }), parts => {
      const written = sequence(...parts.map(part => der(TAG.octetString, part)));
      expect(readElements(readElement(written).content).map(({ content }) => [...content])).toEqual(
        parts.map(part => [...part]),
      );
    }),
  );
});
