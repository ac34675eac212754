import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { DomainError } from './errors.js';
import {
  baseName,
  belowPublicSuffix,
  type Identifier,
  isWildcard,
  parseIdentifier,
  readIdentifier,
  registeredDomain,
} from './identifiers.js';

const label63 = 'a'.repeat(63);
const name253 = [label63, label63, label63, 'b'.repeat(61)].join('.');

describe('names as people type them', () => {
  test.each<[string, Identifier['type'], string]>([
    ['www.example.com', 'dns', 'www.example.com'],
    ['WWW.Example.COM', 'dns', 'www.example.com'],
    ['  www.example.com\n', 'dns', 'www.example.com'],
    ['www.example.com.', 'dns', 'www.example.com'],
    ['*.Example.com', 'dns', '*.example.com'],
    ['münchen.de', 'dns', 'xn--mnchen-3ya.de'],
    ['MÜNCHEN.de', 'dns', 'xn--mnchen-3ya.de'],
    ['straße.de', 'dns', 'xn--strae-oqa.de'],
    ['*.bücher。example', 'dns', '*.xn--bcher-kva.example'],
    ['XN--MNCHEN-3YA.de', 'dns', 'xn--mnchen-3ya.de'],
    ['4711.example.com', 'dns', '4711.example.com'],
    [`${label63}.example`, 'dns', `${label63}.example`],
    [name253, 'dns', name253],
    ['192.0.2.7', 'ip', '192.0.2.7'],
    ['2001:DB8::1', 'ip', '2001:db8::1'],
    ['[2001:db8:0:0:0:0:0:1]', 'ip', '2001:db8::1'],
    ['2001:db8:0:1:0:0:0:0001', 'ip', '2001:db8:0:1::1'],
    ['::ffff:192.0.2.7', 'ip', '::ffff:c000:207'],
  ])('%j is %s %s', (typed, type, value) => {
    expect(readIdentifier(typed)).toEqual({ identifier: { type, value } });
  });
});

test.each([
  'intranet',
  'printer.internal',
  'www.test',
  'shop.example',
  'a.home.arpa',
  'box.lan',
  '*.corp',
  '127.0.0.1',
])('%s is for a private CA to decide on', name => {
  expect(readIdentifier(name)).toEqual({ identifier: expect.objectContaining({ value: name }) });
});

test.each(['github.io', 'me.github.io', 's3.amazonaws.com'])('%s, a private suffix, has an owner who may ask', name => {
  expect(readIdentifier(name)).toHaveProperty('identifier');
});

describe('what no CA can certify, and why', () => {
  test.each<[string, string]>([
    ['', 'is empty'],
    ['   ', 'is empty'],
    ['.', 'has an empty label'],
    ['a..example.com', 'has an empty label'],
    ['.example.com', 'has an empty label'],
    ['example.com..', 'has an empty label'],
    ['https://www.example.com/', 'is a URL'],
    ['www.example.com:8443', 'has a port'],
    ['someone@example.com', 'is an e-mail address'],
    ['www.example.com/path', 'has the character "/"'],
    ['www example.com', 'has the character " "'],
    ['a.example.com,b.example.com', 'has the character ","'],
    ['a.example\nbind', 'has the character "\\n"'],
    ['a.example\0', 'has the character "\\u0000"'],
    ['ex%61mple.com', 'has the character "%"'],
    ['..\\..\\etc', 'has the character "\\\\"'],
    ["x'; drop", 'has the character "\'"'],
    ['*', 'has a wildcard elsewhere'],
    ['*.*.example.com', 'has a wildcard elsewhere'],
    ['www.*.example.com', 'has a wildcard elsewhere'],
    ['*w.example.com', 'has a wildcard elsewhere'],
    ['*.', 'has an empty label'],
    ['a_b.example.com', 'has the label "a_b" with an underscore'],
    ['_acme-challenge.example.com', 'with an underscore'],
    ['-a.example.com', 'has the label "-a" with a hyphen'],
    ['a-.example.com', 'has the label "a-" with a hyphen'],
    ['ab--c.example.com', 'has the label "ab--c" with hyphens as 3rd and 4th character'],
    ['xn--a', 'has no valid form as A-labels'],
    ['www.XN--0.example', 'has no valid form as A-labels'],
    ['xn--abc-.example', 'with a hyphen at its end'],
    ['xn--xn--a--gua.example', 'has no valid form as A-labels'],
    ['xn--iñvalid.com', 'has no valid form as A-labels'],
    ['a／b.example', 'has no valid form as A-labels'],
    [`a${label63}.example`, 'of 64 characters'],
    [`${name253}b`, 'has 254 characters'],
    [`*.${name253}`, 'has 255 characters'],
    ['localhost', "is every machine's own name"],
    ['LOCALHOST.', "is every machine's own name"],
    ['com', 'is a public suffix'],
    ['co.uk', 'is a public suffix'],
    ['рф', 'is a public suffix'],
    ['*.co.uk', 'stands for everything under the public suffix co.uk'],
    ['256.0.2.7', 'ends in a number'],
    ['192.0.2.7.', 'ends in a number'],
    ['0x7f.1', 'ends in a number'],
    ['www.example.0x70f', 'ends in a number'],
    ['*.192.0.2.7', 'ends in a number'],
    ['192.0.2.0/24', 'has the character "/"'],
    ['１２７.0.0.１', 'ends in a number'],
    ['fe80::1%eth0', 'has a zone'],
    ['2001:db8::g', 'has the character ":"'],
    ['[2001:db8::1', 'has the character "["'],
    ['2001:db8::1]', 'has the character ":"'],
  ])('%j %s', (typed, reason) => {
    const reading = readIdentifier(typed);
    expect('fault' in reading ? reading.fault : reading.identifier).toContain(reason);
  });
});

test('one name refused says which', () => {
  const error = (() => {
    try {
      return parseIdentifier('a_b.example.com');
    } catch (thrown) {
      return thrown;
    }
  })();
  expect(error).toBeInstanceOf(DomainError);
  expect(error).toMatchObject({
    code: 'invalid-identifier',
    message: expect.stringMatching(/^"a_b\.example\.com" has/),
  });
});

test('whatever is typed: refused, or canonical and harmless in a configuration or a path', () => {
  const typed = fc.oneof(
    fc.domain(),
    fc.ipV6(),
    fc.string({ unit: 'binary' }),
    fc.string({ unit: fc.constantFrom(...'aZ09-_.*:/\\ \n\0"\'%#[]ü。／xn') }),
  );
  fc.assert(
    fc.property(typed, text => {
      const reading = readIdentifier(text);
      if ('fault' in reading) return;
      const { value } = reading.identifier;
      expect(value).toMatch(/^(\*\.)?[a-z0-9.:-]+$/);
      expect(readIdentifier(value), 'reading it again changes nothing').toEqual(reading);
    }),
    { numRuns: 2000 },
  );
});

test.each<[string, string]>([
  ['www.example.com', 'example.com'],
  ['*.example.com', 'example.com'],
  ['new.blog.example.co.uk', 'example.co.uk'],
  ['a.b.me.github.io', 'me.github.io'],
  ['github.io', 'github.io'],
  ['a.b.corp', 'b.corp'],
  ['intranet', 'intranet'],
  ['192.0.2.7', '192.0.2.7'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
  ['2001:db8::6', '2001:db8::/64'],
  ['2001:db8::4:5:6:7:8', '2001:db8:0:4::/64'],
  ['::3:4:5:6:7:8', '0:0:3:4::/64'],
  ['::1', '::/64'],
])('a CA counts %s under %s', (typed, registered) => {
  expect(registeredDomain(parseIdentifier(typed))).toBe(registered);
});

test.each<[string, boolean]>([
  ['www.example.com', true],
  ['*.example.co.uk', true],
  ['me.github.io', true],
  ['printer.internal', false],
  ['a.b.corp', false],
  ['intranet', false],
])('%s is below a public suffix: %s', (typed, below) => {
  expect(belowPublicSuffix(parseIdentifier(typed))).toBe(below);
});

test('a wildcard is proven by its base name', () => {
  const wildcard = parseIdentifier('*.example.com');
  expect([isWildcard(wildcard), baseName(wildcard)]).toEqual([true, 'example.com']);
  const plain = parseIdentifier('www.example.com');
  expect([isWildcard(plain), baseName(plain)]).toEqual([false, 'www.example.com']);
});
