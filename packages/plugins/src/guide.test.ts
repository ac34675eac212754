import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { secretFields } from './plugin.js';
import { dnsProviders, solvers } from './registry.js';

const guide = readFileSync(new URL('../../../docs/guides/dns.md', import.meta.url), 'utf8').replace(/ \\\n\s+/g, ' ');
const commands = [...guide.matchAll(/certfleet solver create \S+ --type .*/g)].map(([line]) => line);

test.each(commands)('docs/guides/dns.md: %s', line => {
  const type = /--type (\S+)/.exec(line)?.[1];
  const plugin = solvers.find(each => each.type === type);
  if (!plugin) throw new Error(`There is no type ${type}.`);
  const given = [...line.matchAll(/--set(-secret|-file)? (\w+)/g)].map(([, how, field = '']) => ({ how, field }));
  const secrets = secretFields(plugin.config);
  for (const { how, field } of given) {
    expect(Object.keys(plugin.config.shape)).toContain(field);
    // What the command line refuses: other users of the machine could read it.
    if (how === undefined) expect(secrets).not.toContain(field);
  }
  const required = Object.entries(plugin.config.shape).flatMap(([field, schema]) =>
    (schema as { safeParse(value: unknown): { success: boolean } }).safeParse(undefined).success ? [] : [field],
  );
  expect(given.map(({ field }) => field)).toEqual(expect.arrayContaining(required));
});

test('docs/guides/dns.md has a command for every DNS provider but the HTTP hook, of which it only tells', () => {
  const shown = new Set(commands.map(line => /--type (\S+)/.exec(line)?.[1]));
  expect(dnsProviders.map(({ type }) => type).filter(type => !shown.has(type))).toEqual(['http-hook']);
});
