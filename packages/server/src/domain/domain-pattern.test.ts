import { expect, test } from 'vitest';
import { parseDomainPattern } from './domain-pattern.js';

test.each([
  ['www.example.com', 'www.example.com'],
  [' WWW.Example.com. ', 'www.example.com'],
  ['.Example.com', '.example.com'],
  ['b\u00fccher.example', 'xn--bcher-kva.example'],
  ['.b\u00fccher.example.', '.xn--bcher-kva.example'],
  ['.com', '.com'],
  ['.internal', '.internal'],
  ['*.example.com', '*.example.com'],
  ['192.0.2.7', '192.0.2.7'],
  ['[2001:DB8::1]', '2001:db8::1'],
])('%s is %s', (typed, pattern) => {
  expect(parseDomainPattern(typed)).toBe(pattern);
});

test.each([
  [''],
  ['.'],
  ['..'],
  ['..example.com'],
  ['.example..com'],
  ['.*.example.com'],
  ['.192.0.2.7'],
  ['.[2001:db8::1]'],
  ['.-a.example.com'],
  ['.a b.example.com'],
  ['https://example.com'],
  ['.example.com/path'],
  ['com'],
  [`.${'a'.repeat(64)}.example.com`],
])('%j is refused', typed => {
  expect(() => parseDomainPattern(typed)).toThrow(
    expect.objectContaining({ code: 'invalid-input', fields: [expect.objectContaining({ path: 'pattern' })] }),
  );
});
