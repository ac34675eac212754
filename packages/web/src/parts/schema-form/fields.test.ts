import { describe, expect, test } from 'vitest';
import { configOf, fieldsOf, initialConfig } from './fields.js';
import { labelOf } from './label.js';

const schema = {
  type: 'object',
  $defs: { Port: { type: 'integer', minimum: 1, maximum: 65535 } },
  properties: {
    host: { type: 'string', description: 'The server.' },
    address: {
      anyOf: [
        { type: 'string', format: 'ipv4' },
        { type: 'string', format: 'ipv6' },
      ],
    },
    port: { $ref: '#/$defs/Port', default: 25 },
    security: { type: 'string', enum: ['tls', 'none'], default: 'tls' },
    strict: { type: 'boolean' },
    to: { type: 'array', items: { type: 'string', format: 'email' } },
    password: { type: 'string', secret: true },
    note: { type: 'string', multiline: true, advanced: true },
    index: { type: 'integer', minimum: 1, maximum: Number.MAX_SAFE_INTEGER },
    odd: { type: 'object' },
  },
  required: ['host', 'to'],
};
const fields = fieldsOf(schema);
const field = (name: string) => fields.find(one => one.name === name);

test.each([
  ['host', { kind: 'text', required: true, help: 'The server.' }],
  ['address', { kind: 'text', required: false }],
  ['port', { kind: 'number', whole: true, min: 1, max: 65535, default: 25 }],
  ['security', { kind: 'choice', choices: ['tls', 'none'], default: 'tls' }],
  ['strict', { kind: 'switch' }],
  ['to', { kind: 'list', required: true }],
  ['password', { kind: 'text', secret: true }],
  ['note', { kind: 'text', multiline: true, advanced: true }],
  ['odd', { kind: 'unknown' }],
])('the field %s is shown by what its schema says', (name, expected) => {
  expect(field(name)).toMatchObject(expected);
});

test('a whole number without a limit has none that is shown', () => {
  expect(field('index')).not.toHaveProperty('max');
});

test('at first the inputs hold what is stored, else the defaults, and never a secret', () => {
  const stored = { host: 'mail.example.com', to: ['a@example.com', 'b@example.com'], password: { secret: true } };
  expect(initialConfig(fields, stored)).toMatchObject({
    host: 'mail.example.com',
    port: 25,
    security: 'tls',
    strict: false,
    to: 'a@example.com\nb@example.com',
    password: '',
  });
});

describe('what is sent', () => {
  const typed = { ...initialConfig(fields), host: ' mail.example.com ', to: 'a@example.com, b@example.com\n' };

  test('a creation leaves out what is empty', () => {
    expect(configOf(fields, typed)).toEqual({
      host: 'mail.example.com',
      port: 25,
      security: 'tls',
      strict: false,
      to: ['a@example.com', 'b@example.com'],
    });
  });

  test('a change unsets what was emptied, and leaves a stored secret as it is', () => {
    expect(configOf(fields, { ...typed, port: '' }, { isChange: true })).toEqual({
      host: 'mail.example.com',
      address: null,
      port: null,
      security: 'tls',
      strict: false,
      to: ['a@example.com', 'b@example.com'],
      note: null,
      index: null,
      odd: null,
    });
  });

  test.each([
    ['is replaced by what was typed', 'hush', 'hush'],
    ['is unset by null', null, null],
  ])('a stored secret %s', (_, password, sent) => {
    expect(configOf(fields, { ...typed, password }, { isChange: true }).password).toBe(sent);
  });

  test('text of several lines stays as it was typed', () => {
    expect(configOf(fields, { ...typed, note: 'A=1\nB=2\n' }).note).toBe('A=1\nB=2\n');
  });
});

test.each([
  ['globalApiKey', 'Global API key'],
  ['timeoutSeconds', 'Timeout (seconds)'],
  ['caCertificate', 'CA certificate'],
  ['ttl', 'TTL'],
  ['stsEndpoint', 'STS endpoint'],
  ['server', 'Server'],
])('%s is called %s', (name, label) => {
  expect(labelOf(name)).toBe(label);
});
