import { Name } from '@certfleet/contract';
import { describe, expect, test } from 'vitest';
import { examine, nameFor, namesOfCsv, splitNames, usable } from './names.js';

test.each([
  ['lines', 'a.example\nb.example\r\n\nc.example'],
  ['commas and spaces', 'a.example, b.example ,c.example,'],
  ['semicolons and tabs', 'a.example;\tb.example;c.example'],
  ['quotes of a list in code', '["a.example", \'b.example\', c.example'],
  ['bars and angles', '<a.example>|<b.example>|c.example'],
])('names between %s', (_, text) => {
  expect(splitNames(text).map(name => name.replace('[', ''))).toContain('c.example');
  expect(splitNames(text).filter(name => name.endsWith('.example'))).toHaveLength(3);
});

describe('a file', () => {
  test.each<[string, string, string[]]>([
    ['a column without heading', 'a.example\nb.example\n', ['a.example', 'b.example']],
    [
      'the column that its heading tells of, whatever else has dots',
      '\uFEFFOwner,Domain name,Note\nj.doe,a.example,"v1.2, old"\nx,b.example,\n',
      ['a.example', 'b.example'],
    ],
    ['semicolons, as some spreadsheets write', 'host;ip\r\na.example;192.0.2.7\r\n', ['a.example']],
    ['several names in a cell', 'team,sans\nweb,"a.example, *.b.example"\n', ['a.example', '*.b.example']],
    ['no heading: what looks like a name', 'web,a.example,2001:db8::1\n# c.example\n', ['a.example', '2001:db8::1']],
    ['nothing', '', []],
  ])('%s', (_, text, names) => {
    expect(namesOfCsv(text)).toEqual(names);
  });
});

test('good ones in canonical form, bad ones and repetitions with the reason', () => {
  const lines = examine(['WWW.Example.com', 'bücher.example', '192.0.2.7', 'a_b.example', 'www.example.com.']);
  expect(lines.map(({ identifier, fault }) => [identifier?.value, fault])).toEqual([
    ['www.example.com', null],
    ['xn--bcher-kva.example', null],
    ['192.0.2.7', null],
    [undefined, '"a_b.example" has the label "a_b" with an underscore, which host names may not have.'],
    ['www.example.com', expect.stringContaining('is asked for twice')],
  ]);
  expect(usable(lines).map(({ value }) => value)).toEqual(['www.example.com', 'xn--bcher-kva.example', '192.0.2.7']);
});

test('ten thousand pasted names, one of them twice', () => {
  const typed = Array.from({ length: 10_000 }, (_, index) => `host-${index % 9_999}.example.com`);
  const lines = examine(typed);
  expect(lines.filter(({ fault }) => fault !== null).map(({ typed: name }) => name)).toEqual(['host-0.example.com']);
  expect(usable(lines)).toHaveLength(9_999);
  // With another key only what is new is read.
  expect(examine([...typed, 'one.more.example'])[9]?.identifier).toBe(lines[9]?.identifier);
});

test('a name too long for a sentence is cut in it', () => {
  expect(examine([`${'a'.repeat(300)}.example`])[0]?.fault).toMatch(/^"a{60}…" has/);
});

test.each([
  ['www.example.com', 'www.example.com'],
  ['*.example.com', 'wildcard.example.com'],
  ['[2001:db8::1]', '2001-db8--1'],
  ['::1', '1'],
  [`${['a'.repeat(63), 'b'.repeat(63), 'c'.repeat(63)].join('.')}.example`, null],
])('a certificate of %s can be called so', (typed, called) => {
  const name = nameFor(usable(examine([typed])));
  expect(Name.safeParse(name).success).toBe(true);
  if (called !== null) expect(name).toBe(called);
});
