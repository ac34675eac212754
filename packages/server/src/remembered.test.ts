import { expect, test } from 'vitest';
import { remembered } from './remembered.js';

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

test('what took long is kept longer, from its end on', async () => {
  let now = 0;
  let asked = 0;
  const count = remembered(
    cost => 20 * cost,
    async () => {
      now += 10;
      return ++asked;
    },
    () => now,
  );
  expect(await count()).toBe(1);
  now = 209;
  expect(await count()).toBe(1);
  now = 210;
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
