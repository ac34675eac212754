import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { parseConfig, secret, secretFields } from './plugin.js';
import { channels, dnsProviders, solvers, targets } from './registry.js';

const kinds = { solvers, targets, channels };

describe.each(Object.entries(kinds))('%s', (folder, plugins) => {
  test('one file, one registry line, the same name', () => {
    const files = readdirSync(new URL(folder, import.meta.url)).filter(file => !file.endsWith('.test.ts'));
    const here = plugins.filter(({ type }) => !dnsProviders.some(provider => provider.type === type));
    expect(here.map(plugin => `${plugin.type}.ts`).sort()).toEqual(files.sort());
  });

  test.each(plugins.map(plugin => [plugin.type, plugin] as const))(
    '%s has a schema that can become a form',
    (_, plugin) => {
      const schema = z.toJSONSchema(plugin.config, { io: 'input' });
      for (const [name, field] of Object.entries(schema.properties ?? {})) {
        expect(field, `${name} says what it is`).toHaveProperty('description');
      }
    },
  );
});

test.each([...solvers, ...targets, ...channels].flatMap(({ guide }) => guide ?? []))('there is the guide %s', guide => {
  expect(existsSync(new URL(`../../../${guide}`, import.meta.url))).toBe(true);
});

test('each file that defines a DNS provider is called like it, and has a registry line', () => {
  const folder = new URL('dns/', import.meta.url);
  const defining = readdirSync(folder).filter(
    file => file.endsWith('.ts') && /= defineDnsProvider\(/.test(readFileSync(new URL(file, folder), 'utf8')),
  );
  expect(dnsProviders.map(({ type }) => `${type}.ts`).sort()).toEqual(defining.sort());
});

test.each(dnsProviders.map(({ type, config }) => [type, config] as const))(
  '%s has no field of its own that every DNS account has',
  (type, config) => {
    const shared = ['timeoutSeconds', 'propagationSeconds', 'settleSeconds', 'nameservers', 'ttl'];
    expect(Object.keys(config.shape).filter(field => shared.includes(field))).toEqual([]);
    expect(Object.keys(solvers.find(solver => solver.type === type)?.config.shape ?? {})).toEqual(
      expect.arrayContaining(shared),
    );
  },
);

test('an unknown field is refused by name', () => {
  const plugin = { type: 'x', title: 'X', config: z.object({ zone: z.string() }) };
  expect(() => parseConfig(plugin, { zone: 'example.com', zoen: 'x' })).toThrow(/zoen/);
});

test('secret fields are found by their mark, whatever else describes them', () => {
  const config = z.object({ user: z.string(), password: secret(z.string().describe('Of the account.')) });
  expect(secretFields(config)).toEqual(['password']);
  expect(config.shape.password.description).toBe('Of the account.');
});
