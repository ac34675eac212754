import { expect, test } from 'vitest';
import { z } from 'zod';
import './index.js';

const kind = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('a') }),
  z.object({ kind: z.literal('b'), size: z.number() }),
]);

test.each<[string, z.ZodType, unknown, string]>([
  ['a text that is missing', z.string(), undefined, 'Is missing.'],
  ['a choice that is missing', z.enum(['a', 'b']), undefined, 'Is missing.'],
  ['a number for a text', z.string(), 4, 'Must be text.'],
  ['a text for a number', z.number(), 'many', 'Must be a number.'],
  ['what is not a number at all', z.number(), Number.NaN, 'Must be a number.'],
  ['a fraction', z.int(), 1.5, 'Must be a whole number.'],
  ['a text for a switch', z.boolean(), 'yes', 'Must be true or false.'],
  ['a text for a list', z.array(z.string()), 'a', 'Must be a list.'],
  ['a text for an object', z.object({}), 'a', 'Must be an object with fields.'],
  ['a list for a table of names', z.record(z.string(), z.string()), [], 'Must be an object with fields.'],
  ['something for nothing', z.null(), 'a', 'Must be null.'],
  ['none of the choices', z.enum(['a', 'b']), 'c', 'Must be one of a, b.'],
  ['another value than the only one', z.literal(true), false, 'Must be true.'],
  ['a kind that there is not', kind, { kind: 'c' }, 'Must be one of a, b.'],
  ['no kind', kind, {}, 'Is missing.'],
  ['none of several forms', z.union([z.string(), z.array(z.string())]), 4, 'Is none of the forms that it may have.'],
  ['nothing, where several forms are possible', z.union([z.string(), z.number()]), undefined, 'Is missing.'],
  ['an empty text', z.string().min(1), '', 'Must not be empty.'],
  ['a short text', z.string().min(12), 'short', 'At least 12 characters.'],
  ['more than one character', z.string().max(1), 'long', 'At most 1 character.'],
  ['a long text', z.string().max(3), 'long', 'At most 3 characters.'],
  ['a list without entries', z.array(z.string()).min(1), [], 'At least 1 entry.'],
  ['a long list', z.array(z.string()).max(1), ['a', 'b'], 'At most 1 entry.'],
  ['a number that is too small', z.number().min(1), 0, 'At least 1.'],
  ['a number that must be larger', z.number().positive(), 0, 'More than 0.'],
  ['a number that is too large', z.number().max(65535), 99999, 'At most 65535.'],
  ['an odd step', z.number().multipleOf(5), 7, 'Must be a multiple of 5.'],
  ['what is no e-mail address', z.email(), 'anna', 'Must be an e-mail address.'],
  ['what is no URL', z.url(), 'www', 'Must be a URL, such as https://www.example.com/.'],
  ['what is no moment', z.iso.datetime(), 'tomorrow', 'Must be a moment, such as 2027-03-04T02:11:00Z.'],
  ['what is no day', z.iso.date(), 'tomorrow', 'Must be a day, such as 2027-03-04.'],
  ['what is no IPv4 address', z.ipv4(), '::1', 'Must be an IPv4 address.'],
  ['what is no IPv6 address', z.ipv6(), '192.0.2.7', 'Must be an IPv6 address.'],
  ['what is no base64', z.base64(), '?', 'Must be base64.'],
  ['fields that there are not', z.strictObject({}), { a: 1, b: 2 }, 'There is no such field: a, b.'],
  ['what a schema has its own words for', z.string().regex(/^a/, 'Begins with a.'), 'b', 'Begins with a.'],
])('%s', (_, schema, input, message) => {
  expect(schema.safeParse(input).error?.issues.map(issue => issue.message)).toEqual([message]);
});
