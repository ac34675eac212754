import { describe, expect, test } from 'vitest';
import { identifierKey, ipFromOctets, ipOctets, sameIdentifiers, toIdentifier } from './identifier.js';
import { AcmeInputError } from './problem.js';

test.each([
  ['www.example.org', 'dns', 'www.example.org'],
  ['WWW.Example.ORG.', 'dns', 'www.example.org'],
  [' www.example.org ', 'dns', 'www.example.org'],
  ['*.example.org', 'dns', '*.example.org'],
  ['bücher.example', 'dns', 'xn--bcher-kva.example'],
  ['*.bücher.example', 'dns', '*.xn--bcher-kva.example'],
  ['_service.example.org', 'dns', '_service.example.org'],
  ['192.0.2.7', 'ip', '192.0.2.7'],
  ['2001:DB8:0:0::1', 'ip', '2001:db8::1'],
  ['::ffff:192.0.2.7', 'ip', '::ffff:c000:207'],
])('%s is %s %s', (name, type, value) => {
  expect(toIdentifier(name)).toEqual({ type, value });
});

test.each([
  ['', /neither/],
  ['*', /first label/],
  ['www.*.example.org', /first label/],
  ['**.example.org', /first label/],
  ['a..example.org', /neither|label/],
  ['-a.example.org', /hyphen/],
  ['a-.example.org', /hyphen/],
  ['exa mple.org', /neither|label/],
  [`${'a'.repeat(64)}.example.org`, /neither|label/],
  [`${'a.'.repeat(130)}example.org`, /253|neither/],
  ['fe80::1%eth0', /zone|neither/],
  ['https://example.org/', /neither|label/],
  ['0x7f.1', /neither/],
  ['192.0.2.0/24', /neither|label/],
  ['example.org\nX: y', /neither|label/],
])('%j is refused', (name, message) => {
  expect(() => toIdentifier(name)).toThrow(AcmeInputError);
  expect(() => toIdentifier(name)).toThrow(message);
});

describe('comparing', () => {
  test('does not look at order, case or spelling of addresses', () => {
    expect(
      sameIdentifiers(
        [
          { type: 'dns', value: 'A.example' },
          { type: 'ip', value: '2001:db8:0:0:0:0:0:1' },
        ],
        [
          { type: 'ip', value: '2001:db8::1' },
          { type: 'dns', value: 'a.example' },
        ],
      ),
    ).toBe(true);
  });

  test.each([
    [['a.example'], ['a.example', 'b.example']],
    [['a.example', 'b.example'], ['a.example']],
    [['a.example'], ['*.a.example']],
  ])('%j is not %j', (one, other) => {
    expect(sameIdentifiers(one.map(toIdentifier), other.map(toIdentifier))).toBe(false);
  });
});

test.each([
  ['192.0.2.7', '192.0.2.7', [192, 0, 2, 7]],
  ['::', '::', Array(16).fill(0)],
  ['2001:db8::1', '2001:db8::1', [0x20, 1, 0x0d, 0xb8, ...Array(11).fill(0), 1]],
  ['1:2:3:4:5:6:7:8', '1:2:3:4:5:6:7:8', [0, 1, 0, 2, 0, 3, 0, 4, 0, 5, 0, 6, 0, 7, 0, 8]],
  ['fe80::', 'fe80::', [0xfe, 0x80, ...Array(14).fill(0)]],
])('the octets of %s, there and back', (address, canonical, octets) => {
  expect([...ipOctets(address)]).toEqual(octets);
  expect(ipFromOctets(Uint8Array.from(octets))).toBe(canonical);
  expect(identifierKey({ type: 'ip', value: address })).toBe(canonical);
});
