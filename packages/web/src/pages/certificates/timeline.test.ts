import { expect, test } from 'vitest';
import { layOut } from './timeline.js';

const version = (number: number, notBefore: number, notAfter: number, revokedAt: number | null = null) => ({
  number,
  notBefore,
  notAfter,
  revokedAt,
});

test('versions that overlap lie in lanes of their own, and a lane is used again', () => {
  const { bars, lanes } = layOut([version(3, 120, 210), version(2, 60, 150), version(1, 0, 90)], 130, 180);
  expect(bars.map(({ number, lane }) => [number, lane])).toEqual([
    [1, 0],
    [2, 1],
    [3, 0],
  ]);
  expect(lanes).toBe(2);
});

test('everything is within the picture, in its order', () => {
  const { bars, now, renewal, ticks } = layOut([version(1, 0, 90)], 130, 180);
  const [bar] = bars;
  const places = [bar?.x ?? -1, (bar?.x ?? 0) + (bar?.width ?? 0), now, renewal ?? -1];
  expect(places).toEqual([...places].sort((a, b) => a - b));
  for (const place of [...places, ...ticks.map(({ x }) => x)]) {
    expect(place).toBeGreaterThan(0);
    expect(place).toBeLessThan(100);
  }
});

test.each([
  ['in its life', 30, 2 / 3],
  ['never', null, 0],
  ['after its end', 120, 0],
  ['before its beginning', -10, 1],
])('what stays after a revocation %s', (_, revokedAt, part) => {
  const [bar] = layOut([version(1, 0, 90, revokedAt)], 10, null).bars;
  expect((bar?.revokedWidth ?? Number.NaN) / (bar?.width ?? 1)).toBeCloseTo(part);
});

test('a single moment has a picture too', () => {
  const { now, bars } = layOut([], 5, null);
  expect({ now, bars }).toEqual({ now: 50, bars: [] });
});
