import { expect, test } from 'vitest';
import { remembered } from './metrics.js';

test('a count is asked for once in its life, by however many at once', async () => {
  let now = 0;
  let asked = 0;
  const count = remembered(
    15,
    async () => ++asked,
    () => now,
  );
  expect(await Promise.all([count(), count()])).toEqual([1, 1]);
  now = 14;
  expect(await count()).toBe(1);
  now = 15;
  expect(await count()).toBe(2);
});

test('a failure is told and not kept', async () => {
  let fails = true;
  const count = remembered(
    15,
    async () => {
      if (fails) throw new Error('the store is away');
      return 1;
    },
    () => 0,
  );
  await expect(count()).rejects.toThrow('the store is away');
  fails = false;
  expect(await count()).toBe(1);
});
