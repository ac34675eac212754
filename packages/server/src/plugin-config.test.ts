import { secret } from '@certfleet/plugins';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { pluginOf, splitConfig } from './plugin-config.js';

const plugin = {
  type: 'dns-example',
  title: 'Example DNS',
  config: z.object({ zone: z.string().min(1), ttl: z.int().default(60), token: secret(z.string().min(8)) }),
};

test('a configuration is checked, completed, and its secrets are apart', () => {
  expect(splitConfig(plugin, { zone: 'example.com', token: 'very-secret' })).toEqual({
    all: { zone: 'example.com', ttl: 60, token: 'very-secret' },
    open: { zone: 'example.com', ttl: 60 },
    secret: { token: 'very-secret' },
  });
});

test.each<[string, Record<string, unknown>, unknown]>([
  ['text where a number is wanted', { zone: 'example.com', ttl: '300' }, { zone: 'example.com', ttl: 300 }],
  ['digits where text is wanted', { zone: '123456789012345678901' }, { zone: '123456789012345678901', ttl: 60 }],
  ['a number', { zone: 'example.com', ttl: 300 }, { zone: 'example.com', ttl: 300 }],
])('%s is taken as what the field is', (_, input, expected) => {
  expect(splitConfig(plugin, { ...input, token: 'very-secret' }).open).toEqual(expected);
});

test('without a secret field nothing is sealed', () => {
  const open = { ...plugin, config: z.object({ zone: z.string() }) };
  expect(splitConfig(open, { zone: 'example.com' }).secret).toBeNull();
});

test.each<[string, Record<string, unknown>, string]>([
  ['a missing field', { token: 'very-secret' }, 'config.zone'],
  ['a field of the wrong type', { zone: 1, token: 'very-secret' }, 'config.zone'],
  ['text that is no number', { zone: 'example.com', ttl: '5 m', token: 'very-secret' }, 'config.ttl'],
  ['a misspelt field', { zone: 'example.com', token: 'very-secret', tll: 5 }, 'config'],
])('%s is refused, and named', (_what, input, path) => {
  expect(() => splitConfig(plugin, input)).toThrow(
    expect.objectContaining({ code: 'invalid-input', fields: [expect.objectContaining({ path })] }),
  );
});

test('a secret that is refused is not repeated in the message', () => {
  expect(() => splitConfig(plugin, { zone: 'example.com', token: 'hunter2' })).toThrow(
    expect.objectContaining({ message: expect.not.stringContaining('hunter2') }),
  );
});

test('an unknown type: the error tells the ones that there are', () => {
  expect(pluginOf([plugin], 'dns-example')).toBe(plugin);
  expect(() => pluginOf([plugin], 'dns-exmaple')).toThrow(
    expect.objectContaining({ code: 'not-possible', message: expect.stringContaining('dns-example') }),
  );
});
