import { expect, test } from 'vitest';
import { checkLoadBalancer } from './model.js';
import { instancePaths } from './paths.js';
import { configurationHash, renderConfiguration } from './render.js';
import { serverWeights } from './render-pool.js';

const render = (port: number) =>
  renderConfiguration(
    checkLoadBalancer({ virtualServices: [{ index: 1, type: 'http', address: '192.0.2.1', port }] }),
    instancePaths('/var/lib/certfleet'),
  );

test('the same virtual services give the same text; others give another hash', () => {
  expect(render(80)).toBe(render(80));
  expect(configurationHash(render(80))).toMatch(/^[0-9a-f]{64}$/);
  expect(configurationHash(render(80))).not.toBe(configurationHash(render(81)));
  expect(configurationHash('global\n')).toBeUndefined();
});

test.each<[string, number[], number[]]>([
  ['up to 256 they stay as they are', [1, 100, 256], [1, 100, 256]],
  ['larger ones are scaled', [1000, 500, 250], [256, 128, 64]],
  ['nobody is starved by scaling', [65_535, 1], [256, 1]],
  ['0 stays 0', [1000, 0], [256, 0]],
  ['none', [], []],
])('weights: %s', (_, weights, expected) => {
  const servers = weights.map(weight => ({ weight }));
  expect(serverWeights(servers, 'weighted-round-robin')).toEqual(expected);
});

test('scheduling without weights treats all alike, but gives nothing to a weight of 0', () => {
  expect(serverWeights([{ weight: 100 }, { weight: 7 }, { weight: 0 }], 'round-robin')).toEqual([1, 1, 0]);
});
