import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { FlagValues, fieldsFrom, flagForField, flagsFor } from './flags.js';

const given = (values: Record<string, string | boolean | string[]>) => new FlagValues(new Map(Object.entries(values)));

describe('a schema becomes flags', () => {
  const schema = z.object({
    keyAlgorithm: z.enum(['P-256', 'RSA-2048']).default('P-256').describe('Of the key.'),
    daysBefore: z.int().nullable().describe('Days.'),
    accounts: z.array(z.string()).describe('Accounts.'),
    address: z.union([z.ipv4(), z.ipv6()]).optional().describe('Where.'),
  });
  const flags = flagsFor(schema, { accounts: { name: 'account', placeholder: 'name' } });

  test('with names, choices, defaults, and what is required', () => {
    expect(
      flags.map(({ name, placeholder, help, required, repeat, choices }) => [
        name,
        placeholder,
        help,
        required,
        repeat,
        choices,
      ]),
    ).toEqual([
      ['key-algorithm', 'P-256|RSA-2048', 'Of the key. (default: P-256)', undefined, undefined, ['P-256', 'RSA-2048']],
      ['days-before', 'n', 'Days. ("none" removes it)', true, undefined, undefined],
      ['account', 'name', 'Accounts.', true, true, undefined],
      ['address', 'text', 'Where.', undefined, undefined, undefined],
    ]);
  });

  test.each<[string, Record<string, string | string[]>, unknown]>([
    ['nothing given, nothing filled', {}, {}],
    ['a number', { 'days-before': '20' }, { daysBefore: 20 }],
    ['what is no number stays as it is, for the schema to complain', { 'days-before': 'x' }, { daysBefore: 'x' }],
    ['none', { 'days-before': 'none' }, { daysBefore: null }],
    ['a repeated one', { account: ['a', 'b'] }, { accounts: ['a', 'b'] }],
  ])('%s', (_, values, fields) => {
    expect(fieldsFrom(flags, given(values))).toEqual(fields);
  });

  test('a switch sets its field to its value, inside an object too', () => {
    const off = { name: 'off', help: '', field: ['rule', 'enabled'], value: false };
    const on = { name: 'on', help: '', field: ['rule', 'deep'] };
    expect(fieldsFrom([off, on], given({ off: true, on: true }))).toEqual({ rule: { enabled: false, deep: true } });
  });

  test('the flag of a field is found for what is inside it', () => {
    expect(flagForField(flags, ['accounts', '0'])?.name).toBe('account');
    expect(flagForField(flags, ['other'])).toBeUndefined();
  });
});

test.each([
  ['a field without a description', z.object({ a: z.string() }), {}, /--a has no description/],
  ['a field that no flag can hold', z.object({ a: z.object({}).describe('x') }), {}, /can't hold/],
  ['a custom flag for no field', z.object({}), { a: [] }, /no field "a"/],
])('%s is noticed', (_, schema, custom, message) => {
  expect(() => flagsFor(schema, custom)).toThrow(message);
});
