import { expect, test } from 'vitest';
import { Parameters } from '../parameters.js';
import {
  expiryDate,
  requestedKey,
  requestedNames,
  requestedSubject,
  requestParameters,
  socketOf,
} from './lets-encrypt.js';

const read = (values: Record<string, string>) => new Parameters(Object.entries(values));

test.each<[Record<string, string>, string | null]>([
  [{}, null],
  [{ ec: '' }, null],
  [{ ec: 'no' }, 'RSA-2048'],
  [{ ec: 'no', key_size: '4096' }, 'RSA-4096'],
  [{ keysize: '3072' }, 'RSA-3072'],
  [{ key_size: '2048', keysize: '' }, 'RSA-2048'],
  [{ EC: 'YES' }, 'P-256'],
  [{ ec: '1', key_size: '256' }, 'P-256'],
])('%j asks for a key of the kind %s', (values, kind) => {
  expect(requestedKey(read(values))).toBe(kind);
});

test('names come in their order, each with the parameter of its virtual service', () => {
  const names = requestedNames(read({ SAN10: 'z.example.com', VID10: '7', cn: 'a.example.com', vsid: '2', san1: '' }));
  expect(names).toEqual([
    { parameter: 'cn', value: 'a.example.com', service: { parameter: 'vsid', index: 2 } },
    { parameter: 'san10', value: 'z.example.com', service: { parameter: 'vid10', index: 7 } },
  ]);
});

test('company is the organization, organization the unit', () => {
  expect(requestedSubject(read({ company: 'Example', organization: 'Web', country: 'de', email: '' }))).toEqual({
    organization: 'Example',
    organizationalUnit: 'Web',
    country: 'DE',
  });
});

test('up to ten SANs are known', () => {
  expect(requestParameters).toEqual(expect.arrayContaining(['san10', 'vid10', 'vsid10']));
  expect(requestParameters).not.toContain('san11');
});

test.each([
  ['2027-01-02T03:04:05Z', 'Jan  2 03:04:05 2027 GMT'],
  ['2026-12-31T23:59:59Z', 'Dec 31 23:59:59 2026 GMT'],
  ['2026-09-30T00:00:00Z', 'Sep 30 00:00:00 2026 GMT'],
])('%s is written %s', (instant, text) => {
  expect(expiryDate(Date.parse(instant))).toBe(text);
});

test.each([
  ['192.0.2.1', '192.0.2.1:443'],
  ['2001:db8::1', '[2001:db8::1]:443'],
])('the socket of %s', (address, text) => {
  expect(socketOf({ address, port: 443 })).toBe(text);
});
