import { channels, secretFields, solvers, targets } from '@certfleet/plugins';
import { expect, test } from 'vitest';
import { pluginHandlers } from '../../../packages/server/src/actions/plugins.js';
import { fieldsOf } from '../../../packages/web/src/parts/schema-form/fields.js';

const { items } = await pluginHandlers().list({ query: {} }, { type: 'system' } as never, {} as never);

test('every plugin is told of', () => {
  expect(items.map(({ kind, type }) => `${kind} ${type}`)).toEqual([
    ...solvers.map(({ type }) => `solver ${type}`),
    ...targets.map(({ type }) => `target ${type}`),
    ...channels.map(({ type }) => `channel ${type}`),
  ]);
});

test.each(items.map(({ kind, type, config }) => [kind, type, config] as const))(
  'the %s %s has an input for each of its fields, and secrets are write-only',
  (kind, type, config) => {
    const plugin = { solver: solvers, target: targets, channel: channels }[kind].find(one => one.type === type);
    const fields = fieldsOf(config);
    expect(fields.filter(field => field.kind === 'unknown').map(({ name }) => name)).toEqual([]);
    expect(fields.map(({ name }) => name)).toEqual(Object.keys(plugin?.config.shape ?? {}));
    expect(fields.flatMap(({ name, secret }) => (secret ? name : []))).toEqual(secretFields(plugin?.config as never));
  },
);
