import { expect, test } from 'vitest';
import { faultsAmong, readTypedIdentifier } from './identifier.js';

test.each<[string, 'dns' | 'ip', string]>([
  ['WWW.Example.com.', 'dns', 'www.example.com'],
  ['*.bücher.example', 'dns', '*.xn--bcher-kva.example'],
  ['[2001:DB8::1]', 'ip', '2001:db8::1'],
  ['192.0.2.7', 'ip', '192.0.2.7'],
])('%s is %s %s', (typed, type, value) => {
  expect(readTypedIdentifier(typed)).toEqual({ identifier: { type, value } });
});

test.each([
  ['https://www.example.com/', 'is a URL'],
  ['fe80::1%eth0', 'has a zone'],
  ['1.2.3', 'ends in a number'],
  ['a_b.example.com', 'with an underscore'],
  ['a b.example.com', 'has the character " "'],
])('%s %s', (typed, reason) => {
  expect(readTypedIdentifier(typed)).toEqual({ fault: expect.stringContaining(reason) });
});

test('a list says which names repeat another one, and which a wildcard covers; what can not be read is passed over', () => {
  const typed = ['www.example.com', 'a b', 'WWW.example.com', '*.example.org', 'x.example.org', 'x.y.example.org'];
  const readings = typed.map(readTypedIdentifier);
  expect(faultsAmong(typed, readings)).toEqual([
    null,
    null,
    'is asked for twice: it is the same name as "www.example.com"',
    null,
    'is covered by *.example.org in the same certificate: remove one of them',
    null,
  ]);
});

test('of a long list each name is looked up, not compared with all others', () => {
  let looks = 0;
  const readings = Array.from({ length: 10_000 }, (_, index) => ({
    get identifier() {
      looks += 1;
      return { type: 'dns' as const, value: `n${index}.example.com` };
    },
  }));
  expect(faultsAmong([], readings)).toEqual(readings.map(() => null));
  expect(looks).toBeLessThanOrEqual(2 * readings.length);
});
