import { describe, expect, test } from 'vitest';
import { DomainError, type FieldFault } from './errors.js';
import { checkNumberOfNames, mostNames, parseIdentifiers, setKey } from './identifier-set.js';

function faultsOf(typed: string[], profile: string | null = null): readonly FieldFault[] {
  try {
    parseIdentifiers(typed, profile);
  } catch (error) {
    if (error instanceof DomainError && error.code === 'invalid-identifier') return error.fields;
    throw error;
  }
  return [];
}

const numbered = (count: number) => Array.from({ length: count }, (_, n) => `n${n}.example.com`);

test('keeps the order in which they were typed, since the first is the common name', () => {
  expect(parseIdentifiers(['www.example.com', 'Example.com.', '192.0.2.7'])).toEqual([
    { type: 'dns', value: 'www.example.com' },
    { type: 'dns', value: 'example.com' },
    { type: 'ip', value: '192.0.2.7' },
  ]);
});

test.each<[string, string[], FieldFault[]]>([
  ['none at all', [], [{ path: 'identifiers', message: 'A certificate needs at least one name.' }]],
  [
    'the same name in two spellings',
    ['bücher.example', 'www.example', 'XN--BCHER-KVA.example.'],
    [
      {
        path: 'identifiers.2',
        message: '"XN--BCHER-KVA.example." is asked for twice: it is the same name as "bücher.example".',
      },
    ],
  ],
  [
    'a name beside a wildcard that covers it, in either order',
    ['a.example.com', '*.example.com', 'b.example.com', 'example.com', 'x.a.example.com'],
    [
      {
        path: 'identifiers.0',
        message: '"a.example.com" is covered by *.example.com in the same certificate: remove one of them.',
      },
      {
        path: 'identifiers.2',
        message: '"b.example.com" is covered by *.example.com in the same certificate: remove one of them.',
      },
    ],
  ],
  [
    'several culprits: each is named',
    ['good.example', 'bad_one.example', 'com'],
    [
      {
        path: 'identifiers.1',
        message: '"bad_one.example" has the label "bad_one" with an underscore, which host names may not have.',
      },
      {
        path: 'identifiers.2',
        message: '"com" is a public suffix, under which names are registered, and belongs to no one.',
      },
    ],
  ],
])('refuses %s', (_, typed, faults) => {
  expect(faultsOf(typed)).toEqual(faults);
});

test("the error's message holds all of them", () => {
  expect(() => parseIdentifiers(['a b', 'localhost'])).toThrow(/"a b" has .* "localhost" is .*/);
});

describe("the profile's number of names", () => {
  test.each<[string | null, number, boolean]>([
    ['classic', 100, true],
    ['classic', 101, false],
    ['tlsserver', 25, true],
    ['tlsserver', 26, false],
    ['shortlived', 26, false],
    ['of-another-ca', 2000, true],
    ['constructor', 2000, true],
    [null, 2000, true],
  ])('%s with %d names: %s', (profile, count, allowed) => {
    const faults = faultsOf(numbered(count), profile);
    expect(faults.length === 0).toBe(allowed);
    if (!allowed) {
      expect(faults[0]).toEqual({
        path: 'identifiers',
        message: `${count} names are more than the ${mostNames(profile)} of a certificate with the profile ${profile}: split them over several certificates.`,
      });
    }
  });
});

test('a set that was read already is held against its profile of now', () => {
  const identifiers = parseIdentifiers(numbered(26), 'classic');
  expect(() => checkNumberOfNames(identifiers, 'classic')).not.toThrow();
  expect(() => checkNumberOfNames(identifiers, 'tlsserver')).toThrow(/^26 names are more than the 25 /);
});

test('a set is the same in any order, and not the same as a part of it', () => {
  const one = setKey(parseIdentifiers(['b.example', 'a.example']));
  expect(one).toBe(setKey(parseIdentifiers(['A.example', 'b.example'])));
  expect(one).not.toBe(setKey(parseIdentifiers(['a.example'])));
});
